"""The LiteRT interpreter with its optimized kernels, for what has no sound reference kernel."""

from __future__ import annotations

from typing import Any

from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from qviz.formats.tflite import write_tflite
from qviz.graph import Graph


def run_optimized(graph: Graph, *inputs: NDArray[Any]) -> Any:
    """First output of the optimized kernels, without XNNPACK."""
    interpreter = Interpreter(
        model_content=write_tflite(graph),
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    for detail, array in zip(interpreter.get_input_details(), inputs, strict=True):
        interpreter.set_tensor(detail["index"], array)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
