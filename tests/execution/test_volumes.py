"""Volumes, neighbourhoods, spectra and fake quantization against the reference interpreter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litert_reference import assert_close, run_interpreter, run_reference, single_operator
from random_operators import FIXED, PADDINGS, SEEDS, float_constant, float_tensor, random_floats

from qviz.execution import Executor
from qviz.execution.kernels.convolution_3d import _Grid
from qviz.graph import Graph, Tensor

THREE = st.tuples(*[st.integers(1, 3)] * 3)
ACTIVATIONS = st.sampled_from(["NONE", "RELU", "RELU6"])


def options_of(strides: Any, dilations: Any, padding: str) -> dict[str, Any]:
    options: dict[str, Any] = {"padding": padding}
    for axis, stride, dilation in zip("dhw", strides, dilations, strict=True):
        options |= {f"stride_{axis}": stride, f"dilation_{axis}_factor": dilation}
    return options


@FIXED
@given(
    taps=THREE,
    strides=THREE,
    dilated=st.booleans(),
    padding=PADDINGS,
    activation=ACTIVATIONS,
    has_bias=st.booleans(),
    seed=SEEDS,
)
def test_conv_3d(
    taps: Any,
    strides: Any,
    dilated: bool,
    padding: str,
    activation: str,
    has_bias: bool,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    dilations = (1, 1, 1) if not dilated else tuple(int(d) for d in rng.integers(1, 3, 3))
    volume = [int(rng.integers((t - 1) * d + 1, 8)) for t, d in zip(taps, dilations, strict=True)]
    sizes = _Grid(strides, dilations, padding).sizes(volume, taps)
    bias = float_constant("b", rng.normal(size=2)) if has_bias else None
    graph = single_operator(
        "CONV_3D",
        [
            float_tensor("x", 1, *volume, 3),
            float_constant("w", rng.normal(size=(*taps, 3, 2))),
            bias,
        ],
        [float_tensor("y", 1, *sizes, 2)],
        fused_activation_function=activation,
        **options_of(strides, dilations, padding),
    )
    assert_close(graph, random_floats(rng, 1, *volume, 3), tolerance=2e-6)


@FIXED
@given(
    taps=THREE,
    strides=THREE,
    padding=PADDINGS,
    activation=ACTIVATIONS,
    has_bias=st.booleans(),
    seed=SEEDS,
)
def test_conv_3d_transpose(
    taps: Any, strides: Any, padding: str, activation: str, has_bias: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    volume = [int(n) for n in rng.integers(max(taps), 8, 3)]
    sizes = _Grid(strides, (1, 1, 1), padding).sizes(volume, taps)
    shape = Tensor("s", (5,), np.dtype(np.int32), np.array([1, *volume, 2], np.int32))
    bias = float_constant("b", rng.normal(size=2)) if has_bias else None
    graph = single_operator(
        "CONV_3D_TRANSPOSE",
        [
            shape,
            float_constant("w", rng.normal(size=(*taps, 2, 3))),
            float_tensor("x", 1, *sizes, 3),
            bias,
        ],
        [float_tensor("y", 1, *volume, 2)],
        fused_activation_function=activation,
        **options_of(strides, (1, 1, 1), padding),
    )
    assert_close(graph, random_floats(rng, 1, *sizes, 3), tolerance=2e-6)


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("activation", ["NONE", "RELU6"])
def test_l2_pool(padding: str, activation: str) -> None:
    rng = np.random.default_rng(1)
    size = (3, 3) if padding == "SAME" else (2, 3)
    graph = single_operator(
        "L2_POOL_2D",
        [float_tensor("x", 1, 6, 5, 3)],
        [float_tensor("y", 1, *size, 3)],
        padding=padding,
        stride_h=2,
        stride_w=2 if padding == "SAME" else 1,
        filter_height=3,
        filter_width=3,
        fused_activation_function=activation,
    )
    assert_close(graph, 4 * random_floats(rng, 1, 6, 5, 3))


@pytest.mark.parametrize("mode", ["reference", "xnnpack"])
@pytest.mark.parametrize("radius", [1, 2, 5, 20])
def test_local_response_normalization(radius: int, mode: str) -> None:
    rng = np.random.default_rng(radius)
    graph = single_operator(
        "LOCAL_RESPONSE_NORMALIZATION",
        [float_tensor("x", 1, 2, 3, 9)],
        [float_tensor("y", 1, 2, 3, 9)],
        radius=radius,
        bias=1.5,
        alpha=0.3,
        beta=0.75,
    )
    x = random_floats(rng, 1, 2, 3, 9)
    (ours,) = Executor(graph, mode).run(x).outputs
    (theirs,) = run_interpreter(graph, [x], mode)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6 * np.abs(theirs).max())


@pytest.mark.parametrize("bits", [4, 8, 16])
@pytest.mark.parametrize("limits", [(-1.0, 2.5), (0.0, 6.0), (-3.3, 0.0), (-1.234, 1.234)])
def test_fake_quant(bits: int, limits: tuple[float, float]) -> None:
    rng = np.random.default_rng(bits)
    graph = single_operator(
        "FAKE_QUANT",
        [float_tensor("x", 1, 200)],
        [float_tensor("y", 1, 200)],
        min=limits[0],
        max=limits[1],
        num_bits=bits,
    )
    x = rng.uniform(-4, 7, (1, 200)).astype(np.float32)
    (ours,) = Executor(graph).run(x).outputs
    np.testing.assert_array_equal(ours, run_reference(graph, [x])[0])


@pytest.mark.parametrize("size", [(4, 8), (8, 4), (2, 16), (1, 2)])
def test_rfft2d(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    x = random_floats(rng, 2, 5, 7)
    length = Tensor("n", (2,), np.dtype(np.int32), np.array(size, np.int32))
    spectrum = Tensor("y", (2, size[0], size[1] // 2 + 1), np.dtype(np.complex64))
    graph = single_operator("RFFT2D", [float_tensor("x", 2, 5, 7), length], [spectrum])
    (ours,) = Executor(graph).run(x).outputs
    (theirs,) = run_reference(graph, [x])
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6 * np.abs(theirs).max())


@pytest.mark.parametrize("kind", ["REAL", "IMAG", "COMPLEX_ABS"])
@pytest.mark.parametrize("wide", [False, True])
def test_parts_of_complex_numbers(kind: str, wide: bool) -> None:
    rng = np.random.default_rng(3)
    dtype, part = (np.complex128, np.float64) if wide else (np.complex64, np.float32)
    x = (rng.normal(size=(2, 5)) + 1j * rng.normal(size=(2, 5))).astype(dtype)
    graph = single_operator(
        kind,
        [Tensor("x", (2, 5), np.dtype(dtype))],
        [Tensor("y", (2, 5), np.dtype(part))],
    )
    (ours,) = Executor(graph).run(x).outputs
    (theirs,) = run_reference(graph, [x])
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_atan2() -> None:
    x, y = np.meshgrid([-2, -0.5, 0.0, -0.0, 1, 3], [-1, 0.0, -0.0, 2], indexing="ij")
    arrays = [a.astype(np.float32).reshape(1, -1) for a in (x, y)]
    graph: Graph = single_operator(
        "ATAN2",
        [float_tensor("a", 1, 24), float_tensor("b", 1, 24)],
        [float_tensor("y", 1, 24)],
    )
    assert_close(graph, *arrays)
