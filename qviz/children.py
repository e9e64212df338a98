"""Child processes that qviz starts: what they are given, what is kept of them, when they end."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from typing import IO

_ROOT = Path(__file__).parents[1]
_CHUNK = 1 << 16


def child_environment(**further: str) -> dict[str, str]:
    """Environment of a child that imports this same qviz, wherever it was imported from.

    Parameters
    ----------
    **further : str
        Variables to set besides.
    """
    paths = (str(_ROOT), os.environ.get("PYTHONPATH", ""))
    found = os.pathsep.join(path for path in paths if path)
    return {**os.environ, "PYTHONPATH": found, **further}


def tensorflow_environment(**further: str) -> dict[str, str]:
    """Environment of a child that imports TensorFlow: without its log, and off the GPU."""
    return child_environment(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", **further)


def read_last(stream: IO[bytes], most: int) -> bytes:
    """Read a child's output to its end; its last `most` bytes, which are all that is kept."""
    kept = bytearray()
    while chunk := stream.read(_CHUNK):
        kept += chunk
        # Cut now and then only: each cut moves what is kept.
        if len(kept) > 2 * most + _CHUNK:
            del kept[:-most]
    return bytes(kept[-most:])


def end_with_parent() -> None:
    """End this process when the parent's end of standard input closes, by its death too."""

    def wait() -> None:
        # Not sys.stdin: a thread that waits in it would hold its lock when the process ends.
        with contextlib.suppress(OSError):
            while os.read(0, 1):
                pass
        os._exit(3)

    threading.Thread(target=wait, daemon=True).start()
