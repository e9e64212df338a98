"""Memory of the arrays that come and go while a graph is run."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from functools import cache

# Parameters of glibc's mallopt, from malloc.h.
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3

_LARGEST_REUSED_BYTES = 16 << 20
_KEPT_BYTES = 64 << 20


@cache
def reuse_freed_memory() -> None:
    """Let the allocator hand memory of freed arrays to the next ones.

    Every operator makes its result anew. By default glibc gives the memory of the last one back to
    the system, which then clears each page again for the next: a third of the time of a float
    MobileNetV2. Here up to 64 MB stay with the process, and arrays beyond 16 MB are still returned.
    Does nothing where the C library is another one.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(_M_MMAP_THRESHOLD, _LARGEST_REUSED_BYTES)
    mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)


def release_freed_memory() -> None:
    """Give memory of freed arrays back to the system after all.

    Done before this process is copied: both would otherwise copy its pages, of no value, as soon as
    they write into them. Does nothing where the C library is not glibc.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
