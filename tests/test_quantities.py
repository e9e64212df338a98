"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from qviz.quantities import (
    bytes_text,
    counted,
    decibel_text,
    milliseconds_text,
    percent_text,
    with_decibel,
)


def test_one_is_not_many() -> None:
    assert [counted(n, "sample") for n in (0, 1, 2, 2000)] == [
        "0 samples",
        "1 sample",
        "2 samples",
        "2,000 samples",
    ]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (620_679, "620.7 kB"),
        (999_949, "999.9 kB"),
        (999_960, "1.00 MB"),
        (14_000_000, "14.00 MB"),
        (999_994_000, "999.99 MB"),
        (999_996_000, "1.00 GB"),
        (2_500_000_000, "2.50 GB"),
    ],
)
def test_sizes_have_decimal_units(count: int, text: str) -> None:
    assert bytes_text(count) == text


def test_shares_are_in_percent() -> None:
    found = [percent_text(share) for share in (0.97503, 1.0, -0.0022, -0.00001, math.nan)]
    assert found == ["97.50%", "100.00%", "−0.22%", "0.00%", "–"]
    assert (percent_text(0.525, 1), percent_text(0.339, 0)) == ("52.5%", "34%")


def test_times_have_three_digits() -> None:
    assert [milliseconds_text(ms) for ms in (0.01234, 12.34, 1500)] == [
        "0.0123 ms",
        "12.3 ms",
        "1.5 s",
    ]


def test_no_error_has_no_unit() -> None:
    values = (29.04, -2.04, math.inf, -math.inf, math.nan)
    assert [decibel_text(v) for v in values] == ["29.0", "−2.0", "exact", "−∞", "NaN"]
    assert [with_decibel(v) for v in values[:3]] == ["29.0 dB", "−2.0 dB", "no error"]
