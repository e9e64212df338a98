"""What the weights view says in words and rows: facts, the reading at a value, tables to export."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from qviz.jobs.results import WeightView
from qviz.ui.plots import Rows
from qviz.ui.wording import format_count, format_decibel, format_error, format_value, tr

#: RMSE of rounding to the nearest level, in steps: 1/sqrt(12).
IDEAL_RMSE = 0.289


def title(view: WeightView) -> str:
    """Title of the histogram, which also explains its marks."""
    parts = [view.tensor]
    if view.channel is not None:
        parts.append(tr("channel {0}").format(view.channel))
    if view.stored_as:
        parts.append(tr("{0} as stored in the file").format(view.stored_as))
    elif view.levels.size:
        parts.append(tr("bars: float32, stems: {0}").format(view.scheme_id))
    else:
        parts.append("float32")
    return "  ·  ".join(parts)


def facts(view: WeightView, taken_in: Sequence[str] = ()) -> str:
    """Counts, scale, zero point, codes in use and error, as rich text.

    `taken_in` names the layers, most often a batch norm, that are folded into these weights.
    """
    parts = [tr("<b>{0}</b> values").format(format_count(view.count))]
    if taken_in:
        # TensorFlow.js quantizes the weights as the author wrote them.
        as_written = view.scheme_id.startswith("tfjs")
        text = tr("before {0} is folded in") if as_written else tr("with {0} folded in")
        parts.append(text.format(f"<b>{escape(', '.join(taken_in))}</b>"))
    if view.stored_as:
        # The types are those of numpy.
        parts.append(tr("stored as <b>{0}</b>").format(view.stored_as))
    if not view.levels.size:
        parts.append(tr("kept in float32"))
        return "  ·  ".join(parts)
    if view.scale > 0:
        ends = format_value(view.smallest_scale), format_value(view.scale)
        mixed = view.channel is None and not view.codes.size
        if view.stored_as and view.smallest_scale < view.scale:
            parts.append(tr("one scale per channel, <b>{0}</b> to <b>{1}</b>").format(*ends))
        else:
            text = tr("largest scale <b>{0}</b>") if mixed else tr("scale <b>{0}</b>")
            parts.append(text.format(ends[1]))
        parts.append(tr("zero point <b>{0}</b>").format(view.zero_point))
    if view.available_codes:
        used, there = format_count(view.occupied_codes), format_count(view.available_codes)
        parts.append(tr("codes in use <b>{0}</b> of {1}").format(used, there))
    if view.stored_as:
        parts.append(tr("the file has no float32 weights to compare with"))
    if view.metrics is not None:
        parts.append(tr("SQNR <b>{0}</b>").format(format_decibel(view.metrics.sqnr_db)))
        if view.metrics.rmse_over_scale is not None:
            rmse = format_error("rmse_over_scale", view.metrics.rmse_over_scale)
            parts.append(tr("RMSE <b>{0} steps</b> (pure rounding: {1})").format(rmse, IDEAL_RMSE))
    return "  ·  ".join(parts)


def hint(view: WeightView | None) -> str:
    """What the read-out says while nothing is pointed at."""
    text = tr("Point at a bar to read value, code and level.")
    if view is not None and view.stored_as:
        text = tr("Point at a line to read its code and value.")
    if view is not None and view.channels > 1:
        text += " " + tr("Left and Right change the channel.")
    return text


def reading(view: WeightView, x: float) -> str:
    """The value `x`, the code and the level that stand for it, and how many values are near."""
    if view.stored_as:
        return _reading_as_stored(view, x)
    at = int(np.searchsorted(view.float_edges, x, side="right")) - 1
    count = int(view.float_counts[at]) if 0 <= at < view.float_counts.size else 0
    text = tr("value {0}").format(format_value(x))
    if view.levels.size and view.codes.size:
        level, code = level_of(view, x)
        text += tr("  →  code {0}  →  level {1}").format(code, format_value(level))
        if view.scale > 0:
            steps = f"{(level - x) / view.scale:+.2f}".replace("-", "−")
            text += tr("   error {0} = {1} steps").format(format_value(level - x), steps)
    elif view.levels.size:
        text += tr("   (each channel has its own scale: choose one to read codes)")
    return text + tr("   ·   {0} float values in this bin").format(format_count(count))


def _reading_as_stored(view: WeightView, x: float) -> str:
    at = int(np.argmin(np.abs(view.levels - x)))
    if not view.are_codes:
        near = format_count(int(view.level_counts[at]))
        return tr("value {0}   ·   {1} values near it").format(format_value(x), near)
    code = int(np.clip(round(x), view.grid_minimum, view.grid_maximum))
    count = int(view.level_counts[at]) if int(view.codes[at]) == code else 0
    text = tr("code {0}").format(code)
    if np.isnan(view.first_level):
        text += tr("   (each channel has its own scale: choose one to read values)")
    else:
        value = code * view.scale + view.first_level
        text += tr("  →  value {0}").format(format_value(value))
    return text + tr("   ·   {0} weights have it").format(format_count(count))


def level_of(view: WeightView, x: float) -> tuple[float, int]:
    """Level and code that stand for `x`; of an even grid also those that no weight uses."""
    if view.scale > 0:
        last = max(0, view.available_codes - 1)
        steps = int(np.clip(round((x - view.grid_minimum) / view.scale), 0, last))
        used = round((float(view.levels[0]) - view.grid_minimum) / view.scale)
        return view.grid_minimum + steps * view.scale, int(view.codes[0]) - used + steps
    at = int(np.argmin(np.abs(view.levels - x)))
    return float(view.levels[at]), int(view.codes[at])


def value_rows(view: WeightView) -> Rows:
    """Bars and stems as a table."""
    rows: list[Sequence[object]] = [("kind", "from", "to", "code", "count")]
    edges = view.float_edges.tolist() if not view.stored_as else [0.0]
    float_counts = view.float_counts.tolist() if not view.stored_as else []
    for low, high, count in zip(edges[:-1], edges[1:], float_counts, strict=True):
        rows.append(("float32", low, high, "", count))
    codes = view.codes.tolist() if view.codes.size else [""] * view.levels.size
    counts = view.level_counts.tolist()
    levels = view.levels
    if view.are_codes:
        levels = levels * view.scale + view.first_level
    for level, code, count in zip(levels.tolist(), codes, counts, strict=True):
        rows.append((view.scheme_id, level, level, code, count))
    return rows


def error_rows(view: WeightView) -> Rows:
    """The histogram of the error as a table."""
    edges, counts = view.error_edges.tolist(), view.error_counts.tolist()
    return [("from", "to", "count"), *zip(edges, edges[1:], counts, strict=False)]


def range_rows(view: WeightView) -> Rows:
    """The range of every channel as a table."""
    pairs = zip(view.channel_minimum.tolist(), view.channel_maximum.tolist(), strict=True)
    return [("channel", "minimum", "maximum"), *((i, a, b) for i, (a, b) in enumerate(pairs))]
