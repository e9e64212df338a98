from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litert_reference import assert_close, assert_same_codes, single_operator
from quantized_operands import ALL_CODES, integers, like, plain, quantized
from random_operators import FIXED, SEEDS, random_codes, random_floats

KINDS = ["RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"]
SIZES = st.tuples(*[st.integers(1, 9)] * 2, *[st.integers(1, 20)] * 2)
MODES = st.sampled_from(
    [{}, {"align_corners": True}, {"half_pixel_centers": True}],
)
MANY = settings(FIXED, max_examples=60)


@pytest.mark.parametrize("dtype", ALL_CODES)
@pytest.mark.parametrize("kind", KINDS)
@MANY
@given(SIZES, MODES, SEEDS)
def test_codes_equal_the_reference(
    kind: str, dtype: Any, sizes: tuple[int, int, int, int], mode: dict[str, bool], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    h, w, height, width = sizes
    x = quantized(rng, "x", (1, h, w, 3), dtype)
    graph = single_operator(
        kind,
        [x, integers("size", [height, width])],
        [like(x, "y", (1, height, width, 3))],
        **mode,
    )
    assert_same_codes(graph, random_codes(rng, (2, h, w, 3), dtype))


@pytest.mark.parametrize("kind", KINDS)
@MANY
@given(SIZES, MODES, SEEDS)
def test_floats_are_close_to_the_reference(
    kind: str, sizes: tuple[int, int, int, int], mode: dict[str, bool], seed: int
) -> None:
    h, w, height, width = sizes
    graph = single_operator(
        kind,
        [plain("x", (1, h, w, 2)), integers("size", [height, width])],
        [plain("y", (1, height, width, 2))],
        **mode,
    )
    assert_close(graph, random_floats(np.random.default_rng(seed), 2, h, w, 2))
