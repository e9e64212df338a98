"""Metadata of a TFLite file: what wrote it, what runs it, and qviz's own layer names."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable

import flatbuffers
import numpy as np

from qviz import __version__
from qviz.formats.tflite.names import layer_names
from qviz.graph import Graph

MIN_RUNTIME_VERSION = "min_runtime_version"
CONVERSION_METADATA = "CONVERSION_METADATA"
LAYERS = "qviz_layers"
"""JSON list of the layer of each operator, deflated; only where tensor names do not tell it."""

_MOST_LAYER_BYTES = 1 << 24

# First release of TensorFlow Lite that runs version 1, 2, ... of an operator, where it is later
# than the first release of all (LiteRT, tools/versioning/runtime_version.cc).
_FIRST_RELEASE = "1.5.0"
_RELEASES = {
    "ADD": "1.5 1.14 2.4 2.6 2.13",
    "ARG_MAX": "1.9 1.14 2.9",
    "AVERAGE_POOL_2D": "1.5 1.14 2.3",
    "BATCH_MATMUL": "2.3 2.3 2.4 2.5",
    "BATCH_TO_SPACE_ND": "1.6 1.14 2.3 2.12",
    "BROADCAST_TO": "2.5 2.5 2.5",
    "CAST": "1.5 2.7 2.8 2.9 2.12 2.15 2.17",
    "CONCATENATION": "1.5 1.14 2.3 2.14",
    "CONV_2D": "1.5 1.14 1.14 2.3 2.4 2.9 2.11 2.15",
    "DEPTHWISE_CONV_2D": "1.5 1.12 1.14 2.2 2.3 2.3 2.11",
    "DEPTH_TO_SPACE": "2.1 2.5",
    "DIV": "1.6 2.3",
    "FULLY_CONNECTED": "1.5 1.10 1.14 1.14 2.0 2.1 2.3 2.3 2.3 2.11 2.15 2.17 2.18",
    "GATHER": "1.6 1.14 1.15 2.4 2.5 2.13 2.15",
    "MAXIMUM": "1.14 1.14 2.3 2.3",
    "MAX_POOL_2D": "1.5 1.14 2.3",
    "MEAN": "1.6 1.14 2.4",
    "MINIMUM": "1.14 1.14 2.3 2.3",
    "MUL": "1.5 1.14 1.15 2.3 2.6 2.11 2.13",
    "PACK": "1.11 1.14 2.3 2.13",
    "PAD": "1.5 1.14 2.4 2.6",
    "PADV2": "1.9 1.14 2.4 2.6",
    "RELU6": "1.5 1.14 2.5",
    "RESIZE_BILINEAR": "1.7 1.14 2.2 2.5",
    "RESIZE_NEAREST_NEIGHBOR": "1.13.1 1.14 2.3 2.4",
    "SOFTMAX": "1.5 1.14 2.3",
    "SPACE_TO_BATCH_ND": "1.6 1.14 2.3 2.12",
    "SPACE_TO_DEPTH": "1.5 1.14",
    "SPLIT": "1.5 1.14 1.14 2.3",
    "STRIDED_SLICE": "1.6 1.14 2.1 2.2 2.5 2.6 2.14 2.14",
    "SUB": "1.6 1.14 2.3 2.4 2.4",
    "SUM": "1.10 1.15",
    "SVDF": "1.5 1.14 2.2 2.3",
    "TILE": "1.10.1 2.2 2.8",
    "TRANSPOSE": "1.6 1.14 1.15 2.3 2.4 2.12",
    "TRANSPOSE_CONV": "1.9 2.2 2.3 2.13 2.15",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "1.13.1 1.14 2.3 2.12",
}

# ModelOptimizationMode of TensorFlow's conversion_metadata.fbs.
_PTQ_FLOAT16, _PTQ_DYNAMIC_RANGE, _PTQ_FULL_INTEGER, _PTQ_INT16 = 1000, 1001, 1002, 1003
_API_VERSION = 2


def min_runtime_version(versions: Iterable[tuple[str, int]]) -> bytes:
    """Lowest release that runs operators of these kinds and versions, padded to 16 bytes."""
    needed = _FIRST_RELEASE
    for kind, version in versions:
        releases = _RELEASES.get(kind, _FIRST_RELEASE).split()
        release = releases[min(version, len(releases)) - 1]
        needed = max(needed, release, key=_as_numbers)
    while needed.count(".") < 2:
        needed += ".0"
    return needed.encode().ljust(16, b"\0")


def conversion_metadata(graph: Graph) -> bytes:
    """TensorFlow's ConversionMetadata table: what wrote the file and how it was quantized."""
    builder = flatbuffers.Builder(128)
    writer = builder.CreateString(f"qviz {__version__}")
    modes = _optimization_modes(graph)
    builder.StartVector(4, len(modes), 4)
    for mode in reversed(modes):
        builder.PrependInt32(mode)
    listed = builder.EndVector()
    builder.StartObject(5)
    builder.PrependUOffsetTRelativeSlot(0, listed, 0)
    options = builder.EndObject()
    builder.StartObject(4)
    builder.PrependUOffsetTRelativeSlot(0, writer, 0)
    builder.PrependUint32Slot(1, _API_VERSION, 0)
    environment = builder.EndObject()
    builder.StartObject(2)
    builder.PrependUOffsetTRelativeSlot(0, environment, 0)
    builder.PrependUOffsetTRelativeSlot(1, options, 0)
    builder.Finish(builder.EndObject())
    return bytes(builder.Output())


def pack_layers(graph: Graph) -> bytes | None:
    """Layer names of the operators; None where a reader finds the same ones by itself."""
    names = [operator.layer for operator in graph.operators]
    if names == layer_names(graph):
        return None
    return zlib.compress(json.dumps(names, ensure_ascii=False).encode(), 9)


def unpack_layers(data: bytes, count: int) -> list[str] | None:
    """Layer names of `count` operators; None if the data are not what qviz writes."""
    try:
        names = json.loads(zlib.decompressobj().decompress(data, _MOST_LAYER_BYTES))
    except (zlib.error, ValueError, RecursionError):
        return None
    if isinstance(names, list) and len(names) == count and all(isinstance(n, str) for n in names):
        return names
    return None


def _optimization_modes(graph: Graph) -> list[int]:
    computed = [t for t in graph.tensors.values() if not t.is_constant]
    constants = [t for t in graph.tensors.values() if t.is_constant]
    if any(t.dtype == np.int16 and t.quantization is not None for t in computed):
        return [_PTQ_INT16]
    if any(t.dtype.itemsize == 1 and t.quantization is not None for t in computed):
        return [_PTQ_FULL_INTEGER]
    if any(t.dtype == np.int8 and t.quantization is not None for t in constants):
        return [_PTQ_DYNAMIC_RANGE]
    return [_PTQ_FLOAT16] if any(t.dtype == np.float16 for t in constants) else []


def _as_numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))
