"""Compare: every scheme in one table, and accuracy over size."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from qviz.evaluation.results import Comparison, DataInfo, Interval, PairedTest, SchemeResult
from qviz.ui.plots import Plot
from qviz.ui.tables import Cell, Table
from qviz.ui.theme import Theme
from qviz.ui.views.scatter import Point, Scatter
from qviz.ui.wording import (
    format_bytes,
    format_change,
    format_count,
    format_metric,
    metric_title,
    scheme_label,
    tr,
)

# Percentage points that the picture shows at least: less than this is noise on most data.
_LEAST_POINTS = 2.0


class CompareView(QWidget):
    """Table of the schemes that were run on the same data, with a scatter plot of two columns.

    Signals
    -------
    run_chosen (row)
        A row was double-clicked; its place in the comparison.
    """

    run_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._comparison: Comparison | None = None
        self._selected = -1
        self._header: list[str] = []
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.about.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table = Table(self.tr("Schemes side by side"))
        self.table.doubleClicked.connect(self._on_row)
        self.table.activated.connect(self._on_row)
        self.copy_button = QPushButton(self.tr("Copy table"))
        self.copy_button.setToolTip(self.tr("As tab-separated text (Ctrl+C)"))
        self.copy_button.clicked.connect(self.copy)
        self.vertical = QComboBox()
        self.vertical.setAccessibleName(self.tr("Vertical axis"))
        self.horizontal = QComboBox()
        self.horizontal.setAccessibleName(self.tr("Horizontal axis"))
        self.horizontal.addItem(self.tr("Size"), "size_bytes")
        self.horizontal.addItem(self.tr("Size gzipped"), "gzip_bytes")
        for box in (self.vertical, self.horizontal):
            box.currentIndexChanged.connect(self._draw)
        self.scatter = Scatter()
        self.scatter.point_chosen.connect(self.run_chosen)
        self._lay_out()

    # -- data --------------------------------------------------------------------------------

    def set_data(self, comparison: Comparison, selected: int = -1) -> None:
        """Show a comparison; `selected` is the row that the other views show."""
        self._comparison, self._selected = comparison, selected
        self.about.setText(self._about_text(comparison))
        self._fill_table(comparison)
        self._offer_metrics(comparison)
        self._draw()

    def select_row(self, row: int) -> None:
        """Mark the run that the other views show."""
        self._selected = row
        self.table.select_key(row)
        self._draw()

    def plots(self) -> tuple[Plot, ...]:
        """The only plot."""
        return (self.scatter.plot,)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.scatter.set_theme(theme)

    def reset_zoom(self) -> None:
        """Show every point."""
        self.scatter.plot.reset_zoom()

    def copy(self) -> None:
        """Put the table on the clipboard."""
        self.table.copy()

    # -- building ----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        top = QWidget()
        upper = QVBoxLayout(top)
        upper.setContentsMargins(0, 0, 0, 0)
        line = QHBoxLayout()
        line.addWidget(self.about, 1)
        line.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        upper.addLayout(line)
        upper.addWidget(self.table, 1)
        bottom = QWidget()
        lower = QVBoxLayout(bottom)
        lower.setContentsMargins(0, 0, 0, 0)
        axes = QHBoxLayout()
        over = QLabel(self.tr("over"))
        axes.addWidget(self.vertical)
        axes.addWidget(over)
        axes.addWidget(self.horizontal)
        hint = QLabel(self.tr("Up and to the left is better. A click shows that run everywhere."))
        hint.setObjectName("muted")
        hint.setWordWrap(True)
        self._hint = hint
        axes.addWidget(hint, 1)
        lower.addLayout(axes)
        lower.addWidget(self.scatter, 1)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.addWidget(top)
        halves.addWidget(bottom)
        halves.setStretchFactor(0, 4)
        halves.setStretchFactor(1, 5)
        halves.setSizes([330, 330])
        halves.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(halves)

    def _fill_table(self, comparison: Comparison) -> None:
        base = comparison.row("float32")
        names = list(dict.fromkeys(n for row in comparison.rows for n in row.metrics))
        header = [self.tr("Scheme")]
        tips = [self.tr("A double click shows the run everywhere")]
        for name in names:
            header += [metric_title(name), self.tr("Δ float")]
            tips += [_metric_tip(name), self.tr("Change against the float32 model")]
        header += [self.tr("Agreement"), self.tr("Size"), self.tr("of float"), self.tr("gzip")]
        header.append(self.tr("gzip ratio"))
        tips += [
            self.tr("Samples with the same class as the float32 model; R² for regression"),
            self.tr("All files of the artifact"),
            self.tr("Size over the size of the float32 artifact"),
            self.tr("All files gzipped at level 6"),
            self.tr("Size over gzipped size: higher means more repetition"),
        ]
        timed = any(row.latency is not None for row in comparison.rows)
        if timed:
            header.append(self.tr("Latency"))
            tips.append(self.tr("Median for one sample in the LiteRT interpreter, this computer"))
        header.append(self.tr("Notes"))
        tips.append(self.tr("What stays float, what saturates, what does not fit"))
        cells = [self._cells(row, base, names, timed=timed) for row in comparison.rows]
        self.table.source.set_rows(header, range(len(comparison.rows)), cells, tips)
        self.table.proxy.sort(-1)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        if header != self._header:
            # Measuring every field takes longer than all the rest.
            self._header = header
            self.table.resizeColumnsToContents()
            self.table.setColumnWidth(0, max(160, self.table.columnWidth(0)))
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.select_key(self._selected)

    def _cells(
        self, row: SchemeResult, base: SchemeResult | None, names: Sequence[str], *, timed: bool
    ) -> list[Cell]:
        cells = [Cell(scheme_label(row.scheme), "", row.scheme.title)]
        for name in names:
            value = row.metrics.get(name)
            reference = base.metrics.get(name) if base else None
            change = None if value is None or reference is None else value - reference
            if base is row:
                change = None
            tip = interval_text(name, row.intervals.get(name))
            cells.append(Cell(format_metric(name, value), _number(value), tip))
            tip = paired_text(row.paired) if name in ("top1", "mae") else ""
            cells.append(Cell(format_change(name, change), _number(change), tip))
        share = row.size_bytes / base.size_bytes if base and base.size_bytes else None
        share_text = "–" if share is None else f"{100 * share:.0f} %"
        notes = _notes(row)
        cells += [
            Cell(format_metric("agreement", row.agreement), _number(row.agreement)),
            Cell(format_bytes(row.size_bytes), float(row.size_bytes), f"{row.size_bytes} B"),
            Cell(share_text, _number(share)),
            Cell(format_bytes(row.gzip_bytes), float(row.gzip_bytes), f"{row.gzip_bytes} B"),
            Cell(f"{row.gzip_ratio:.3f}", row.gzip_ratio),
        ]
        if timed:
            median = row.latency.median_ms if row.latency else math.nan
            cells.append(Cell("–" if math.isnan(median) else f"{median:.3g} ms", median))
        cells += [
            Cell(notes[0] if notes else "", notes[0] if notes else "~", "\n".join(notes)),
        ]
        return cells

    def _offer_metrics(self, comparison: Comparison) -> None:
        names = list(dict.fromkeys(n for row in comparison.rows for n in row.metrics))
        names.append("agreement")
        chosen = self.vertical.currentData()
        self.vertical.blockSignals(True)
        self.vertical.clear()
        for name in names:
            self.vertical.addItem(metric_title(name), name)
        self.vertical.setCurrentIndex(names.index(chosen) if chosen in names else 0)
        self.vertical.blockSignals(False)

    def _draw(self) -> None:
        comparison = self._comparison
        if comparison is None or self.vertical.count() == 0:
            return
        metric, size = str(self.vertical.currentData()), str(self.horizontal.currentData())
        points = []
        percent = metric in ("top1", "top5", "agreement")
        for i, row in enumerate(comparison.rows):
            value = row.agreement if metric == "agreement" else row.metrics.get(metric, math.nan)
            points.append(
                Point(
                    key=i,
                    x=getattr(row, size) / 1000,
                    y=100 * value if percent else value,
                    label=scheme_label(row.scheme),
                    scheme=row.scheme,
                    selected=i == self._selected,
                )
            )
        unit = self.tr("{0} in %") if percent else "{0}"
        title = metric_title(metric)
        horizontal = self.tr("{0} in kB").format(self.horizontal.currentText())
        self.scatter.set_data(
            points,
            horizontal,
            unit.format(title),
            least_height=_LEAST_POINTS if percent else 0.0,
            ceiling=100.0 if percent else math.inf,
        )
        better = (
            self.tr("Down and to the left is better.")
            if metric in ("mae", "rmse")
            else self.tr("Up and to the left is better.")
        )
        self._hint.setText(better + " " + self.tr("A click shows that run everywhere."))

    # -- text --------------------------------------------------------------------------------

    def _about_text(self, comparison: Comparison) -> str:
        text = self.tr("<b>{0}</b> on <b>{1}</b>").format(
            _escaped(comparison.model.name), _escaped(comparison.data.name)
        )
        return text + "  ·  " + data_text(comparison.data)

    # -- events ------------------------------------------------------------------------------

    def _on_row(self, index: QModelIndex) -> None:
        key = self.table.key_at(index)
        if isinstance(key, int):
            self.run_chosen.emit(key)


def data_text(data: DataInfo) -> str:
    """Counts and preprocessing of the data, which stand wherever a result stands."""
    parts = []
    if data.samples:
        parts.append(tr("{0} samples").format(format_count(data.samples)))
    if data.calibration_samples:
        parts.append(tr("{0} for calibration").format(format_count(data.calibration_samples)))
    preprocessing = data.preprocessing or tr("none")
    parts.append(tr("preprocessing: {0}").format(_escaped(preprocessing)))
    return "  ·  ".join(parts)


def interval_text(name: str, interval: Interval | None) -> str:
    """The 95 % interval of a metric, so that noise is not read as a gain."""
    if interval is None:
        return ""
    low, high = format_metric(name, interval.low), format_metric(name, interval.high)
    return tr("95 % interval {0} to {1} ({2})").format(low, high, interval.method)


def paired_text(test: PairedTest | None) -> str:
    """Whether the difference to float can be chance."""
    if test is None:
        return ""
    return tr("{0}: p = {1}; samples better than float: {2}, worse: {3}").format(
        test.name, f"{test.p_value:.3g}", test.better, test.worse
    )


def _metric_tip(name: str) -> str:
    tips = {
        "top1": tr("Share of samples whose highest output is the right class"),
        "top5": tr("Share of samples whose right class is among the five highest outputs"),
        "mae": tr("Mean absolute error; lower is better"),
        "rmse": tr("Root mean square error; lower is better"),
    }
    return tips.get(name, "")


def _notes(row: SchemeResult) -> list[str]:
    notes = list(row.notes)
    if row.flipped:
        first = ", ".join(str(i) for i in row.flipped[:12])
        more = " …" if len(row.flipped) > 12 else ""
        notes.append(tr("Samples with another class than float: {0}").format(first + more))
    return notes


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
