"""Trace: one number of a layer, from the codes that go in to the code that comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qviz.evaluation.element import ElementTrace
from qviz.evaluation.element.results import with_minus
from qviz.evaluation.element.text import headline, lines, operand_text, result_text
from qviz.jobs.task import Progress
from qviz.ui.plots import Plot
from qviz.ui.progress_line import ProgressLine
from qviz.ui.theme import Theme
from qviz.ui.views.empty import MessagePage
from qviz.ui.views.trace_bar import ElementBar, Source
from qviz.ui.views.trace_plot import DifferencePlot
from qviz.ui.views.trace_steps import StepChain
from qviz.ui.views.trace_tables import TraceTables
from qviz.ui.views.trace_terms import TermsPanel

if TYPE_CHECKING:
    from qviz.jobs.tracing import TracedElement

_TERMS_WIDTH, _STEPS_WIDTH = 300, 280
_COPIED_TERMS = 1 << 20
# What takes longer than this says how far it is; stepping to a neighbour does not flicker.
_PATIENCE_MS = 400


class TraceView(QWidget):
    """Choice of the element, its terms, the steps to its code, and the difference to float.

    Which element is wanted is known to :attr:`bar`.

    Signals
    -------
    asked ()
        Another element is wanted: what :attr:`bar` says.
    followed (layer)
        An element of another layer is wanted, that this one reads or that was shown before.
    model_asked ()
        The button of the empty state was pressed.
    stop_asked ()
        The trace that is on its way is to be given up.
    """

    asked = Signal()
    followed = Signal(str)
    model_asked = Signal()
    stop_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.data: TracedElement | None = None
        self._table_is_stale = True
        self._is_stopped = False
        self._make_controls()
        self._make_parts()
        self._lay_out()
        self.setAccessibleName(self.tr("Trace"))
        self.show_nothing()

    # -- what it shows -----------------------------------------------------------------------

    def set_busy(self, text: str) -> None:
        """Say that the element is being traced; with progress and Stop, if it takes a while."""
        self.status.setText(text)
        # Whatever stands there is not about what is awaited.
        self.empty.button.hide()
        self.progress.begin(text)
        if not self.is_slow:
            self._patience.start()

    @property
    def is_slow(self) -> bool:
        """Whether a trace is on its way, and has been for so long that its progress is shown."""
        return not self.progress.isHidden()

    def show_progress(self, progress: Progress) -> None:
        """The trace came further."""
        self.progress.show_step(progress.message, progress.done, progress.total)

    def show_stopped(self) -> None:
        """Say that it was given up, and offer to go on."""
        self.show_nothing(self.tr("Stopped before the trace was ready."))
        self.empty.say(self.empty.message.text(), self.tr("Trace again"))
        self._is_stopped = True

    def set_data(self, found: TracedElement, title: str) -> None:
        """Show a trace.

        Parameters
        ----------
        found : TracedElement
        title : str
            What the network is: scheme, data, rounding.
        """
        self._settle()
        self.data, trace = found, found.trace
        self._table_is_stale = True
        self.status.setText(title)
        self.bar.set_data(found)
        self.headline.setText(headline(trace))
        self.result.setText(result_text(trace).capitalize() + ".")
        self._show_operands(trace)
        self.note.setText(trace.note)
        self.note.setVisible(bool(trace.note))
        self.chain.setVisible(bool(trace.steps))
        self.chain.set_data(trace)
        self.chain.verticalScrollBar().setValue(0)
        self.terms.setVisible(trace.terms is not None)
        self.terms.set_data(trace)
        self.difference.setVisible(bool(trace.contributions))
        if trace.contributions:
            self.difference.set_data(trace.contributions, self._difference_title(trace))
        self._offer_sources()
        if self.as_table.isChecked():
            self._fill_tables()
        self.setAccessibleDescription(f"{headline(trace)}: {result_text(trace)}")
        self._pages.setCurrentWidget(self._drawn)

    def show_nothing(self, message: str = "") -> None:
        """Say what will be here, or why it cannot be."""
        self._settle()
        self.data = None
        about = self.tr(
            "Here one number of a quantized layer is taken apart: the codes that go in, every "
            "product, the accumulator, and each step of scaling and rounding to its code, "
            "beside the same number in float."
        )
        self.empty.say(message or about, "" if message else self.tr("Try the digits sample"))
        self._pages.setCurrentWidget(self.empty)

    def plots(self) -> tuple[Plot, ...]:
        """The plots that are shown."""
        if self.data is None:
            return ()
        shown = (self.terms.plot, self.difference)
        has = (self.data.trace.terms is not None, bool(self.data.trace.contributions))
        return tuple(plot for plot, there in zip(shown, has, strict=True) if there)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.terms.set_theme(theme)
        self.chain.set_theme(theme)
        self.difference.set_theme(theme)

    def reset_zoom(self) -> None:
        """Show all terms."""
        for plot in self.plots():
            plot.reset_zoom()

    def copy(self) -> None:
        """Put the whole trace on the clipboard, as text."""
        if self.data is not None:
            text = "\n".join(lines(self.data.trace, _COPIED_TERMS))
            QApplication.clipboard().setText(text + "\n")

    # -- building ----------------------------------------------------------------------------

    def _make_controls(self) -> None:
        self.bar = ElementBar()
        self.bar.asked.connect(self.asked)
        self.bar.followed.connect(self.followed)
        self.copy_button = QPushButton(self.tr("Copy"))
        self.copy_button.setToolTip(
            self.tr("Copy everything as text (Ctrl+C); Ctrl+E writes a picture or a CSV file")
        )
        self.copy_button.clicked.connect(self.copy)
        self.as_table = QCheckBox(self.tr("As table"))
        self.as_table.setToolTip(self.tr("Show the terms and the steps as tables"))
        self.as_table.toggled.connect(self._on_as_table)

    def _make_parts(self) -> None:
        self.headline, self.result, self.status = QLabel(), QLabel(), QLabel()
        self.headline.setObjectName("title")
        self.status.setObjectName("muted")
        self.operands, self.note = QLabel(), QLabel()
        self.operands.setObjectName("muted")
        for label in (self.headline, self.result, self.operands, self.note):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.empty = MessagePage()
        self.empty.asked.connect(self._on_empty_asked)
        self.progress = ProgressLine()
        self.progress.stop_asked.connect(self.stop_asked)
        self.progress.hide()
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self.progress.show)
        self.terms = TermsPanel()
        self.terms.moved.connect(self._offer_sources)
        self.chain = StepChain()
        self.difference = DifferencePlot()
        self.tables = TraceTables()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.headline, 1)
        top.addWidget(self.as_table)
        top.addWidget(self.copy_button)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.chain, 1)
        column.addWidget(self.difference)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.terms)
        self.splitter.addWidget(right)
        self.splitter.setStretchFactor(0, 5)
        self.splitter.setStretchFactor(1, 4)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([420, 320])
        self.terms.setMinimumWidth(_TERMS_WIDTH)
        right.setMinimumWidth(_STEPS_WIDTH)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.splitter)
        self._stack.addWidget(self.tables)
        self._drawn = QWidget()
        drawn = QVBoxLayout(self._drawn)
        drawn.setContentsMargins(0, 0, 0, 0)
        drawn.setSpacing(5)
        drawn.addLayout(top)
        drawn.addWidget(self.bar)
        for label in (self.result, self.operands, self.note):
            drawn.addWidget(label)
        drawn.addWidget(self._stack, 1)
        drawn.addWidget(self.status)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._drawn)
        self._pages.addWidget(self.empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self.progress)

    # -- filling -----------------------------------------------------------------------------

    def _show_operands(self, trace: ElementTrace) -> None:
        """One line, so that the steps have room; their tensors and shapes are in its tooltip."""
        short = (
            f"{o.role} {o.dtype}"
            + ("" if o.scale is None else with_minus(f": {o.scale:.6g}, {o.zero_point}"))
            for o in trace.operands
        )
        self.operands.setText(self.tr("Scale and zero point:  {0}").format("  ·  ".join(short)))
        whole = "\n".join(f"{o.role}: {operand_text(o)}" for o in trace.operands)
        self.operands.setToolTip(whole)
        self.operands.setAccessibleDescription(whole)

    def _difference_title(self, trace: ElementTrace) -> str:
        if trace.difference is None:
            return self.tr("Beside the exact result of these codes")
        return self.tr("Difference to float: {0}").format(with_minus(f"{trace.difference:+.4g}"))

    # -- events ------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Nothing is on its way."""
        self._patience.stop()
        self.progress.end()
        self.progress.hide()
        self._is_stopped = False

    def _on_empty_asked(self) -> None:
        if self._is_stopped:
            self.asked.emit()
        else:
            self.model_asked.emit()

    def _readable(self) -> list[Source]:
        """Operands that a layer makes, with the element of each that is read now."""
        if self.data is None:
            return []
        *inputs, _output = self.data.trace.operands
        made = [o for o in inputs if o.operator is not None]
        single = self.terms.place if self.data.trace.terms is not None else None
        return [(o, single if o.at is None else o.at) for o in made]

    def _offer_sources(self) -> None:
        self.bar.offer_sources(self._readable())

    def _fill_tables(self) -> None:
        if self._table_is_stale and self.data is not None:
            self._table_is_stale = False
            self.tables.set_data(self.data.trace)

    def _on_as_table(self, on: bool) -> None:
        self._fill_tables()
        self._stack.setCurrentIndex(int(on))
