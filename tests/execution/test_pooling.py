from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litert_reference import assert_close, assert_same_codes, codes_tensor, single_operator
from random_operators import (
    ACTIVATIONS,
    FIXED,
    SEEDS,
    Geometry,
    float_tensor,
    geometries,
    random_codes,
    random_floats,
    random_scales,
)

KINDS = st.sampled_from(["MAX_POOL_2D", "AVERAGE_POOL_2D"])
DTYPES = st.sampled_from([np.int8, np.uint8, np.int16])


def options_of(g: Geometry, activation: str) -> dict[str, Any]:
    return {
        "padding": g.padding,
        "stride_h": g.stride_h,
        "stride_w": g.stride_w,
        "filter_height": g.taps_h,
        "filter_width": g.taps_w,
        "fused_activation_function": activation,
    }


@FIXED
@given(KINDS, DTYPES, geometries(dilated=False), st.integers(1, 3), ACTIVATIONS, SEEDS)
def test_codes_equal_the_reference(
    kind: str, dtype: Any, g: Geometry, batch: int, activation: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    scale = float(random_scales(rng, 1)[0])
    zero_point = 0 if dtype == np.int16 else int(random_codes(rng, (1,), dtype)[0])
    graph = single_operator(
        kind,
        [codes_tensor("x", (1, g.height, g.width, 3), dtype, scale, zero_point)],
        [codes_tensor("y", (1, *g.output, 3), dtype, scale, zero_point)],
        **options_of(g, activation),
    )
    assert_same_codes(graph, random_codes(rng, (batch, g.height, g.width, 3), dtype))


@FIXED
@given(KINDS, geometries(dilated=False), st.integers(1, 3), ACTIVATIONS, SEEDS)
def test_floats_are_close_to_the_reference(
    kind: str, g: Geometry, batch: int, activation: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    graph = single_operator(
        kind,
        [float_tensor("x", 1, g.height, g.width, 3)],
        [float_tensor("y", 1, *g.output, 3)],
        **options_of(g, activation),
    )
    assert_close(graph, random_floats(rng, batch, g.height, g.width, 3))


@pytest.mark.parametrize("kind", ["MAX_POOL_2D", "AVERAGE_POOL_2D"])
def test_blocks_of_rows_cover_large_images(kind: str) -> None:
    g = Geometry(97, 101, 3, 2, 2, 1, 1, 1, "SAME")
    graph = single_operator(
        kind,
        [codes_tensor("x", (1, 97, 101, 40), np.int8, 0.1)],
        [codes_tensor("y", (1, *g.output, 40), np.int8, 0.1)],
        **options_of(g, "NONE"),
    )
    assert_same_codes(graph, random_codes(np.random.default_rng(0), (2, 97, 101, 40), np.int8))


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("kind", ["MAX_POOL_2D", "AVERAGE_POOL_2D"])
def test_windows_as_large_as_the_image(kind: str, padding: str) -> None:
    rng = np.random.default_rng(0)
    g = Geometry(40, 37, 40, 37, 1, 1, 1, 1, padding)
    graph = single_operator(
        kind,
        [codes_tensor("x", (1, 40, 37, 3), np.int16, 0.1)],
        [codes_tensor("y", (1, *g.output, 3), np.int16, 0.1)],
        **options_of(g, "NONE"),
    )
    assert_same_codes(graph, random_codes(rng, (2, 40, 37, 3), np.int16))
    graph = single_operator(
        kind,
        [float_tensor("x", 1, 40, 37, 3)],
        [float_tensor("y", 1, *g.output, 3)],
        **options_of(g, "NONE"),
    )
    assert_close(graph, random_floats(rng, 2, 40, 37, 3), tolerance=5e-6)
