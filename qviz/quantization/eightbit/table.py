"""The table of codes and values that TensorFlow's document on 8-bit quantization has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qviz.execution import min_max

# Quantized | Float, as the document prints it for -10 to 30.
_DOCUMENTED = {0: -10.0, 255: 30.0, 128: 10.0}
_DOCUMENTED_RANGE = (-10.0, 30.0)


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One code.

    Attributes
    ----------
    code : int
        In 0...255.
    documented : float or None
        What the document says; None where it says nothing.
    combined, first : float
        What the code stands for with MIN_COMBINED and with MIN_FIRST.
    """

    code: int
    documented: float | None
    combined: float
    first: float


@dataclass(frozen=True, slots=True)
class CodeTable:
    """Codes of a range, and what they teach, a sentence each."""

    low: float
    high: float
    rows: tuple[CodeRow, ...]
    explanation: tuple[str, ...]


def code_table(
    low: float = -10.0, high: float = 30.0, codes: Sequence[int] = (0, 64, 128, 255)
) -> CodeTable:
    """The values that `codes` stand for between `low` and `high`, in both modes.

    Parameters
    ----------
    low, high : float
        Ends of the range; `low` is not above 0 and `high` not below.
    codes : sequence of int
        In 0...255.

    Raises
    ------
    ValueError
        If the range does not hold 0 or is a point, or a code does not fit 8 bits.
    """
    if not low <= 0 <= high or low == high:
        raise ValueError(f"a range holds 0 and more than one value, unlike {low:g} to {high:g}")
    if any(not 0 <= code <= 255 for code in codes):
        raise ValueError("codes of 8 bits lie between 0 and 255")
    ends = np.array([low], np.float32), np.array([high], np.float32)
    wanted = np.array(codes, np.uint8)
    combined = min_max.dequantize(wanted, *ends, "MIN_COMBINED")
    first = min_max.dequantize(wanted, *ends, "MIN_FIRST")
    documented = _DOCUMENTED if (low, high) == _DOCUMENTED_RANGE else {}
    rows = tuple(
        CodeRow(code, documented.get(code), float(combined[i]), float(first[i]))
        for i, code in enumerate(codes)
    )
    return CodeTable(low, high, rows, _explanation(low, high))


def _explanation(low: float, high: float) -> tuple[str, ...]:
    width, step = high - low, (high - low) / 255
    zero_code = round(-low / step)
    nearest = low + zero_code * step
    shift = round(low / step) * step - low
    sentences = [
        f"256 codes have 255 steps between them: one step is {width:g} / 255 = {step:.6g}.",
        f"MIN_COMBINED lays the steps from {low:g} to {high:g} exactly, so that both ends are "
        f"levels; code {zero_code}, the nearest to 0, stands for {nearest:.4g}.",
        f"MIN_FIRST moves all levels by {shift:+.4g}, so that code {zero_code} is exactly 0, as "
        f"borders of images and RELUs need it; the ends become {low + shift:.6g} and "
        f"{high + shift:.6g}.",
    ]
    if (low, high) == _DOCUMENTED_RANGE:
        middle = (10.0 - low) / step
        sentences.insert(
            1,
            f"10 lies in the middle of the range, {middle:g} steps above {low:g}, and no code is "
            f"there: 127 stands for {low + 127 * step:.4g} and 128 for {low + 128 * step:.4g}. "
            "The document's 10.0 for code 128 is a rounded number.",
        )
    return tuple(sentences)
