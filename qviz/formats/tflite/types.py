"""Element types of TFLite tensors and the numpy types that stand for them in a graph."""

from __future__ import annotations

import numpy as np
from ai_edge_litert.schema_py_generated import TensorType

STRING = np.dtype(object)
"""A string tensor holds ``bytes`` objects."""

RESOURCE = np.dtype([("resource", "<i4")])
"""A handle to a variable or table; it has no value outside the interpreter."""

VARIANT = np.dtype([("variant", "<i8")])
"""A handle to a list of tensors; it has no value outside the interpreter."""

DTYPES: dict[int, np.dtype[np.generic]] = {
    TensorType.FLOAT32: np.dtype("<f4"),
    TensorType.FLOAT16: np.dtype("<f2"),
    TensorType.FLOAT64: np.dtype("<f8"),
    TensorType.INT8: np.dtype("i1"),
    TensorType.INT16: np.dtype("<i2"),
    TensorType.INT32: np.dtype("<i4"),
    TensorType.INT64: np.dtype("<i8"),
    TensorType.UINT8: np.dtype("u1"),
    TensorType.UINT16: np.dtype("<u2"),
    TensorType.UINT32: np.dtype("<u4"),
    TensorType.UINT64: np.dtype("<u8"),
    TensorType.BOOL: np.dtype(np.bool_),
    TensorType.COMPLEX64: np.dtype("<c8"),
    TensorType.COMPLEX128: np.dtype("<c16"),
    TensorType.STRING: STRING,
    TensorType.RESOURCE: RESOURCE,
    TensorType.VARIANT: VARIANT,
}
"""Types whose elements a graph holds as they are stored."""

PACKED_BITS: dict[int, int] = {TensorType.INT4: 4, TensorType.INT2: 2, TensorType.UINT4: 4}
"""Bits of an element of the types that are packed into bytes, the first element lowest."""

UNPACKED: dict[int, np.dtype[np.generic]] = {
    TensorType.INT4: np.dtype("i1"),
    TensorType.INT2: np.dtype("i1"),
    TensorType.UINT4: np.dtype("u1"),
    TensorType.BFLOAT16: np.dtype("<f4"),
}
"""What a graph holds instead of packed integers and bfloat16, without loss."""

TYPE_CODES: dict[np.dtype[np.generic], int] = {dtype: code for code, dtype in DTYPES.items()}
"""Schema code of each numpy type."""


def type_name(code: int) -> str:
    """Name of a schema code, for messages."""
    return next((n for n, v in vars(TensorType).items() if v == code and n[0] != "_"), str(code))
