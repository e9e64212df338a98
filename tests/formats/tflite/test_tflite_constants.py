"""Constants in all the ways that a file can hold them."""

from __future__ import annotations

from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from qviz.formats.tflite import read_tflite, write_tflite
from qviz.formats.tflite.sparse import densify
from qviz.graph import Graph

TYPES = schema.TensorType


def file_with(code: int, shape: list[int], data: bytes, change: Any = None) -> bytes:
    """A file whose only tensor is a constant of the given type and bytes."""
    empty = Graph.build([], [], [], [])
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(write_tflite(empty), 0))
    entry, buffer = schema.TensorT(), schema.BufferT()
    entry.type, entry.shape, entry.name, entry.buffer = code, shape, "c", len(model.buffers)
    buffer.data = np.frombuffer(data, np.uint8)
    model.buffers.append(buffer)
    model.subgraphs[0].tensors, model.subgraphs[0].outputs = [entry], [0]
    if change is not None:
        change(entry, buffer)
    builder = flatbuffers.Builder(256)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def constant_of(data: bytes) -> NDArray[Any]:
    value = read_tflite(data).tensors["c"].data
    assert value is not None
    return value


@pytest.mark.parametrize(
    ("code", "data", "values"),
    [
        (TYPES.INT4, b"\xf1\x87\x02", np.array([1, -1, 7, -8, 2], np.int8)),
        (TYPES.UINT4, b"\xf1\x87\x02", np.array([1, 15, 7, 8, 2], np.uint8)),
        (TYPES.INT2, b"\x1b\x01", np.array([-1, -2, 1, 0, 1], np.int8)),
        (TYPES.BFLOAT16, b"\x80\x3f\x00\xc0\x40\x40\x00\x00\x80\xff", None),
        (TYPES.FLOAT16, np.arange(5, dtype="<f2").tobytes(), np.arange(5, dtype=np.float16)),
        (TYPES.UINT32, np.arange(5, dtype="<u4").tobytes(), np.arange(5, dtype=np.uint32)),
        (TYPES.COMPLEX64, np.arange(5, dtype="<c8").tobytes(), np.arange(5, dtype=np.complex64)),
    ],
)
def test_types(code: int, data: bytes, values: NDArray[Any] | None) -> None:
    if values is None:
        values = np.array([1.0, -2.0, 3.0, 0.0, -np.inf], np.float32)
    np.testing.assert_array_equal(constant_of(file_with(code, [5], data)), values, strict=True)


def test_constants_outside_the_flatbuffer() -> None:
    values = np.arange(6, dtype=np.float32).reshape(2, 3)

    def outside(offset: int) -> bytes:
        def change(_: Any, buffer: Any) -> None:
            buffer.data, buffer.offset, buffer.size = None, offset, values.nbytes

        return file_with(TYPES.FLOAT32, [2, 3], b"\0", change)

    # The place depends on the file's length, which depends on the place only by being stored.
    length = len(outside(1000))
    data = outside(length) + values.tobytes()
    np.testing.assert_array_equal(constant_of(data), values, strict=True)
    again = constant_of(write_tflite(read_tflite(data)))
    np.testing.assert_array_equal(again, values, strict=True)


def test_strings_keep_their_shape() -> None:
    strings = np.array([[b"a", b""], ["ü".encode(), b"dd"]], object)
    graph = read_tflite(file_with(TYPES.STRING, [4], b"\4\0\0\0" + b"\x18\0\0\0" * 5))
    assert graph.tensors["c"].data.tolist() == [b""] * 4
    tensor = graph.tensors["c"]
    kept = Graph.build(
        [], [type(tensor)("c", (2, 2), tensor.dtype, strings)], [], ["c"], name="strings"
    )
    np.testing.assert_array_equal(constant_of(write_tflite(kept)), strings)


def level(dense: int | None, segments: list[int] = (), indices: list[int] = ()) -> Any:
    entry = schema.DimensionMetadataT()
    if dense is not None:
        entry.format, entry.denseSize = schema.DimensionType.DENSE, dense
        return entry
    entry.format = schema.DimensionType.SPARSE_CSR
    vectors = []
    for values in (segments, indices):
        vector = schema.Uint8VectorT()
        vector.values = values
        vectors.append(vector)
    entry.arraySegments, entry.arrayIndices = vectors
    entry.arraySegmentsType = entry.arrayIndicesType = schema.SparseIndexVector.Uint8Vector
    return entry


def packed_sparsity(order: list[int], blocks: list[int], levels: list[Any]) -> Any:
    entry = schema.SparsityParametersT()
    entry.traversalOrder, entry.blockMap, entry.dimMetadata = order, blocks, levels
    builder = flatbuffers.Builder(256)
    builder.Finish(entry.Pack(builder))
    return schema.SparsityParameters.GetRootAs(bytes(builder.Output()), 0)


def test_compressed_rows() -> None:
    dense = np.array([[0, 5, 0, 6], [0, 0, 0, 0], [7, 0, 0, 0]], np.int8)
    sparsity = packed_sparsity([0, 1], [], [level(3), level(None, [0, 2, 2, 3], [1, 3, 0])])
    values = np.array([5, 6, 7], np.int8)
    np.testing.assert_array_equal(densify("c", (3, 4), values, sparsity), dense, strict=True)


def test_compressed_columns() -> None:
    dense = np.array([[0, 5, 0], [6, 0, 0]], np.float32)
    sparsity = packed_sparsity([1, 0], [], [level(3), level(None, [0, 1, 2, 2], [1, 0])])
    values = np.array([6, 5], np.float32)
    np.testing.assert_array_equal(densify("c", (2, 3), values, sparsity), dense, strict=True)


def test_blocks_inside_compressed_rows() -> None:
    dense = np.zeros((4, 4), np.float32)
    dense[0:2, 2:4] = [[1, 2], [3, 4]]
    dense[2:4, 0:2] = [[5, 6], [7, 8]]
    levels = [level(2), level(None, [0, 1, 2], [1, 0]), level(2), level(2)]
    sparsity = packed_sparsity([0, 1, 2, 3], [0, 1], levels)
    values = np.arange(1, 9, dtype=np.float32)
    np.testing.assert_array_equal(densify("c", (4, 4), values, sparsity), dense, strict=True)
