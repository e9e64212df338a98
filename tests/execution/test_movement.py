from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from litert_reference import assert_same_codes, codes_tensor, single_operator
from optimized_kernels import run_optimized
from quantized_operands import ALL_CODES, integers, like, plain, quantized
from random_operators import FIXED, SEEDS, random_codes

from qviz.execution import Executor
from qviz.graph import Graph, Tensor

FEW = settings(FIXED, max_examples=25)
TYPES = [np.float32, np.int8, np.int16]
SHAPE = (1, 4, 5, 3)


def activation(name: str, shape: tuple[int, ...], dtype: Any) -> Tensor:
    """A float activation, or codes with the same parameters in every tensor of a test."""
    if dtype in (np.int8, np.uint8):
        return codes_tensor(name, shape, dtype, 0.5, 7)
    return codes_tensor(name, shape, dtype, 0.5) if dtype == np.int16 else plain(name, shape, dtype)


def values(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any) -> Any:
    return rng.integers(-99, 99, shape).astype(dtype)


def check(graph: Graph, *inputs: Any) -> None:
    """Equal to the interpreter sample by sample, and the same for a batch of three."""
    assert_same_codes(graph, *inputs)
    assert_batch_is_samples(graph, *inputs)


def assert_batch_is_samples(graph: Graph, *inputs: Any) -> None:
    executor = Executor(graph)
    samples = [[np.roll(x, i, -1) for x in inputs] for i in range(3)]
    apart = [executor.run(sample).outputs for sample in samples]
    together = executor.run([np.concatenate(parts) for parts in zip(*samples, strict=True)]).outputs
    for i, whole in enumerate(together):
        np.testing.assert_array_equal(whole, np.concatenate([outputs[i] for outputs in apart]))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(
    "shape", [(1, 60), (1, -1), (-1, 60), (1, 5, 12), (1, 2, -1, 3), (-1, 30, 2)]
)
def test_reshape(dtype: Any, shape: tuple[int, ...]) -> None:
    x = np.arange(60).reshape(SHAPE).astype(dtype)
    y = activation("y", x.reshape(shape).shape, dtype)
    graph = single_operator("RESHAPE", [activation("x", SHAPE, dtype), integers("s", shape)], [y])
    check(graph, x)


def test_reshape_by_option() -> None:
    graph = single_operator(
        "RESHAPE", [plain("x", SHAPE)], [plain("y", (1, 60))], new_shape=[1, 60]
    )
    assert_batch_is_samples(graph, np.arange(60, dtype=np.float32).reshape(SHAPE))


@pytest.mark.parametrize("dims", [[1], [-1], [1, 3], [2, -1]])
def test_squeeze(dims: list[int]) -> None:
    x = np.arange(8, dtype=np.float32).reshape(1, 1, 8, 1)
    if 2 in dims:
        x = x.reshape(1, 8, 1, 1)
    graph = single_operator(
        "SQUEEZE",
        [plain("x", x.shape)],
        [plain("y", np.squeeze(x, tuple(dims)).shape)],
        squeeze_dims=dims,
    )
    check(graph, x)


@pytest.mark.parametrize("axis", [1, 2, -1, -2])
def test_expand_dims(axis: int) -> None:
    x = np.arange(6, dtype=np.float32).reshape(1, 2, 3)
    y = plain("y", np.expand_dims(x, axis).shape)
    check(single_operator("EXPAND_DIMS", [plain("x", x.shape), integers("a", axis)], [y]), x)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("order", [(0, 2, 1, 3), (0, 3, 1, 2), (0, 2, 3, 1)])
def test_transpose(dtype: Any, order: tuple[int, ...]) -> None:
    x = np.arange(60).reshape(SHAPE).astype(dtype)
    y = activation("y", x.transpose(order).shape, dtype)
    graph = single_operator("TRANSPOSE", [activation("x", SHAPE, dtype), integers("o", order)], [y])
    check(graph, x)


@pytest.mark.parametrize("dtype", [*TYPES, np.uint8])
@pytest.mark.parametrize("kind", ["PAD", "PADV2"])
@FEW
@given(SEEDS)
def test_pad(kind: str, dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    widths = np.concatenate([[[0, 0]], rng.integers(0, 4, (3, 2))])
    shape = tuple(int(n + w.sum()) for n, w in zip(SHAPE, widths, strict=True))
    x = activation("x", SHAPE, dtype)
    inputs: list[Tensor | None] = [x, integers("w", widths)]
    if kind == "PADV2":
        inputs.append(Tensor("v", (1,), x.dtype, np.array([5], dtype), x.quantization))
    check(single_operator(kind, inputs, [activation("y", shape, dtype)]), values(rng, SHAPE, dtype))


@pytest.mark.parametrize("mode", ["REFLECT", "SYMMETRIC"])
@pytest.mark.parametrize("dtype", TYPES)
@FEW
@given(SEEDS)
def test_mirror_pad(dtype: Any, mode: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    most = [0, 3, 4, 2] if mode == "REFLECT" else [0, 4, 5, 3]
    widths = np.array([rng.integers(0, m + 1, 2) for m in most])
    shape = tuple(int(n + w.sum()) for n, w in zip(SHAPE, widths, strict=True))
    inputs: list[Tensor | None] = [activation("x", SHAPE, dtype), integers("w", widths)]
    graph = single_operator("MIRROR_PAD", inputs, [activation("y", shape, dtype)], mode=mode)
    check(graph, values(rng, SHAPE, dtype))


@pytest.mark.parametrize("dtype", [*TYPES, np.int32])
@FEW
@given(SEEDS)
def test_concatenation_and_pack(dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    axis = int(rng.choice([1, 2, 3, -1, -2]))
    parts = [values(rng, SHAPE, dtype) for _ in range(int(rng.integers(2, 5)))]
    for kind, join in (("CONCATENATION", np.concatenate), ("PACK", np.stack)):
        tensors: list[Tensor | None] = [
            activation(f"x{i}", SHAPE, dtype) for i in range(len(parts))
        ]
        y = activation("y", join(parts, axis).shape, dtype)
        options = {"values_count": len(parts)} if kind == "PACK" else {}
        check(single_operator(kind, tensors, [y], axis=axis, **options), *parts)


@FEW
@given(SEEDS)
def test_uint8_concatenation_rescales(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tensors = [quantized(rng, f"x{i}", (1, 9, i + 1), np.uint8) for i in range(3)]
    y = quantized(rng, "y", (1, 9, 6), np.uint8)
    graph = single_operator("CONCATENATION", list(tensors), [y], axis=2)
    check(graph, *(random_codes(rng, t.shape, np.uint8) for t in tensors))


def test_constants_join_every_sample_of_a_batch() -> None:
    constant = Tensor("c", (1, 2), np.dtype(np.float32), np.array([[8, 9]], np.float32))
    x = np.array([[1, 2, 3]], np.float32)
    graph = single_operator(
        "CONCATENATION", [plain("x", (1, 3)), constant], [plain("y", (1, 5))], axis=1
    )
    check(graph, x)
    for axis in (1, 2):
        pair = single_operator(
            "PACK",
            [plain("x", (1, 2)), constant],
            [plain("y", (1, 2, 2))],
            axis=axis,
            values_count=2,
        )
        check(pair, x[:, :2])


@pytest.mark.parametrize("dtype", TYPES)
def test_unpack_and_split(dtype: Any) -> None:
    x = np.arange(60).reshape(SHAPE).astype(dtype)
    source = activation("x", SHAPE, dtype)
    outputs = [activation(f"y{i}", (1, 5, 3), dtype) for i in range(4)]
    check(single_operator("UNPACK", [source], outputs, axis=1, num=4), x)
    halves = [activation(f"y{i}", (1, 2, 5, 3), dtype) for i in range(2)]
    check(single_operator("SPLIT", [integers("axis", 1), source], halves, num_splits=2), x)


@pytest.mark.parametrize("sizes", [(1, 4), (2, 3), (2, -1), (0, 5)])
def test_split_v(sizes: tuple[int, int]) -> None:
    x = np.arange(60, dtype=np.float32).reshape(SHAPE)
    lengths = [5 - sizes[0] if n < 0 else n for n in sizes]
    outputs = [plain(f"y{i}", (1, 4, n, 3)) for i, n in enumerate(lengths)]
    inputs: list[Tensor | None] = [plain("x", SHAPE), integers("s", sizes), integers("a", -2)]
    graph = single_operator("SPLIT_V", inputs, outputs, num_splits=2)
    if 0 in sizes:
        parts = Executor(graph).run(x).outputs
        assert [part.shape[2] for part in parts] == [0, 5]
    else:
        check(graph, x)


@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.int32])
@pytest.mark.parametrize("multiples", [(1, 2, 1, 3), (1, 1, 1, 1), (1, 3, 2, 2)])
def test_tile(dtype: Any, multiples: tuple[int, ...]) -> None:
    x = np.arange(60).reshape(SHAPE).astype(dtype)
    y = activation("y", np.tile(x, multiples).shape, dtype)
    graph = single_operator("TILE", [activation("x", SHAPE, dtype), integers("m", multiples)], [y])
    expected = np.tile(x, multiples)
    np.testing.assert_array_equal(Executor(graph).run(x).outputs[0], expected)
    assert_batch_is_samples(graph, x)


@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.int32])
def test_broadcast_to(dtype: Any) -> None:
    x = np.arange(3).reshape(1, 1, 1, 3).astype(dtype)
    inputs: list[Tensor | None] = [activation("x", x.shape, dtype), integers("s", SHAPE)]
    check(single_operator("BROADCAST_TO", inputs, [activation("y", SHAPE, dtype)]), x)


@pytest.mark.parametrize("axes", [[1], [3], [-1, 1]])
def test_reverse(axes: list[int]) -> None:
    x = np.arange(60, dtype=np.float32).reshape(SHAPE)
    inputs: list[Tensor | None] = [plain("x", SHAPE), integers("a", axes)]
    graph = single_operator("REVERSE_V2", inputs, [plain("y", SHAPE)])
    if len(axes) == 1:
        check(graph, x)
    np.testing.assert_array_equal(Executor(graph).run(x).outputs[0], np.flip(x, axes))


@pytest.mark.parametrize("dtype", TYPES)
@FEW
@given(SEEDS)
def test_slice(dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    begin = [0, *(int(rng.integers(0, n)) for n in SHAPE[1:])]
    size = [
        1,
        *(int(rng.integers(1, n - b + 1)) for n, b in zip(SHAPE[1:], begin[1:], strict=True)),
    ]
    shape = tuple(size)
    if rng.random() < 0.5:
        size[2], shape = -1, (*shape[:2], SHAPE[2] - begin[2], shape[3])
    inputs: list[Tensor | None] = [
        activation("x", SHAPE, dtype),
        integers("b", begin),
        integers("s", size),
    ]
    graph = single_operator("SLICE", inputs, [activation("y", shape, dtype)])
    check(graph, values(rng, SHAPE, dtype))


@pytest.mark.parametrize("dtype", TYPES)
@FEW
@given(SEEDS)
def test_strided_slice(dtype: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    begin = [0, *(int(rng.integers(-n, n)) for n in SHAPE[1:])]
    strides = [1, *(int(s) for s in rng.choice([-2, -1, 1, 1, 2], 3))]
    end = [1, *(int(rng.integers(-n - 1, n + 2)) for n in SHAPE[1:])]
    masks = {name: int(rng.integers(16)) for name in ("begin_mask", "end_mask")}
    shrink = int(rng.choice([0, 0, 0b10, 0b100, 0b1010]))
    index: list[Any] = []
    for i in range(4):
        first = None if masks["begin_mask"] >> i & 1 else begin[i]
        last = None if masks["end_mask"] >> i & 1 else end[i]
        index.append(begin[i] if shrink >> i & 1 else slice(first, last, strides[i]))
        if shrink >> i & 1:
            strides[i], end[i] = 1, begin[i] + 1
    x = values(rng, SHAPE, dtype)
    expected = x[tuple(index)]
    if expected.size == 0:
        return
    inputs: list[Tensor | None] = [
        activation("x", SHAPE, dtype),
        integers("b", begin),
        integers("e", end),
        integers("s", strides),
    ]
    graph = single_operator(
        "STRIDED_SLICE",
        inputs,
        [activation("y", expected.shape, dtype)],
        shrink_axis_mask=shrink,
        **masks,
    )
    np.testing.assert_array_equal(Executor(graph).run(x).outputs[0], expected)
    if not shrink & masks["begin_mask"]:
        check(graph, x)


@pytest.mark.parametrize(
    ("masks", "shape"),
    [
        ({"ellipsis_mask": 2}, (1, 4, 5, 2)),
        ({"new_axis_mask": 2}, (1, 1, 2, 5, 3)),
        ({"ellipsis_mask": 1, "new_axis_mask": 2}, (1, 4, 5, 1, 2)),
    ],
)
def test_strided_slice_with_masks(masks: dict[str, int], shape: tuple[int, ...]) -> None:
    inputs: list[Tensor | None] = [
        plain("x", SHAPE),
        integers("b", [0, 0, 0]),
        integers("e", [1, 1, 2]),
        integers("s", [1, 1, 1]),
    ]
    graph = single_operator("STRIDED_SLICE", inputs, [plain("y", shape)], **masks)
    x = np.arange(60, dtype=np.float32).reshape(SHAPE)
    (y,) = Executor(graph).run(x).outputs
    np.testing.assert_array_equal(y, run_optimized(graph, x), strict=True)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("kind", ["SPACE_TO_DEPTH", "DEPTH_TO_SPACE"])
def test_blocks_of_pixels(kind: str, dtype: Any) -> None:
    shapes = ((1, 4, 6, 3), (1, 2, 3, 12))
    if kind == "DEPTH_TO_SPACE":
        shapes = shapes[::-1]
    x = np.arange(72).reshape(shapes[0]).astype(dtype)
    source, target = activation("x", shapes[0], dtype), activation("y", shapes[1], dtype)
    graph = single_operator(kind, [source], [target], block_size=2)
    if dtype == np.float32 or (kind, dtype) == ("SPACE_TO_DEPTH", np.int8):
        check(graph, x)
        return
    # Without a reference kernel: what the other operator undoes.
    inverse = {"SPACE_TO_DEPTH": "DEPTH_TO_SPACE", "DEPTH_TO_SPACE": "SPACE_TO_DEPTH"}[kind]
    (y,) = Executor(graph).run(x).outputs
    back = Executor(single_operator(inverse, [target], [source], block_size=2))
    np.testing.assert_array_equal(back.run(y).outputs[0], x)
    assert y.shape == shapes[1]


@pytest.mark.parametrize("dtype", [np.float32, np.int8])
@pytest.mark.parametrize("paddings", [[[0, 0], [0, 0]], [[1, 1], [2, 0]]])
def test_space_to_batch_and_back(dtype: Any, paddings: list[list[int]]) -> None:
    rng = np.random.default_rng(0)
    h, w = 4 + sum(paddings[0]), 6 + sum(paddings[1])
    x = activation("x", (1, 4, 6, 3), dtype)
    y = activation("y", (4, h // 2, w // 2, 3), dtype)
    block, widths = integers("b", [2, 2]), integers("p", paddings)
    apart = single_operator("SPACE_TO_BATCH_ND", [x, block, widths], [y])
    codes = values(rng, x.shape, dtype)
    assert_same_codes(apart, codes)
    (pieces,) = Executor(apart).run(codes).outputs
    back = single_operator("BATCH_TO_SPACE_ND", [y, block, widths], [x])
    assert_same_codes(back, pieces)
    np.testing.assert_array_equal(Executor(back).run(pieces).outputs[0], codes)


def test_moves_keep_codes_and_memory_apart() -> None:
    rng = np.random.default_rng(2)
    x = quantized(rng, "x", (1, 6), np.int8)
    graph = single_operator("RESHAPE", [x, integers("s", [1, 2, 3])], [like(x, "y", (1, 2, 3))])
    codes = random_codes(rng, (1, 6), np.int8)
    kept = codes.copy()
    Executor(graph).run(codes)
    np.testing.assert_array_equal(codes, kept)


@pytest.mark.parametrize("dtype", ALL_CODES)
def test_transposes_are_contiguous(dtype: Any) -> None:
    x = quantized(np.random.default_rng(0), "x", (1, 2, 3), dtype)
    inputs: list[Tensor | None] = [x, integers("o", [0, 2, 1])]
    graph = single_operator("TRANSPOSE", inputs, [like(x, "y", (1, 3, 2))])
    (y,) = Executor(graph).run(np.zeros((4, 2, 3), dtype)).outputs
    assert y.flags.c_contiguous
