"""qviz's own container of a graph, for operators that no other format of qviz's can hold.

A zip archive of two files:

``graph.json``
    Deflated. ``format`` ("qviz-graph") and ``version`` (1); ``name``; ``inputs`` and ``outputs``,
    names of tensors; ``operators`` in execution order, each with ``kind``, ``inputs``, ``outputs``,
    ``options`` (bytes as a list of numbers) and ``layer``; ``tensors``, each with ``name``,
    ``shape``, ``dtype`` and, if it is constant, the ``offset`` of its values.
``constants.bin``
    Not compressed. The values of all constants one after the other, little-endian.

TensorFlow 1 would write an eightbit model as a GraphDef, which takes TensorFlow to write. This
archive holds the same operators and the same bytes of constants, so that its size is a fair
measure; no program but qviz reads it.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from qviz.errors import ModelFormatError
from qviz.formats.keras.values import read_json
from qviz.graph import Graph, Operator, QuantizationParams, Tensor
from qviz.graph.subgraphs import EIGHTBIT

_GRAPH, _CONSTANTS = "graph.json", "constants.bin"
_STEPS = 255.0
_RESHAPE = f"{EIGHTBIT}RESHAPE"
_FORMAT, _VERSION = "qviz-graph", 1
# Archives of equal graphs are equal: the time stamp is zip's first day.
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_DTYPES = frozenset(
    {"float32", "float16", "uint8", "int8", "uint16", "int16", "uint32", "int32", "int64", "bool"}
)
_MAX_JSON_BYTES = 64 << 20


def write_graph_archive(graph: Graph) -> bytes:
    """The archive of a graph."""
    constants: list[bytes] = []
    offset = 0
    tensors: list[dict[str, Any]] = []
    for tensor in graph.tensors.values():
        entry: dict[str, Any] = {
            "name": tensor.name,
            "shape": list(tensor.shape),
            "dtype": tensor.dtype.name,
        }
        if tensor.data is not None:
            data = np.ascontiguousarray(tensor.data, tensor.dtype.newbyteorder("<")).tobytes()
            entry["offset"] = offset
            constants.append(data)
            offset += len(data)
        tensors.append(entry)
    content = {
        "format": _FORMAT,
        "version": _VERSION,
        "name": graph.name,
        "inputs": graph.inputs,
        "outputs": graph.outputs,
        "operators": [_operator(operator) for operator in graph.operators],
        "tensors": tensors,
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_plain)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(_GRAPH, _FIRST_DAY), text, zipfile.ZIP_DEFLATED, 9)
        archive.writestr(zipfile.ZipInfo(_CONSTANTS, _FIRST_DAY), b"".join(constants))
    return buffer.getvalue()


def is_graph_archive(path: Path) -> bool:
    """Whether a zip file has the two members of an archive; False where it is no zip file."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {_GRAPH, _CONSTANTS} <= set(archive.namelist())
    except zipfile.BadZipFile:
        return False


def read_graph_archive(data: bytes, name: str = "the archive") -> Graph:
    """The graph that :func:`write_graph_archive` wrote.

    Raises
    ------
    ModelFormatError
        If it is no such archive, or damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            # What is not compressed cannot unpack to more than the file has.
            if archive.getinfo(_CONSTANTS).compress_type != zipfile.ZIP_STORED:
                raise ModelFormatError(f"{name} is no archive of a graph.")
            if archive.getinfo(_GRAPH).file_size > _MAX_JSON_BYTES:
                raise ModelFormatError(f"{name} is larger than the description of any model.")
            content = read_json(archive.read(_GRAPH), name)
            constants = archive.read(_CONSTANTS)
        if content.get("format") != _FORMAT or content.get("version") != _VERSION:
            raise ModelFormatError(f"{name} was written by another version of qviz.")
        tensors = [_tensor(entry, constants) for entry in content["tensors"]]
        operators = [
            Operator(
                str(entry["kind"]),
                tuple(entry["inputs"]),
                tuple(entry["outputs"]),
                dict(entry["options"]),
                str(entry["layer"]),
            )
            for entry in content["operators"]
        ]
        ends = content["inputs"], content["outputs"]
        return Graph.build(
            operators, _with_maps(operators, tensors), *ends, name=str(content["name"])
        )
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, OverflowError) as error:
        raise ModelFormatError(f"{name} is damaged or no archive of a graph ({error}).") from error


def _with_maps(operators: Sequence[Operator], tensors: Sequence[Tensor]) -> list[Tensor]:
    """The tensors, constants of codes with the map to the real values that they stand for.

    8-bit operators read codes first, then two ends of a range for each; only they tell which range
    belongs to which codes.
    """
    by_name = {tensor.name: tensor for tensor in tensors}
    for operator in operators:
        names = operator.present_inputs if operator.kind.startswith(EIGHTBIT) else ()
        coded = [name for name in names if by_name[name].dtype.kind in "iu"]
        ends = [name for name in names if by_name[name].dtype.kind == "f"]
        coded = [name for name in coded if operator.kind != _RESHAPE or name == names[0]]
        for i, name in enumerate(coded if len(ends) == 2 * len(coded) else ()):
            tensor = by_name[name]
            found = _min_first(*(by_name[end].data for end in ends[2 * i : 2 * i + 2]))
            if tensor.is_constant and tensor.dtype == np.uint8 and found is not None:
                by_name[name] = replace(tensor, quantization=found)
    return list(by_name.values())


def _min_first(low: Any, high: Any) -> QuantizationParams | None:
    """The map of 8-bit codes between two ends; None where these are not known or no range.

    References
    ----------
    TensorFlow, quantization_utils.h, QuantizedToFloatStruct and FloatToQuantizedUnclamped.
    """
    if low is None or high is None or low.size != 1 or high.size != 1:
        return None
    least, greatest = np.float32(low.item()), np.float32(high.item())
    with np.errstate(over="ignore", invalid="ignore"):
        spread = float(greatest - least)
    step = np.float32(spread / _STEPS)
    if not math.isfinite(spread) or not step > 0:
        return None
    first = np.float32(_rounded(float(least / step))) * step
    zero = -_rounded(float(least) * (256 / (spread * (256 / _STEPS))))
    return QuantizationParams(np.array([step]), np.array([zero]), minimum=float(first))


def _rounded(value: float) -> int:
    """The nearest integer, halves away from zero."""
    whole = math.trunc(value)
    return whole + (int(math.copysign(1, value)) if abs(value - whole) >= 0.5 else 0)


def _operator(operator: Operator) -> dict[str, Any]:
    return {
        "kind": operator.kind,
        "inputs": operator.inputs,
        "outputs": operator.outputs,
        "options": dict(operator.options),
        "layer": operator.layer,
    }


def _plain(value: Any) -> Any:
    """Numbers, arrays of numpy and bytes as JSON has them."""
    if isinstance(value, bytes):
        # The options of a custom operator.
        return list(value)
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{value!r} has no place in the archive of a graph")


def _tensor(entry: Mapping[str, Any], constants: bytes) -> Tensor:
    shape = tuple(int(n) for n in entry["shape"])
    if entry["dtype"] not in _DTYPES:
        raise ValueError(f"type {entry['dtype']!r}")
    dtype = np.dtype(entry["dtype"])
    if "offset" not in entry:
        return Tensor(str(entry["name"]), shape, dtype)
    start, count = int(entry["offset"]), math.prod(shape)
    values = np.frombuffer(constants, dtype.newbyteorder("<"), count, start)
    return Tensor(str(entry["name"]), shape, dtype, values.reshape(shape).astype(dtype))
