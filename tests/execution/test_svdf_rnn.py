"""SVDF and plain recurrent layers against the reference interpreter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litert_reference import (
    assert_close,
    assert_same_codes,
    codes_constant,
    codes_tensor,
    single_operator,
)
from numpy.typing import NDArray
from random_operators import FIXED, SEEDS, float_constant, float_tensor, random_floats

from qviz.errors import UnsupportedOperatorError
from qviz.execution import Executor
from qviz.graph import Graph, Operator, Tensor

SIZES = st.integers(1, 9)


def weights(name: str, rng: np.random.Generator, size: tuple[int, ...], kind: str) -> Tensor:
    """Float weights, or 8-bit ones."""
    if kind == "float":
        return float_constant(name, rng.normal(0, 0.5, size))
    codes = rng.integers(-127, 128, size).astype(np.int8)
    return codes_constant(name, codes, np.array([rng.uniform(0.002, 0.01)], np.float32))


@FIXED
@given(
    units=SIZES,
    rank=st.integers(1, 3),
    memory=st.integers(1, 6),
    inputs=st.integers(1, 20),
    kind=st.sampled_from(["float", "hybrid", "asymmetric"]),
    activation=st.sampled_from(["NONE", "RELU", "RELU6", "TANH"]),
    has_bias=st.booleans(),
    seed=SEEDS,
)
def test_float_and_hybrid_svdf(
    units: int,
    rank: int,
    memory: int,
    inputs: int,
    kind: str,
    activation: str,
    has_bias: bool,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    filters = units * rank
    bias = float_constant("b", rng.normal(0, 0.5, units)) if has_bias else None
    graph = single_operator(
        "SVDF",
        [
            float_tensor("x", 1, inputs),
            weights("f", rng, (filters, inputs), kind),
            weights("t", rng, (filters, memory), kind),
            bias,
            float_constant("s", np.zeros((1, filters * memory))),
        ],
        [float_tensor("y", 1, units)],
        rank=rank,
        fused_activation_function=activation,
        asymmetric_quantize_inputs=kind == "asymmetric",
    )
    assert_close(graph, random_floats(rng, 1, inputs), tolerance=2e-6)


def integer_svdf(
    rng: np.random.Generator, units: int, rank: int, memory: int, inputs: int
) -> Graph:
    filters = units * rank
    points = [int(p) for p in rng.integers(-128, 128, 2)]
    scales = rng.uniform(0.001, 0.05, 4).astype(np.float32)
    time = rng.integers(-(1 << 15), 1 << 15, (filters, memory)).astype(np.int16)
    features = rng.integers(-127, 128, (filters, inputs)).astype(np.int8)
    state_scale = np.array([scales[0] * scales[1] * rng.uniform(0.5, 3)], np.float32)
    bias = rng.integers(-(1 << 20), 1 << 20, units).astype(np.int32)
    return single_operator(
        "SVDF",
        [
            codes_tensor("x", (1, inputs), np.int8, float(scales[0]), points[0]),
            codes_constant("f", features, scales[1:2]),
            codes_constant("t", time, scales[2:3] / np.float32(100)),
            codes_constant("b", bias, state_scale) if rng.random() < 0.7 else None,
            codes_constant("s", np.zeros((1, filters * memory), np.int16), state_scale),
        ],
        [codes_tensor("y", (1, units), np.int8, float(scales[3]) * 20, points[1])],
        rank=rank,
        fused_activation_function="RELU",
    )


@FIXED
@given(units=SIZES, rank=st.integers(1, 3), memory=st.integers(1, 6), inputs=SIZES, seed=SEEDS)
def test_integer_svdf(units: int, rank: int, memory: int, inputs: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = integer_svdf(rng, units, rank, memory, inputs)
    assert_same_codes(graph, rng.integers(-128, 128, (1, inputs)).astype(np.int8))


def test_a_given_state_moves_on() -> None:
    """The second of two steps by hand: the first result is one time older."""
    rng = np.random.default_rng(3)
    x = np.array([[1.0, 2.0]], np.float32)
    features, time = rng.normal(size=(1, 2)), rng.normal(size=(1, 3))
    graph = single_operator(
        "SVDF",
        [
            float_tensor("x", 1, 2),
            float_constant("f", features),
            float_constant("t", time),
            None,
            float_constant("s", np.zeros((1, 3))),
        ],
        [float_tensor("y", 1, 1)],
        rank=1,
    )
    executor = Executor(graph)
    state = np.array([[0.0, 5.0, 7.0]], np.float32)
    (y,) = executor.run_operator(0, [x, None, None, None, state])
    expected = 5 * time[0, 0] + 7 * time[0, 1] + float(features[0] @ x[0]) * time[0, 2]
    np.testing.assert_allclose(y, [[expected]], rtol=1e-6)


def test_an_int8_state_is_refused() -> None:
    graph = integer_svdf(np.random.default_rng(1), 2, 1, 3, 4)
    narrow = codes_constant("s", np.zeros((1, 6), np.int8), np.array([0.1], np.float32))
    tensors = [narrow if t.name == "s" else t for t in graph.tensors.values()]
    with pytest.raises(UnsupportedOperatorError, match="int8 state"):
        Executor(graph.rebuild(tensors=tensors))


@FIXED
@given(
    operator=st.sampled_from(["RNN", "UNIDIRECTIONAL_SEQUENCE_RNN"]),
    kind=st.sampled_from(["float", "hybrid", "asymmetric"]),
    units=SIZES,
    inputs=st.integers(1, 20),
    steps=st.integers(1, 4),
    time_major=st.booleans(),
    seed=SEEDS,
)
def test_rnn(
    operator: str,
    kind: str,
    units: int,
    inputs: int,
    steps: int,
    time_major: bool,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    lead = (1,) if operator == "RNN" else (steps, 1) if time_major else (1, steps)
    options: dict[str, Any] = {"fused_activation_function": "TANH"}
    if operator != "RNN":
        options["time_major"] = time_major
    graph = single_operator(
        operator,
        [
            float_tensor("x", *lead, inputs),
            weights("w", rng, (units, inputs), kind),
            weights("r", rng, (units, units), kind),
            float_constant("b", rng.normal(0, 0.5, units)),
            float_constant("h", np.zeros((1, units))),
        ],
        [float_tensor("y", *lead, units)],
        asymmetric_quantize_inputs=kind == "asymmetric",
        **options,
    )
    # A last bit of tanh may move a code of the next step.
    tolerance = 2e-6 if kind == "float" else 1e-2
    assert_close(graph, random_floats(rng, *lead, inputs), tolerance=tolerance)


@pytest.mark.parametrize("time_major", [False, True])
@pytest.mark.parametrize("merge", [False, True])
@pytest.mark.parametrize("aux", ["none", "stacked", "weighted"])
@pytest.mark.parametrize("kind", ["float", "hybrid"])
def test_bidirectional_rnn(merge: bool, aux: str, kind: str, time_major: bool) -> None:
    rng = np.random.default_rng(2)
    steps, inputs, units = 4, 3, 5
    lead = (steps, 1) if time_major else (1, steps)
    tensors: list[Tensor | None] = [float_tensor("x", *lead, inputs)]
    for side in "fb":
        tensors += [
            weights(f"{side}w", rng, (units, inputs), kind),
            weights(f"{side}r", rng, (units, units), kind),
            float_constant(f"{side}b", rng.normal(0, 0.5, units)),
            float_constant(f"{side}h", np.zeros((1, units))),
        ]
    arrays: list[NDArray[Any]] = [random_floats(rng, *lead, inputs)]
    tensors += [None, None, None]
    if aux != "none":
        tensors[9] = float_tensor("aux", *lead, inputs)
        arrays.append(random_floats(rng, *lead, inputs))
    if aux == "weighted":
        tensors[10] = weights("fa", rng, (units, inputs), kind)
        tensors[11] = weights("ba", rng, (units, inputs), kind)
    outputs = [float_tensor("y", *lead, units * (2 if merge else 1))]
    outputs += [] if merge else [float_tensor("z", *lead, units)]
    operator = Operator(
        "BIDIRECTIONAL_SEQUENCE_RNN",
        tuple(t.name if t else None for t in tensors),
        tuple(t.name for t in outputs),
        {
            "fused_activation_function": "TANH",
            "merge_outputs": merge,
            "time_major": time_major,
        },
    )
    graph = Graph.build(
        [operator],
        [*(t for t in tensors if t), *outputs],
        ["x"] if aux == "none" else ["x", "aux"],
        [t.name for t in outputs],
    )
    assert_close(graph, *arrays, tolerance=1e-6 if kind == "float" else 1e-2)
