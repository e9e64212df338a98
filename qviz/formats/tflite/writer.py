"""Write a graph as a TFLite file.

The layout is the one that TensorFlow's converter leaves behind, since its last step packs the
model with the same object interface: one empty buffer for each activation, equal constants in one
buffer, an empty quantization table on float tensors, no padding of buffers to 16 bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from qviz.errors import ExportError
from qviz.formats.tflite import states
from qviz.formats.tflite.biases import with_biases
from qviz.formats.tflite.metadata import (
    CONVERSION_METADATA,
    LAYERS,
    MIN_RUNTIME_VERSION,
    conversion_metadata,
    min_runtime_version,
    pack_layers,
)
from qviz.formats.tflite.model import called_subgraphs
from qviz.formats.tflite.options import (
    CUSTOM_OPTIONS,
    CUSTOM_PREFIX,
    INTERMEDIATES,
    from_mapping,
    table_of,
)
from qviz.formats.tflite.strings import pack_strings
from qviz.formats.tflite.types import RESOURCE, STRING, TYPE_CODES, VARIANT
from qviz.formats.tflite.versions import operator_version
from qviz.graph import Graph, Operator, Tensor
from qviz.graph.subgraphs import called_numbers

FILE_IDENTIFIER = b"TFL3"
SIGNATURE_KEY = "serving_default"
_SCHEMA_VERSION = 3
# Flatbuffers count with signed 32-bit offsets.
_LARGEST_FILE = 2**31 - 1
# Old readers know only a byte for the operator code, and look here for the rest.
_LAST_SHORT_CODE = 127


def write_tflite(graph: Graph) -> bytes:
    """TFLite file of a graph.

    Parameters
    ----------
    graph : Graph
        Float or quantized; batch norms must be folded.

    Returns
    -------
    bytes
        The flatbuffer, with a signature ``serving_default`` whose names are those of the graph's
        inputs and outputs.

    Raises
    ------
    ExportError
        If an operator, an option or a type has no place in the format, or the file would be larger
        than 2 GiB.
    """
    _check_size(graph)
    model = schema.ModelT()
    model.version = _SCHEMA_VERSION
    model.description = "qviz"
    buffers, codes = _Buffers(), _Codes()
    called = called_subgraphs(graph) if any(map(called_numbers, graph.operators)) else ()
    graphs = [with_biases(part) for part in (graph, *called)]
    subgraphs = [_Subgraph(part, buffers, codes, len(graphs)) for part in graphs]
    model.operatorCodes = codes.entries
    model.subgraphs = [subgraph.packed for subgraph in subgraphs]
    model.signatureDefs = [subgraphs[0].signature()]
    model.metadata = [_metadata(n, d, buffers) for n, d in _descriptions(graph, codes)]
    model.buffers = buffers.entries
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), FILE_IDENTIFIER)
    return bytes(builder.Output())


class _Buffers:
    """Buffers of a model; equal constants share one."""

    def __init__(self) -> None:
        # Buffer 0 is empty by convention: it stands for "no data".
        self.entries: list[Any] = [schema.BufferT()]
        self._known: dict[bytes, int] = {}

    def add_empty(self) -> int:
        self.entries.append(schema.BufferT())
        return len(self.entries) - 1

    def add(self, data: bytes) -> int:
        if not data:
            return self.add_empty()
        known = self._known.get(data)
        if known is not None:
            return known
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(data, np.uint8)
        self.entries.append(buffer)
        self._known[data] = len(self.entries) - 1
        return self._known[data]


@dataclass(slots=True)
class _Codes:
    """Operator codes of a model, one for each kind, with the highest version in use."""

    entries: list[Any] = field(default_factory=list)
    _index: dict[str, int] = field(default_factory=dict)

    @property
    def versions(self) -> list[tuple[str, int]]:
        return [(kind, self.entries[i].version) for kind, i in self._index.items()]

    def index_of(self, kind: str, version: int) -> int:
        index = self._index.get(kind)
        if index is None:
            index = self._index[kind] = len(self.entries)
            self.entries.append(_operator_code(kind))
        entry = self.entries[index]
        entry.version = max(entry.version, version)
        return index


class _Subgraph:
    """The schema's subgraph for one graph."""

    def __init__(self, graph: Graph, buffers: _Buffers, codes: _Codes, count: int) -> None:
        self.graph = graph
        self._buffers, self._codes, self._count = buffers, codes, count
        self._states = states.state_inputs(graph)
        self._indices: dict[str, int] = {}
        self.packed = schema.SubGraphT()
        self.packed.name = "main"
        self.packed.tensors = []
        self.packed.inputs = [self._tensor(name) for name in graph.inputs]
        self.packed.operators = [self._operator(operator) for operator in graph.operators]
        self.packed.outputs = [self._tensor(name) for name in graph.outputs]

    def signature(self) -> Any:
        """Signature that names inputs and outputs as the graph does."""
        signature = schema.SignatureDefT()
        signature.signatureKey = SIGNATURE_KEY
        signature.subgraphIndex = 0
        signature.inputs = [self._mapped(name) for name in self.graph.inputs]
        signature.outputs = [self._mapped(name) for name in dict.fromkeys(self.graph.outputs)]
        return signature

    def _mapped(self, name: str) -> Any:
        entry = schema.TensorMapT()
        entry.name = name
        entry.tensorIndex = self._indices[name]
        return entry

    def _tensor(self, name: str | None) -> int:
        if name is None:
            return -1
        if name not in self._indices:
            self._indices[name] = self._add(self.graph.tensors[name])
        return self._indices[name]

    def _add(self, tensor: Tensor) -> int:
        self.packed.tensors.append(_tensor(tensor, self._buffers, tensor.name in self._states))
        return len(self.packed.tensors) - 1

    def _operator(self, operator: Operator) -> Any:
        entry = schema.OperatorT()
        version = operator_version(operator, self.graph.tensors)
        entry.opcodeIndex = self._codes.index_of(operator.kind, version)
        entry.inputs = [self._tensor(name) for name in operator.inputs]
        entry.outputs = [self._tensor(name) for name in operator.outputs]
        if INTERMEDIATES in operator.options:
            entry.intermediates = [self._add(t) for t in operator.options[INTERMEDIATES]]
        if operator.kind.startswith(CUSTOM_PREFIX):
            entry.customOptions = np.frombuffer(operator.option(CUSTOM_OPTIONS, b""), np.uint8)
        else:
            self._check_calls(operator)
            _set_options(entry, operator)
        return entry

    def _check_calls(self, operator: Operator) -> None:
        if any(not 0 <= index < self._count for index in called_numbers(operator)):
            raise ExportError(
                f"{_where(operator)} calls another subgraph, which this graph does not have."
            )


def _set_options(entry: Any, operator: Operator) -> None:
    table = table_of(operator.kind)
    if table is None:
        return
    fields = {k: v for k, v in operator.options.items() if k != INTERMEDIATES}
    packed = from_mapping(operator.kind, table, fields)
    if table.second:
        entry.builtinOptions2Type, entry.builtinOptions2 = table.code, packed
    else:
        entry.builtinOptionsType, entry.builtinOptions = table.code, packed


def _descriptions(graph: Graph, codes: _Codes) -> list[tuple[str, bytes]]:
    """Names and data of the metadata entries."""
    entries = [
        (MIN_RUNTIME_VERSION, min_runtime_version(codes.versions)),
        (CONVERSION_METADATA, conversion_metadata(graph)),
    ]
    layers = pack_layers(graph)
    return entries if layers is None else [*entries, (LAYERS, layers)]


def _operator_code(kind: str) -> Any:
    entry = schema.OperatorCodeT()
    if kind.startswith(CUSTOM_PREFIX):
        entry.builtinCode = entry.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
        entry.customCode = kind.removeprefix(CUSTOM_PREFIX)
        return entry
    code = getattr(schema.BuiltinOperator, kind, None)
    if code is None:
        advice = " Fold the batch norms first." if kind == "BATCH_NORMALIZATION" else ""
        raise ExportError(f"TFLite has no operator {kind}.{advice}")
    entry.builtinCode = code
    entry.deprecatedBuiltinCode = min(code, _LAST_SHORT_CODE)
    return entry


def _tensor(tensor: Tensor, buffers: _Buffers, is_state: bool) -> Any:
    code = TYPE_CODES.get(tensor.dtype.newbyteorder("<"))
    if code is None:
        raise ExportError(f"Tensor {tensor.name!r} is {tensor.dtype}, which TFLite does not have.")
    entry = schema.TensorT()
    entry.name = tensor.name
    entry.type = code
    entry.hasRank = True
    entry.shape = [max(1, size) if size < 0 else size for size in tensor.shape]
    if any(size < 0 for size in tensor.shape):
        entry.shapeSignature = list(tensor.shape)
    entry.quantization = _quantization(tensor)
    if is_state:
        entry.isVariable = True
    if tensor.data is None or is_state:
        entry.buffer = buffers.add_empty()
    else:
        entry.buffer = buffers.add(_constant_bytes(tensor))
    return entry


def _constant_bytes(tensor: Tensor) -> bytes:
    assert tensor.data is not None
    if tensor.dtype == STRING:
        return pack_strings(tensor.data.ravel())
    if tensor.dtype in (RESOURCE, VARIANT):
        raise ExportError(f"Tensor {tensor.name!r} is a handle and cannot be a constant.")
    little = tensor.dtype.newbyteorder("<")
    return np.ascontiguousarray(tensor.data, little).tobytes()


def _quantization(tensor: Tensor) -> Any:
    entry = schema.QuantizationParametersT()
    params = tensor.quantization
    if params is None:
        return entry
    if params.minimum is not None:
        raise ExportError(
            f"Tensor {tensor.name!r} stores a minimum instead of a zero point, as TensorFlow.js "
            "does; TFLite cannot. Export the model as a TensorFlow.js folder."
        )
    entry.scale = params.scale.astype(np.float32)
    entry.zeroPoint = params.zero_point.astype(np.int64)
    entry.quantizedDimension = params.quantized_dimension or 0
    return entry


def _metadata(name: str, data: bytes, buffers: _Buffers) -> Any:
    entry = schema.MetadataT()
    entry.name = name
    entry.buffer = buffers.add(data)
    return entry


def _check_size(graph: Graph) -> None:
    total = sum(t.data.nbytes for t in _constants(graph.tensors) if t.data is not None)
    if total > _LARGEST_FILE:
        raise ExportError(
            f"The weights of {graph.name} take {total:,} bytes; a TFLite file holds at most "
            f"{_LARGEST_FILE:,}."
        )


def _constants(tensors: Mapping[str, Tensor]) -> Iterable[Tensor]:
    return (tensor for tensor in tensors.values() if tensor.is_constant)


def _where(operator: Operator) -> str:
    return f"{operator.kind} of layer {operator.layer!r}" if operator.layer else operator.kind
