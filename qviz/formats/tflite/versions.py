"""Operator versions: the lowest that covers what an operator does, as resolvers ask for it.

A resolver refuses an operator whose version is outside the range it was registered with, so a
version must be neither lower nor higher than needed. The rules are those of LiteRT's
``tools/versioning/op_version.cc`` (GetBuiltinOperatorVersion) at 2.x; most depend on element types
only and stand in one table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from qviz.formats.tflite.types import STRING
from qviz.graph import Operator, Tensor

_INT8, _INT16, _INT32, _INT64 = (np.dtype(f"<i{n}") for n in (1, 2, 4, 8))
_UINT8, _UINT16, _UINT32 = (np.dtype(f"<u{n}") for n in (1, 2, 4))
_BOOL, _COMPLEX64 = np.dtype(np.bool_), np.dtype("<c8")
_FLOAT16, _FLOAT32, _FLOAT64 = (np.dtype(f"<f{n}") for n in (2, 4, 8))

Types = Mapping[np.dtype[np.generic], int]

_8_AND_16: Types = {_INT8: 2, _INT16: 3}
_8_ONLY: Types = {_INT8: 2}
_8_OR_16: Types = {_INT8: 2, _INT16: 2}

# Version by the type of input 0; every other type has version 1.
_BY_FIRST_INPUT: dict[str, Types] = {
    **dict.fromkeys(
        (
            "AVERAGE_POOL_2D",
            "MAX_POOL_2D",
            "TANH",
            "LOGISTIC",
            "SOFTMAX",
            "MEAN",
            "MIRROR_PAD",
            "REDUCE_MAX",
            "REDUCE_MIN",
            "RELU6",
            "RSQRT",
            "LESS",
            "GREATER_EQUAL",
        ),
        _8_AND_16,
    ),
    **dict.fromkeys(
        (
            "SPACE_TO_DEPTH",
            "DEPTH_TO_SPACE",
            "SPLIT_V",
            "SUM",
            "LOG_SOFTMAX",
            "GREATER",
            "LESS_EQUAL",
            "SQUARED_DIFFERENCE",
            "L2_NORMALIZATION",
        ),
        _8_ONLY,
    ),
    **dict.fromkeys(("EXP", "LOG", "REDUCE_PROD", "FLOOR_MOD", "SQRT"), _8_OR_16),
    "SIGN": {_INT32: 2},
    "FLOOR_DIV": {_INT8: 3, _INT16: 3, _FLOAT32: 2},
    "RELU": {_INT8: 2, _UINT8: 2, _INT16: 3},
    "REVERSE_V2": {_INT8: 3, _BOOL: 2},
    "PACK": {_INT8: 2, _INT16: 3, _UINT32: 4},
    "UNPACK": {_INT8: 2, _UINT8: 2, _BOOL: 3, _INT16: 4},
    "TILE": {_INT8: 3, STRING: 2},
    "SQUEEZE": {STRING: 2},
    "EQUAL": {_INT8: 2, _INT16: 4, STRING: 3},
    "NOT_EQUAL": {_INT8: 2, STRING: 3},
    "LEAKY_RELU": {_INT16: 2},
    "RANGE": {_INT64: 2},
    "CONCATENATION": {_INT8: 2, _INT16: 3, _UINT32: 4},
    "ARG_MAX": {_INT8: 2, _BOOL: 3},
    "ARG_MIN": {_INT8: 2, _BOOL: 3},
    "SELECT_V2": {_UINT32: 2},
    "GELU": {_INT8: 2, _UINT8: 2},
}


@dataclass(frozen=True, slots=True)
class _Signature:
    """An operator with its tensors, as the rules look at them."""

    operator: Operator
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]

    def type(self, index: int) -> np.dtype[np.generic] | None:
        tensor = self.inputs[index] if index < len(self.inputs) else None
        return None if tensor is None else tensor.dtype

    def rank(self, index: int = 0) -> int:
        tensor = self.inputs[index] if index < len(self.inputs) else None
        return 0 if tensor is None else len(tensor.shape)

    def scale(self, tensor: Tensor | None) -> float:
        if tensor is None or tensor.quantization is None:
            return 0.0
        return float(tensor.quantization.scale[0])

    @property
    def output_type(self) -> np.dtype[np.generic]:
        return self.outputs[0].dtype

    @property
    def is_quantized(self) -> bool:
        first = self.inputs[0]
        return first is not None and first.quantization is not None

    @property
    def is_hybrid(self) -> bool:
        """Whether floats meet int8 weights, to be quantized on the fly."""
        return self.types_are(_FLOAT32, _INT8, _FLOAT32)

    @property
    def is_grouped(self) -> bool:
        """Whether weights have fewer input channels than the input."""
        channels = {t.shape[-1:] for t in self.inputs[:2] if t is not None}
        return len(channels) > 1

    @property
    def is_integer(self) -> bool:
        """Whether weights are int8 and activations int8 or int16."""
        return any(self.types_are(dtype, _INT8, dtype) for dtype in (_INT8, _INT16))

    @property
    def has_narrow_bias(self) -> bool:
        """Whether 16x8 has an int32 bias, which runtimes before 2.15 take for int64.

        The converter's own rule asks for the newer version for int64 too, where it is not needed;
        TensorFlow's 16x8 quantizer does not.
        """
        bias_type = self.operator.option("quantized_bias_type", "FLOAT32")
        return self.types_are(_INT16, _INT8, _INT16) and bias_type == "INT32"

    @property
    def has_per_channel_weights(self) -> bool:
        weights = self.inputs[1] if len(self.inputs) > 1 else None
        params = None if weights is None else weights.quantization
        return params is not None and params.scale.size > 1

    def types_are(self, first: object, second: object, output: object) -> bool:
        return (self.type(0), self.type(1), self.output_type) == (first, second, output)

    def broadcasts_over(self, rank: int) -> bool:
        shapes = [t.shape for t in self.inputs[:2] if t is not None]
        return len(set(shapes)) > 1 and max(map(len, shapes)) > rank


def operator_version(operator: Operator, tensors: Mapping[str, Tensor]) -> int:
    """Version to write for `operator`; never below the one it was read with."""
    inputs = tuple(None if name is None else tensors[name] for name in operator.inputs)
    signature = _Signature(operator, inputs, tuple(tensors[name] for name in operator.outputs))
    if not inputs or not signature.outputs:
        return max(1, operator.version)
    rule = _RULES.get(operator.kind)
    if rule is not None:
        needed = rule(signature)
    else:
        first = signature.type(0)
        by_type = _BY_FIRST_INPUT.get(operator.kind, {})
        needed = 1 if first is None else by_type.get(first, 1)
    return max(needed, operator.version)


def _conv_2d(s: _Signature) -> int:
    if s.has_narrow_bias:
        return 8
    if s.is_grouped:
        return 6
    if s.is_integer:
        return 3
    if s.is_hybrid:
        return 5 if s.has_per_channel_weights else 2
    return 1


def _depthwise_conv_2d(s: _Signature) -> int:
    if s.is_hybrid:
        return 6 if s.has_per_channel_weights else 4
    if s.is_integer:
        return 3
    options = s.operator.options
    dilated = any(options.get(f"dilation_{side}_factor", 1) != 1 for side in "wh")
    return 2 if dilated else 1


def _fully_connected(s: _Signature) -> int:
    options = s.operator.options
    if s.is_hybrid and s.has_per_channel_weights:
        return 12
    if s.has_narrow_bias:
        return 11
    if s.types_are(_INT16, _INT16, _INT16):
        return 7
    if len(s.inputs) == 2:
        return 6
    if options.get("keep_num_dims"):
        return 5
    if s.is_integer:
        return 4
    if s.is_hybrid:
        return 9 if options.get("asymmetric_quantize_inputs") else 3
    return 1 if options.get("weights_format", "DEFAULT") == "DEFAULT" else 2


def _transpose_conv(s: _Signature) -> int:
    # Input 0 is the output's shape, so the converter's 16x8 rule, which looks at it, never holds.
    if s.operator.activation != "NONE":
        return 4
    if len(s.inputs) == 4 and s.inputs[3] is not None:
        return 3
    return 2 if s.type(1) == _INT8 else 1


def _add(s: _Signature) -> int:
    first = s.type(0)
    if first == _INT16 and not s.is_quantized:
        return 5
    if first == _INT16 and not s.operator.option("pot_scale_int16", True):
        return 3
    return {_INT64: 4, _INT8: 2}.get(first, 1) if first is not None else 1


def _sub(s: _Signature) -> int:
    first = s.type(0)
    if first == _INT16 and not s.operator.option("pot_scale_int16", True):
        return 5
    if first == _INT64:
        return 4
    if s.broadcasts_over(4):
        return 3
    return 2 if first == _INT8 else 1


def _mul(s: _Signature) -> int:
    first = s.type(0)
    if first == _UINT32 or (first == _INT16 and not s.is_quantized):
        return 7
    for dtype, version in ((_COMPLEX64, 6), (_INT64, 5), (_INT16, 4)):
        if first == dtype:
            return version
    scales = [s.scale(t) for t in (*s.inputs[:2], s.outputs[0])]
    if all(scales) and scales[0] * scales[1] / scales[2] >= 1.0:
        return 3
    return 2 if first == _INT8 else 1


def _maximum(s: _Signature) -> int:
    if s.type(0) == _INT16:
        return 4
    if s.broadcasts_over(4):
        return 3
    return 2 if s.type(0) == _INT8 else 1


def _gather(s: _Signature) -> int:
    if s.type(1) == _INT16:
        return 6
    if s.operator.option("batch_dims", 0) != 0:
        return 5
    return _typed(s, {_INT16: 4, _BOOL: 3, _INT8: 2})


def _gather_nd(s: _Signature) -> int:
    if s.type(0) == _BOOL:
        return 5
    return 4 if s.type(1) == _INT16 else _typed(s, {_INT16: 3, STRING: 2})


def _transpose(s: _Signature) -> int:
    if s.rank() > 5:
        return 6
    if s.type(0) == _INT16:
        return 5
    return 4 if s.rank() > 4 else _typed(s, {_BOOL: 3, _INT8: 2})


def _pad(s: _Signature) -> int:
    if s.type(0) == _BOOL:
        return 5
    return 4 if s.rank() > 4 else _typed(s, _8_AND_16)


def _slice(s: _Signature) -> int:
    if s.type(0) == _UINT32:
        return 6
    return 5 if s.rank() > 4 else _typed(s, {_INT16: 4, STRING: 3, _INT8: 2})


def _strided_slice(s: _Signature) -> int:
    options = s.operator.options
    if options.get("offset"):
        return 8
    if s.type(0) == _UINT32:
        return 7
    if options.get("ellipsis_mask") or options.get("new_axis_mask"):
        return 6
    if s.type(0) == STRING:
        return 5
    return 4 if s.rank() > 4 else _typed(s, {_BOOL: 3, _INT8: 2})


def _space_batch(s: _Signature) -> int:
    if s.type(0) == _INT16:
        return 4
    return 3 if s.rank() != 4 else _typed(s, _8_ONLY)


def _resize(s: _Signature) -> int:
    options = s.operator.options
    # align_corners asks for version 3 of the nearest-neighbour operator only.
    nearest = s.operator.kind == "RESIZE_NEAREST_NEIGHBOR"
    if s.type(0) == _INT16:
        return 4
    if options.get("half_pixel_centers") or (nearest and options.get("align_corners")):
        return 3
    return 2 if s.type(0) == _INT8 else 1


def _dequantize(s: _Signature) -> int:
    x = s.inputs[0]
    per_channel = x is not None and x.quantization is not None and x.quantization.scale.size > 1
    if s.type(0) == _INT8 and per_channel:
        return 5
    return _typed(s, {_INT16: 3, _FLOAT16: 3, _INT8: 2})


def _quantize(s: _Signature) -> int:
    params = s.outputs[0].quantization
    if params is not None and params.scale.size > 1:
        return 3
    return 2 if s.output_type == _INT16 else 1


def _batch_matmul(s: _Signature) -> int:
    if s.is_hybrid and s.operator.option("asymmetric_quantize_inputs", False):
        return 4
    return _typed(s, _8_AND_16)


def _cast(s: _Signature) -> int:
    types = {s.type(0), s.output_type}
    for dtype, version in ((_FLOAT64, 5), (_FLOAT16, 5), (_UINT16, 4), (_INT8, 3), (_UINT32, 2)):
        if dtype in types:
            return version
    return 1


def _recurrent(s: _Signature) -> int:
    if s.type(1) == _INT8 and s.output_type == _FLOAT32:
        return 3 if s.operator.option("asymmetric_quantize_inputs", False) else 2
    return 1


def _lstm(s: _Signature) -> int:
    basic = s.operator.option("kernel_type", "FULL") == "BASIC"
    if not basic and (s.type(0), s.type(2), s.output_type) == (_INT16, _INT8, _INT16):
        return 5
    if not basic and (s.type(0), s.type(2), s.output_type) == (_FLOAT32, _INT8, _FLOAT32):
        return 4 if s.operator.option("asymmetric_quantize_inputs", False) else 3
    return 2 if basic else 1


def _sequence_lstm(s: _Signature) -> int:
    if (s.type(0), s.type(2), s.output_type) == (_INT16, _INT8, _INT16):
        return 5
    if s.operator.option("diagonal_recurrent_tensors", False):
        return 4
    if (s.type(0), s.type(2), s.output_type) == (_FLOAT32, _INT8, _FLOAT32):
        return 3 if s.operator.option("asymmetric_quantize_inputs", False) else 2
    return 1


def _svdf(s: _Signature) -> int:
    if s.type(0) == _INT8:
        return 3
    if s.is_hybrid:
        return 4 if s.operator.option("asymmetric_quantize_inputs", False) else 2
    return 1


def _split(s: _Signature) -> int:
    # Input 0 is the axis.
    second = s.type(1)
    return 1 if second is None else {_INT16: 4, _INT32: 3, _INT8: 2}.get(second, 1)


def _fill(s: _Signature) -> int:
    second = s.type(1)
    by_type = {_FLOAT16: 4, _INT8: 3, _INT16: 3, _BOOL: 2, STRING: 2}
    return 1 if second is None else by_type.get(second, 1)


def _select(s: _Signature) -> int:
    if any(s.rank(i) == 5 for i in range(3)):
        return 3
    return _typed(s, {_UINT32: 4, _INT8: 2})


def _abs(s: _Signature) -> int:
    if s.type(0) == _INT16:
        return 3 if s.is_quantized else 4
    return _typed(s, {_INT32: 5, _INT8: 2, _UINT8: 2})


def _topk(s: _Signature) -> int:
    types = (s.type(0), s.type(1), s.outputs[-1].dtype)
    return 3 if _INT16 in types else _typed(s, _8_ONLY)


def _sparse_to_dense(s: _Signature) -> int:
    third = s.type(2)
    return 1 if third is None else {_INT8: 3, _UINT8: 3, _INT64: 2}.get(third, 1)


def _update_slice(s: _Signature) -> int:
    first = s.type(0)
    if first in (_INT16, _FLOAT16):
        return 4 if first == _INT16 else 3
    return 2 if s.type(2) == _INT64 else 1


def _typed(s: _Signature, by_type: Types) -> int:
    first = s.type(0)
    return 1 if first is None else by_type.get(first, 1)


_RULES: dict[str, Callable[[_Signature], int]] = {
    "ABS": _abs,
    "ADD": _add,
    "BATCH_MATMUL": _batch_matmul,
    "BATCH_TO_SPACE_ND": _space_batch,
    "BIDIRECTIONAL_SEQUENCE_LSTM": _recurrent,
    "BIDIRECTIONAL_SEQUENCE_RNN": _recurrent,
    "BROADCAST_TO": lambda s: 3 if s.type(0) in (_INT8, _INT16) else 2,
    "CAST": _cast,
    "CONV_2D": _conv_2d,
    "DEPTHWISE_CONV_2D": _depthwise_conv_2d,
    "DEQUANTIZE": _dequantize,
    "DIV": lambda s: 2 if s.broadcasts_over(4) else 1,
    "DYNAMIC_UPDATE_SLICE": _update_slice,
    "FAKE_QUANT": lambda s: 2 if s.operator.option("narrow_range", False) else 1,
    "FILL": _fill,
    "FULLY_CONNECTED": _fully_connected,
    "GATHER": _gather,
    "GATHER_ND": _gather_nd,
    "LSTM": _lstm,
    "MAXIMUM": _maximum,
    "MINIMUM": _maximum,
    "MUL": _mul,
    "PAD": _pad,
    "PADV2": _pad,
    "QUANTIZE": _quantize,
    "RESIZE_BILINEAR": _resize,
    "RESIZE_NEAREST_NEIGHBOR": _resize,
    "RNN": _recurrent,
    "SELECT": _select,
    "SLICE": _slice,
    "SPACE_TO_BATCH_ND": _space_batch,
    "SPARSE_TO_DENSE": _sparse_to_dense,
    "SPLIT": _split,
    "STRIDED_SLICE": _strided_slice,
    "SUB": _sub,
    "SVDF": _svdf,
    "TOPK_V2": _topk,
    "TRANSPOSE": _transpose,
    "TRANSPOSE_CONV": _transpose_conv,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _sequence_lstm,
    "UNIDIRECTIONAL_SEQUENCE_RNN": _recurrent,
    "WHERE": lambda s: 1 if s.type(0) == _BOOL else 2,
}
