"""What "Trace" does: asks the worker for the element that the view wants, and shows it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QMenu

from qviz.jobs.task import Progress
from qviz.ui.session import Session
from qviz.ui.tables import Table
from qviz.ui.view_tabs import TRACE, ViewTabs
from qviz.ui.wording import scheme_label
from qviz.ui.workbench import Workbench

if TYPE_CHECKING:
    from qviz.jobs.tracing import TracedElement
    from qviz.ui.views.trace import TraceView


class TraceCommand(QObject):
    """Ties the view to the session and to the worker.

    The codes are those of a run with the chosen scheme, data and options. What nobody looks at is
    not computed.

    Signals
    -------
    traced (TracedElement)
        A trace is shown.
    """

    traced = Signal(object)

    def __init__(self, tabs: ViewTabs, workbench: Workbench) -> None:
        super().__init__(tabs)
        self._tabs, self._bench = tabs, workbench
        self._stale = False
        self._asked = 0
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._refresh)
        session = self._session
        session.model_opened.connect(self._on_other_network)
        session.scheme_chosen.connect(self._on_other_network)
        session.data_chosen.connect(self._on_other_data)
        session.options_chosen.connect(self._on_other_network)
        session.layer_selected.connect(self._on_layer)
        tabs.currentChanged.connect(self._soon.start)
        tabs.built.connect(self._on_built)

    @property
    def _session(self) -> Session:
        return self._bench.session

    @property
    def _view(self) -> TraceView | None:
        return self._tabs.trace

    def show(self) -> None:
        """Show the tab."""
        self._tabs.setCurrentIndex(TRACE)

    def show_layer(self, layer: str) -> None:
        """Select a layer and show the tab."""
        self._session.select_layer(layer)
        self.show()

    def offer_in(self, table: Table, *, of_run: bool = False) -> None:
        """Give a table of layers a menu; `of_run` where its rows are those of the shown run."""
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(lambda at: self._on_menu(table, at, of_run))

    def menu_of(self, layer: str, *, of_run: bool = False) -> QMenu:
        """The menu of a layer."""
        menu = QMenu(self._tabs)
        action = menu.addAction(self.tr("&Trace an element of {0}").format(layer))
        action.triggered.connect(lambda: self._on_chosen(layer, of_run))
        session = self._session
        kept = layer in session.float_layers
        keep = menu.addAction(
            self.tr("&Quantize it again") if kept else self.tr("&Keep it in float32")
        )
        keep.triggered.connect(lambda: session.toggle_float_layer(layer))
        keep.setEnabled(not session.stored)
        return menu

    # -- events ------------------------------------------------------------------------------

    def _on_built(self) -> None:
        view = self._view
        if view is None:
            return
        view.asked.connect(self._on_asked)
        view.stop_asked.connect(self._bench.withdraw)
        view.followed.connect(self._on_followed)
        view.model_asked.connect(self._tabs.run_asked)
        if self._tabs.layer_error is not None:
            self.offer_in(self._tabs.layer_error.table, of_run=True)
        if self._session.layer:
            self._on_layer()

    def _on_menu(self, table: Table, at: QPoint, of_run: bool) -> None:
        index = table.indexAt(at)
        if index.isValid():
            menu = self.menu_of(str(table.key_at(index)), of_run=of_run)
            menu.popup(table.viewport().mapToGlobal(at))

    def _on_chosen(self, layer: str, of_run: bool) -> None:
        run = self._session.run
        if of_run and run is not None and run.result.scheme != self._session.scheme:
            # The row shows the error of that run, so its codes are what is meant.
            self._session.show_run(run)
        self.show_layer(layer)

    def _on_other_network(self) -> None:
        view = self._view
        if view is not None:
            view.bar.choose_any()
        self._on_layer()
        if view is not None and view.is_slow:
            # Calibrating a network that is not wanted any more would only be waited for.
            self._bench.withdraw()

    def _on_other_data(self) -> None:
        if self._view is not None:
            self._view.bar.first_sample()
        self._on_other_network()

    def _on_layer(self) -> None:
        # What is still on its way answers another question, and would name its element in the bar.
        self._asked += 1
        self._stale = True
        self._soon.start()

    def _on_asked(self) -> None:
        self._stale = True
        self._refresh()

    def _on_followed(self, layer: str) -> None:
        self._session.select_layer(layer)
        self._on_asked()

    def _refresh(self) -> None:
        view, session = self._view, self._session
        if not self._stale or view is None or self._tabs.currentIndex() != TRACE:
            return
        if session.model is None or not session.layer:
            return
        self._stale = False
        view.bar.choose_layer(session.layer)
        view.set_busy(self.tr("Tracing {0} …").format(session.layer))
        self._asked += 1
        number = self._asked
        arguments = {
            "path": session.path,
            "scheme": session.scheme,
            "choice": view.bar.choice,
            "sample": view.bar.sample_number,
            "data": session.data if session.data.name_or_path else None,
            "options": session.options,
            "allow_code": session.allow_code,
        }
        now = (scheme_label(session.scheme), session.options.rounding)
        data = Path(session.data.name_or_path).name or self.tr("random values")
        self._bench.ask(
            "trace",
            arguments,
            lambda found: self._on_traced(found, number, data, *now),
            lambda message, _details: self._on_refused(message, number),
            lambda: self._on_stopped(number),
            lambda progress: self._on_progressed(progress, number),
        )

    def _on_traced(
        self, found: TracedElement, number: int, data: str, scheme: str, rounding: str
    ) -> None:
        # A later question makes an earlier answer late.
        if self._view is None or number != self._asked:
            return
        network = self.tr("The file as it is") if found.is_as_stored else scheme
        title = self.tr("{0} on {1}, rounding {2}").format(network, data, rounding)
        self._view.set_data(found, title)
        self.traced.emit(found)

    def _on_refused(self, message: str, number: int) -> None:
        if self._view is not None and number == self._asked:
            self._view.show_nothing(message)

    def _on_progressed(self, progress: Progress, number: int) -> None:
        if self._view is not None and number == self._asked:
            self._view.show_progress(progress)

    def _on_stopped(self, number: int) -> None:
        if self._view is not None and number == self._asked:
            self._view.show_stopped()
