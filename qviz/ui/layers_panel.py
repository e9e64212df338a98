"""Layers: a list of the model's layers, worst first, and what stays in float32."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from PySide6.QtCore import QItemSelection, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qviz.evaluation.results import LayerError
from qviz.jobs.results import LayerSummary
from qviz.ui.heat_bar import HeatBar
from qviz.ui.icons import icon
from qviz.ui.tables import Cell, NameDelegate, Table
from qviz.ui.theme import LIGHT, Theme
from qviz.ui.wording import (
    first_measured,
    format_count,
    format_error,
    format_shape,
    kind_title,
)

# An SQNR that loses nothing to the eye, and one that leaves nothing: ends of the heat bar.
_GOOD_DB, _BAD_DB = 50.0, 0.0
_NAME_COLUMN, _SQNR_COLUMN, _KIND_COLUMN, _WEIGHTS_COLUMN = range(4)
_SQNR_WIDTH = 96
# Names have as much before kinds have any; a kind that has less than this is not shown.
_NAME_WIDTH, _KIND_WIDTH = 140, 66


class LayersPanel(QWidget):
    """List of layers with a filter and the switch that keeps one in float32.

    Signals
    -------
    layer_chosen (name)
    float_toggled (name)
    """

    layer_chosen = Signal(str)
    float_toggled = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[LayerSummary, ...] = ()
        self._errors: dict[str, LayerError] = {}
        self._kept: frozenset[str] = frozenset()
        self._widths: tuple[int, ...] = (0, 0, 0, 0)
        self._can_keep = True
        self._why_not = ""
        self._theme = LIGHT
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter by name or kind (Ctrl+F)"))
        self.filter.setAccessibleName(self.tr("Filter layers"))
        self.filter.setClearButtonEnabled(True)
        self.table = Table(self.tr("Layers"))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.proxy.setFilterKeyColumn(-1)
        self.filter.textChanged.connect(self.table.proxy.setFilterFixedString)
        self.table.setItemDelegateForColumn(_NAME_COLUMN, NameDelegate(self.table))
        self._heat = HeatBar(badness, self.table)
        self.table.setItemDelegateForColumn(_SQNR_COLUMN, self._heat)
        self.table.selectionModel().selectionChanged.connect(self._on_selected)
        self._was_scrolled = False
        self.table.verticalScrollBar().actionTriggered.connect(self._on_scrolled)
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(44)
        self.caption = QLabel(self.tr("Open a model to see its layers."))
        self.caption.setObjectName("muted")
        self.caption.setWordWrap(True)
        self.keep = QPushButton(self.tr("Keep in float32"))
        self.keep.setCheckable(True)
        self.keep.setToolTip(
            self.tr("The next run leaves the selected layer unquantized (int8 and dynamic range)")
        )
        self.keep.clicked.connect(self._on_keep)
        self.keep.setEnabled(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(6)
        layout.addWidget(self.filter)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.caption)
        layout.addWidget(self.keep)

    # -- data --------------------------------------------------------------------------------

    def set_layers(self, layers: Sequence[LayerSummary]) -> None:
        """List the layers of a model."""
        self._layers = tuple(layers)
        self._errors = {}
        self._was_scrolled = False
        self._end_worst_first()
        self._fill()
        self.table.resizeColumnsToContents()
        self._widths = tuple(map(self.table.columnWidth, range(4)))
        self._size_columns()
        self.caption.setText(self.tr("Run a scheme to see which layer loses most."))

    def set_errors(self, errors: Sequence[LayerError], title: str) -> None:
        """Show the errors of a run, worst layer first; an empty `title` for none.

        Where nothing was measured, the layers stand in the order of the model.
        """
        self._errors = {e.layer: e for e in errors}
        self._fill()
        if any(first_measured(e) is not None for e in errors):
            self.table.sortByColumn(_SQNR_COLUMN, Qt.SortOrder.AscendingOrder)
            self.caption.setText(self.tr("SQNR of {0}, worst first.").format(title))
        else:
            self._end_worst_first()
            self.caption.setText(
                self.tr("{0} has no errors by layer.").format(title)
                if title
                else self.tr("Run a scheme to see which layer loses most.")
            )
        self._size_columns()
        if not self._was_scrolled:
            self.table.scrollToTop()

    def set_float_layers(
        self, names: Collection[str], *, possible: bool, why_not: str = ""
    ) -> None:
        """Mark the layers that the next run keeps in float32; `possible` under its scheme.

        `why_not` says why no scheme can keep any.
        """
        self._can_keep = possible
        if why_not and not self._errors:
            self.caption.setText(self.tr("Quantized already: its layers have nothing to lose."))
        self._why_not = why_not
        if frozenset(names) != self._kept:
            self._kept = frozenset(names)
            self._fill()
        self._update_keep()

    def select_layer(self, name: str) -> None:
        """Select a layer."""
        if name != self.selected:
            self.table.select_key(name)
        self._update_keep()

    @property
    def selected(self) -> str:
        """Name of the selected layer, or nothing."""
        rows = self.table.selectionModel().selectedRows()
        return str(self.table.key_at(rows[0])) if rows else ""

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self._heat.theme = theme
        self._fill()

    def copy(self) -> None:
        """Put the table on the clipboard."""
        self.table.copy()

    # -- inside ------------------------------------------------------------------------------

    def _fill(self) -> None:
        selected = self.selected
        header = (self.tr("Layer"), self.tr("SQNR dB"), self.tr("Kind"), self.tr("Weights"))
        tips = (
            "",
            self.tr(
                "Signal to quantization noise of the layer's output in the selected run; the bar "
                "ends at 50 dB: the shorter, the worse"
            ),
            self.tr("Kind of the main operator"),
            self.tr("Number of weights"),
        )
        model = self.table.selectionModel()
        model.blockSignals(True)
        at = self.table.verticalScrollBar().value()
        self.table.source.set_rows(
            header, [x.name for x in self._layers], [self._cells(x) for x in self._layers], tips
        )
        if selected:
            self.table.select_key(selected, scroll=False)
        model.blockSignals(False)
        # Rows have their places again only after they were laid out.
        self.table.doItemsLayout()
        self.table.verticalScrollBar().setValue(at)

    def _end_worst_first(self) -> None:
        if self.table.proxy.sortColumn() == _SQNR_COLUMN:
            self.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)

    def _cells(self, layer: LayerSummary) -> tuple[Cell, ...]:
        error = self._errors.get(layer.name)
        metrics = first_measured(error) if error is not None else None
        value = math.nan if metrics is None else metrics.sqnr_db
        text = format_error("sqnr_db", None if metrics is None else value)
        tip = self.tr("{0}\n{1}, {2} weights, output {3}").format(
            layer.name,
            kind_title(layer.kind),
            format_count(layer.parameters),
            format_shape(layer.output_shape),
        )
        lock = None
        if layer.name in self._kept:
            lock = icon("lock", self._theme.text, self._theme.accent_text)
        if error is not None and error.in_float and metrics is None:
            text = self.tr("float32")
        if layer.state and metrics is None:
            text, why = self._not_run(layer)
            tip = f"{tip}\n{why}"
        return (
            Cell(layer.name, "", tip, lock),
            Cell(text, float(value), tip),
            Cell(kind_title(layer.kind), "", f"{kind_title(layer.kind)} ({layer.kind})"),
            Cell(format_count(layer.parameters), float(layer.parameters)),
        )

    def _not_run(self, layer: LayerSummary) -> tuple[str, str]:
        """What stands in the place of an error, and why there is none."""
        if layer.state == "cannot":
            return self.tr("cannot run"), self.tr("An operator of this layer cannot be run")
        return self.tr("not reached"), self.tr("It depends on a layer that cannot be run")

    def _size_columns(self) -> None:
        """Names take the room that is left; what is empty or has no room is hidden."""
        table, header = self.table, self.table.horizontalHeader()
        name, _, kind, weights = self._widths
        has_errors = any(first_measured(e) is not None for e in self._errors.values())
        has_words = any(x.state for x in self._layers)
        with_sqnr = has_errors or has_words
        room = table.width() - 2 * table.frameWidth() - (_SQNR_WIDTH if with_sqnr else 0)
        if table.verticalHeader().length() > table.viewport().height():
            # The bar comes only after the rows have been laid out.
            room -= table.verticalScrollBar().sizeHint().width()
        room -= min(name, _NAME_WIDTH)
        kind = min(kind, max(room, 0))
        with_kind = kind >= min(_KIND_WIDTH, self._widths[_KIND_COLUMN])
        table.setColumnHidden(_SQNR_COLUMN, not with_sqnr)
        table.setColumnHidden(_KIND_COLUMN, not with_kind)
        table.setColumnHidden(_WEIGHTS_COLUMN, not with_kind or room - kind < weights)
        header.setSectionResizeMode(_NAME_COLUMN, QHeaderView.ResizeMode.Stretch)
        for column, width in ((_SQNR_COLUMN, _SQNR_WIDTH), (_KIND_COLUMN, kind)):
            table.setColumnWidth(column, width)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Share out the room."""
        super().resizeEvent(event)
        self._size_columns()

    def _update_keep(self) -> None:
        name = self.selected
        kept = name in self._kept
        self.keep.setEnabled(bool(name) and self._can_keep)
        about = self.tr(
            "The next run leaves the selected layer unquantized (int8 and dynamic range)"
        )
        self.keep.setToolTip(self._why_not or about)
        self.keep.setChecked(kept)
        self.keep.setText(self.tr("Kept in float32") if kept else self.tr("Keep in float32"))

    def _on_scrolled(self, _action: int) -> None:
        self._was_scrolled = self.table.verticalScrollBar().sliderPosition() > 0

    def _on_selected(self, _new: QItemSelection, _old: QItemSelection) -> None:
        self._update_keep()
        if self.selected:
            self.layer_chosen.emit(self.selected)

    def _on_keep(self) -> None:
        if self.selected:
            self.float_toggled.emit(self.selected)


def badness(sqnr_db: float) -> float:
    """How bad an SQNR is for the heat bar: 0 at 50 dB and more, 1 at 0 dB and less."""
    if math.isinf(sqnr_db):
        return 0.0 if sqnr_db > 0 else 1.0
    return min(max((_GOOD_DB - sqnr_db) / (_GOOD_DB - _BAD_DB), 0.0), 1.0)
