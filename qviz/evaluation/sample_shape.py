"""How samples and the shape that a model takes come together."""

from __future__ import annotations

import math
from dataclasses import replace

from qviz.evaluation.preprocessing import Preprocessing


def fitting_shape(got: tuple[int, ...], expected: tuple[int, ...]) -> tuple[int, ...] | None:
    """Shape to give a sample so that it fits, or None.

    Only dimensions of size 1 may differ, unless one of the two is a row of as many values.
    """
    if len(got) == len(expected) and all(e in (-1, g) for g, e in zip(got, expected, strict=True)):
        return got
    kept = [n for n in got if n != 1]
    wanted = [n for n in expected if n != 1]
    if is_row(got, expected):
        return expected
    if len(kept) != len(wanted) or any(e not in (-1, g) for g, e in zip(kept, wanted, strict=True)):
        return None
    sizes = iter(kept)
    return tuple(1 if n == 1 else next(sizes) for n in expected)


def is_row(got: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    """Whether one is the other's values in a row."""
    kept, wanted = ([n for n in shape if n != 1] for shape in (got, expected))
    if -1 in wanted or (len(kept) == 1) == (len(wanted) == 1):
        return False
    return math.prod(kept) == math.prod(wanted) > 0 and min(len(kept), len(wanted)) == 1


def shape_advice(got: tuple[int, ...], expected: tuple[int, ...], steps: Preprocessing) -> str:
    """What would make samples fit, as the end of a sentence; empty if nothing is known."""
    if _channels_first(got, expected):
        return (
            "; they look channels-first: store them with channels last, "
            "e.g. by numpy.moveaxis(x, 1, -1)"
        )
    if len(expected) == 3 and len(got) in (2, 3) and -1 not in expected:
        # All that is done already stays: entered alone, the new steps would undo the scaling.
        wanted = steps
        channels = got[2] if len(got) == 3 else 1
        if tuple(got[:2]) != tuple(expected[:2]):
            wanted = replace(wanted, resize=(expected[0], expected[1]), shorter=None, crop=None)
        if channels == 1 and expected[2] == 3:
            wanted = replace(wanted, channels="as stored" if steps.channels == "grey" else "rgb")
        if channels == 3 and expected[2] == 1:
            wanted = replace(wanted, channels="as stored" if steps.channels == "rgb" else "grey")
        if wanted != steps:
            return f"; the preprocessing {wanted.written() or 'none'} would fit them"
    return ""


def _channels_first(got: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    """Whether an image has its channels where the model has the height."""
    if len(got) != 3 or len(expected) != 3:
        return False
    moved = (*got[1:], got[0])
    if all(e in (-1, n) for n, e in zip(moved, expected, strict=True)):
        return True
    return got[0] == expected[2] and got[0] in (1, 3, 4) and got[2] not in (1, 3, 4)


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as people read it, with ``any`` for an open size."""
    inner = ", ".join("any" if n == -1 else str(n) for n in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"
