"""What commands print: tables for people. Programs read ``--json`` and ``--csv``."""

from __future__ import annotations

import sys
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from qviz.cli.weight_codes import scale_text, zero_point_text
from qviz.evaluation.partial_model import described, states_of_layers
from qviz.evaluation.results import ModelInfo
from qviz.evaluation.verification_results import Verification
from qviz.execution import RunnablePart, runnable_part
from qviz.graph import Graph, Layer, Tensor
from qviz.graph.subgraphs import weights_inside
from qviz.quantities import bytes_text, counted
from qviz.quantization import SCHEMES
from qviz.quantization.stored_codes import stored_codes
from qviz.report.verification import (
    AGAINST,
    findings_of,
    largest_text,
    part_of_model,
    verdict,
)

# A pipe has no width; wide enough that no table is folded.
_PIPE_WIDTH = 200
FULL_WIDTH = 110
"""Columns from which on tables have all that they can show."""
_WRITTEN = {"tflite": ".tflite", "tfjs": "tfjs folder", "eightbit": "qviz archive"}
_STATES = {"": "yes", "cannot": "no", "behind": "no, behind one that cannot"}
SHOWN_NOTES = 8
"""Notes that are printed; the rest stand in the report."""


def console() -> Console:
    """Where results go."""
    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    return Console(file=sys.stdout, width=width, highlight=False, soft_wrap=not width)


def print_schemes() -> None:
    """The table of schemes."""
    out = console()
    wide = out.width >= FULL_WIDTH
    table = simple_table(
        "scheme",
        *(["weights", "activations", "written as"] if wide else []),
        "calibration",
        "",
    )
    for scheme in SCHEMES.values():
        written = _WRITTEN[scheme.artifact]
        table.add_row(
            scheme.id,
            *([scheme.weight_dtype, scheme.activation_dtype, written] if wide else []),
            "needed" if scheme.needs_calibration else "–",
            scheme.title,
        )
    out.print(table)
    _say(
        out,
        "Options may follow after colons: prune=0.5, scope=global, clusters=16, start=k-means++, "
        "percentile=99.9, calibration=true, per-tensor; e.g. int8:prune=0.5:clusters=16",
    )


def print_model(info: ModelInfo, graph: Graph, layers: tuple[Layer, ...]) -> None:
    """What there is to know of a model."""
    out = console()
    written = f", written by {info.writer}" if info.writer else ""
    _say(out, f"{info.name}: {info.format}{written}, {bytes_text(info.size_bytes)}")
    counts = (counted(len(layers), "layer"), counted(info.operators, "operator"))
    _say(out, f"{counted(info.parameters, 'weight')} in {counts[0]}, {counts[1]}")
    for word, tensors in (("input", info.inputs), ("output", info.outputs)):
        for name, shape, dtype in tensors:
            _say(out, f"{word:6} {name}  {_shape(shape)}  {dtype}{_map(graph.tensors[name])}")
    codes = stored_codes(graph)
    if codes:
        _say(out, f"quantized already: {codes}; type, scale and zero point of the largest weight")
    found = runnable_part(graph)
    states = states_of_layers(graph, found)
    table = simple_table(
        "layer",
        "operator",
        ">weights",
        *(["type", "scale", ">zero point"] if codes else []),
        "output",
        "range of the largest weight",
        *(["can be run"] if states else []),
    )
    for layer in layers:
        table.add_row(
            Text(layer.name),
            layer.kind,
            f"{layer.parameters:,}" if layer.parameters else "–",
            *(_codes(graph, layer) if codes else []),
            _shape(graph.tensors[layer.output].shape) if layer.output else "–",
            _range(graph, layer),
            *([_STATES[states.get(layer.name, "")]] if states else []),
        )
    out.print(table)
    for note in (*_unrunnable(graph, found), *info.notes):
        _say(out, note)


def _unrunnable(graph: Graph, found: RunnablePart) -> tuple[str, ...]:
    """What cannot be run, and how much of the model can."""
    if not found.problems:
        return ()
    part = described(graph, found)
    return part.cause, f"{part.run} of {part.operators} operators can be run."


def print_verification(verification: Verification) -> None:
    """The table of a verification: one row a mode, and below it what differs and why."""
    out = console()
    litert = verification.versions.get("ai-edge-litert", "")
    inputs = [f"{counted(verification.random_samples, 'random input')} (seed {verification.seed})"]
    if verification.data_samples:
        inputs.append(f"{counted(verification.data_samples, 'sample')} of {verification.data}")
    _say(out, f"{verification.model} beside LiteRT {litert} on {' and '.join(inputs)}")
    if part := part_of_model(verification):
        _say(out, part)
    table = simple_table(
        "mode", ">tensors", ">values", ">differing", ">largest difference", "first at"
    )
    for report in verification.modes:
        found = report.difference
        place = report.first_operator
        table.add_row(
            report.mode,
            f"{len(report.tensors):,}",
            f"{found.values:,}",
            f"{found.differing:,}",
            largest_text(found),
            Text("–" if place is None else str(place)),
        )
    out.print(table)
    for report in verification.modes:
        _say(out, f"{report.mode}, against {AGAINST[report.mode]}: {verdict(report)}")
        notes = findings_of(report)
        for note in notes[:SHOWN_NOTES]:
            _say(out, f"  {note}")
        if len(notes) > SHOWN_NOTES:
            _say(out, f"  ... and {len(notes) - SHOWN_NOTES} more, listed by --json")


def say(message: str) -> None:
    """One line on stdout."""
    _say(console(), message)


def _say(out: Console, message: str) -> None:
    # Names from files are not markup.
    out.print(Text(message), soft_wrap=True)


def simple_table(*columns: str) -> Table:
    """A table without frame; a column whose title begins with ``>`` stands to the right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    for column in columns:
        right = column.startswith(">")
        justify: Any = "right" if right else "left"
        table.add_column(column.lstrip(">"), justify=justify, overflow="fold")
    return table


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join("?" if size < 0 else str(size) for size in shape) or "scalar"


def _largest_weight(graph: Graph, layer: Layer) -> Tensor | None:
    inside = weights_inside(graph, *(graph.operators[i] for i in layer.operators))
    weights = [graph.tensors[name] for name in layer.weights]
    weights += [tensor for _, tensor in inside.values()]
    return max(weights, key=lambda tensor: tensor.size, default=None)


def _map(tensor: Tensor) -> str:
    """Scale and zero point of an input or output of codes."""
    if tensor.quantization is None:
        return ""
    return f", scale {scale_text(tensor)}, zero point {zero_point_text(tensor)}"


def _codes(graph: Graph, layer: Layer) -> tuple[str, str, str]:
    """Type, scale and zero point of the largest weight."""
    weight = _largest_weight(graph, layer)
    if weight is None:
        return "–", "–", "–"
    return str(weight.dtype), scale_text(weight), zero_point_text(weight)


def _range(graph: Graph, layer: Layer) -> str:
    weight = _largest_weight(graph, layer)
    if weight is None:
        return "–"
    values = weight.real()
    return f"{values.min():.4g} to {values.max():.4g}" if values.size else "–"
