"""Random small graphs of integer operators, several in a chain, with side branches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from quantized_operands import integers, like, plain, quantized, scale_of
from random_operators import random_codes, random_scales

from qviz.graph import Graph, Operator, QuantizationParams, Tensor

WINDOW = {"dilation_h_factor": 1, "dilation_w_factor": 1}
CLAMPS = ["NONE", "NONE", "NONE", "RELU", "RELU6", "RELU_N1_TO_1"]


class RandomGraph:
    """Grows a graph from one image; every step reads the last result or an earlier one."""

    def __init__(self, seed: int, dtype: Any, size: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.dtype = np.dtype(dtype)
        self.operators: list[Operator] = []
        shape = (1, self.number(1, 8), self.number(1, 8), self.number(1, 20))
        self.tensors = [quantized(self.rng, "x", shape, dtype)]
        self.images = [self.tensors[0]]
        steps = STEPS if dtype != np.int16 else STEPS_OF_INT16
        while len(self.operators) < size:
            step = steps[self.number(0, len(steps) - 1)]
            step(self, self.images[-1] if self.rng.random() < 0.8 else self.choice(self.images))

    @property
    def graph(self) -> Graph:
        produced = [name for operator in self.operators for name in operator.outputs]
        read = {name for operator in self.operators for name in operator.inputs}
        ends = [name for name in produced if name not in read]
        return Graph.build(self.operators, self.tensors, ["x"], ends)

    def input(self) -> Any:
        return random_codes(self.rng, self.tensors[0].shape, self.dtype)

    def number(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def choice(self, items: list[Any]) -> Any:
        return items[self.number(0, len(items) - 1)]

    def constant(self, tensor: Tensor) -> Tensor:
        """Give a tensor a name of its own and keep it."""
        named = replace(tensor, name=f"c{len(self.tensors)}")
        self.tensors.append(named)
        return named

    def result(self, shape: tuple[int, ...], scale: float, zero_point: int | None = None) -> Tensor:
        """A new activation; its scale is often a power of two, whose multiples meet halves.

        Scales stay where the C code has a meaning: beyond, it shifts by more bits than there are.
        """
        scale = min(max(scale, 2.0**-24), 2.0**10)
        if self.rng.random() < 0.3:
            scale = 2.0 ** round(np.log2(scale))
        name = f"t{len(self.tensors)}"
        tensor = quantized(self.rng, name, shape, self.dtype, scale, zero_point)
        self.tensors.append(tensor)
        return tensor

    def same(self, tensor: Tensor, shape: tuple[int, ...]) -> Tensor:
        result = like(tensor, f"t{len(self.tensors)}", shape)
        self.tensors.append(result)
        return result

    def add(self, kind: str, inputs: list[Tensor | None], output: Tensor, **options: Any) -> None:
        names = tuple(None if t is None else t.name for t in inputs)
        while names and names[-1] is None:
            names = names[:-1]
        layer = f"{kind.lower()}_{len(self.operators)}"
        self.operators.append(Operator(kind, names, (output.name,), options, layer=layer))
        if len(output.shape) == 4:
            self.images.append(output)

    def clamp(self) -> dict[str, Any]:
        return {"fused_activation_function": self.choice(CLAMPS)}

    def weights(self, x: Tensor, shape: tuple[int, ...], dimension: int) -> list[Tensor | None]:
        """Weights and bias; one scale a channel or one in all, seldom no bias."""
        is_legacy = self.dtype == np.uint8
        channels = shape[dimension]
        per_channel = not is_legacy and self.rng.random() < 0.7
        scales = random_scales(self.rng, channels if per_channel else 1)
        codes = random_codes(self.rng, shape, np.uint8 if is_legacy else np.int8)
        zero = self.number(0, 255) if is_legacy else 0
        if not is_legacy:
            codes = np.maximum(codes, -127)
        points = np.full(len(scales), zero, np.int64)
        params = QuantizationParams(scales, points, dimension if per_channel else None)
        constants: list[Tensor | None] = [
            self.constant(Tensor("w", shape, codes.dtype, codes, params))
        ]
        if self.rng.random() < 0.15:
            return [*constants, None]
        bias = self.rng.integers(-(1 << 12), 1 << 12, channels)
        bias = bias.astype(np.int64 if self.dtype == np.int16 else np.int32)
        bias_scales = (np.float32(scale_of(x)) * scales).astype(np.float32)
        params = QuantizationParams(
            bias_scales, np.zeros(len(scales), np.int64), 0 if per_channel else None
        )
        return [*constants, self.constant(Tensor("b", bias.shape, bias.dtype, bias, params))]

    def scale_after(self, x: Tensor, weights: Tensor | None, taps: int) -> float:
        assert weights is not None
        assert weights.quantization is not None
        spread = 40 * float(np.median(weights.quantization.scale)) * np.sqrt(taps)
        return scale_of(x) * spread * float(np.exp(self.rng.uniform(-1, 2)))


def _window(g: RandomGraph, x: Tensor, taps: int = 3) -> tuple[dict[str, Any], list[int], Any]:
    """Options, window and output size of a convolution or pool."""
    padding = g.choice(["SAME", "VALID"])
    window = [g.number(1, min(taps, size)) for size in x.shape[1:3]]
    strides = [g.number(1, 2), g.number(1, 2)]
    out = [
        -(-size // s) if padding == "SAME" else (size - w) // s + 1
        for size, w, s in zip(x.shape[1:3], window, strides, strict=True)
    ]
    options = {"padding": padding, "stride_h": strides[0], "stride_w": strides[1]}
    return options, window, out


def conv_2d(g: RandomGraph, x: Tensor) -> None:
    options, window, out = _window(g, x)
    outputs = g.number(1, 20)
    constants = g.weights(x, (outputs, *window, x.shape[3]), 0)
    scale = g.scale_after(x, constants[0], window[0] * window[1] * x.shape[3])
    y = g.result((1, *out, outputs), scale)
    g.add("CONV_2D", [x, *constants], y, **options, **WINDOW, **g.clamp())


def depthwise(g: RandomGraph, x: Tensor) -> None:
    options, window, out = _window(g, x)
    multiplier = g.number(1, 2)
    outputs = x.shape[3] * multiplier
    constants = g.weights(x, (1, *window, outputs), 3)
    y = g.result((1, *out, outputs), g.scale_after(x, constants[0], window[0] * window[1]))
    options |= {"depth_multiplier": multiplier}
    g.add("DEPTHWISE_CONV_2D", [x, *constants], y, **options, **WINDOW, **g.clamp())


def transpose_conv(g: RandomGraph, x: Tensor) -> None:
    outputs, stride = g.number(1, 9), g.number(1, 2)
    size = [n * stride for n in x.shape[1:3]]
    constants = g.weights(x, (outputs, 2, 2, x.shape[3]), 0)
    if x.dtype == np.uint8:
        constants[1] = None
    shape = g.constant(integers("s", [1, *size, outputs]))
    y = g.result((1, *size, outputs), g.scale_after(x, constants[0], 4 * x.shape[3]))
    options = {"padding": "SAME", "stride_h": stride, "stride_w": stride}
    g.add("TRANSPOSE_CONV", [shape, constants[0], x, constants[1]], y, **options)


def fully_connected(g: RandomGraph, x: Tensor) -> None:
    outputs = g.number(1, 20)
    constants = g.weights(x, (outputs, x.shape[3]), 0)
    y = g.result((*x.shape[:3], outputs), g.scale_after(x, constants[0], x.shape[3]))
    g.add("FULLY_CONNECTED", [x, *constants], y, keep_num_dims=True, **g.clamp())


def arithmetic(g: RandomGraph, x: Tensor) -> None:
    kind = g.choice(["ADD", "SUB", "MUL"])
    fitting = [t for t in g.images if t.shape == x.shape]
    other = g.choice(fitting)
    if g.rng.random() < 0.4:
        shape = (1, 1, 1, g.choice([1, x.shape[3]]))
        constant = quantized(g.rng, "c", shape, g.dtype, scale_of(x) * float(g.rng.uniform(0.3, 3)))
        other = g.constant(replace(constant, data=random_codes(g.rng, shape, g.dtype)))
    scale = max(scale_of(x), scale_of(other)) * float(np.exp(g.rng.uniform(-0.5, 1)))
    if kind == "MUL":
        scale = scale_of(x) * scale_of(other) * (20000 if g.dtype == np.int16 else 60)
    options = {} if kind == "MUL" or g.dtype != np.int16 else {"pot_scale_int16": False}
    g.add(kind, [x, other], g.result(x.shape, scale), **options, **g.clamp())


def extremum(g: RandomGraph, x: Tensor) -> None:
    other = g.choice([t for t in g.images if t.shape == x.shape and _alike(t, x)])
    g.add(g.choice(["MAXIMUM", "MINIMUM"]), [x, other], g.same(x, x.shape))


def _alike(a: Tensor, b: Tensor) -> bool:
    assert a.quantization is not None
    return a.quantization.same_as(b.quantization)


def pool(g: RandomGraph, x: Tensor) -> None:
    options, window, out = _window(g, x)
    options |= {"filter_height": window[0], "filter_width": window[1]}
    kind = g.choice(["MAX_POOL_2D", "AVERAGE_POOL_2D"])
    g.add(kind, [x], g.same(x, (1, *out, x.shape[3])), **options, **g.clamp())


def mean(g: RandomGraph, x: Tensor) -> None:
    axes = g.choice([[1, 2], [1], [3], [2, 3]])
    shape = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    y = g.result(shape, scale_of(x) * float(g.rng.choice([1, 0.5, 0.4, 0.1, 0.37])))
    g.add("MEAN", [x, g.constant(integers("a", axes))], y, keep_dims=True)


def reduce_extremum(g: RandomGraph, x: Tensor) -> None:
    shape = tuple(1 if i == 2 else n for i, n in enumerate(x.shape))
    axes = g.constant(integers("a", [2]))
    g.add(g.choice(["REDUCE_MAX", "REDUCE_MIN"]), [x, axes], g.same(x, shape), keep_dims=True)


def pad(g: RandomGraph, x: Tensor) -> None:
    widths = [[0, 0], *([g.number(0, 2), g.number(0, 2)] for _ in range(2)), [0, 0]]
    shape = tuple(n + sum(w) for n, w in zip(x.shape, widths, strict=True))
    if max(shape) < 12:
        g.add("PAD", [x, g.constant(integers("p", widths))], g.same(x, shape))


def resize(g: RandomGraph, x: Tensor) -> None:
    size = [g.number(1, 9), g.number(1, 9)]
    kind = g.choice(["RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"])
    options = g.choice([{}, {"align_corners": True}, {"half_pixel_centers": True}])
    y = g.same(x, (1, *size, x.shape[3]))
    g.add(kind, [x, g.constant(integers("s", size))], y, **options)


def concatenation(g: RandomGraph, x: Tensor) -> None:
    if x.shape[3] > 20:
        return
    others = [t for t in g.images if t.shape[:3] == x.shape[:3] and _alike(t, x)]
    other = g.choice(others)
    y = g.same(x, (*x.shape[:3], x.shape[3] + other.shape[3]))
    g.add("CONCATENATION", [x, other], y, axis=3, fused_activation_function="NONE")


def movement(g: RandomGraph, x: Tensor) -> None:
    if g.rng.random() < 0.5:
        order = g.constant(integers("o", [0, 2, 1, 3]))
        g.add("TRANSPOSE", [x, order], g.same(x, (1, x.shape[2], x.shape[1], x.shape[3])))
        return
    shape = (1, 1, x.shape[1] * x.shape[2], x.shape[3])
    g.add("RESHAPE", [x, g.constant(integers("s", shape))], g.same(x, shape), new_shape=shape)


def bounded(g: RandomGraph, x: Tensor) -> None:
    """Operators whose output scale is given."""
    kind = g.choice(["LOGISTIC", "TANH", "SOFTMAX"])
    if g.dtype == np.int16 and scale_of(x) > 4:
        # Products leave 32 bits, and the optimized kernels read what they happen to find.
        return
    low = np.iinfo(g.dtype).min
    if g.dtype == np.int16:
        scale, zero = 1 / 32768, 0
    elif kind == "TANH":
        scale, zero = 1 / 128, low + 128
    else:
        scale, zero = 1 / 256, low
    y = Tensor(
        f"t{len(g.tensors)}", x.shape, g.dtype, None, QuantizationParams.per_tensor(scale, zero)
    )
    g.tensors.append(y)
    g.add(kind, [x], y, **({"beta": 1.0} if kind == "SOFTMAX" else {}))


def piecewise(g: RandomGraph, x: Tensor) -> None:
    kinds = ["LEAKY_RELU", "RELU", "RELU6"]
    kind = g.choice(kinds if g.dtype == np.int16 else [*kinds, "HARD_SWISH"])
    options = {"alpha": float(np.float32(g.rng.uniform(0, 0.6)))} if kind == "LEAKY_RELU" else {}
    y = g.result(x.shape, scale_of(x) * float(g.rng.choice([1, 0.5, 0.3, 2])))
    g.add(kind, [x], y, **options)


def requantize(g: RandomGraph, x: Tensor) -> None:
    y = g.result(x.shape, scale_of(x) * float(g.rng.choice([1, 0.5, 0.3, 2, 3.1])))
    g.add("QUANTIZE", [x], y)


def float_island(g: RandomGraph, x: Tensor) -> None:
    """To real numbers, through an exact operator, and back."""
    real = [plain(f"t{len(g.tensors) + i}", x.shape) for i in range(2)]
    g.tensors.extend(real)
    y = g.result(x.shape, scale_of(x) * float(g.rng.choice([1, 0.5, 0.3, 2])))
    names = [(x.name, real[0].name), (real[0].name, real[1].name), (real[1].name, y.name)]
    for kind, (source, target) in zip(["DEQUANTIZE", "RELU", "QUANTIZE"], names, strict=True):
        layer = f"{kind.lower()}_{len(g.operators)}"
        g.operators.append(Operator(kind, (source,), (target,), {}, layer=layer))
    g.images.append(y)


STEPS: list[Callable[[RandomGraph, Tensor], None]] = [
    conv_2d,
    depthwise,
    fully_connected,
    transpose_conv,
    arithmetic,
    arithmetic,
    extremum,
    pool,
    mean,
    reduce_extremum,
    pad,
    resize,
    concatenation,
    movement,
    bounded,
    piecewise,
    requantize,
    float_island,
]
STEPS_OF_INT16 = [step for step in STEPS if step is not transpose_conv]
