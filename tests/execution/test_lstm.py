"""LSTM operators against the reference interpreter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litert_reference import assert_same_codes, codes_constant, codes_tensor, run_reference
from numpy.typing import NDArray
from random_operators import FIXED, SEEDS, float_constant, float_tensor, random_floats

from qviz.errors import UnsupportedOperatorError
from qviz.execution import Executor
from qviz.execution.kernels.fixed_point_int16 import sigmoid_table, tanh_table
from qviz.graph import Graph, Operator, QuantizationParams, Tensor

GATES = ("input", "forget", "cell", "output")


def assert_near(graph: Graph, *inputs: NDArray[Any], tolerance: float = 2e-6) -> None:
    """qviz's float outputs are within `tolerance`, of 1 or of what is larger than that.

    A gate that is all but closed leaves numbers near 0, whose own size says nothing.
    """
    ours = Executor(graph).run(list(inputs)).outputs
    for our, theirs in zip(ours, run_reference(graph, list(inputs)), strict=True):
        assert our.dtype == theirs.dtype
        bound = tolerance * max(1.0, float(np.abs(theirs).max()))
        np.testing.assert_allclose(our, theirs, rtol=0, atol=bound)


@dataclass(frozen=True)
class Shape:
    """Sizes and parts of a random LSTM."""

    batch: int
    steps: int
    inputs: int
    cells: int
    outputs: int
    coupled: bool
    peephole: bool
    norm: bool
    projection: bool
    time_major: bool
    clip: bool

    @property
    def x(self) -> tuple[int, int, int]:
        lead = (self.steps, self.batch) if self.time_major else (self.batch, self.steps)
        return (*lead, self.inputs)


@st.composite
def shapes(draw: Any) -> Shape:
    cells = draw(st.integers(1, 9))
    projection = draw(st.booleans())
    # The integer kernel reads past its peephole weights where there are more outputs than cells.
    outputs = draw(st.integers(1, cells)) if projection else cells
    parts = [draw(st.booleans()) for _ in range(3)]
    return Shape(
        1,
        draw(st.integers(1, 5)),
        draw(st.integers(1, 20)),
        cells,
        outputs,
        *parts,
        projection,
        draw(st.booleans()),
        draw(st.booleans()),
    )


def lstm_graph(
    shape: Shape,
    x: Tensor,
    y: Tensor,
    parts: dict[str, Tensor | None],
    states: list[Tensor],
    kind: str = "UNIDIRECTIONAL_SEQUENCE_LSTM",
    **options: Any,
) -> Graph:
    """Graph of one LSTM; `parts` by name, those that are missing are absent."""
    named = [f"w_{g}" for g in GATES] + [f"r_{g}" for g in GATES]
    named += ["p_input", "p_forget", "p_output", *(f"b_{g}" for g in GATES), "proj", "proj_b"]
    inputs = [x, *(parts.get(n) for n in named), *states, *(parts.get(f"n_{g}") for g in GATES)]
    if not shape.norm:
        inputs = inputs[:20]
    clips = {"cell_clip": 0.6, "proj_clip": 0.4} if shape.clip else {}
    settings = {"fused_activation_function": "TANH", **clips, **options}
    if kind != "LSTM":
        settings["time_major"] = shape.time_major
    operator = Operator(kind, tuple(t.name if t else None for t in inputs), (y.name,), settings)
    return Graph.build([operator], [*(t for t in inputs if t), y], [x.name], [y.name])


def names_of_weights(shape: Shape) -> dict[str, tuple[int, ...]]:
    """Shapes of the weights that an LSTM of this shape has."""
    gates = GATES[1:] if shape.coupled else GATES
    sizes: dict[str, tuple[int, ...]] = {}
    for gate in gates:
        sizes[f"w_{gate}"] = (shape.cells, shape.inputs)
        sizes[f"r_{gate}"] = (shape.cells, shape.outputs)
        if shape.peephole and gate != "cell":
            sizes[f"p_{gate}"] = (shape.cells,)
    if shape.projection:
        sizes["proj"] = (shape.outputs, shape.cells)
    return sizes


def vectors(shape: Shape, rng: np.random.Generator) -> dict[str, Tensor | None]:
    """Float biases and norms."""
    gates = GATES[1:] if shape.coupled else GATES
    sizes = {f"b_{g}": shape.cells for g in gates}
    sizes |= {f"n_{g}": shape.cells for g in gates} if shape.norm else {}
    sizes |= {"proj_b": shape.outputs} if shape.projection else {}
    return {n: float_constant(n, rng.normal(0, 0.5, size)) for n, size in sizes.items()}


def float_states(shape: Shape) -> list[Tensor]:
    return [
        float_constant(name, np.zeros((shape.batch, size)))
        for name, size in (("h", shape.outputs), ("c", shape.cells))
    ]


@FIXED
@given(shape=shapes(), seed=SEEDS)
def test_float_sequences(shape: Shape, seed: int) -> None:
    rng = np.random.default_rng(seed)
    parts = vectors(shape, rng)
    for name, size in names_of_weights(shape).items():
        parts[name] = float_constant(name, rng.normal(0, 0.5, size))
    x, y = float_tensor("x", *shape.x), float_tensor("y", *shape.x[:2], shape.outputs)
    graph = lstm_graph(shape, x, y, parts, float_states(shape))
    assert_near(graph, random_floats(rng, *shape.x), tolerance=2e-6)


@FIXED
@given(shape=shapes(), seed=SEEDS, asymmetric=st.booleans())
def test_hybrid_sequences(shape: Shape, seed: int, asymmetric: bool) -> None:
    rng = np.random.default_rng(seed)
    parts = vectors(shape, rng)
    for name, size in names_of_weights(shape).items():
        scale = np.array([rng.uniform(0.002, 0.01)], np.float32)
        parts[name] = codes_constant(name, rng.integers(-127, 128, size).astype(np.int8), scale)
    x, y = float_tensor("x", *shape.x), float_tensor("y", *shape.x[:2], shape.outputs)
    graph = lstm_graph(
        shape, x, y, parts, float_states(shape), asymmetric_quantize_inputs=asymmetric
    )
    # A last bit of the sigmoid may move a code of the next step.
    assert_near(graph, random_floats(rng, *shape.x), tolerance=1e-2)


def integer_graph(
    shape: Shape, rng: np.random.Generator, kind: str = "UNIDIRECTIONAL_SEQUENCE_LSTM"
) -> Graph:
    """LSTM of 8-bit codes with random scales and zero points."""
    lead = (shape.batch,) if kind == "LSTM" else shape.x[:2]
    points = [int(p) for p in rng.integers(-128, 128, 3)]
    x_scale, h_scale = (float(s) for s in rng.uniform(0.002, 0.05, 2))
    parts: dict[str, Tensor | None] = {}
    for name, size in names_of_weights(shape).items():
        scale = np.array([rng.uniform(0.001, 0.03)], np.float32)
        dtype = np.int16 if name.startswith("p_") else np.int8
        largest = 3000 if dtype == np.int16 else 127
        if dtype == np.int16:
            scale = scale / np.float32(200)
        parts[name] = codes_constant(
            name, rng.integers(-largest, largest, size).astype(dtype), scale
        )
    for name, tensor in vectors(shape, rng).items():
        assert tensor is not None
        if name.startswith("n_"):
            codes = rng.integers(-32767, 32768, tensor.shape).astype(np.int16)
            parts[name] = codes_constant(name, codes, np.array([2.0**-15], np.float32))
        else:
            codes = rng.integers(-3000, 3000, tensor.shape).astype(np.int32)
            parts[name] = codes_constant(name, codes, np.array([1e-4], np.float32))
    exponent = int(rng.integers(-15, -9))
    states = [
        codes_constant(
            "h",
            np.full((shape.batch, shape.outputs), points[1], np.int8),
            np.array([h_scale], np.float32),
            zero_point=points[1],
        ),
        codes_constant(
            "c",
            np.zeros((shape.batch, shape.cells), np.int16),
            np.array([2.0**exponent], np.float32),
        ),
    ]
    hidden_point = int(rng.integers(-20, 20)) if shape.projection else points[1]
    inner = [
        Tensor(
            f"inner_{i}",
            (0,),
            np.dtype(np.int16),
            None,
            QuantizationParams.per_tensor(float(np.float32(rng.uniform(1e-4, 1e-3)))),
        )
        for i in range(4)
    ]
    hidden_scale = float(rng.uniform(0.004, 0.02)) if shape.projection else h_scale
    inner.append(codes_tensor("inner_4", (0,), np.int8, hidden_scale, hidden_point))
    return lstm_graph(
        shape,
        codes_tensor("x", (*lead, shape.inputs), np.int8, x_scale, points[0]),
        codes_tensor("y", (*lead, shape.outputs), np.int8, h_scale, points[1]),
        parts,
        states,
        kind,
        intermediates=tuple(inner),
    )


@FIXED
@given(shape=shapes(), seed=SEEDS)
def test_integer_sequences(shape: Shape, seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = integer_graph(shape, rng)
    assert_same_codes(graph, rng.integers(-128, 128, shape.x).astype(np.int8))


@FIXED
@given(shape=shapes(), seed=SEEDS)
def test_one_integer_step(shape: Shape, seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = integer_graph(shape, rng, "LSTM")
    assert_same_codes(graph, rng.integers(-128, 128, (1, shape.inputs)).astype(np.int8))


def test_samples_of_a_batch_are_sequences_of_their_own() -> None:
    rng = np.random.default_rng(4)
    shape = Shape(1, 4, 6, 5, 5, False, False, False, False, False, False)
    executor = Executor(integer_graph(shape, rng))
    assert executor.batch_transparent
    x = rng.integers(-128, 128, (3, 4, 6)).astype(np.int8)
    together = executor.run(x).outputs[0]
    singles = [executor.run(x[i : i + 1]).outputs[0] for i in range(3)]
    np.testing.assert_array_equal(together, np.concatenate(singles))
    np.testing.assert_array_equal(executor.run(x).outputs[0], together)


def test_one_step_of_lstm() -> None:
    rng = np.random.default_rng(5)
    shape = Shape(1, 1, 6, 5, 4, False, True, True, True, True, True)
    parts = vectors(shape, rng)
    for name, size in names_of_weights(shape).items():
        parts[name] = float_constant(name, rng.normal(0, 0.5, size))
    graph = lstm_graph(
        shape, float_tensor("x", 1, 6), float_tensor("y", 1, 4), parts, float_states(shape), "LSTM"
    )
    assert_near(graph, random_floats(rng, 1, 6))


@pytest.mark.parametrize("merge", [False, True])
@pytest.mark.parametrize("aux", ["none", "stacked", "weighted"])
def test_bidirectional_sequences(merge: bool, aux: str) -> None:
    rng = np.random.default_rng(6)
    steps, inputs, cells = 4, 3, 5
    constants: list[Tensor | None] = [None] * 48
    tensors = [float_tensor("x", 1, steps, inputs)]

    def add(position: int, *size: int) -> None:
        constants[position] = float_constant(f"t{position}", rng.normal(0, 0.5, size))

    for first in (1, 18):
        for i in range(4):
            add(first + i, cells, inputs)
            add(first + 4 + i, cells, cells)
            add(first + 11 + i, cells)
    for position in (35, 36, 37, 38):
        constants[position] = float_constant(f"t{position}", np.zeros((1, cells)))
    arrays: list[NDArray[Any]] = [random_floats(rng, 1, steps, inputs)]
    if aux != "none":
        constants[39] = float_tensor("aux", 1, steps, inputs)
        tensors.append(constants[39])
        arrays.append(random_floats(rng, 1, steps, inputs))
    if aux == "weighted":
        for position in range(40, 48):
            add(position, cells, inputs)
    constants[0] = tensors[0]
    outputs = [float_tensor("y", 1, steps, cells * (2 if merge else 1))]
    if not merge:
        outputs.append(float_tensor("z", 1, steps, cells))
    operator = Operator(
        "BIDIRECTIONAL_SEQUENCE_LSTM",
        tuple(t.name if t else None for t in constants),
        tuple(t.name for t in outputs),
        {"fused_activation_function": "TANH", "merge_outputs": merge, "time_major": False},
    )
    present = [t for t in constants if t is not None]
    graph = Graph.build(
        [operator], [*present, *outputs], [t.name for t in tensors], [t.name for t in outputs]
    )
    assert_near(graph, *arrays)


def test_an_lstm_of_uint8_is_refused_with_its_place() -> None:
    shape = Shape(1, 1, 2, 2, 2, False, False, False, False, False, False)
    graph = integer_graph(shape, np.random.default_rng(7))
    tensors = [
        codes_tensor("x", (1, 1, 2), np.uint8, 0.1) if t.name == "x" else t
        for t in graph.tensors.values()
    ]
    with pytest.raises(UnsupportedOperatorError, match="uint8 sequences"):
        Executor(graph.rebuild(tensors=tensors))


def test_tables_are_near_the_functions() -> None:
    x = np.arange(-(1 << 15), 1 << 15)
    np.testing.assert_allclose(sigmoid_table() / 2**15, 1 / (1 + np.exp(-x / 2**12)), atol=3e-4)
    for bits in range(7):
        exact = np.tanh(x / 2.0 ** (15 - bits))
        np.testing.assert_allclose(tanh_table(bits) / 2**15, exact, atol=4e-4)


def basic_cell(rng: np.random.Generator, inputs: int, cells: int, integer: bool) -> Graph:
    """A cell of the BASIC kind; its states are inputs."""
    weights, bias = (4 * cells, inputs + cells), (4 * cells,)
    gates = Tensor("gates", (1, 4 * cells), np.dtype(np.int16 if integer else np.float32))
    if not integer:
        tensors = [
            float_tensor("x", 1, inputs),
            float_tensor("h", 1, cells),
            float_constant("w", rng.normal(0, 0.5, weights)),
            float_constant("b", rng.normal(0, 0.5, bias)),
            float_tensor("c", 1, cells),
            float_tensor("h_new", 1, cells),
            float_tensor("c_new", 1, cells),
            float_tensor("both", 1, inputs + cells),
        ]
    else:
        unit = {"dtype": np.uint8, "scale": 1 / 128, "zero_point": 128}
        state = {"dtype": np.int16, "scale": 1 / 2048}
        scale = np.array([rng.uniform(0.005, 0.05)], np.float32)
        tensors = [
            codes_tensor("x", (1, inputs), **unit),
            codes_tensor("h", (1, cells), **unit),
            codes_constant(
                "w",
                rng.integers(0, 256, weights).astype(np.uint8),
                scale,
                zero_point=int(rng.integers(100, 150)),
            ),
            codes_constant(
                "b", rng.integers(-5000, 5000, bias).astype(np.int32), scale / np.float32(128)
            ),
            codes_tensor("c", (1, cells), **state),
            codes_tensor("h_new", (1, cells), **unit),
            codes_tensor("c_new", (1, cells), **state),
            codes_tensor("both", (1, inputs + cells), **unit),
        ]
        gates = codes_tensor("gates", (1, 4 * cells), np.int16, 1 / 4096)
    operator = Operator(
        "LSTM",
        ("x", "h", "w", "b", "c"),
        ("h_new", "c_new", "both", "gates"),
        {"kernel_type": "BASIC", "fused_activation_function": "TANH"},
    )
    return Graph.build(
        [operator], [*tensors, gates], ["x", "h", "c"], ["h_new", "c_new", "both", "gates"]
    )


@FIXED
@given(inputs=st.integers(1, 12), cells=st.integers(1, 9), seed=SEEDS)
def test_basic_cell_of_codes(inputs: int, cells: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = basic_cell(rng, inputs, cells, integer=True)
    x, h = (rng.integers(0, 256, (1, n)).astype(np.uint8) for n in (inputs, cells))
    assert_same_codes(graph, x, h, rng.integers(-(2**15), 2**15, (1, cells)).astype(np.int16))


@pytest.mark.parametrize("seed", range(5))
def test_basic_cell_of_floats(seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = basic_cell(rng, 4, 3, integer=False)
    assert_near(graph, *(random_floats(rng, 1, n) for n in (4, 3, 3)))
