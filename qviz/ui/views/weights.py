"""Weights: the float values and the levels that stand for them, the error, and every channel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from qviz.jobs.results import TensorSummary, WeightView
from qviz.quantization.scheme import SCHEMES
from qviz.ui.plots import Plot, Rows, brush, pen, stems
from qviz.ui.theme import Theme
from qviz.ui.wording import format_count, format_error, format_shape, format_value

# Bars start half a count below one, so that a single value is still seen on a log axis.
_LOG_BASE = math.log10(0.5)
#: RMSE of rounding to the nearest level, in steps: 1/sqrt(12).
IDEAL_RMSE = 0.289


class WeightsView(QWidget):
    """Histogram of a weight tensor over the grid of its codes.

    Signals
    -------
    tensor_chosen (name), channel_chosen (int or None)
    """

    tensor_chosen = Signal(str)
    channel_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: WeightView | None = None
        self._log = False
        self._make_controls()
        self._make_plots()
        self._lay_out()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for key, step in ((Qt.Key.Key_Left, -1), (Qt.Key.Key_Right, 1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self.step_channel(step))

    # -- data --------------------------------------------------------------------------------

    def set_tensors(self, tensors: Sequence[TensorSummary], current: str) -> None:
        """Offer the weight tensors of the selected layer."""
        with QSignalBlocker(self.tensors):
            self.tensors.clear()
            for tensor in tensors:
                title = f"{tensor.name}   {format_shape(tensor.shape)}"
                self.tensors.addItem(title, tensor.name)
            self.tensors.setCurrentIndex(max(0, self.tensors.findData(current)))
        self.tensors.setEnabled(len(tensors) > 1)

    def set_data(self, view: WeightView) -> None:
        """Draw a tensor."""
        before = self._view
        self._view = view
        with QSignalBlocker(self.channels), QSignalBlocker(self.all_channels):
            self.channels.setRange(0, max(0, view.channels - 1))
            self.channels.setEnabled(view.channels > 1 and view.channel is not None)
            self.all_channels.setEnabled(view.channels > 1)
            self.all_channels.setChecked(view.channel is None)
            if view.channel is not None:
                self.channels.setValue(view.channel)
        self._draw_values(view)
        self._draw_error(view)
        self._draw_ranges(view)
        self.facts.setText(self._facts_text(view))
        self.readout.setText(self._hint())
        same = before is not None and (before.tensor, before.channel) == (view.tensor, view.channel)
        if not same:
            self.reset_zoom()
        else:
            self._show_all_errors()

    @property
    def data(self) -> WeightView | None:
        """What is drawn."""
        return self._view

    def plots(self) -> tuple[Plot, ...]:
        """Every plot, the main one first."""
        return (self.values, self.error, self.ranges)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for plot in self.plots():
            plot.set_theme(theme)

    def reset_zoom(self) -> None:
        """Show everything."""
        self._show_all_values()
        self._show_all_errors()
        self._show_all_ranges()

    def toggle_log(self) -> None:
        """Switch the count axis between linear and logarithmic."""
        self.log_y.toggle()

    def step_channel(self, step: int) -> None:
        """Show the next or the previous channel; from all channels, the first or the last."""
        view = self._view
        if view is None or view.channels < 2:
            return
        if view.channel is None:
            self.channel_chosen.emit(0 if step > 0 else view.channels - 1)
        else:
            self.channel_chosen.emit((view.channel + step) % view.channels)

    # -- building ----------------------------------------------------------------------------

    def _make_controls(self) -> None:
        self.tensors = QComboBox()
        self.tensors.setAccessibleName(self.tr("Weight tensor"))
        self.tensors.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.tensors.setMinimumContentsLength(18)
        self.tensors.currentIndexChanged.connect(
            lambda _: self.tensor_chosen.emit(str(self.tensors.currentData()))
        )
        self.all_channels = QCheckBox(self.tr("All channels"))
        self.all_channels.setChecked(True)
        self.all_channels.toggled.connect(self._on_all_channels)
        self.channels = QSpinBox()
        self.channels.setAccessibleName(self.tr("Channel"))
        self.channels.setPrefix(self.tr("channel "))
        self.channels.setToolTip(self.tr("Left and Right change the channel"))
        self.channels.setKeyboardTracking(False)
        self.channels.setEnabled(False)
        self.channels.valueChanged.connect(lambda at: self.channel_chosen.emit(at))
        self.log_y = QCheckBox(self.tr("Log counts"))
        self.log_y.setToolTip(
            self.tr("Logarithmic count axis, so that single outliers are seen (L)")
        )
        self.log_y.toggled.connect(self._on_log)
        self.facts = QLabel()
        self.facts.setWordWrap(True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.readout = QLabel()
        self.readout.setObjectName("readout")
        self.readout.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.readout.setAccessibleName(self.tr("Value under the pointer"))

    def _make_plots(self) -> None:
        self.values = Plot(self.tr("Values"), self.tr("value"), self.tr("count"))
        self.error = Plot(
            self.tr("Error: dequantized − float"), self.tr("error (value)"), self.tr("count")
        )
        self.ranges = Plot(self.tr("Range of every channel"), self.tr("channel"), self.tr("value"))
        self._bars = pg.BarGraphItem(x0=[0], x1=[0], height=[0], pen=None)
        self.values.add(
            self._bars, lambda t: self._bars.setOpts(brush=brush(t.float32, 0.75), pen=None)
        )
        self._stems = pg.PlotCurveItem(connect="pairs")
        self.values.add(self._stems, lambda _: self._stems.setPen(self._stem_pen()))
        self._heads = pg.ScatterPlotItem(size=4, pen=None, symbol="o")
        self.values.add(self._heads, lambda _: self._heads.setBrush(brush(self._level_color())))
        self._limits = [pg.InfiniteLine(angle=90) for _ in range(2)]
        for line in self._limits:
            self.values.add(line, partial(_dash_line, line))
            line.hide()
        self._error_bars = pg.BarGraphItem(x0=[0], x1=[0], height=[0], pen=None)
        self.error.add(
            self._error_bars, lambda t: self._error_bars.setOpts(brush=brush(t.bad, 0.85), pen=None)
        )
        self._spans = pg.BarGraphItem(x=[0], height=[0], width=0.8, pen=None)
        self.ranges.add(
            self._spans, lambda t: self._spans.setOpts(brush=brush(t.float32, 0.75), pen=None)
        )
        self._chosen = pg.InfiniteLine(angle=90)
        self.ranges.add(self._chosen, lambda t: self._chosen.setPen(pen(t.int8, 2)))
        self._chosen.hide()
        for plot, reset in (
            (self.values, self._show_all_values),
            (self.error, self._show_all_errors),
            (self.ranges, self._show_all_ranges),
        ):
            plot.set_reset(reset)
        self.values.set_rows(self._value_rows)
        self.error.set_rows(self._error_rows)
        self.ranges.set_rows(self._range_rows)
        self.values.hovered.connect(self._on_hovered)
        self.values.left_plot.connect(lambda: self.readout.setText(self._hint()))
        self.ranges.clicked.connect(self._on_channel_clicked)

    def _lay_out(self) -> None:
        controls = QHBoxLayout()
        controls.setContentsMargins(0, 0, 0, 0)
        controls.addWidget(self.tensors, 1)
        controls.addWidget(self.all_channels)
        controls.addWidget(self.channels)
        controls.addWidget(self.log_y)
        lower = QSplitter(Qt.Orientation.Horizontal)
        lower.addWidget(self.error)
        lower.addWidget(self.ranges)
        lower.setChildrenCollapsible(False)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.addWidget(self.values)
        halves.addWidget(lower)
        halves.setStretchFactor(0, 3)
        halves.setStretchFactor(1, 2)
        halves.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addLayout(controls)
        layout.addWidget(self.facts)
        layout.addWidget(halves, 1)
        layout.addWidget(self.readout)

    # -- drawing -----------------------------------------------------------------------------

    def _draw_values(self, view: WeightView) -> None:
        base = _LOG_BASE if self._log else 0.0
        heights = self._heights(view.float_counts)
        self._bars.setOpts(
            x0=view.float_edges[:-1],
            x1=view.float_edges[1:],
            y0=np.full(heights.size, base),
            height=heights - base,
        )
        tops = self._heights(view.level_counts)
        self._stems.setData(*stems(view.levels, tops, base), connect="pairs")
        self._stems.setPen(self._stem_pen())
        # Heads only where they do not merge into a carpet.
        show_heads = 0 < view.levels.size <= 300
        self._heads.setData(view.levels if show_heads else [], tops if show_heads else [])
        self._heads.setBrush(brush(self._level_color()))
        has_grid = view.levels.size > 0 and view.scale > 0
        for line, at in zip(self._limits, (view.grid_minimum, view.grid_maximum), strict=True):
            line.setVisible(has_grid)
            line.setValue(at)
        self.values.set_log_y(self._log)
        self.values.set_labels(self._title(view), self.tr("value"), self.tr("count"))
        self.values.set_summary(
            self.tr("Histogram of {0}").format(view.tensor),
            self.tr("{0} values from {1} to {2}, on {3} levels.").format(
                view.count,
                format_value(float(view.float_edges[0])),
                format_value(float(view.float_edges[-1])),
                view.occupied_codes,
            ),
        )

    def _draw_error(self, view: WeightView) -> None:
        if view.error_counts.size:
            self._error_bars.setOpts(
                x0=view.error_edges[:-1], x1=view.error_edges[1:], height=view.error_counts
            )
        self._error_bars.setVisible(bool(view.error_counts.size))
        title = self.tr("Error: dequantized − float")
        if not view.error_counts.size:
            title = self.tr("No error: values stay as they are")
        self.error.set_labels(title, self.tr("error (value)"), self.tr("count"))
        largest = format_error("max_abs", view.metrics.max_abs if view.metrics else None)
        self.error.set_summary(
            self.tr("Histogram of the error of {0}").format(view.tensor),
            self.tr("Largest absolute error {0}.").format(largest),
        )

    def _draw_ranges(self, view: WeightView) -> None:
        low, high = view.channel_minimum, view.channel_maximum
        self._spans.setOpts(x=np.arange(low.size), y0=low, height=high - low, width=0.8)
        self._chosen.setVisible(view.channel is not None)
        if view.channel is not None:
            self._chosen.setValue(view.channel)
        widths = high.astype(float) - low
        self.ranges.set_summary(
            self.tr("Range of every channel of {0}").format(view.tensor),
            self.tr("{0} channels; widths from {1} to {2}.").format(
                low.size,
                format_value(float(widths.min(initial=math.inf))) if low.size else "0",
                format_value(float(widths.max(initial=0.0))),
            ),
        )

    def _heights(self, counts: np.ndarray) -> np.ndarray:
        if not self._log:
            return counts.astype(float)
        return np.where(counts > 0, np.log10(np.maximum(counts, 0.5)), _LOG_BASE)

    def _show_all_values(self) -> None:
        view = self._view
        if view is None:
            return
        low, high = float(view.float_edges[0]), float(view.float_edges[-1])
        if view.levels.size:
            low, high = min(low, float(view.levels[0])), max(high, float(view.levels[-1]))
        margin = (high - low) * 0.03 or 1.0
        top = max(
            self._heights(view.float_counts).max(initial=0),
            self._heights(view.level_counts).max(initial=0),
        )
        base = _LOG_BASE if self._log else 0.0
        self.values.show_range((low - margin, high + margin), (base, base + (top - base) * 1.06))

    def _show_all_errors(self) -> None:
        view = self._view
        if view is None or not view.error_counts.size:
            return
        low, high = float(view.error_edges[0]), float(view.error_edges[-1])
        margin = (high - low) * 0.03 or 1e-12
        top = float(view.error_counts.max(initial=1))
        self.error.show_range((low - margin, high + margin), (0, top * 1.06))

    def _show_all_ranges(self) -> None:
        view = self._view
        if view is None or not view.channel_minimum.size:
            return
        low = min(0.0, float(view.channel_minimum.min()))
        high = max(0.0, float(view.channel_maximum.max()))
        margin = (high - low) * 0.05 or 1.0
        count = view.channel_minimum.size
        self.ranges.show_range((-0.7, count - 0.3), (low - margin, high + margin))

    # -- text --------------------------------------------------------------------------------

    def _title(self, view: WeightView) -> str:
        parts = [view.tensor]
        if view.channel is not None:
            parts.append(self.tr("channel {0}").format(view.channel))
        if view.levels.size:
            parts.append(self.tr("bars: float32, stems: {0}").format(view.scheme_id))
        else:
            parts.append("float32")
        return "  ·  ".join(parts)

    def _facts_text(self, view: WeightView) -> str:
        facts = [self.tr("<b>{0}</b> values").format(format_count(view.count))]
        if not view.levels.size:
            stays = self.tr("stays float32 here: too small, or the scheme leaves it as it is")
            facts.append(self.tr("float32") if view.scheme_id == "float32" else stays)
            return "  ·  ".join(facts)
        if view.scale > 0:
            mixed = view.channel is None and not view.codes.size
            scale = self.tr("largest scale <b>{0}</b>") if mixed else self.tr("scale <b>{0}</b>")
            facts.append(scale.format(format_value(view.scale)))
            facts.append(self.tr("zero point <b>{0}</b>").format(view.zero_point))
        if view.available_codes:
            facts.append(
                self.tr("codes in use <b>{0}</b> of {1}").format(
                    format_count(view.occupied_codes), format_count(view.available_codes)
                )
            )
        if view.metrics is not None:
            sqnr = format_error("sqnr_db", view.metrics.sqnr_db)
            facts.append(self.tr("SQNR <b>{0} dB</b>").format(sqnr))
            if view.metrics.rmse_over_scale is not None:
                facts.append(
                    self.tr("RMSE <b>{0} steps</b> (pure rounding: {1})").format(
                        format_error("rmse_over_scale", view.metrics.rmse_over_scale), IDEAL_RMSE
                    )
                )
        return "  ·  ".join(facts)

    def _hint(self) -> str:
        if self._view is not None and self._view.channels > 1:
            return self.tr(
                "Point at a bar to read value, code and level. Left and Right change the channel."
            )
        return self.tr("Point at a bar to read value, code and level.")

    def reading_at(self, x: float) -> str:
        """What the read-out says for the value `x`."""
        view = self._view
        if view is None:
            return ""
        bin_index = int(np.searchsorted(view.float_edges, x, side="right")) - 1
        inside = 0 <= bin_index < view.float_counts.size
        count = int(view.float_counts[bin_index]) if inside else 0
        text = self.tr("value {0}").format(format_value(x))
        if view.levels.size and view.codes.size:
            level, code = self._level_of(view, x)
            text += self.tr("  →  code {0}  →  level {1}").format(code, format_value(level))
            if view.scale > 0:
                text += self.tr("   error {0} = {1} steps").format(
                    format_value(level - x), f"{(level - x) / view.scale:+.2f}".replace("-", "−")
                )
        elif view.levels.size:
            text += self.tr("   (each channel has its own scale: choose one to read codes)")
        return text + self.tr("   ·   {0} float values in this bin").format(format_count(count))

    @staticmethod
    def _level_of(view: WeightView, x: float) -> tuple[float, int]:
        """Level and code that stand for `x`."""
        if view.scale > 0:
            lowest = view.grid_minimum
            steps = np.clip(
                np.round((x - lowest) / view.scale), 0, max(0, view.available_codes - 1)
            )
            first_code = int(view.codes[0]) - round((view.levels[0] - lowest) / view.scale)
            return float(lowest + steps * view.scale), first_code + int(steps)
        at = int(np.argmin(np.abs(view.levels - x)))
        return float(view.levels[at]), int(view.codes[at])

    def _level_color(self) -> str:
        theme = self.values.theme
        scheme = SCHEMES.get(self._view.scheme_id) if self._view else None
        return theme.color_of(scheme) if scheme else theme.int8

    def _stem_pen(self) -> pg.QtGui.QPen:
        return pen(self._level_color(), 1)

    # -- events ------------------------------------------------------------------------------

    def _on_log(self, log: bool) -> None:
        self._log = log
        if self._view is not None:
            self._draw_values(self._view)
            self._show_all_values()

    def _on_all_channels(self, everything: bool) -> None:
        self.channels.setEnabled(not everything)
        self.channel_chosen.emit(None if everything else self.channels.value())

    def _on_channel_clicked(self, x: float, _y: float) -> None:
        view = self._view
        if view is not None and view.channels > 1 and 0 <= round(x) < view.channels:
            self.channel_chosen.emit(round(x))

    def _on_hovered(self, x: float, _y: float) -> None:
        if self._view is not None:
            self.readout.setText(self.reading_at(x))

    # -- rows for export ---------------------------------------------------------------------

    def _value_rows(self) -> Rows:
        view = self._view
        if view is None:
            return ()
        rows: list[Sequence[object]] = [("kind", "from", "to", "code", "count")]
        edges = view.float_edges
        for i, count in enumerate(view.float_counts):
            rows.append(("float32", float(edges[i]), float(edges[i + 1]), "", int(count)))
        codes = view.codes if view.codes.size else [""] * view.levels.size
        for level, code, count in zip(view.levels, codes, view.level_counts, strict=True):
            rows.append((view.scheme_id, float(level), float(level), code, int(count)))
        return rows

    def _error_rows(self) -> Rows:
        view = self._view
        if view is None:
            return ()
        pairs = zip(view.error_edges[:-1], view.error_edges[1:], view.error_counts, strict=True)
        return [("from", "to", "count"), *((float(a), float(b), int(n)) for a, b, n in pairs)]

    def _range_rows(self) -> Rows:
        view = self._view
        if view is None:
            return ()
        pairs = zip(view.channel_minimum, view.channel_maximum, strict=True)
        return [
            ("channel", "minimum", "maximum"),
            *((i, float(a), float(b)) for i, (a, b) in enumerate(pairs)),
        ]


def _dash_line(line: pg.InfiniteLine, theme: Theme) -> None:
    line.setPen(pen(theme.muted, 1, Qt.PenStyle.DashLine))
