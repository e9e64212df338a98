"""Golden files of TensorFlow's converter, and when two quantized graphs are the same."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from qviz.formats.tflite.reader import read_tflite
from qviz.graph import Graph, QuantizationParams

FOLDER = Path(__file__).parents[1] / "golden" / "quantizer"
NAMES = sorted(path.stem for path in FOLDER.glob("*.zip"))


@dataclass(frozen=True)
class Golden:
    """Files of one graph, by kind, and what is known about them."""

    name: str
    files: dict[str, bytes]
    facts: dict[str, object]

    def graph(self, kind: str) -> Graph:
        return read_tflite(self.files[kind], f"{self.name}/{kind}.tflite")

    def ranges(self) -> dict[str, tuple[float, float]]:
        """Calibrated ranges by the names that the reader gives."""
        return calibrated_ranges(self.files["float"])


def calibrated_ranges(data: bytes) -> dict[str, tuple[float, float]]:
    """Minimum and maximum of every activation that a calibrated float file holds."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(data, 0))
    by_name = {}
    for tensor in model.subgraphs[0].tensors:
        table = tensor.quantization
        if table is not None and table.min is not None and len(table.min):
            by_name[tensor.name.decode()] = (float(table.min[0]), float(table.max[0]))
    return by_name


@cache
def golden(name: str) -> Golden:
    with zipfile.ZipFile(FOLDER / f"{name}.zip") as archive:
        entries = {entry: archive.read(entry) for entry in archive.namelist()}
    facts = json.loads(entries.pop("facts.json"))
    return Golden(name, {Path(k).stem: v for k, v in entries.items()}, facts)


class DifferenceError(AssertionError):
    """Two graphs differ."""


@dataclass
class Counts:
    """What a comparison looked at."""

    operators: int = 0
    scales: int = 0
    codes: int = 0


def compare(ours: Graph, theirs: Graph) -> Counts:
    """Walk two graphs from their outputs backwards, in step, and demand that nothing differs.

    Operators may stand in another order and tensors may have other names; kinds, wiring, options,
    types, shapes, scales, zero points and constant data have to be the same.
    """
    return _Comparison(ours, theirs).run()


class _Comparison:
    def __init__(self, ours: Graph, theirs: Graph) -> None:
        self.ours, self.theirs = ours, theirs
        self.counts = Counts()
        self.partner: dict[str, str] = {}
        self.our_makers, self.their_makers = ours.producers(), theirs.producers()
        self.compared: dict[int, int] = {}

    def run(self) -> Counts:
        self._equal("inputs", len(self.ours.inputs), len(self.theirs.inputs))
        self._equal("outputs", len(self.ours.outputs), len(self.theirs.outputs))
        for a, b in zip(self.ours.inputs, self.theirs.inputs, strict=True):
            self._tensor(a, b)
        for a, b in zip(self.ours.outputs, self.theirs.outputs, strict=True):
            self._tensor(a, b)
        self._equal("operators", self._kinds(self.ours), self._kinds(self.theirs))
        return self.counts

    @staticmethod
    def _kinds(graph: Graph) -> list[str]:
        return sorted(o.kind for o in graph.operators)

    def _equal(self, what: str, ours: object, theirs: object) -> None:
        if ours != theirs:
            raise DifferenceError(f"{what}: {ours!r}, the converter has {theirs!r}")

    def _tensor(self, a: str, b: str) -> None:
        if a in self.partner and not self.ours.tensors[a].is_constant:
            self._equal(f"partner of {a}", self.partner[a], b)
            return
        self.partner[a] = b
        x, y = self.ours.tensors[a], self.theirs.tensors[b]
        self._equal(f"type of {a}", x.dtype, y.dtype)
        self._equal(f"shape of {a}", x.shape, y.shape)
        self._equal(f"constness of {a}", x.is_constant, y.is_constant)
        self._quantization(a, x.quantization, y.quantization)
        if x.data is not None and y.data is not None:
            different = int((x.data != y.data).sum())
            self._equal(f"differing codes of {a}", different, 0)
            self.counts.codes += x.data.size
        if a in self.our_makers or b in self.their_makers:
            self._operator(self.our_makers[a], self.their_makers[b])

    def _quantization(
        self, name: str, a: QuantizationParams | None, b: QuantizationParams | None
    ) -> None:
        self._equal(f"quantization of {name}", a is None, b is None)
        if a is None or b is None:
            return
        if not np.array_equal(a.scale, b.scale):
            raise DifferenceError(f"scale of {name}: {a.scale}, the converter has {b.scale}")
        self._equal(f"zero point of {name}", a.zero_point.tolist(), b.zero_point.tolist())
        self._equal(f"dimension of {name}", a.quantized_dimension, b.quantized_dimension)
        self.counts.scales += len(a.scale)

    def _operator(self, i: int, j: int) -> None:
        if i in self.compared:
            self._equal(f"partner of operator {i}", self.compared[i], j)
            return
        self.compared[i] = j
        self.counts.operators += 1
        x, y = self.ours.operators[i], self.theirs.operators[j]
        self._equal(f"operator that makes {x.outputs[0]}", x.kind, y.kind)
        self._equal(f"options of {x.kind} {x.outputs[0]}", dict(x.options), dict(y.options))
        self._equal(f"operands of {x.kind}", len(x.inputs), len(y.inputs))
        for a, b in zip(x.inputs, y.inputs, strict=True):
            self._equal(f"presence of operand {a} of {x.kind}", a is None, b is None)
            if a is not None and b is not None:
                self._tensor(a, b)
        for a, b in zip(x.outputs, y.outputs, strict=True):
            self._tensor(a, b)
