"""Read a TFLite file as a graph.

The file is walked with the schema's accessors, not unpacked as a whole: only what the main
subgraph uses is looked at, constants stay views into the file, and every count is checked against
the file's size before memory is taken, so that a damaged or hostile file costs no more than its
own size.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from qviz.errors import ModelFormatError
from qviz.formats.tflite.metadata import LAYERS, unpack_layers
from qviz.formats.tflite.model import TfliteModel
from qviz.formats.tflite.model_file import ModelFile, decoded
from qviz.formats.tflite.names import layer_names, unique_names
from qviz.formats.tflite.options import (
    CUSTOM_OPTIONS,
    CUSTOM_PREFIX,
    INTERMEDIATES,
    builtin_names,
    table_by_code,
    table_of,
    to_mapping,
)
from qviz.formats.tflite.tensors import Tensors
from qviz.graph import Graph, Operator, Source

_IDENTIFIER = b"TFL3"
# Operators beside the builtin ones that TFLite's own interpreters have.
_KNOWN_CUSTOM = frozenset({"TFLite_Detection_PostProcess", "AudioSpectrogram", "Mfcc"})
_PARSE_ERRORS = (
    struct.error,
    IndexError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    MemoryError,
    RecursionError,
)


def read_tflite(data: bytes, path: str = "") -> Graph:
    """Graph of a TFLite file.

    Names of tensors are kept; an empty or repeated one is made unique. A sparse or packed constant
    is dense and unpacked, a state of an LSTM or SVDF is a constant of zeros, and an operator that
    is not TFLite's own has the kind ``CUSTOM:<name>``.

    Parameters
    ----------
    data : bytes
        The whole file. Constants of the graph are views into it.
    path : str
        Where it comes from; for messages and the graph's name.

    Raises
    ------
    ModelFormatError
        If the file is damaged or is not a TFLite file.
    """
    try:
        return _read(data, path)
    except ModelFormatError:
        raise
    except _PARSE_ERRORS as error:
        raise ModelFormatError(
            f"{_called(path)} is damaged or cut short: its parts do not fit together ({error})."
        ) from error


def _read(data: bytes, path: str) -> Graph:
    if len(data) < 8 or data[4:8] != _IDENTIFIER:
        raise ModelFormatError(
            f"{_called(path)} is not a TFLite file: the mark TFL3 is missing at its start."
        )
    file = ModelFile(data)
    if not file.subgraphs:
        raise ModelFormatError(f"{_called(path)} is a TFLite file without a network in it.")
    first, *others = file.subgraphs
    main = _Subgraph(file, first)
    graph = _with_layers(main.graph(PurePath(path).stem), file)
    called = tuple(_Subgraph(file, table).graph("") for table in others)
    return graph.with_source(
        Source(
            path=path,
            format="tflite",
            writer=decoded(file.model.Description()).rstrip(". "),
            sha256=hashlib.sha256(data).hexdigest(),
            size_bytes=len(data),
            model=TfliteModel((graph, *called), tuple(main.names)),
            notes=(*file.notes, *_notes_on(graph, file.free_sizes)),
        )
    )


@dataclass(slots=True)
class _Subgraph:
    """One subgraph on its way to a Graph."""

    file: ModelFile
    table: Any
    names: list[str] = field(default_factory=list)

    def graph(self, name: str) -> Graph:
        file, table = self.file, self.table
        entries = file.items(table.TensorsLength(), table.Tensors)
        self.names = unique_names([file.text(entry.Name()) for entry in entries])
        reader = Tensors(file, entries, self.names)
        inputs = reader.named(self._indices(table.InputsLength(), table.Inputs))
        outputs = reader.named(self._indices(table.OutputsLength(), table.Outputs))
        operators = [
            self._operator(entry, reader)
            for entry in file.items(table.OperatorsLength(), table.Operators)
        ]
        operators, densified = _without_densify(operators)
        made = {n for operator in operators for n in operator.outputs} | set(inputs)
        used = dict.fromkeys([*inputs, *outputs])
        used.update(dict.fromkeys(n for o in operators for n in (*o.present_inputs, *o.outputs)))
        tensors = [reader.tensor(densified.get(n, n), n, computed=n in made) for n in used]
        try:
            return Graph.build(
                operators, tensors, inputs, outputs, name=name or file.text(table.Name()) or "model"
            )
        except ValueError as error:
            raise ModelFormatError(f"The file is damaged: {error}.") from error

    def _indices(self, count: int, item: Callable[[int], int]) -> list[int]:
        return self.file.items(count, item)

    def _operator(self, entry: Any, tensors: Tensors) -> Operator:
        index = entry.OpcodeIndex()
        if not 0 <= index < len(self.file.codes):
            raise ModelFormatError(f"The file is damaged: it has no operator code {index}.")
        code = self.file.codes[index]
        kind = _kind(code, self.file)
        inputs = self._indices(entry.InputsLength(), entry.Inputs)
        outputs = self._indices(entry.OutputsLength(), entry.Outputs)
        options = self._options(kind, entry)
        inner = self._indices(entry.IntermediatesLength(), entry.Intermediates)
        if inner:
            names = tensors.named(inner)
            options[INTERMEDIATES] = tuple(tensors.tensor(n, n, computed=True) for n in names)
        return Operator(
            kind=kind,
            inputs=tuple(None if i == -1 else tensors.named([i])[0] for i in inputs),
            outputs=tensors.named(outputs),
            options=options,
            version=code.Version(),
        )

    def _options(self, kind: str, entry: Any) -> dict[str, Any]:
        if kind.startswith(CUSTOM_PREFIX):
            self.file.spend(entry.CustomOptionsLength())
            stored = entry.CustomOptionsAsNumpy() if entry.CustomOptionsLength() else None
            return {} if stored is None else {CUSTOM_OPTIONS: stored.tobytes()}
        expected = table_of(kind)
        if expected is None:
            return {}
        if expected.second:
            code, union = entry.BuiltinOptions2Type(), entry.BuiltinOptions2()
        else:
            code, union = entry.BuiltinOptionsType(), entry.BuiltinOptions()
        # As the interpreter does: a table of another operator counts as none.
        if union is None or table_by_code(code, second=expected.second) != expected:
            return {}
        options = expected.new()
        stored = getattr(schema, expected.name)()
        stored.Init(union.Bytes, union.Pos)
        options._UnPack(stored)
        fields = to_mapping(expected, options)
        self.file.spend(sum(len(v) for v in fields.values() if isinstance(v, tuple | bytes | str)))
        return fields


def _kind(code: Any, file: ModelFile) -> str:
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    if number == schema.BuiltinOperator.CUSTOM:
        return CUSTOM_PREFIX + file.text(code.CustomCode())
    name = builtin_names().get(number)
    if name is None:
        raise ModelFormatError(
            f"The file uses builtin operator {number}, which is newer than qviz, or it is damaged."
        )
    return name


def _without_densify(operators: list[Operator]) -> tuple[list[Operator], dict[str, str]]:
    """Operators without DENSIFY, and for each tensor that one made the constant it came from."""
    source = {o.outputs[0]: o.inputs[0] for o in operators if o.kind == "DENSIFY"}
    kept = [o for o in operators if o.kind != "DENSIFY"]
    return kept, {name: stored for name, stored in source.items() if stored is not None}


def _with_layers(graph: Graph, file: ModelFile) -> Graph:
    stored = file.metadata(LAYERS)
    names = None if stored is None else unpack_layers(stored, len(graph.operators))
    if names is None:
        names = layer_names(graph)
    operators = [replace(o, layer=n) for o, n in zip(graph.operators, names, strict=True)]
    return graph.rebuild(operators)


def _notes_on(graph: Graph, free_sizes: list[str]) -> list[str]:
    notes = []
    for name in graph.inputs:
        if name in free_sizes:
            shape = "×".join(map(str, graph.tensors[name].shape))
            notes.append(f"Input {name!r} has a free size in the file; it is taken as {shape}.")
    kinds = {o.kind for o in graph.operators if o.kind.startswith(CUSTOM_PREFIX)}
    custom = sorted({kind.removeprefix(CUSTOM_PREFIX) for kind in kinds} - _KNOWN_CUSTOM)
    if custom:
        listed = ", ".join(custom)
        notes.append(f"Operators that are not TFLite's own are shown but not run: {listed}.")
    return notes


def _called(path: str) -> str:
    return PurePath(path).name or "The file"
