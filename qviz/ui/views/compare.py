"""Compare: every scheme in one table, and accuracy over size."""

from __future__ import annotations

import math
from html import escape

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

from qviz.evaluation.demo import Published
from qviz.evaluation.results import Comparison
from qviz.ui.plots import Plot
from qviz.ui.tables import Table
from qviz.ui.theme import Theme
from qviz.ui.views.compare_columns import Column, columns_of
from qviz.ui.views.compare_text import output_text, part_text, rounding_line, short_data_text
from qviz.ui.views.scatter import Point, Scatter
from qviz.ui.wording import HIGHER_IS_BETTER, metric_title, rounding_text, scheme_label, tr

# Percentage points that the picture shows at least: less than this is noise on most data.
_LEAST_POINTS = 2.0
_PADDING = 8


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
        self._published: Published | None = None
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

    def set_data(
        self, comparison: Comparison, selected: int = -1, published: Published | None = None
    ) -> None:
        """Show a comparison.

        Parameters
        ----------
        comparison : Comparison
        selected : int
            The row that the other views show.
        published : Published, optional
            What others stated of the same model and data, to stand beside the measured numbers.
        """
        self._comparison, self._selected, self._published = comparison, selected, published
        self.about.setText(self._about_text(comparison))
        modes = dict.fromkeys(row.rounding for row in comparison.rows)
        tips = [rounding_text(mode) for mode in modes]
        if comparison.part is not None:
            tips.append(comparison.part.text)
        if comparison.data.preprocessing:
            tips.append(self.tr("preprocessing: {0}").format(comparison.data.preprocessing))
        self.about.setToolTip("\n".join(tips))
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
        hint = QLabel()
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
        columns = columns_of(comparison, self._published)
        header = [column.title for column in columns]
        cells = [[column.cell(row) for column in columns] for row in comparison.rows]
        self.table.source.set_rows(
            header, range(len(comparison.rows)), cells, [column.tip for column in columns]
        )
        self.table.proxy.sort(-1)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        if header != self._header:
            # Measuring every field takes longer than all the rest.
            self._header = header
            self.table.resizeColumnsToContents()
            self.table.setColumnWidth(0, max(160, self.table.columnWidth(0)))
            self._make_room_for_sizes(columns)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.select_key(self._selected)

    def _make_room_for_sizes(self, columns: list[Column]) -> None:
        """Sizes of later rows may be in another unit and longer than those of the first."""
        least = self.fontMetrics().horizontalAdvance("888.88 MB") + _PADDING
        for i, column in enumerate(columns):
            if column.title in (tr("Size"), tr("gzip")):
                self.table.setColumnWidth(i, max(least, self.table.columnWidth(i)))

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
            higher_is_better=metric in HIGHER_IS_BETTER,
        )
        better = (
            self.tr("Down and to the left is better.")
            if metric not in HIGHER_IS_BETTER
            else self.tr("Up and to the left is better.")
        )
        if comparison.reaches_output:
            self._hint.setText(better + " " + self.tr("Dashed: the Pareto front."))
        else:
            self._hint.setText(self.tr("Nothing to draw: the model's output is not reached."))

    # -- text --------------------------------------------------------------------------------

    def _about_text(self, comparison: Comparison) -> str:
        text = self.tr("<b>{0}</b> on <b>{1}</b>").format(
            escape(comparison.model.name), escape(comparison.data.name)
        )
        text += "  ·  " + short_data_text(comparison.data)
        more = (output_text(comparison), rounding_line(comparison))
        text += "".join("  ·  " + line for line in more if line)
        part = part_text(comparison)
        return f"{text}<br><b>{part}</b>" if part else text

    # -- events ------------------------------------------------------------------------------

    def _on_row(self, index: QModelIndex) -> None:
        key = self.table.key_at(index)
        if isinstance(key, int):
            self.run_chosen.emit(key)
