"""Chains of random integer operators: every tensor is the interpreter's, in every mode."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from hypothesis import given, settings
from litert_reference import RESOLVERS
from random_integer_graphs import RandomGraph
from random_operators import FIXED, SEEDS

from qviz.execution import MODES, Executor
from qviz.formats.tflite import write_tflite
from qviz.graph import Graph

SOME = settings(FIXED, max_examples=100)


def assert_every_tensor_is_the_interpreters(graph: Graph, x: Any, mode: str) -> int:
    """Number of values that were compared, all of them equal."""
    with warnings.catch_warnings():
        # To keep all tensors costs memory, as the interpreter says.
        warnings.simplefilter("ignore")
        interpreter = Interpreter(
            model_content=write_tflite(graph),
            experimental_op_resolver_type=RESOLVERS[mode],
            experimental_preserve_all_tensors=True,
            num_threads=1,
        )
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
    interpreter.invoke()
    trace = Executor(graph, mode).run(x, taps="all")
    indices = {d["name"]: d["index"] for d in interpreter.get_tensor_details()}
    compared = 0
    for operator in graph.operators:
        for name in operator.outputs:
            theirs = interpreter.get_tensor(indices[name])
            np.testing.assert_array_equal(
                trace[name], theirs, strict=True, err_msg=f"{mode}: {operator.layer}"
            )
            compared += theirs.size
    return compared


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16])
@pytest.mark.parametrize("mode", MODES)
@SOME
@given(SEEDS)
def test_no_value_differs(mode: str, dtype: Any, seed: int) -> None:
    built = RandomGraph(seed, dtype, 6)
    assert assert_every_tensor_is_the_interpreters(built.graph, built.input(), mode) > 0
