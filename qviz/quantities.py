"""Numbers as people read them, the same in sentences, tables, pages and the window."""

from __future__ import annotations

import math


def counted(count: int, thing: str, things: str = "") -> str:
    """How many of a thing there are: ``1 sample``, ``2,000 samples``, or as `things` calls them."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {things or f'{thing}s'}"


def percent_text(share: float, digits: int = 2) -> str:
    """A share in percent, e.g. ``98.61%``; a dash for NaN."""
    if math.isnan(share):
        return "–"
    text = f"{share:.{digits}%}"
    # No minus before what is rounded to zero.
    return text.replace("-", "−") if float(text[:-1]) else text.removeprefix("-")


def bytes_text(count: int) -> str:
    """A size in decimal units, as file managers show it."""
    if count < 1000:
        return f"{count} B"
    if count < 999_950:
        return f"{count / 1e3:.1f} kB"
    if count < 999_995_000:
        return f"{count / 1e6:.2f} MB"
    return f"{count / 1e9:.2f} GB"


def milliseconds_text(value: float) -> str:
    """A time with three digits."""
    return f"{value:.3g} ms" if value < 1000 else f"{value / 1000:.3g} s"


def decibel_text(value: float) -> str:
    """A ratio in dB without its unit, which the heading has; ``exact`` where there is no error."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "exact" if value > 0 else "−∞"
    return f"{value:.1f}".replace("-", "−")


def with_decibel(value: float) -> str:
    """A ratio in dB with its unit; ``no error``, which has none, where it is infinite."""
    return "no error" if value == math.inf else f"{decibel_text(value)} dB"
