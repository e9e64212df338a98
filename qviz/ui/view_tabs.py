"""The views, bound to the session: what it shows goes to them, what is clicked goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QTabWidget, QWidget

from qviz.jobs.results import ModelSummary, WeightView
from qviz.ui.published import published_for
from qviz.ui.session import Run, Session
from qviz.ui.start_page import StartPage
from qviz.ui.theme import LIGHT, Theme
from qviz.ui.views.empty import EmptyOr, EmptyState

if TYPE_CHECKING:
    from qviz.jobs.eightbit import EightbitPictures
    from qviz.ui.plot_export import Picture
    from qviz.ui.views.advice import AdviceView
    from qviz.ui.views.compare import CompareView
    from qviz.ui.views.eightbit import EightbitView
    from qviz.ui.views.layer_error import LayerErrorView
    from qviz.ui.views.report import ReportView
    from qviz.ui.views.sine import SineView
    from qviz.ui.views.trace import TraceView
    from qviz.ui.views.weights import WeightsView

    View = (
        AdviceView
        | CompareView
        | EightbitView
        | LayerErrorView
        | ReportView
        | SineView
        | TraceView
        | WeightsView
    )

WEIGHTS, SINE, LAYER_ERROR, COMPARE, REPORT, ADVICE, EIGHTBIT, TRACE = range(8)
# Should the first paint never be seen (a minimized window), the plots come all the same.
_LATEST_MS = 600


class ViewTabs(QTabWidget):
    """The tabs in the middle of the window.

    pyqtgraph takes a quarter of a second to import, so the plots are made after the start page was
    painted for the first time.

    Signals
    -------
    built ()
        The plots are there.
    run_asked (), report_asked (ending), report_open_asked ()
    eightbit_asked (around)
        The pictures of the selected layer are wanted, with so many layers around it.
    """

    built = Signal()
    run_asked = Signal()
    report_asked = Signal(str)
    report_open_asked = Signal()
    eightbit_asked = Signal(int)

    def __init__(self, session: Session, start: StartPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.start = start
        self._theme = LIGHT
        self._latest: WeightView | None = None
        self.weights: WeightsView | None = None
        self.sine: SineView | None = None
        self.layer_error: LayerErrorView | None = None
        self.compare: CompareView | None = None
        self.report: ReportView | None = None
        self.eightbit: EightbitView | None = None
        self.advice: AdviceView | None = None
        self.trace: TraceView | None = None
        self.setDocumentMode(True)
        self.setAccessibleName(self.tr("Views"))
        self.pages = tuple(
            EmptyOr(empty)
            for empty in (start, QWidget(), *self._empty_states(), *(QWidget() for _ in range(3)))
        )
        titles = (
            self.tr("Weights"),
            self.tr("Sine"),
            self.tr("Layer error"),
            self.tr("Compare"),
            self.tr("Report"),
            self.tr("Advice"),
            self.tr("Eightbit"),
            self.tr("Trace"),
        )
        for page, title in zip(self.pages, titles, strict=True):
            self.addTab(page, title)
        self._stale: set[int] = set()
        self._refresh_soon = QTimer(self)
        self._refresh_soon.setSingleShot(True)
        self._refresh_soon.setInterval(0)
        self._refresh_soon.timeout.connect(self.refresh)
        self.currentChanged.connect(self.refresh)
        self.tabBarClicked.connect(self._on_tab_clicked)
        start.installEventFilter(self)
        QTimer.singleShot(_LATEST_MS, self, self.build)

    # -- building ----------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Wait for the first paint of the start page."""
        if event.type() == QEvent.Type.Paint and self.weights is None:
            QTimer.singleShot(0, self, self.build)
        return super().eventFilter(watched, event)

    def build(self) -> None:
        """Make the views; again does nothing."""
        if self.weights is not None:
            return
        self.start.removeEventFilter(self)
        from qviz.ui.views.advice import AdviceView
        from qviz.ui.views.compare import CompareView
        from qviz.ui.views.eightbit import EightbitView
        from qviz.ui.views.layer_error import LayerErrorView
        from qviz.ui.views.report import ReportView
        from qviz.ui.views.sine import SineView
        from qviz.ui.views.trace import TraceView
        from qviz.ui.views.weights import WeightsView

        self.weights, self.sine, self.layer_error = WeightsView(), SineView(), LayerErrorView()
        self.compare, self.report, self.advice = CompareView(), ReportView(), AdviceView()
        self.eightbit, self.trace = EightbitView(), TraceView()
        self.advice.scheme_chosen.connect(self.session.choose_scheme)
        for page, view in zip(self.pages, self.views(), strict=True):
            page.set_content(view)
        for always in (SINE, ADVICE, EIGHTBIT, TRACE):
            self.pages[always].set_empty(False)
        self.set_theme(self._theme)
        self._bind(self.weights, self.layer_error, self.compare, self.report)
        self._bind_eightbit(self.eightbit)
        self.built.emit()

    def _bind(
        self,
        weights: WeightsView,
        layer_error: LayerErrorView,
        compare: CompareView,
        report: ReportView,
    ) -> None:
        session = self.session
        weights.tensor_chosen.connect(session.select_tensor)
        weights.channel_chosen.connect(session.select_channel)
        layer_error.layer_chosen.connect(session.select_layer)
        compare.run_chosen.connect(self._on_row_chosen)
        report.layer_chosen.connect(self._on_report_layer)
        report.export_asked.connect(self.report_asked)
        report.open_asked.connect(self.report_open_asked)
        session.model_opened.connect(self._on_model)
        session.weights_selected.connect(self._on_weights_selected)
        session.layer_selected.connect(layer_error.select_layer)
        session.runs_updated.connect(self._on_runs)
        session.run_selected.connect(self._on_run)
        if session.model is not None:
            self._on_model(session.model)
            self._on_weights_selected()
            self._on_run(session.run)
            if self._latest is not None:
                self.show_weights(self._latest)

    def _bind_eightbit(self, view: EightbitView) -> None:
        view.model_asked.connect(self.run_asked)
        view.around_chosen.connect(self._on_eightbit_stale)
        self.session.layer_selected.connect(self._on_eightbit_stale)
        if self.session.layer:
            self._on_eightbit_stale()

    def _empty_states(self) -> tuple[EmptyState, EmptyState, EmptyState]:
        run = self.tr("Run")
        states = (
            EmptyState(
                self.tr("Which layer loses most"),
                self.tr(
                    "After a run, a bar for every layer shows how much of its signal is left: of "
                    "its weights, of the layer alone, and inside the whole network."
                ),
                run,
            ),
            EmptyState(
                self.tr("What each scheme costs"),
                self.tr(
                    "After a run, a table sets accuracy, size and gzip size of the schemes side by "
                    "side, with a picture of accuracy over size."
                ),
                run,
            ),
            EmptyState(
                self.tr("One file to hand on"),
                self.tr(
                    "After a run, a report with all numbers and charts can be written as one HTML "
                    "file, and the numbers as CSV and JSON."
                ),
                run,
            ),
        )
        for state in states:
            state.asked.connect(self.run_asked)
        return states

    def set_empty_button(self, text: str) -> None:
        """Name what the button of the empty tabs does now."""
        for page in self.pages[LAYER_ERROR:]:
            if isinstance(page.empty, EmptyState):
                page.empty.button.setText(text)

    # -- what is shown -----------------------------------------------------------------------

    def views(self) -> tuple[View, ...]:
        """The views in order of the tabs; none before they are built."""
        views = (
            self.weights,
            self.sine,
            self.layer_error,
            self.compare,
            self.report,
            self.advice,
            self.eightbit,
            self.trace,
        )
        return tuple(v for v in views if v is not None)

    def current_view(self) -> View | None:
        """The view of the current tab, unless it is empty."""
        views = self.views()
        index = self.currentIndex()
        if not views or self.pages[index].is_empty:
            return None
        return views[index]

    def current_plot(self) -> Picture | None:
        """The plot that an export would write: the one with the focus, else the first."""
        view = self.current_view()
        plots: tuple[Picture, ...] = view.plots() if view is not None else ()
        focused = next((p for p in plots if p.widget.hasFocus()), None)
        return focused or (plots[0] if plots else None)

    def show_start(self) -> None:
        """Show the start page; the model stays open."""
        self.setCurrentIndex(WEIGHTS)
        self.pages[WEIGHTS].set_empty(True)

    def show_model(self) -> None:
        """Show the weights, or the start page as long as no model is open."""
        self.setCurrentIndex(WEIGHTS)
        self.pages[WEIGHTS].set_empty(self.session.model is None)

    def _on_tab_clicked(self, index: int) -> None:
        if index == WEIGHTS:
            self.show_model()

    def toggle_log(self) -> None:
        """Switch the count axis of the weights between linear and logarithmic."""
        if self.weights is not None:
            self.weights.toggle_log()

    def reset_zoom(self) -> None:
        """Show everything in the current view."""
        view = self.current_view()
        if view is not None:
            view.reset_zoom()

    def set_theme(self, theme: Theme) -> None:
        """Use other colours in every view."""
        self._theme = theme
        for view in self.views():
            view.set_theme(theme)

    def show_weights(self, view: WeightView) -> None:
        """Draw a weight tensor, unless another one was selected meanwhile."""
        self._latest = view
        wanted = (self.session.tensor, self.session.channel)
        if self.weights is not None and (view.tensor, view.channel) == wanted:
            self.weights.set_data(view)

    def show_eightbit(self, pictures: EightbitPictures) -> None:
        """Draw the pictures of a layer, unless others were asked for meanwhile."""
        if self.eightbit is None:
            return
        if (pictures.layer, pictures.around) == (self.session.layer, self.eightbit.around.value()):
            self.eightbit.set_data(pictures)

    def refuse_eightbit(self, message: str) -> None:
        """Say why there are no pictures of the selected layer."""
        if self.eightbit is not None:
            self.eightbit.show_nothing(message)

    # -- from the session --------------------------------------------------------------------

    def _on_model(self, _model: ModelSummary) -> None:
        self.pages[WEIGHTS].set_empty(False)

    def _on_weights_selected(self) -> None:
        summary = self.session.layer_summary()
        if self.weights is None or summary is None:
            return
        self.pages[WEIGHTS].set_empty(False)
        self.weights.set_tensors(summary.weights, self.session.tensor, summary.taken_in)
        if not summary.weights:
            self.weights.show_nothing(summary.name)

    def _on_run(self, run: Run | None) -> None:
        self.pages[LAYER_ERROR].set_empty(run is None)
        self._stale.add(LAYER_ERROR)
        self._on_runs()

    def _on_runs(self) -> None:
        for at in (COMPARE, REPORT):
            self.pages[at].set_empty(self.session.run is None)
        self._stale |= {COMPARE, REPORT, ADVICE}
        self._refresh_soon.start()

    def refresh(self) -> None:
        """Draw the runs in the current tab, if they have changed since it was drawn.

        Results stream in several times a second; what nobody sees is not drawn.
        """
        at, run = self.currentIndex(), self.session.run
        if at == ADVICE and at in self._stale and self.advice is not None:
            self._stale.discard(at)
            self.advice.set_data(self.session.comparison())
        if at == EIGHTBIT and at in self._stale and self.eightbit is not None:
            self._stale.discard(at)
            self.eightbit_asked.emit(self.eightbit.around.value())
        if at not in self._stale or run is None or not self.views():
            return
        self._stale.discard(at)
        if at == LAYER_ERROR and self.layer_error is not None:
            self.layer_error.set_data(run.label, run.result.layers)
            self.layer_error.select_layer(self.session.layer)
        comparison = self.session.comparison()
        if comparison is None:
            return
        if at == COMPARE and self.compare is not None:
            runs = self.session.shown_runs()
            found = published_for(self.session.path, run.data)
            self.compare.set_data(
                comparison,
                runs.index(run) if run in runs else -1,
                None if found is None else found[1],
            )
        elif at == REPORT and self.report is not None:
            self.report.set_data(comparison)

    def _on_eightbit_stale(self) -> None:
        self._stale.add(EIGHTBIT)
        self._refresh_soon.start()

    # -- from the views ----------------------------------------------------------------------

    def _on_row_chosen(self, row: int) -> None:
        runs = self.session.shown_runs()
        if 0 <= row < len(runs):
            self.session.select_run(runs[row])

    def _on_report_layer(self, name: str) -> None:
        self.session.select_layer(name)
        self.setCurrentIndex(LAYER_ERROR)
