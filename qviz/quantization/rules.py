"""Operator tables of the full-integer quantizers, as data.

A profile holds what one version of TensorFlow's converter knows about each kind of operator:
whether it has an integer form, whether its result has to share the parameters of its operands,
which operand holds weights and which a bias. ``tf-2.21`` was established by comparing with files
which that version made; the next version is another profile, not a rewrite.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from qviz.errors import SchemeError


def _kinds(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class BiasOperands:
    """Positions of the operands of an operator with a bias."""

    bias: int
    input: int
    weights: int


BIAS_OPERANDS: Mapping[str, BiasOperands] = MappingProxyType(
    {
        "CONV_2D": BiasOperands(bias=2, input=0, weights=1),
        "DEPTHWISE_CONV_2D": BiasOperands(bias=2, input=0, weights=1),
        "FULLY_CONNECTED": BiasOperands(bias=2, input=0, weights=1),
        "TRANSPOSE_CONV": BiasOperands(bias=3, input=2, weights=1),
    }
)
"""Operators that add a bias to an accumulator."""

CHANNEL_DIMENSION: Mapping[str, int] = MappingProxyType(
    {"CONV_2D": 0, "DEPTHWISE_CONV_2D": 3, "FULLY_CONNECTED": 0, "TRANSPOSE_CONV": 0}
)
"""Dimension of the weights along which the output channels lie."""


@dataclass(frozen=True, slots=True)
class Int8Rules:
    """What the int8 quantizer knows about operators.

    Attributes
    ----------
    same_scale : frozenset of str
        Operators that move values or choose among them: operands and results share parameters.
    fixed_output : Mapping of str to (scale, zero_point)
        Operators whose result has a known range; calibration is ignored.
    coefficients : Mapping of str to (int, int or None)
        Position of the operand that holds weights, and their channel dimension, None for one
        scale per tensor. Weights are symmetric, every other constant is asymmetric.
    quantizable : frozenset of str
        Operators with an int8 form. All others stay in float32.
    """

    same_scale: frozenset[str]
    fixed_output: Mapping[str, tuple[float, int]]
    coefficients: Mapping[str, tuple[int, int | None]]
    quantizable: frozenset[str]


@dataclass(frozen=True, slots=True)
class Int16x8Rules:
    """What the 16x8 quantizer knows about operators.

    Attributes
    ----------
    same_scale : frozenset of str
        Operators whose results copy the parameters of their first real operand.
    common_scale : frozenset of str
        Operators whose operands have to take the parameters of the result, one QUANTIZE for each
        operand that differs.
    fixed_output : frozenset of str
        Operators whose results have the scale 1/32768.
    free : frozenset of str
        Operators whose results have their own calibrated range.
    operands : Mapping of str to tuple of int
        Positions of the operands that are quantized; operand 0 where a kind is missing. All
        operands of a `common_scale` operator are.
    int16_constants : frozenset of str
        Operators whose constant operands become int16; weights become int8.
    forgotten_operands : Mapping of str to int
        Position of a constant operand that the converter leaves in float although the kernel
        wants it as int16, so that its file does not load. qviz gives it the parameters of the
        result.
    without_kernel : frozenset of str
        Operators that the converter makes int16 although LiteRT has no int16 kernel for them.
    """

    same_scale: frozenset[str]
    common_scale: frozenset[str]
    fixed_output: frozenset[str]
    free: frozenset[str]
    operands: Mapping[str, tuple[int, ...]]
    int16_constants: frozenset[str]
    forgotten_operands: Mapping[str, int]
    without_kernel: frozenset[str]

    @property
    def quantizable(self) -> frozenset[str]:
        """Operators with a 16x8 form."""
        return self.same_scale | self.common_scale | self.fixed_output | self.free


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules of one version of TensorFlow's converter."""

    name: str
    int8: Int8Rules
    int16x8: Int16x8Rules


_MOVING = _kinds(
    """AVERAGE_POOL_2D BATCH_TO_SPACE_ND BROADCAST_TO CONCATENATION DEPTH_TO_SPACE
    DYNAMIC_UPDATE_SLICE EXPAND_DIMS FILL GATHER GATHER_ND MAXIMUM MAX_POOL_2D MINIMUM MIRROR_PAD
    PACK PAD PADV2 REDUCE_MAX REDUCE_MIN RESHAPE RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR SCATTER_ND
    SELECT SELECT_V2 SLICE SPACE_TO_BATCH_ND SPACE_TO_DEPTH SPLIT SPLIT_V SQUEEZE STRIDED_SLICE TILE
    TOPK_V2 TRANSPOSE UNPACK"""
)
_COMPUTING = _kinds(
    """ABS ADD ARG_MAX ARG_MIN BATCH_MATMUL CONV_2D DEPTHWISE_CONV_2D DIV EMBEDDING_LOOKUP EQUAL EXP
    FULLY_CONNECTED GELU GREATER GREATER_EQUAL HARD_SWISH LEAKY_RELU LESS LESS_EQUAL LOG MATRIX_DIAG
    MEAN MUL ONE_HOT PRELU REDUCE_PROD RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 REVERSE_SEQUENCE
    REVERSE_V2 RSQRT SPARSE_TO_DENSE SQRT SQUARED_DIFFERENCE SUB SUM TRANSPOSE_CONV"""
)
_FIXED: Mapping[str, tuple[float, int]] = MappingProxyType(
    {
        "SOFTMAX": (1 / 256, -128),
        "LOGISTIC": (1 / 256, -128),
        "TANH": (1 / 128, 0),
        "LOG_SOFTMAX": (16 / 256, 127),
        "L2_NORMALIZATION": (1 / 128, 0),
    }
)
_COEFFICIENTS: Mapping[str, tuple[int, int | None]] = MappingProxyType(
    {**{kind: (1, axis) for kind, axis in CHANNEL_DIMENSION.items()}, "PRELU": (1, None)}
)

_INT8_TF_2_21 = Int8Rules(
    # ADD_N passes its parameters on although it has no int8 form.
    same_scale=_MOVING | {"ADD_N"},
    fixed_output=_FIXED,
    coefficients=_COEFFICIENTS,
    quantizable=_MOVING | _COMPUTING | frozenset(_FIXED),
)

_INT16X8_TF_2_21 = Int16x8Rules(
    same_scale=_kinds(
        """AVERAGE_POOL_2D BATCH_TO_SPACE_ND BROADCAST_TO EXPAND_DIMS FILL GATHER GATHER_ND
        MAX_POOL_2D MIRROR_PAD PAD PADV2 REDUCE_MAX REDUCE_MIN RESHAPE RESIZE_BILINEAR
        RESIZE_NEAREST_NEIGHBOR REVERSE_V2 SCATTER_ND SELECT SLICE SPACE_TO_BATCH_ND SPLIT SPLIT_V
        SQUEEZE STRIDED_SLICE SUM TILE TRANSPOSE UNPACK"""
    ),
    common_scale=_kinds("CONCATENATION MAXIMUM MINIMUM PACK"),
    fixed_output=_kinds("LOGISTIC SOFTMAX TANH"),
    free=_kinds(
        """ABS ADD BATCH_MATMUL CONV_2D DEPTHWISE_CONV_2D EXP FULLY_CONNECTED GELU LEAKY_RELU LOG
        MEAN MUL QUANTIZE REDUCE_PROD RELU RELU6 RSQRT SQUARED_DIFFERENCE SUB TRANSPOSE_CONV
        WHERE"""
    ),
    operands=MappingProxyType(
        {
            "SPLIT": (1,),
            "FILL": (1,),
            "SCATTER_ND": (1,),
            "SELECT": (1, 2),
            "ADD": (0, 1),
            "SUB": (0, 1),
            "MUL": (0, 1),
            "SQUARED_DIFFERENCE": (0, 1),
            "BATCH_MATMUL": (0, 1),
            "CONV_2D": (0, 1),
            "DEPTHWISE_CONV_2D": (0, 1),
            "FULLY_CONNECTED": (0, 1),
            "TRANSPOSE_CONV": (2, 1),
        }
    ),
    int16_constants=_kinds(
        "ADD SUB MUL SQUARED_DIFFERENCE BATCH_MATMUL GATHER MAXIMUM MINIMUM CONCATENATION PACK"
    ),
    forgotten_operands=MappingProxyType({"PADV2": 2}),
    without_kernel=_kinds("SQUARED_DIFFERENCE"),
)

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {"tf-2.21": Profile("tf-2.21", _INT8_TF_2_21, _INT16X8_TF_2_21)}
)


def profile(name: str) -> Profile:
    """The rules of that name.

    Raises
    ------
    SchemeError
        If there are none; the message lists those there are.
    """
    if name not in PROFILES:
        known = ", ".join(PROFILES)
        raise SchemeError(f"There is no rule profile {name!r}. Profiles: {known}.")
    return PROFILES[name]
