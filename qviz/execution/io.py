"""Inputs and outputs of a run: checked arrays in, real values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qviz.errors import ExecutionError
from qviz.execution.fixed_point import code_limits, round_half_away_float32
from qviz.execution.trace import Trace
from qviz.graph import Graph, QuantizationParams, Tensor

# Values that are quantized at once: their copies stay in the cache.
_CHUNK = 1 << 16

Inputs = NDArray[Any] | Sequence[NDArray[Any]] | Mapping[str, NDArray[Any]]


def check_inputs(graph: Graph, inputs: Inputs) -> dict[str, NDArray[Any]]:
    """Inputs of `graph` by name, checked against its tensors.

    Parameters
    ----------
    graph : Graph
        What will be run.
    inputs : ndarray, sequence or mapping
        One array for a graph of one input; else one per input, in order or by name. N samples in
        dimension 0 where the graph has 1. Floats of another width are cast to float32, other
        integers to the index type; codes have to have the tensor's own type. NaN passes.

    Raises
    ------
    ExecutionError
        If the count, a name, a rank, a shape or a type does not fit.
    """
    arrays = name_inputs(graph, inputs)
    checked = {n: _checked(graph.tensors[n], a) for n, a in arrays.items()}
    counts = {
        n: a.shape[0] for n, a in checked.items() if a.ndim and graph.tensors[n].shape[0] in (1, -1)
    }
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{n!r} {count}" for n, count in counts.items())
        raise ExecutionError(f"The inputs hold different numbers of samples: {listed}.")
    return checked


def name_inputs(graph: Graph, inputs: Inputs) -> dict[str, NDArray[Any]]:
    """Inputs of `graph` by name, of whatever shape and type.

    Raises
    ------
    ExecutionError
        If the count or a name does not fit.
    """
    return {name: np.asarray(array) for name, array in _by_name(graph, inputs).items()}


def _by_name(graph: Graph, inputs: Inputs) -> dict[str, Any]:
    expected = len(graph.inputs)
    if isinstance(inputs, Mapping):
        unknown = sorted(set(inputs) - set(graph.inputs))
        missing = [n for n in graph.inputs if n not in inputs]
        if unknown or missing:
            problem = f"has no input {unknown[0]!r}" if unknown else f"needs {missing[0]!r}"
            names = ", ".join(repr(n) for n in graph.inputs)
            raise ExecutionError(f"The model {problem}; its inputs are {names}.")
        return {n: inputs[n] for n in graph.inputs}
    if isinstance(inputs, np.ndarray):
        inputs = [inputs]
    if not isinstance(inputs, (list, tuple)):
        raise ExecutionError(
            f"Inputs are given as an array, a list of arrays or a mapping by name, "
            f"not as {type(inputs).__name__}."
        )
    if len(inputs) != expected:
        raise ExecutionError(f"The model has {expected} input(s), but {len(inputs)} were given.")
    return dict(zip(graph.inputs, inputs, strict=True))


def _checked(tensor: Tensor, array: NDArray[Any]) -> NDArray[Any]:
    shape = tensor.shape
    described = "(" + ", ".join(["N", *(_size(n) for n in shape[1:])]) + ")" if shape else "()"
    if shape and shape[0] not in (1, -1):
        described = str(shape)
    if array.ndim != len(shape):
        hint = ""
        if array.ndim + 1 == len(shape) and array.shape == tuple(shape[1:]):
            hint = " One sample needs a leading dimension: x[None]."
        raise ExecutionError(
            f"Input {tensor.name!r} has {len(shape)} dimensions {described}, "
            f"but the array has shape {array.shape}.{hint}"
        )
    for axis, (expected, got) in enumerate(zip(shape, array.shape, strict=True)):
        free = expected == -1 or (axis == 0 and expected == 1)
        if (not free and expected != got) or got == 0:
            raise ExecutionError(
                f"Input {tensor.name!r} expects shape {described}, "
                f"but the array has shape {array.shape}."
            )
    return _cast(tensor, array)


def _size(size: int) -> str:
    return "any" if size < 0 else str(size)


def _cast(tensor: Tensor, array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype == tensor.dtype:
        return array.view()
    if tensor.is_float and array.dtype.kind == "f":
        return array.astype(tensor.dtype)
    is_index = tensor.quantization is None and tensor.dtype.kind in "iu"
    if is_index and array.dtype.kind in "iu":
        cast = array.astype(tensor.dtype)
        if np.array_equal(cast, array):
            return cast
    hint = " quantize_input() turns real values into codes." if tensor.quantization else ""
    raise ExecutionError(
        f"Input {tensor.name!r} is {tensor.dtype}, but the array is {array.dtype}.{hint}"
    )


def quantize_input(tensor: Tensor, x: ArrayLike) -> NDArray[Any]:
    """Codes of the real values `x` for the graph input `tensor`, as a device would make them.

    Parameters
    ----------
    tensor : Tensor
        Input of a graph. If it is not quantized, `x` is returned in its type.
    x : array_like
        Real values.

    Returns
    -------
    ndarray of tensor.dtype
        ``round(x / scale) + zero_point``, halves away from zero, clamped to the type's range; NaN
        becomes the zero point.

    References
    ----------
    LiteRT, tflite/kernels/internal/reference/quantize.h, AffineQuantize.
    """
    params = tensor.quantization
    values = np.asarray(x)
    if params is None or tensor.is_float:
        return values.astype(tensor.dtype, copy=False)
    flat = np.ascontiguousarray(values, np.float32).reshape(-1)
    codes = np.empty(flat.shape, tensor.dtype)
    for start in range(0, flat.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        _quantize(flat[part], params, codes[part])
    return codes.reshape(values.shape)


def _quantize(values: NDArray[np.float32], params: QuantizationParams, out: NDArray[Any]) -> None:
    low, high = code_limits(out.dtype)
    zero_point = int(params.zero_point[0])
    scaled = values / params.scale[0]
    np.clip(scaled, low - zero_point, high - zero_point, out=scaled)
    whole = np.rint(scaled)
    np.subtract(scaled, whole, out=scaled)
    if not max(scaled.max(), -scaled.min()) < 0.5:
        # There are exact halves, which rint takes to the even number, or NaN.
        odd = np.flatnonzero(~(np.abs(scaled) < 0.5))
        whole[odd] = np.nan_to_num(round_half_away_float32(whole[odd] + scaled[odd]), nan=0.0)
    whole += np.float32(zero_point)
    np.copyto(out, whole, casting="unsafe")


def real_outputs(graph: Graph, trace: Trace) -> tuple[NDArray[np.float32], ...]:
    """Outputs of `trace` as real values, float32, in the graph's order."""
    return tuple(trace.real(name) for name in graph.outputs)
