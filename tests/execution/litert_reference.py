"""The LiteRT interpreter with its reference kernels, as a judge of qviz's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unittest import mock

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from qviz.execution import Executor, delegation
from qviz.formats.tflite import write_tflite
from qviz.graph import Graph, Operator, QuantizationParams, Tensor

RESOLVERS = {
    "reference": OpResolverType.BUILTIN_REF,
    "optimized": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    "xnnpack": OpResolverType.AUTO,
}


def run_reference(model: Graph | bytes, inputs: list[Any]) -> list[Any]:
    """Outputs of the reference kernels for one batch; `inputs` in the model's order."""
    return run_interpreter(model, inputs, "reference")


def run_interpreter(model: Graph | bytes, inputs: list[Any], mode: str) -> list[Any]:
    """Outputs of the interpreter's kernels of a rounding mode, as `run_reference`."""
    interpreter = prepared_interpreter(model, mode, [array.shape for array in inputs])
    details = interpreter.get_input_details()
    for detail, array in zip(details, inputs, strict=True):
        interpreter.set_tensor(detail["index"], array)
    interpreter.invoke()
    return [interpreter.get_tensor(d["index"]) for d in interpreter.get_output_details()]


def prepared_interpreter(
    model: Graph | bytes, mode: str, shapes: list[tuple[int, ...]] | None = None
) -> Any:
    """Interpreter with its tensors allocated, for inputs of `shapes` if given."""
    content = model if isinstance(model, bytes) else write_tflite(model)
    interpreter = Interpreter(
        model_content=content, experimental_op_resolver_type=RESOLVERS[mode], num_threads=1
    )
    for detail, shape in zip(interpreter.get_input_details(), shapes or [], strict=False):
        if tuple(detail["shape"]) != shape:
            interpreter.resize_tensor_input(detail["index"], shape)
    interpreter.allocate_tensors()
    return interpreter


def delegated_kinds(model: Graph | bytes) -> list[str]:
    """Kinds of all nodes of the default interpreter; DELEGATE stands for what it handed over."""
    return [o["op_name"] for o in prepared_interpreter(model, "xnnpack")._get_ops_details()]


RULES = ("reference", "optimized", "xnnpack")


def executor_by(graph: Graph, rules: str) -> Executor:
    """Executor of the interpreter's kernels named by a key of `RESOLVERS`.

    The optimized kernels are what the default interpreter has where its delegate takes nothing.
    """
    if rules != "optimized":
        return Executor(graph, rules)
    with mock.patch.object(delegation, "CONDITIONS", {}):
        return Executor(graph, "xnnpack")


def assert_same_codes(graph: Graph, *inputs: NDArray[Any], rules: Sequence[str] = RULES) -> None:
    """qviz's outputs and the interpreter's are equal to the last bit, by all `rules`."""
    for kernels in rules:
        ours = executor_by(graph, kernels).run(list(inputs)).outputs
        theirs = run_interpreter(graph, list(inputs), kernels)
        for our, their in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(our, their, strict=True, err_msg=kernels)


def assert_close(graph: Graph, *inputs: NDArray[Any], tolerance: float = 1e-6) -> None:
    """qviz's float outputs are within `tolerance` of the interpreter's range."""
    ours = Executor(graph).run(list(inputs)).outputs
    for our, theirs in zip(ours, run_reference(graph, list(inputs)), strict=True):
        assert our.dtype == theirs.dtype
        assert our.shape == theirs.shape
        bound = tolerance * max(float(np.ptp(theirs)), float(np.abs(theirs).max()), 1e-30)
        np.testing.assert_allclose(our, theirs, rtol=0, atol=bound)


def codes_tensor(
    name: str, shape: tuple[int, ...], dtype: Any, scale: float, zero_point: int = 0
) -> Tensor:
    """A quantized activation with one scale."""
    params = QuantizationParams.per_tensor(scale, zero_point)
    return Tensor(name, shape, np.dtype(dtype), None, params)


def codes_constant(
    name: str,
    codes: NDArray[Any],
    scales: NDArray[np.float32],
    *,
    dimension: int | None = None,
    zero_point: int = 0,
) -> Tensor:
    """A quantized constant; one scale per slice of `dimension`, or one in all."""
    params = QuantizationParams(scales, np.full(len(scales), zero_point, np.int64), dimension)
    return Tensor(name, codes.shape, codes.dtype, codes, params)


def single_operator(
    kind: str,
    inputs: list[Tensor | None],
    outputs: list[Tensor],
    **options: Any,
) -> Graph:
    """Graph of one operator; its inputs that are not constants are the graph's.

    Absent inputs at the end are left out: the interpreter refuses a convolution that lists them.
    """
    while inputs and inputs[-1] is None:
        inputs = inputs[:-1]
    present = [tensor for tensor in inputs if tensor is not None]
    operator = Operator(
        kind,
        tuple(None if tensor is None else tensor.name for tensor in inputs),
        tuple(tensor.name for tensor in outputs),
        options,
        layer=outputs[0].name,
    )
    return Graph.build(
        [operator],
        [*present, *outputs],
        [tensor.name for tensor in present if not tensor.is_constant],
        [tensor.name for tensor in outputs],
    )
