"""String tensors: a count, offsets and the characters in one buffer."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from qviz.errors import ModelFormatError


def pack_strings(strings: Iterable[bytes]) -> bytes:
    """Buffer of a string tensor: int32 count, count + 1 int32 offsets, characters."""
    parts = list(strings)
    first = 4 * (len(parts) + 2)
    offsets = first + np.cumsum([0, *map(len, parts)])
    return np.array([len(parts), *offsets], "<i4").tobytes() + b"".join(parts)


def unpack_strings(data: bytes | memoryview) -> NDArray[np.object_]:
    """Strings of a buffer as an array of ``bytes``, one dimension.

    Raises
    ------
    ModelFormatError
        If count or offsets do not fit the buffer.
    """
    head = np.frombuffer(data, "<i4", len(data) // 4)
    count = int(head[0]) if head.size else -1
    if count < 0 or count + 2 > head.size:
        raise ModelFormatError("The file is damaged: a string tensor does not fit its buffer.")
    offsets = head[1 : count + 2].tolist()
    if offsets[0] < 0 or offsets[-1] > len(data) or offsets != sorted(offsets):
        raise ModelFormatError("The file is damaged: a string tensor does not fit its buffer.")
    values = np.empty(count, object)
    for i, (start, stop) in enumerate(pairwise(offsets)):
        values[i] = bytes(data[start:stop])
    return values
