"""Layer error: which layer lost how much, of its weights, alone, and in the whole network."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qviz.evaluation.results import LayerError
from qviz.ui.plots import Rows
from qviz.ui.tables import Cell, Table
from qviz.ui.theme import Theme
from qviz.ui.views.layer_error_bars import ErrorBars, bars_of
from qviz.ui.wording import (
    ERROR_KINDS,
    ERROR_METRICS,
    error_kind_title,
    error_value,
    format_error,
    kind_title,
    metric_title,
)


class LayerErrorView(QWidget):
    """Bars of one kind of error and one metric over all layers, and the same as a table.

    Signals
    -------
    layer_chosen (name)
    """

    layer_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[LayerError, ...] = ()
        self._title = ""
        self._selected = ""
        self._table_is_stale = True
        self._make_controls()
        self._make_plot()
        self.table = Table(self.tr("Error of every layer"))
        self.table.clicked.connect(self._on_row)
        self._lay_out()

    # -- data --------------------------------------------------------------------------------

    def set_data(self, title: str, layers: Sequence[LayerError]) -> None:
        """Draw the layers of one run.

        Parameters
        ----------
        title : str
            Name of the run.
        layers : sequence of LayerError
            In execution order.
        """
        self._title, self._layers = title, tuple(layers)
        self._offer_kinds()
        self._draw()
        self._table_is_stale = True
        if self.as_table.isChecked():
            self._fill_table()
        self.reset_zoom()

    def select_layer(self, name: str) -> None:
        """Mark a layer."""
        self._selected = name
        self.plot.select_layer(name)
        if self.as_table.isChecked():
            self.table.select_key(name)

    def plots(self) -> tuple[ErrorBars, ...]:
        """The only plot."""
        return (self.plot,)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.plot.set_theme(theme)

    @property
    def bars(self) -> tuple[tuple[str, float | None], ...]:
        """Layers and values as drawn, from the top."""
        return tuple((bar.error.layer, bar.value) for bar in self.plot.bars)

    @property
    def kind_name(self) -> str:
        """Kind of error that is drawn."""
        return str(self.kinds.currentData())

    @property
    def metric_name(self) -> str:
        """Metric that is drawn."""
        return str(self.metrics.currentData())

    def reset_zoom(self) -> None:
        """Show the first layers at a readable height, and all values."""
        self.plot.reset_zoom()

    def copy(self) -> None:
        """Put the table on the clipboard."""
        self._fill_table()
        self.table.copy()

    # -- building ----------------------------------------------------------------------------

    def _make_controls(self) -> None:
        self.kinds = QComboBox()
        self.kinds.setAccessibleName(self.tr("Kind of error"))
        tips = {
            "weight": self.tr("Of the layer's weights"),
            "local": self.tr("Of its output, the layer alone quantized and fed with float inputs"),
            "accumulated": self.tr("Of its output inside the quantized network"),
        }
        for kind in ERROR_KINDS:
            self.kinds.addItem(error_kind_title(kind), kind)
            self.kinds.setItemData(self.kinds.count() - 1, tips[kind], Qt.ItemDataRole.ToolTipRole)
        self.kinds.setCurrentIndex(ERROR_KINDS.index("accumulated"))
        self.metrics = QComboBox()
        self.metrics.setAccessibleName(self.tr("Metric"))
        for metric in ERROR_METRICS:
            self.metrics.addItem(metric_title(metric), metric)
        self.order = QComboBox()
        self.order.setAccessibleName(self.tr("Order"))
        self.order.addItem(self.tr("Worst first"), "worst")
        self.order.addItem(self.tr("In order of execution"), "order")
        self.as_table = QCheckBox(self.tr("Show as table"))
        for box in (self.kinds, self.metrics, self.order):
            box.currentIndexChanged.connect(self._on_choice)
        self.explanation = QLabel()
        self.explanation.setObjectName("muted")
        self.explanation.setWordWrap(True)

    def _make_plot(self) -> None:
        self.plot = ErrorBars()
        self.plot.set_rows(self._rows)
        self.plot.layer_chosen.connect(self.layer_chosen)

    def _lay_out(self) -> None:
        controls = QHBoxLayout()
        controls.setContentsMargins(0, 0, 0, 0)
        for box in (self.kinds, self.metrics, self.order):
            controls.addWidget(box)
        controls.addStretch(1)
        controls.addWidget(self.as_table)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.plot)
        self.pages.addWidget(self.table)
        self.as_table.toggled.connect(self._on_as_table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addLayout(controls)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.explanation)

    # -- drawing -----------------------------------------------------------------------------

    def _offer_kinds(self) -> None:
        """Leave a kind that this run has not measured for one that it has."""
        measured = [k for k in ERROR_KINDS if any(getattr(e, k) is not None for e in self._layers)]
        if measured and self.kind_name not in measured:
            with QSignalBlocker(self.kinds):
                self.kinds.setCurrentIndex(ERROR_KINDS.index(measured[-1]))

    def _draw(self) -> None:
        kind, metric = self.kind_name, self.metric_name
        worst_first = self.order.currentData() == "worst"
        bars = bars_of(self._layers, kind, metric, worst_first=worst_first)
        self.plot.set_data(self._title, kind, metric, bars)
        self._explain()

    def _explain(self) -> None:
        texts = {
            "sqnr_db": self.tr(
                "Signal to quantization noise in dB: each 6 dB are one bit. Layers left of the "
                "dashed line are hatched; drag it to set your own limit."
            ),
            "mse": self.tr("Mean of the squared difference, in the units of the layer's output."),
            "cosine": self.tr("1 means the same direction; hatched layers lie below the line."),
            "max_abs": self.tr("The one value that went furthest astray."),
            "rmse_over_scale": self.tr(
                "Root mean square error in steps of the code grid. Pure rounding gives 0.289; much "
                "more means clamping, or error that came in from earlier layers."
            ),
        }
        self.explanation.setText(
            texts[self.metric_name]
            + " "
            + self.tr(
                "The largest error is not always the guilty one: compare local and accumulated."
            )
        )

    def _fill_table(self) -> None:
        """Fill the table that nobody may ever look at, once somebody does."""
        if not self._table_is_stale:
            return
        self._table_is_stale = False
        header = [self.tr("#"), self.tr("Layer"), self.tr("Kind")]
        for kind in ERROR_KINDS:
            header.append(self.tr("{0} SQNR dB").format(error_kind_title(kind)))
        for metric in ERROR_METRICS[1:]:
            title = metric_title(metric)
            header.append(self.tr("{0} (accumulated)").format(title))
        rows = []
        for i, error in enumerate(self._layers):
            row = [
                Cell(str(i + 1), float(i + 1)),
                Cell(error.layer + (self.tr("  (float32)") if error.in_float else "")),
                Cell(kind_title(error.kind)),
            ]
            pairs = [(k, "sqnr_db") for k in ERROR_KINDS]
            pairs += [("accumulated", m) for m in ERROR_METRICS[1:]]
            for kind, metric in pairs:
                value = error_value(error, kind, metric)
                row.append(
                    Cell(format_error(metric, value), math.nan if value is None else float(value))
                )
            rows.append(row)
        self.table.source.set_rows(header, [e.layer for e in self._layers], rows)
        self.table.resizeColumnsToContents()
        self.table.sortByColumn(5, Qt.SortOrder.AscendingOrder)

    # -- events ------------------------------------------------------------------------------

    def _on_choice(self) -> None:
        self._draw()
        self.reset_zoom()

    def _on_row(self, index: QModelIndex) -> None:
        self.layer_chosen.emit(str(self.table.key_at(index)))

    def _on_as_table(self, on: bool) -> None:
        self._fill_table()
        self.table.select_key(self._selected)
        self.pages.setCurrentIndex(int(on))

    def _rows(self) -> Rows:
        self._fill_table()
        return self.table.rows()
