"""Frozen results and a worker that need no model: what the views are tested with."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import Pipe
from typing import Any

import numpy as np

from qviz.evaluation.results import (
    Comparison,
    DataInfo,
    ErrorMetrics,
    LayerError,
    ModelInfo,
    SchemeResult,
)
from qviz.jobs.eightbit import EightbitPictures
from qviz.jobs.messages import Failed, Finished, Happened
from qviz.jobs.results import Exported, LayerSummary, ModelSummary, TensorSummary, WeightView
from qviz.jobs.task import Partial, Progress
from qviz.quantization.eightbit import Edge as EightbitEdge
from qviz.quantization.eightbit import Node as EightbitNode
from qviz.quantization.eightbit import Picture as EightbitPicture
from qviz.quantization.scheme import SCHEMES, Scheme

KINDS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "ADD")


def model_summary(layers: int = 8) -> ModelSummary:
    summaries = tuple(_layer_summary(i) for i in range(layers))
    info = ModelInfo(
        name="fake.keras",
        path="/models/fake.keras",
        format="Keras 3",
        writer="keras 3.15",
        sha256="0" * 64,
        size_bytes=120_000,
        parameters=30_000,
        operators=layers,
    )
    first = summaries[0]
    return ModelSummary(
        info, summaries, summaries, ("2 batch norms were folded.",), weight_view(first.name)
    )


def _layer_summary(i: int) -> LayerSummary:
    kind = KINDS[i % len(KINDS)]
    name = f"block_{i}_{kind.lower()}"
    weights: tuple[TensorSummary, ...] = ()
    if kind != "ADD":
        weights = (
            TensorSummary(f"{name}/kernel", (8, 3, 3, 16), "float32", 8, -0.5, 0.7),
            TensorSummary(f"{name}/bias", (8,), "float32", 1, -0.1, 0.1),
        )
    return LayerSummary(name, kind, 1160 if weights else 0, (1, 8, 8, 8), weights)


def weight_view(
    layer: str = "block_0_conv_2d",
    *,
    tensor: str = "",
    scheme: str = "float32",
    channel: int | None = None,
    channels: int = 8,
) -> WeightView:
    rng = np.random.default_rng(1)
    values = np.clip(rng.normal(0.05, 0.15, 4000), -0.62, 0.635)
    edges = np.linspace(values.min(), values.max(), 129)
    counts = np.histogram(values, edges)[0]
    scale = 0.005
    quantized = scheme != "float32"
    codes = np.round(values / scale).astype(np.int64)
    used, used_counts = np.unique(codes, return_counts=True)
    error = codes * scale - values
    error_edges = np.linspace(-scale / 2, scale / 2, 41)
    none = np.empty(0)
    whole = np.empty(0, np.int64)
    return WeightView(
        layer=layer,
        tensor=tensor or f"{layer}/kernel",
        scheme_id=scheme,
        channel=channel,
        channels=channels,
        shape=(8, 3, 3, 16),
        count=values.size,
        float_edges=edges,
        float_counts=counts,
        levels=used * scale if quantized else none,
        level_counts=used_counts if quantized else whole,
        codes=used if quantized else whole,
        error_edges=error_edges if quantized else np.array([0.0, 1.0]),
        error_counts=np.histogram(error, error_edges)[0] if quantized else whole,
        scale=scale if quantized else 0.0,
        zero_point=0,
        grid_minimum=-127 * scale if quantized else 0.0,
        grid_maximum=127 * scale if quantized else 0.0,
        occupied_codes=used.size if quantized else 0,
        available_codes=255 if quantized else 0,
        metrics=metrics(40.0) if quantized else None,
        channel_minimum=np.linspace(-0.6, -0.1, channels, dtype=np.float32),
        channel_maximum=np.linspace(0.1, 0.7, channels, dtype=np.float32),
    )


def metrics(sqnr_db: float) -> ErrorMetrics:
    return ErrorMetrics(
        mse=10 ** (-sqnr_db / 10),
        sqnr_db=sqnr_db,
        cosine=1 - 10 ** (-sqnr_db / 10),
        max_abs=10 ** (-sqnr_db / 20),
        rmse_over_scale=0.29 + 1 / max(sqnr_db, 1.0),
    )


def layer_errors(count: int = 8, seed: int = 3, level: float = 34.0) -> tuple[LayerError, ...]:
    rng = np.random.default_rng(seed)
    errors = []
    for i in range(count):
        summary = _layer_summary(i)
        db = float(level + rng.normal(0, 9) - i)
        errors.append(
            LayerError(
                layer=summary.name,
                kind=summary.kind,
                tensor=summary.name,
                weight=metrics(db + 8) if summary.weights else None,
                local=metrics(db + 4),
                accumulated=metrics(db),
            )
        )
    return tuple(errors)


def scheme_result(scheme: Scheme, *, top1: float = 0.97, size: int = 30_000) -> SchemeResult:
    is_float = scheme.family == "float32"
    return SchemeResult(
        scheme=scheme,
        metrics={"top1": top1, "top5": min(1.0, top1 + 0.02)},
        agreement=1.0 if is_float else 0.99,
        size_bytes=size,
        gzip_bytes=int(size * 0.8),
        layers=() if is_float else layer_errors(),
        notes=("Softmax stays float.",) if scheme.family == "int8" else (),
        flipped=() if is_float else (3, 17),
    )


def comparison(schemes: tuple[Scheme, ...] | None = None, layers: int = 8) -> Comparison:
    sizes = {"float32": 120_000, "float16": 61_000, "tfjs": 65_000, "dynamic-range": 34_000}
    rows = []
    for i, scheme in enumerate(schemes or tuple(SCHEMES.values())):
        size = sizes.get(scheme.family, 33_000) + 400 * i
        if scheme.id == "tfjs-uint8":
            size = 36_000
        row = scheme_result(scheme, top1=0.975 - 0.0008 * i, size=size)
        if scheme.family != "float32":
            row = replace(row, layers=layer_errors(layers, seed=i, level=30.0 + i))
        rows.append(row)
    summary = model_summary()
    return Comparison(
        model=summary.info,
        data=DataInfo("digits", "", "classes", 360, "scale=1/16", 100, "from x_calibration"),
        rows=tuple(rows),
        versions={"qviz": "0.1.0"},
        created="2026-01-01T00:00:00Z",
    )


def eightbit_pictures(layer: str = "conv", around: int = 0) -> EightbitPictures:
    """A RELU as the fifth seed has it, then another: one pair to strip."""
    end = (EightbitNode("from x", "x", "end"), EightbitNode("to y", "y", "end"))
    first, second = f"RELU {layer}/a", f"RELU {layer}/b"
    before = _picture(
        (end[0], _node(first, "Relu", "float"), _node(second, "Relu", "float"), end[1]),
        (("from x", first, "float"), (first, second, "float"), (second, "to y", "float")),
    )
    nodes: list[EightbitNode] = [end[0]]
    edges: list[tuple[str, str, str]] = []
    source = "from x"
    for name in ("a", "b"):
        made = [
            _node(f"MIN {name}", "Min", "range"),
            _node(f"MAX {name}", "Max", "range"),
            _node(f"QUANTIZE {name}", "QuantizeV2", "conversion"),
            _node(f"8 {name}", "QuantizedRelu", "eightbit"),
            _node(f"DEQUANTIZE {name}", "Dequantize", "conversion"),
        ]
        low, high, quantize, relu, back = (node.id for node in made)
        nodes += made
        edges += [(source, node, "float") for node in (low, high, quantize)]
        edges += [(low, quantize, "min"), (high, quantize, "max")]
        edges += [(quantize, relu, label) for label in ("8 bit", "min", "max")]
        edges += [(relu, back, label) for label in ("8 bit", "min", "max")]
        source = back
    wrapped = _picture((*nodes, end[1]), (*edges, (source, "to y", "float")))
    gone = {"DEQUANTIZE a", "MIN b", "MAX b", "QUANTIZE b"}
    stripped = _picture(
        tuple(node for node in wrapped.nodes if node.id not in gone),
        (
            *(
                (e.source, e.target, e.label)
                for e in wrapped.edges
                if not gone & {e.source, e.target}
            ),
            *(("8 a", "8 b", label) for label in ("8 bit", "min", "max")),
        ),
    )
    return EightbitPictures(layer, around, (layer,), before, wrapped, stripped)


def _node(name: str, label: str, kind: Any) -> EightbitNode:
    return EightbitNode(name, label, kind, "conv")


def _picture(
    nodes: tuple[EightbitNode, ...], edges: tuple[tuple[str, str, str], ...]
) -> EightbitPicture:
    return EightbitPicture(nodes, tuple(EightbitEdge(*edge) for edge in edges))


Script = Callable[[str, dict[str, Any]], Any]


def answer(task: str, arguments: dict[str, Any]) -> Any:
    """What the fake worker answers; a generator may yield events first."""
    if task == "open":
        return model_summary()
    if task == "fits":
        return ""
    if task == "weights":
        return weight_view(
            arguments["layer"],
            tensor=arguments["tensor"],
            scheme=arguments["scheme"].id,
            channel=arguments["channel"],
        )
    if task == "compare":
        return _compare(arguments["schemes"])
    if task == "eightbit":
        return eightbit_pictures(arguments["layer"], arguments["around"])
    if task == "report":
        return arguments["target"]
    if task == "export":
        return Exported(arguments["target"], (arguments["target"],), 1000, 800)
    raise AssertionError(task)


def _compare(schemes: tuple[Scheme, ...]) -> Any:
    result = comparison(schemes)
    for i, row in enumerate(result.rows):
        yield Progress(i, len(schemes), f"{row.scheme.id}: accuracy")
        yield Partial(row)
    return result


class FakeProcess:
    """Answers in a thread of its own what a script says; has the face of a WorkerProcess."""

    def __init__(self, script: Script = answer) -> None:
        self.script = script
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.starts = 0
        self.stops = 0
        self.exit_code: int | None = None
        self._closing = threading.Lock()

    def start(self) -> None:
        self.starts += 1
        self.exit_code = None
        self.connection, self._theirs = Pipe()

    def submit(self, job_id: int, task: str, arguments: dict[str, Any]) -> None:
        self.requests.append((task, arguments))
        theirs = self._theirs
        threading.Thread(
            target=self._work, args=(theirs, job_id, task, arguments), daemon=True
        ).start()

    def _work(self, theirs: Any, job_id: int, task: str, arguments: dict[str, Any]) -> None:
        try:
            result = self.script(task, arguments)
            if hasattr(result, "send"):
                try:
                    while True:
                        theirs.send(Happened(job_id, next(result)))
                except StopIteration as stop:
                    result = stop.value
            theirs.send(Finished(job_id, result))
        except OSError:
            return  # stopped meanwhile
        except Exception as error:
            # It may have been stopped meanwhile.
            with contextlib.suppress(OSError):
                theirs.send(Failed(job_id, str(error), "traceback", type(error).__name__))

    def die(self, exit_code: int) -> None:
        self.exit_code = exit_code
        self._hang_up()

    def stop(self) -> None:
        self.stops += 1
        self._hang_up()

    def close(self) -> None:
        self._hang_up()
        self.connection.close()

    def _hang_up(self) -> None:
        # From two threads: a descriptor that is closed twice may be somebody else's by then.
        with self._closing:
            if not self._theirs.closed:
                self._theirs.close()

    def log_tail(self) -> str:
        return "last words"
