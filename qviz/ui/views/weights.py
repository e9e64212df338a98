"""Weights: the float values and the levels that stand for them, the error, and every channel."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from qviz.jobs.results import TensorSummary, WeightView
from qviz.ui.eliding_combo import ElidingCombo
from qviz.ui.theme import Theme
from qviz.ui.views import weight_text
from qviz.ui.views.weight_plots import ErrorPlot, RangesPlot, ValuesPlot
from qviz.ui.wording import format_shape


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
        self._taken_in: tuple[str, ...] = ()
        self._make_controls()
        self._make_plots()
        self._lay_out()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for key, step in ((Qt.Key.Key_Left, -1), (Qt.Key.Key_Right, 1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self.step_channel(step))

    # -- data --------------------------------------------------------------------------------

    def set_tensors(
        self, tensors: Sequence[TensorSummary], current: str, taken_in: Sequence[str] = ()
    ) -> None:
        """Offer the weight tensors of the selected layer, into which `taken_in` were folded."""
        self._taken_in = tuple(taken_in)
        with QSignalBlocker(self.tensors):
            self.tensors.clear()
            for tensor in tensors:
                title = f"{tensor.name}   {format_shape(tensor.shape)}"
                self.tensors.addItem(title, tensor.name)
            self.tensors.setCurrentIndex(max(0, self.tensors.findData(current)))
        self.tensors.setEnabled(len(tensors) > 1)

    def show_nothing(self, layer: str) -> None:
        """Say that a layer has no weights."""
        self._view = None
        self._halves.hide()
        self.readout.hide()
        text = self.tr("{0} has no weights of its own; its error is in the Layer error tab.")
        self.facts.setText(text.format(layer))

    def set_data(self, view: WeightView) -> None:
        """Draw a tensor."""
        self._halves.show()
        self.readout.show()
        before = self._view
        self._view = view
        with QSignalBlocker(self.channels), QSignalBlocker(self.all_channels):
            self.channels.setRange(0, max(0, view.channels - 1))
            self.channels.setEnabled(view.channels > 1 and view.channel is not None)
            self.all_channels.setEnabled(view.channels > 1)
            self.all_channels.setChecked(view.channel is None)
            if view.channel is not None:
                self.channels.setValue(view.channel)
        for plot in self.plots():
            plot.set_data(view)
        # There is no error where the file holds the codes alone.
        self.error.setVisible(not view.stored_as)
        self.facts.setText(weight_text.facts(view, self._taken_in))
        self.readout.setText(weight_text.hint(view))
        same = before is not None and (before.tensor, before.channel) == (view.tensor, view.channel)
        if not same:
            self.reset_zoom()

    @property
    def data(self) -> WeightView | None:
        """What is drawn."""
        return self._view

    def plots(self) -> tuple[ValuesPlot, ErrorPlot, RangesPlot]:
        """Every plot, the main one first."""
        return (self.values, self.error, self.ranges)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for plot in self.plots():
            plot.set_theme(theme)

    def reset_zoom(self) -> None:
        """Show everything."""
        for plot in self.plots():
            plot.show_all()

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
        self.tensors = ElidingCombo(18)
        self.tensors.setAccessibleName(self.tr("Weight tensor"))
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
        self.log_y.toggled.connect(lambda log: self.values.set_log(log))
        self.facts = QLabel()
        self.facts.setWordWrap(True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.readout = QLabel()
        self.readout.setObjectName("readout")
        self.readout.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.readout.setAccessibleName(self.tr("Value under the pointer"))

    def _make_plots(self) -> None:
        self.values, self.error, self.ranges = ValuesPlot(), ErrorPlot(), RangesPlot()
        self.values.hovered.connect(self._on_hovered)
        self.values.left_plot.connect(lambda: self.readout.setText(weight_text.hint(self._view)))
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
        self._halves = halves
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addLayout(controls)
        layout.addWidget(self.facts)
        layout.addWidget(halves, 1)
        layout.addWidget(self.readout)
        layout.addStretch(0)

    # -- events ------------------------------------------------------------------------------

    def _on_all_channels(self, everything: bool) -> None:
        self.channels.setEnabled(not everything)
        self.channel_chosen.emit(None if everything else self.channels.value())

    def _on_channel_clicked(self, x: float, _y: float) -> None:
        view = self._view
        if view is not None and view.channels > 1 and 0 <= round(x) < view.channels:
            self.channel_chosen.emit(round(x))

    def _on_hovered(self, x: float, _y: float) -> None:
        if self._view is not None:
            self.readout.setText(weight_text.reading(self._view, x))
