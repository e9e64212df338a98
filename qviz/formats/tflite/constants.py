"""Values of constant tensors: where they lie in the file and how they are packed.

Every size is checked against the bytes of the file before memory is taken.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qviz.errors import ModelFormatError
from qviz.formats.tflite.sparse import densify
from qviz.formats.tflite.strings import unpack_strings
from qviz.formats.tflite.types import DTYPES, PACKED_BITS, STRING, UNPACKED, type_name

# Flatbuffers' own constants never lie at offsets 0 and 1; these say "no data outside".
_FIRST_OUTSIDE_OFFSET = 2
_BFLOAT16_BYTES = 2


class Constants:
    """Constant data of one file.

    Parameters
    ----------
    data : bytes
        The whole file; values are views into it where the layout allows.
    buffers : sequence of schema.Buffer
        The model's buffers.
    """

    def __init__(self, data: bytes, buffers: Sequence[Any]) -> None:
        self._data = data
        self._buffers = buffers
        # What sparse tensors may grow to altogether; a few bytes must not ask for gigabytes.
        self._dense_bytes_left = max(1 << 26, 256 * len(data))

    def stored(self, index: int, name: str) -> NDArray[np.uint8] | None:
        """Bytes of buffer `index`; None if the tensor has no value in the file."""
        if not 0 <= index < len(self._buffers):
            raise ModelFormatError(f"The file is damaged: tensor {name!r} has no buffer {index}.")
        buffer = self._buffers[index]
        if buffer.DataLength() > 0:
            inside: NDArray[np.uint8] = buffer.DataAsNumpy()
            return inside
        offset, size = buffer.Offset(), buffer.Size()
        if offset < _FIRST_OUTSIDE_OFFSET:
            return None
        if offset + size > len(self._data):
            raise ModelFormatError(
                f"The file is cut short: the values of tensor {name!r} end at byte "
                f"{offset + size:,}, the file at {len(self._data):,}."
            )
        return np.frombuffer(self._data, np.uint8, size, offset)

    def value(
        self, name: str, code: int, shape: tuple[int, ...], raw: NDArray[np.uint8], sparsity: Any
    ) -> NDArray[np.generic]:
        """Array of `shape` from the stored bytes, in the type that stands for `code`."""
        if sparsity is not None:
            return self._dense(name, code, shape, raw, sparsity)
        count = math.prod(shape)
        if code in DTYPES and DTYPES[code] == STRING:
            strings = unpack_strings(raw.tobytes())
            _check_count(name, shape, strings.size, count)
            return strings.reshape(shape)
        _check_count(name, shape, raw.size, _stored_bytes(code, count))
        return _unpacked(code, raw, count).reshape(shape)

    def _dense(
        self, name: str, code: int, shape: tuple[int, ...], raw: NDArray[np.uint8], sparsity: Any
    ) -> NDArray[np.generic]:
        if code not in DTYPES or DTYPES[code].kind not in "iufb":
            raise ModelFormatError(
                f"Tensor {name!r} is sparse and of type {type_name(code)}; qviz does not read this."
            )
        dtype = DTYPES[code]
        self._dense_bytes_left -= math.prod(shape) * dtype.itemsize
        if self._dense_bytes_left < 0:
            raise ModelFormatError(
                f"Sparse tensor {name!r} of shape {shape} would need far more memory than the "
                "file has data."
            )
        if raw.size % dtype.itemsize:
            raise ModelFormatError(f"The file is damaged: tensor {name!r} ends inside a value.")
        return densify(name, shape, raw.view(dtype), sparsity)


def numpy_type(code: int, name: str) -> np.dtype[np.generic]:
    """Type that a graph holds for a schema code."""
    dtype = DTYPES.get(code) or UNPACKED.get(code)
    if dtype is None:
        raise ModelFormatError(
            f"Tensor {name!r} is of type {type_name(code)}, which qviz does not read."
        )
    return dtype


def _stored_bytes(code: int, count: int) -> int:
    bits = PACKED_BITS.get(code)
    if bits is not None:
        return -(-count * bits // 8)
    return count * (DTYPES[code].itemsize if code in DTYPES else _BFLOAT16_BYTES)


def _unpacked(code: int, raw: NDArray[np.uint8], count: int) -> NDArray[np.generic]:
    if code in DTYPES:
        values: NDArray[np.generic] = raw.view(DTYPES[code])
        # Vectors are aligned to 4 bytes at best; numpy computes on unaligned arrays, but slowly.
        return values if values.flags.aligned else values.copy()
    if code not in PACKED_BITS:
        # bfloat16 is the upper half of a float32.
        return (raw.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    bits = PACKED_BITS[code]
    shifts = np.arange(0, 8, bits, dtype=np.uint8)
    codes: NDArray[np.uint8] = ((raw[:, np.newaxis] >> shifts) & (2**bits - 1)).ravel()[:count]
    if UNPACKED[code].kind == "u":
        return codes
    sign = np.int8(2 ** (bits - 1))
    signed: NDArray[np.int8] = (codes.astype(np.int8) ^ sign) - sign
    return signed


def _check_count(name: str, shape: tuple[int, ...], met: int, expected: int) -> None:
    if met != expected:
        raise ModelFormatError(
            f"The file is damaged: tensor {name!r} of shape {shape} needs {expected:,} stored "
            f"bytes or strings, its buffer has {met:,}."
        )
