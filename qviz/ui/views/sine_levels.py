"""Quantizers of the sine view: how a real number becomes a code and a level."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Rule = Literal["floor", "affine", "symmetric"]
RULES: tuple[Rule, ...] = ("floor", "affine", "symmetric")

#: Share of the data's width that a plot leaves free at each side.
MARGIN = 0.05
#: Largest x in the known picture: the middle 240 of 10**6 points of [-pi, pi].
PICTURE_DATA = 119.5 * 2 * math.pi / (10**6 - 1)
#: Right end of the picture's axis.
PICTURE_LIMIT = PICTURE_DATA * (1 + 2 * MARGIN)


@dataclass(frozen=True, slots=True)
class Levels:
    """An even grid of levels between `low` and `high`.

    Attributes
    ----------
    rule : {"floor", "affine", "symmetric"}
        ``floor`` divides the range into 2**bits parts and takes the lower end of each, as the
        script behind the known picture does. ``affine`` rounds to the nearest of 2**bits levels
        from `low` to `high`, shifted so that 0 is a level (TensorFlow.js). ``symmetric`` rounds to
        the nearest of 2**bits - 1 levels around 0 (weights in TFLite).
    bits : int
    low, high : float
        Range that the codes cover; values outside are clamped.
    """

    rule: Rule
    bits: int
    low: float
    high: float

    @property
    def scale(self) -> float:
        """Distance of two neighbouring levels."""
        if self.rule == "floor":
            return (self.high - self.low) / 2.0**self.bits
        if self.rule == "affine":
            return (self.high - self.low) / (2.0**self.bits - 1)
        return max(abs(self.low), abs(self.high)) / (2.0 ** (self.bits - 1) - 1)

    @property
    def zero_point(self) -> int | None:
        """Code whose level is exactly 0; None where no code's is."""
        if self.rule == "symmetric":
            return 0
        if not self.low <= 0 <= self.high:
            return None
        if self.rule == "affine":
            return round(-self.low / self.scale)
        code = -self.low / self.scale
        return int(code) if code == int(code) and code < 2**self.bits else None

    @property
    def minimum(self) -> float:
        """Level of the lowest code."""
        if self.rule == "symmetric":
            return -self.scale * self.highest_code
        if self.rule == "affine" and self.zero_point is not None:
            return -self.zero_point * self.scale
        return self.low

    @property
    def lowest_code(self) -> int:
        """The lowest code."""
        return -self.highest_code if self.rule == "symmetric" else 0

    @property
    def highest_code(self) -> int:
        """The highest code."""
        return (1 << (self.bits - 1)) - 1 if self.rule == "symmetric" else (1 << self.bits) - 1

    def codes(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Codes of `values`, as whole float64 numbers, of their shape."""
        steps = (values - self.minimum) / self.scale
        whole = np.floor(steps) if self.rule == "floor" else np.round(steps)
        # No negative zero: it would be read out as a code of its own.
        lowest, highest = float(self.lowest_code), float(self.highest_code)
        return np.asarray(np.clip(whole + lowest, lowest, highest) + 0.0, np.float64)

    def levels(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Levels that stand for `values`."""
        return self.minimum + (self.codes(values) - self.lowest_code) * self.scale + 0.0


def visible_limits(values: NDArray[np.float64], fallback: float = 1.0) -> tuple[float, float]:
    """Vertical limits that show `values` with a margin; of a constant, `fallback` around it."""
    low, high = float(values.min()), float(values.max())
    spread = high - low
    if spread <= 0:
        return low - fallback, high + fallback
    return low - MARGIN * spread, high + MARGIN * spread
