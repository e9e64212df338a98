"""Random operators with weights, as hypothesis strategies and seeded arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from litert_reference import codes_constant, codes_tensor
from numpy.typing import NDArray

from qviz.graph import Tensor

# The same examples in every run; the first call of a kernel may be slow on a busy machine.
FIXED = settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=120,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

ACTIVATIONS = st.sampled_from(["NONE", "NONE", "RELU", "RELU6", "RELU_N1_TO_1"])
PADDINGS = st.sampled_from(["SAME", "VALID"])
SEEDS = st.integers(0, 2**32 - 1)


@dataclass(frozen=True)
class Types:
    """Types of an integer operator with weights."""

    activation: Any
    weights: Any
    bias: Any
    per_channel: bool

    @property
    def zero_points(self) -> bool:
        return self.activation != np.int16

    @property
    def options(self) -> dict[str, Any]:
        """What the interpreter has to be told about a 32-bit bias beside int16."""
        narrow = self.activation == np.int16 and self.bias == np.int32
        return {"quantized_bias_type": "INT32"} if narrow else {}


INTEGER_TYPES = [
    Types(np.int8, np.int8, np.int32, True),
    Types(np.int8, np.int8, np.int32, False),
    Types(np.int16, np.int8, np.int64, True),
    Types(np.int16, np.int8, np.int64, False),
    Types(np.int16, np.int8, np.int32, True),
    Types(np.uint8, np.uint8, np.int32, False),
]

TYPES_WITHOUT_BIAS = [Types(np.int8, np.int8, None, True), Types(np.int16, np.int8, None, True)]


def random_codes(rng: np.random.Generator, shape: Any, dtype: Any) -> NDArray[Any]:
    """Codes over the whole range; now and then only its two ends."""
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    if rng.random() < 0.2:
        return rng.choice([low, high], shape).astype(dtype)
    return rng.integers(low, high + 1, shape).astype(dtype)


def random_scales(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    """Scales; often powers of two, whose products meet exact halves."""
    if rng.random() < 0.4:
        return (2.0 ** -rng.integers(1, 9, count)).astype(np.float32)
    return np.exp(rng.uniform(-7, 0, count)).astype(np.float32)


@dataclass(frozen=True)
class Quantized:
    """Tensors of an integer operator (x, weights, bias) -> y."""

    x: Tensor
    weights: Tensor
    bias: Tensor | None
    y: Tensor

    def codes(self, rng: np.random.Generator, batch: int = 1) -> NDArray[Any]:
        return random_codes(rng, (batch, *self.x.shape[1:]), self.x.dtype)


def quantized_tensors(
    rng: np.random.Generator,
    types: Types,
    x_shape: tuple[int, ...],
    weights_shape: tuple[int, ...],
    y_shape: tuple[int, ...],
    channel_dimension: int,
) -> Quantized:
    """Tensors with random values; the output's scale is near the spread of the sums."""
    channels = weights_shape[channel_dimension]
    taps = int(np.prod(weights_shape)) // channels
    x_scale = float(random_scales(rng, 1)[0])
    scales = random_scales(rng, channels if types.per_channel else 1)
    spread = 30 * x_scale * float(np.median(scales)) * np.sqrt(taps)
    spread *= 255 if types.activation == np.int16 else 1
    y_scale = spread * float(np.exp(rng.uniform(-3, 2)))
    if rng.random() < 0.4:
        y_scale = 2.0 ** round(np.log2(y_scale))
    weights = random_codes(rng, weights_shape, types.weights)
    if types.weights == np.int8:
        weights = np.maximum(weights, -127)
    points = [0, 0, 0]
    if types.zero_points:
        limits = np.iinfo(types.activation)
        points = [int(p) for p in rng.integers(limits.min, limits.max + 1, 3)]
    weight_point = points[2] if types.weights == np.uint8 else 0
    bias = None
    if types.bias is not None:
        largest = 1 << int(rng.integers(1, 21))
        values = rng.integers(-largest, largest, channels).astype(types.bias)
        bias_scales = (np.float32(x_scale) * scales).astype(np.float32)
        along = 0 if types.per_channel else None
        bias = codes_constant("b", values, bias_scales, dimension=along)
    dimension = channel_dimension if types.per_channel else None
    return Quantized(
        codes_tensor("x", x_shape, types.activation, x_scale, points[0]),
        codes_constant("w", weights, scales, dimension=dimension, zero_point=weight_point),
        bias,
        codes_tensor("y", y_shape, types.activation, y_scale, points[1]),
    )


@dataclass(frozen=True)
class Geometry:
    """An image and a window on it that fit together."""

    height: int
    width: int
    taps_h: int
    taps_w: int
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    padding: str

    @property
    def options(self) -> dict[str, Any]:
        return {
            "padding": self.padding,
            "stride_h": self.stride_h,
            "stride_w": self.stride_w,
            "dilation_h_factor": self.dilation_h,
            "dilation_w_factor": self.dilation_w,
        }

    @property
    def output(self) -> tuple[int, int]:
        def size(pixels: int, taps: int, stride: int, dilation: int) -> int:
            reach = 1 if self.padding == "SAME" else (taps - 1) * dilation + 1
            return (pixels - reach) // stride + 1

        return (
            size(self.height, self.taps_h, self.stride_h, self.dilation_h),
            size(self.width, self.taps_w, self.stride_w, self.dilation_w),
        )


@st.composite
def geometries(draw: Any, dilated: bool = True) -> Geometry:
    """Windows up to 4 x 4 on images up to 9 x 9; VALID only where the window fits."""
    taps = [draw(st.integers(1, 4)) for _ in range(2)]
    strides = [draw(st.integers(1, 3)) for _ in range(2)]
    dilations = [draw(st.integers(1, 2)) if dilated else 1 for _ in range(2)]
    padding = draw(PADDINGS)
    reach = [
        (t - 1) * d + 1 if padding == "VALID" else 1 for t, d in zip(taps, dilations, strict=True)
    ]
    sizes = [draw(st.integers(r, max(r, 9))) for r in reach]
    return Geometry(*sizes, *taps, *strides, *dilations, padding)


def float_tensor(name: str, *shape: int) -> Tensor:
    """A float activation."""
    return Tensor(name, shape, np.dtype(np.float32))


def float_constant(name: str, values: NDArray[Any]) -> Tensor:
    """A float constant."""
    data = np.asarray(values, np.float32)
    return Tensor(name, data.shape, data.dtype, data)


def random_floats(rng: np.random.Generator, *shape: int) -> NDArray[np.float32]:
    """Values around 0 of a random magnitude."""
    values = rng.normal(rng.normal(), 1, shape) * np.exp(rng.uniform(-2, 2))
    return values.astype(np.float32)
