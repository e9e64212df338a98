"""Read a TFLite file as a graph.

The file is walked with the schema's accessors, not unpacked as a whole: only what the main
subgraph uses is looked at, constants stay views into the file, and every count is checked against
the file's size before memory is taken, so that a damaged or hostile file costs no more than its
own size.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from qviz.errors import ModelFormatError
from qviz.formats.tflite.constants import Constants, numpy_type
from qviz.formats.tflite.metadata import LAYERS, unpack_layers
from qviz.formats.tflite.model import TfliteModel
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
from qviz.graph import Graph, Operator, QuantizationParams, Source, Tensor

_IDENTIFIER = b"TFL3"
_MOST_DIMENSIONS = 32
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
    file = _File(data)
    if not file.subgraphs:
        raise ModelFormatError(f"{_called(path)} is a TFLite file without a network in it.")
    first, *others = file.subgraphs
    graph = _with_layers(_Subgraph(file, first).graph(PurePath(path).stem), file)
    called = tuple(_Subgraph(file, table).graph("") for table in others)
    return graph.with_source(
        Source(
            path=path,
            format="tflite",
            writer=_text(file.model.Description()).rstrip(". "),
            sha256=hashlib.sha256(data).hexdigest(),
            size_bytes=len(data),
            model=TfliteModel((graph, *called)),
            notes=(*file.notes, *_notes_on(graph, file.free_sizes)),
        )
    )


class _File:
    """The model table, with counts bounded by the size of the file."""

    def __init__(self, data: bytes) -> None:
        self.model = schema.Model.GetRootAsModel(data, 0)
        self.notes: list[str] = []
        self.free_sizes: list[str] = []
        # Elements of vectors and characters of names that may still be read. Tables may be
        # referred to more than once, hence the factor.
        self._elements_left = 4 * len(data)
        model = self.model
        self.codes = self.items(model.OperatorCodesLength(), model.OperatorCodes)
        self.subgraphs = self.items(model.SubgraphsLength(), model.Subgraphs)
        self.constants = Constants(data, self.items(model.BuffersLength(), model.Buffers))
        if len(self.subgraphs) > 1:
            self.notes.append(
                f"The file has {len(self.subgraphs)} subgraphs; the first one is shown."
            )

    def metadata(self, name: str) -> bytes | None:
        """Data of the metadata entry `name`; None if there is none."""
        for entry in self.items(self.model.MetadataLength(), self.model.Metadata):
            if self.text(entry.Name()) == name:
                stored = self.constants.stored(entry.Buffer(), name)
                return None if stored is None else stored.tobytes()
        return None

    def items(self, count: int, item: Callable[[int], Any]) -> list[Any]:
        """Elements of a vector of tables."""
        self.spend(count)
        return [item(i) for i in range(count)]

    def spend(self, count: int) -> None:
        """Count elements; more of them than the file can hold means that it is damaged."""
        self._elements_left -= count
        if self._elements_left < 0:
            raise ModelFormatError(
                "The file is damaged: it counts more elements than it has bytes."
            )

    def text(self, value: bytes | None) -> str:
        """A name, counted."""
        self.spend(len(value or b""))
        return _text(value)


@dataclass(slots=True)
class _Subgraph:
    """One subgraph on its way to a Graph."""

    file: _File
    table: Any

    def graph(self, name: str) -> Graph:
        file, table = self.file, self.table
        entries = file.items(table.TensorsLength(), table.Tensors)
        names = unique_names([file.text(entry.Name()) for entry in entries])
        reader = _Tensors(file, entries, names)
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

    def _operator(self, entry: Any, tensors: _Tensors) -> Operator:
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


class _Tensors:
    """Tensors of a subgraph by index and by name."""

    def __init__(self, file: _File, entries: list[Any], names: list[str]) -> None:
        self._file = file
        self._entries = dict(zip(names, entries, strict=True))
        self._names = names

    def named(self, indices: Iterable[int]) -> tuple[str, ...]:
        """Names of tensors by index."""
        indices = list(indices)
        for index in indices:
            if not 0 <= index < len(self._names):
                raise ModelFormatError(f"The file is damaged: it has no tensor {index}.")
        return tuple(self._names[i] for i in indices)

    def tensor(self, stored: str, name: str, *, computed: bool) -> Tensor:
        """The tensor `name` with the value stored under `stored`."""
        entry = self._entries[stored]
        shape = self._shape(entry, name)
        dtype = numpy_type(entry.Type(), name)
        params = self._quantization(entry, name, shape)
        raw = None if computed else self._stored(entry, name)
        if raw is not None:
            value = self._file.constants.value(name, entry.Type(), shape, raw, entry.Sparsity())
        elif computed:
            value = None
        else:
            value = _unset(name, shape, dtype, params, is_variable=entry.IsVariable())
        return Tensor(name, shape, dtype, value, params)

    def _stored(self, entry: Any, name: str) -> NDArray[np.uint8] | None:
        if entry.ExternalBuffer():
            raise ModelFormatError(
                f"The values of tensor {name!r} lie in another file; qviz reads models of one file."
            )
        return self._file.constants.stored(entry.Buffer(), name)

    def _shape(self, entry: Any, name: str) -> tuple[int, ...]:
        rank = entry.ShapeLength()
        if rank > _MOST_DIMENSIONS:
            raise ModelFormatError(f"The file is damaged: tensor {name!r} has {rank} dimensions.")
        shape = tuple(entry.Shape(i) for i in range(rank))
        if any(size < 0 for size in shape):
            raise ModelFormatError(f"The file is damaged: tensor {name!r} has the shape {shape}.")
        if any(entry.ShapeSignature(i) < 0 for i in range(min(rank, entry.ShapeSignatureLength()))):
            self._file.free_sizes.append(name)
        return shape

    def _quantization(
        self, entry: Any, name: str, shape: tuple[int, ...]
    ) -> QuantizationParams | None:
        params = entry.Quantization()
        if params is None:
            return None
        if params.DetailsType() not in (
            schema.QuantizationDetails.NONE,
            schema.QuantizationDetails.CustomQuantization,
        ):
            raise ModelFormatError(
                f"Tensor {name!r} has scales by blocks, which qviz does not read."
            )
        count = params.ScaleLength()
        if count == 0:
            return None
        self._file.spend(count)
        scale = np.array(params.ScaleAsNumpy(), np.float32)
        zero_point = np.zeros(count, np.int64)
        if params.ZeroPointLength():
            zero_point[:] = params.ZeroPointAsNumpy()
        if count == 1:
            return QuantizationParams(scale, zero_point)
        dimension = params.QuantizedDimension()
        if not 0 <= dimension < len(shape) or shape[dimension] != count:
            raise ModelFormatError(
                f"The file is damaged: tensor {name!r} of shape {shape} has {count} scales along "
                f"dimension {dimension}."
            )
        return QuantizationParams(scale, zero_point, dimension)


def _unset(
    name: str,
    shape: tuple[int, ...],
    dtype: np.dtype[np.generic],
    params: QuantizationParams | None,
    *,
    is_variable: bool,
) -> NDArray[np.generic]:
    """Value of a tensor that nothing makes and that has no data: a state, or no elements at all."""
    if not is_variable and 0 not in shape:
        raise ModelFormatError(
            f"The file is damaged: tensor {name!r} is read, but it has no data and nothing "
            "makes it."
        )
    start = np.zeros((), dtype)
    if params is not None and dtype.kind in "iu":
        start = start + params.zero_point[0].astype(dtype)
    # A view of one element, so that a large shape takes no memory.
    return np.broadcast_to(start, shape)


def _kind(code: Any, file: _File) -> str:
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


def _with_layers(graph: Graph, file: _File) -> Graph:
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
    custom = sorted({o.kind for o in graph.operators if o.kind.startswith(CUSTOM_PREFIX)})
    if custom:
        listed = ", ".join(kind.removeprefix(CUSTOM_PREFIX) for kind in custom)
        notes.append(f"Operators that are not TFLite's own are shown but not run: {listed}.")
    return notes


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")


def _called(path: str) -> str:
    return PurePath(path).name or "The file"
