"""Rules for the versions of operators that depend on more than the type of the first input."""

from __future__ import annotations

from collections.abc import Callable

from qviz.formats.tflite.operator_signature import (
    BOOL,
    COMPLEX64,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    INT8,
    INT16,
    INT32,
    INT64,
    UINT8,
    UINT16,
    UINT32,
    Signature,
    Types,
)
from qviz.formats.tflite.types import STRING

BYTES_AND_WORDS: Types = {INT8: 2, INT16: 3}
BYTES_ONLY: Types = {INT8: 2}


def _conv_2d(s: Signature) -> int:
    if s.has_narrow_bias:
        return 8
    if s.is_grouped:
        return 6
    if s.is_integer:
        return 3
    if s.is_hybrid:
        return 5 if s.has_per_channel_weights else 2
    return 1


def _depthwise_conv_2d(s: Signature) -> int:
    if s.is_hybrid:
        return 6 if s.has_per_channel_weights else 4
    if s.is_integer:
        return 3
    options = s.operator.options
    dilated = any(options.get(f"dilation_{side}_factor", 1) != 1 for side in "wh")
    return 2 if dilated else 1


def _fully_connected(s: Signature) -> int:
    options = s.operator.options
    if s.is_hybrid and s.has_per_channel_weights:
        return 12
    if s.has_narrow_bias:
        return 11
    if s.types_are(INT16, INT16, INT16):
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


def _transpose_conv(s: Signature) -> int:
    # Input 0 is the output's shape, so the converter's 16x8 rule, which looks at it, never holds.
    if s.operator.activation != "NONE":
        return 4
    if len(s.inputs) == 4 and s.inputs[3] is not None:
        return 3
    return 2 if s.type(1) == INT8 else 1


def _add(s: Signature) -> int:
    first = s.type(0)
    if first == INT16 and not s.is_quantized:
        return 5
    if first == INT16 and not s.operator.option("pot_scale_int16", True):
        return 3
    return {INT64: 4, INT8: 2}.get(first, 1) if first is not None else 1


def _sub(s: Signature) -> int:
    first = s.type(0)
    if first == INT16 and not s.operator.option("pot_scale_int16", True):
        return 5
    if first == INT64:
        return 4
    if s.broadcasts_over(4):
        return 3
    return 2 if first == INT8 else 1


def _mul(s: Signature) -> int:
    first = s.type(0)
    if first == UINT32 or (first == INT16 and not s.is_quantized):
        return 7
    for dtype, version in ((COMPLEX64, 6), (INT64, 5), (INT16, 4)):
        if first == dtype:
            return version
    scales = [s.scale(t) for t in (*s.inputs[:2], s.outputs[0])]
    if all(scales) and scales[0] * scales[1] / scales[2] >= 1.0:
        return 3
    return 2 if first == INT8 else 1


def _maximum(s: Signature) -> int:
    if s.type(0) == INT16:
        return 4
    if s.broadcasts_over(4):
        return 3
    return 2 if s.type(0) == INT8 else 1


def _gather(s: Signature) -> int:
    if s.type(1) == INT16:
        return 6
    if s.operator.option("batch_dims", 0) != 0:
        return 5
    return _typed(s, {INT16: 4, BOOL: 3, INT8: 2})


def _gather_nd(s: Signature) -> int:
    if s.type(0) == BOOL:
        return 5
    return 4 if s.type(1) == INT16 else _typed(s, {INT16: 3, STRING: 2})


def _transpose(s: Signature) -> int:
    if s.rank() > 5:
        return 6
    if s.type(0) == INT16:
        return 5
    return 4 if s.rank() > 4 else _typed(s, {BOOL: 3, INT8: 2})


def _pad(s: Signature) -> int:
    if s.type(0) == BOOL:
        return 5
    return 4 if s.rank() > 4 else _typed(s, BYTES_AND_WORDS)


def _slice(s: Signature) -> int:
    if s.type(0) == UINT32:
        return 6
    return 5 if s.rank() > 4 else _typed(s, {INT16: 4, STRING: 3, INT8: 2})


def _strided_slice(s: Signature) -> int:
    options = s.operator.options
    if options.get("offset"):
        return 8
    if s.type(0) == UINT32:
        return 7
    if options.get("ellipsis_mask") or options.get("new_axis_mask"):
        return 6
    if s.type(0) == STRING:
        return 5
    return 4 if s.rank() > 4 else _typed(s, {BOOL: 3, INT8: 2})


def _space_batch(s: Signature) -> int:
    if s.type(0) == INT16:
        return 4
    return 3 if s.rank() != 4 else _typed(s, BYTES_ONLY)


def _resize(s: Signature) -> int:
    options = s.operator.options
    # align_corners asks for version 3 of the nearest-neighbour operator only.
    nearest = s.operator.kind == "RESIZE_NEAREST_NEIGHBOR"
    if s.type(0) == INT16:
        return 4
    if options.get("half_pixel_centers") or (nearest and options.get("align_corners")):
        return 3
    return 2 if s.type(0) == INT8 else 1


def _dequantize(s: Signature) -> int:
    x = s.inputs[0]
    per_channel = x is not None and x.quantization is not None and x.quantization.scale.size > 1
    if s.type(0) == INT8 and per_channel:
        return 5
    return _typed(s, {INT16: 3, FLOAT16: 3, INT8: 2})


def _quantize(s: Signature) -> int:
    params = s.outputs[0].quantization
    if params is not None and params.scale.size > 1:
        return 3
    return 2 if s.output_type == INT16 else 1


def _batch_matmul(s: Signature) -> int:
    if s.is_hybrid and s.operator.option("asymmetric_quantize_inputs", False):
        return 4
    return _typed(s, BYTES_AND_WORDS)


def _cast(s: Signature) -> int:
    types = {s.type(0), s.output_type}
    for dtype, version in ((FLOAT64, 5), (FLOAT16, 5), (UINT16, 4), (INT8, 3), (UINT32, 2)):
        if dtype in types:
            return version
    return 1


def _recurrent(s: Signature) -> int:
    if s.type(1) == INT8 and s.output_type == FLOAT32:
        return 3 if s.operator.option("asymmetric_quantize_inputs", False) else 2
    return 1


def _lstm(s: Signature) -> int:
    basic = s.operator.option("kernel_type", "FULL") == "BASIC"
    if not basic and (s.type(0), s.type(2), s.output_type) == (INT16, INT8, INT16):
        return 5
    if not basic and (s.type(0), s.type(2), s.output_type) == (FLOAT32, INT8, FLOAT32):
        return 4 if s.operator.option("asymmetric_quantize_inputs", False) else 3
    return 2 if basic else 1


def _sequence_lstm(s: Signature) -> int:
    if (s.type(0), s.type(2), s.output_type) == (INT16, INT8, INT16):
        return 5
    if s.operator.option("diagonal_recurrent_tensors", False):
        return 4
    if (s.type(0), s.type(2), s.output_type) == (FLOAT32, INT8, FLOAT32):
        return 3 if s.operator.option("asymmetric_quantize_inputs", False) else 2
    return 1


def _svdf(s: Signature) -> int:
    if s.type(0) == INT8:
        return 3
    if s.is_hybrid:
        return 4 if s.operator.option("asymmetric_quantize_inputs", False) else 2
    return 1


def _split(s: Signature) -> int:
    # Input 0 is the axis.
    second = s.type(1)
    return 1 if second is None else {INT16: 4, INT32: 3, INT8: 2}.get(second, 1)


def _fill(s: Signature) -> int:
    second = s.type(1)
    by_type = {FLOAT16: 4, INT8: 3, INT16: 3, BOOL: 2, STRING: 2}
    return 1 if second is None else by_type.get(second, 1)


def _select(s: Signature) -> int:
    if any(s.rank(i) == 5 for i in range(3)):
        return 3
    return _typed(s, {UINT32: 4, INT8: 2})


def _abs(s: Signature) -> int:
    if s.type(0) == INT16:
        return 3 if s.is_quantized else 4
    return _typed(s, {INT32: 5, INT8: 2, UINT8: 2})


def _topk(s: Signature) -> int:
    types = (s.type(0), s.type(1), s.outputs[-1].dtype)
    return 3 if INT16 in types else _typed(s, BYTES_ONLY)


def _sparse_to_dense(s: Signature) -> int:
    third = s.type(2)
    return 1 if third is None else {INT8: 3, UINT8: 3, INT64: 2}.get(third, 1)


def _update_slice(s: Signature) -> int:
    first = s.type(0)
    if first in (INT16, FLOAT16):
        return 4 if first == INT16 else 3
    return 2 if s.type(2) == INT64 else 1


def _typed(s: Signature, by_type: Types) -> int:
    first = s.type(0)
    return 1 if first is None else by_type.get(first, 1)


RULES: dict[str, Callable[[Signature], int]] = {
    "ABS": _abs,
    "ADD": _add,
    "BATCH_MATMUL": _batch_matmul,
    "BATCH_TO_SPACE_ND": _space_batch,
    "BIDIRECTIONAL_SEQUENCE_LSTM": _recurrent,
    "BIDIRECTIONAL_SEQUENCE_RNN": _recurrent,
    "BROADCAST_TO": lambda s: 3 if s.type(0) in (INT8, INT16) else 2,
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
    "WHERE": lambda s: 1 if s.type(0) == BOOL else 2,
}
