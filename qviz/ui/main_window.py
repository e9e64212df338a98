"""The main window: docks, tabs, bars, and the wires between them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QMainWindow,
    QStatusBar,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from qviz.jobs.results import DataSpec, ModelSummary
from qviz.ui import dialogs
from qviz.ui.actions import Actions
from qviz.ui.appearance import Appearance
from qviz.ui.command_palette import CommandPalette
from qviz.ui.comparison_shown import ComparisonShown
from qviz.ui.demo_commands import DemoCommands
from qviz.ui.file_commands import FileCommands
from qviz.ui.file_drop import DropTarget
from qviz.ui.icons import icon
from qviz.ui.language import use_language
from qviz.ui.language_menu import LanguageMenu
from qviz.ui.message_bar import MessageBar, TextDialog
from qviz.ui.panels import Panels
from qviz.ui.recent_menu import RecentMenu
from qviz.ui.scheme_undo import SchemeUndo
from qviz.ui.session import Session
from qviz.ui.session_log import SessionLog
from qviz.ui.settings import Settings
from qviz.ui.start_page import StartPage
from qviz.ui.status_strip import StatusStrip
from qviz.ui.theme import Theme
from qviz.ui.trace_command import TraceCommand
from qviz.ui.verify_command import VerifyCommand
from qviz.ui.view_tabs import (
    ADVICE,
    COMPARE,
    EIGHTBIT,
    LAYER_ERROR,
    REPORT,
    SINE,
    WEIGHTS,
    ViewTabs,
)
from qviz.ui.wording import already_quantized
from qviz.ui.workbench import Workbench
from qviz.ui.worker_bridge import Process, worker_process

_DOCKS = (
    (Qt.DockWidgetArea.LeftDockWidgetArea, 310),
    (Qt.DockWidgetArea.RightDockWidgetArea, 250),
)


# What a window manager puts around a window, roughly.
_DECORATION = QSize(8, 40)


class MainWindow(QMainWindow):
    """Everything that is on the screen.

    Parameters
    ----------
    settings : Settings, optional
    make_process : callable, optional
        Makes a worker process; tests hand in their own.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        make_process: Callable[[], Process] = worker_process,
    ) -> None:
        super().__init__()
        self.settings = settings or Settings()
        # Before anything has a text.
        self.language, complaint = use_language(self.settings.language)
        self.session = Session(self)
        self.workbench = Workbench(self.session, make_process, self)
        self.log = SessionLog()
        # Before there are widgets: they are polished once, when they are shown.
        self.appearance = Appearance(self.settings, self)
        self.appearance.apply()
        self.commands = Actions(self)
        self._arranged = False
        self.setWindowIcon(icon("qviz"))
        self._make_centre()
        self._make_docks()
        self._make_bars()
        self.files = FileCommands(self, self.workbench, self.tabs, self.settings)
        self.demos = DemoCommands(self, self.workbench, self.files, self.settings)
        self.undo = SchemeUndo(self.session, self.commands["undo"], self.commands["redo"], self)
        self.verification = VerifyCommand(self, self.workbench)
        self.tracing = TraceCommand(self.tabs, self.workbench)
        self.tracing.offer_in(self.panels.layers.table)
        self.comparison_shown = ComparisonShown(self.tabs, self.workbench)
        self.drop = DropTarget(self)
        self._connect_commands()
        self._connect_workbench()
        self._restore()
        if complaint:
            self.message_bar.show_message(complaint, lasting=True)
            self.log.add(complaint)

    # -- building ----------------------------------------------------------------------------

    def _make_centre(self) -> None:
        self.start_page = StartPage()
        self.message_bar = MessageBar()
        self.tabs = ViewTabs(self.session, self.start_page)
        self.panels = Panels(self.session, self.settings, self)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.message_bar)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.panels.history)
        self.setCentralWidget(centre)

    def _make_docks(self) -> None:
        self.docks: list[QDockWidget] = []
        for name, title, widget in (
            ("layers", self.tr("Layers"), self.panels.layers),
            ("scheme", self.tr("Scheme"), self.panels.scheme),
        ):
            dock = QDockWidget(title, self)
            dock.setObjectName(name)
            dock.setWidget(widget)
            self.docks.append(dock)
            self.addDockWidget(_DOCKS[len(self.docks) - 1][0], dock)

    def _make_bars(self) -> None:
        menus = self.commands.fill_menus(self.menuBar())
        self.recent = RecentMenu(lambda: self.settings.recent, self)
        menus["file"].insertMenu(self.commands["sample"], self.recent)
        menus["view"].addSeparator()
        for dock in self.docks:
            menus["view"].addAction(dock.toggleViewAction())
        menus["view"].addSeparator()
        self.languages = LanguageMenu(self.settings, self.language, self)
        menus["view"].addMenu(self.languages)
        toolbar = QToolBar(self.tr("Main actions"))
        toolbar.setObjectName("toolbar")
        toolbar.setMovable(False)
        toolbar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.commands.fill_toolbar(toolbar)
        self.addToolBar(toolbar)
        self.strip = StatusStrip()
        bar = QStatusBar()
        bar.setSizeGripEnabled(False)
        bar.addPermanentWidget(self.strip, 1)
        self.setStatusBar(bar)

    def _connect_commands(self) -> None:
        tabs, files = self.tabs, self.files
        self.commands.connect(
            {
                "open": files.ask_model,
                "sample": files.open_sample,
                "demo_housing": lambda: self.demos.open("housing"),
                "demo_mnist": lambda: self.demos.open("mnist"),
                "demo_fashion": lambda: self.demos.open("fashion-mnist"),
                "demo_mobilenet": lambda: self.demos.open("mobilenetv2"),
                "data": self.panels.scheme.data.browse.click,
                "export_model": files.export_model,
                "export_plot": files.export_plot,
                "report": files.write_report,
                "start_page": tabs.show_start,
                "quit": self.close,
                "undo": self.undo.stack.undo,
                "redo": self.undo.stack.redo,
                "copy": self._copy,
                "filter": self.panels.layers.filter.setFocus,
                "keep_float": lambda: self.session.toggle_float_layer(self.session.layer),
                "palette": self._show_palette,
                "reset_settings": self._reset_settings,
                "weights": tabs.show_model,
                "sine": lambda: tabs.setCurrentIndex(SINE),
                "layer_error": lambda: tabs.setCurrentIndex(LAYER_ERROR),
                "compare_tab": lambda: tabs.setCurrentIndex(COMPARE),
                "advice_tab": lambda: tabs.setCurrentIndex(ADVICE),
                "report_tab": lambda: tabs.setCurrentIndex(REPORT),
                "eightbit": lambda: tabs.setCurrentIndex(EIGHTBIT),
                "trace": self.tracing.show,
                "log": tabs.toggle_log,
                "reset_zoom": tabs.reset_zoom,
                "theme": self.appearance.toggle,
                "system_theme": lambda: self.appearance.use("system"),
                "layout": self._reset_layout,
                "full_screen": self._toggle_full_screen,
                "run": self._run,
                "compare": self._compare_all,
                "verify": self.verification.ask,
                "stop": self.workbench.stop,
                "history": self._show_log,
                "shortcuts": lambda: dialogs.show_shortcuts(self, self.commands.shortcut_rows()),
                "about": lambda: dialogs.show_about(self),
            }
        )

    def _connect_workbench(self) -> None:
        bench, files, session = self.workbench, self.files, self.session
        session.model_opened.connect(self._on_model)
        for changed in (session.scheme_chosen, session.data_chosen, session.run_selected):
            changed.connect(self._update)
        bench.began.connect(self._on_began)
        bench.progressed.connect(self.strip.show_stage)
        bench.ended.connect(self._on_ended)
        bench.ran.connect(lambda run: self.strip.show_result(run.summary))
        bench.complained.connect(self._complain)
        bench.weights_ready.connect(self.tabs.show_weights)
        bench.eightbit_ready.connect(self.tabs.show_eightbit)
        bench.eightbit_refused.connect(self.tabs.refuse_eightbit)
        self.tabs.eightbit_asked.connect(bench.show_eightbit)
        files.complained.connect(self._complain)
        files.written.connect(self._on_written)
        self.strip.stop_asked.connect(bench.stop)
        self.strip.log_asked.connect(self._show_log)
        self.strip.compare_asked.connect(lambda: self.tabs.setCurrentIndex(COMPARE))
        self.panels.scheme.run_asked.connect(self._run)
        self.panels.scheme.compare_asked.connect(self._compare_all)
        self.panels.scheme.advice_asked.connect(lambda: self.tabs.setCurrentIndex(ADVICE))
        self.tabs.run_asked.connect(self._on_empty_button)
        self.tabs.report_asked.connect(files.write_report)
        self.tabs.report_open_asked.connect(files.open_report)
        # Only once the window is on the screen: a process start costs some milliseconds.
        self.tabs.built.connect(bench.start)
        self.start_page.open_asked.connect(files.ask_model)
        self.start_page.sample_asked.connect(files.open_sample)
        self.start_page.sine_asked.connect(lambda: self.tabs.setCurrentIndex(SINE))
        self.start_page.demo_asked.connect(self.demos.open)
        self.demos.folder_needed.connect(self._on_folder_needed)
        self.demos.photographs.complained.connect(self._complain)
        self.demos.photographs.written.connect(self._on_written)
        self.start_page.recent_chosen.connect(files.open_model)
        self.recent.chosen.connect(files.open_model)
        self.start_page.recent_removed.connect(self._on_recent_removed)
        self.drop.model_dropped.connect(files.open_model)
        self.drop.data_dropped.connect(self._on_data_dropped)
        self.drop.refused.connect(lambda sentence: self._complain(sentence, ""))
        self.appearance.changed.connect(self._on_theme)
        self.languages.told.connect(self._on_language)

    def _restore(self) -> None:
        self._on_theme(self.appearance.theme)
        self.start_page.set_recent(self.settings.recent)
        self.resize(QSize(1280, 800).boundedTo(self.screen().availableSize() - _DECORATION))
        self._reset_layout()
        if not self.settings.geometry.isEmpty():
            self.restoreGeometry(self.settings.geometry)
            self.restoreState(self.settings.state)
        self.panels.restore()
        self.undo.stack.clear()
        self._update()

    # -- commands ----------------------------------------------------------------------------

    def _run(self) -> None:
        if not self.workbench.running:
            self.message_bar.hide()
            self.workbench.run()

    def _compare_all(self) -> None:
        if not self.workbench.running:
            self.message_bar.hide()
            self.workbench.compare_all()

    def _copy(self) -> None:
        for candidate in (QApplication.focusWidget(), self.tabs.current_view()):
            method = getattr(candidate, "copy", None)
            if callable(method):
                method()
                return

    def _show_palette(self) -> None:
        CommandPalette((*self.commands.all(), *self.languages.actions()), self).show_over(self)

    def _show_log(self) -> None:
        dialog = TextDialog(self.tr("Session log"), "", self.log.text(), self)
        dialog.open()
        dialog.show_end()

    def _reset_layout(self) -> None:
        for dock, (area, _) in zip(self.docks, _DOCKS, strict=True):
            dock.setFloating(False)
            dock.show()
            self.addDockWidget(area, dock)
        widths = [width for _, width in _DOCKS]
        self.resizeDocks(self.docks, widths, Qt.Orientation.Horizontal)

    def _reset_settings(self) -> None:
        self.settings.reset()
        self.start_page.set_recent(())
        self.appearance.apply()
        self.languages.show_setting()
        self._reset_layout()

    def _toggle_full_screen(self) -> None:
        self.showNormal() if self.isFullScreen() else self.showFullScreen()

    def _complain(self, message: str, details: str) -> None:
        self.message_bar.show_message(message, details)
        self.log.add(message, details)

    def _update(self) -> None:
        """Enable what can be done now, and name what is shown."""
        opened, running = self.session.model is not None, self.workbench.running
        self.commands.enable(
            opened=opened,
            running=running,
            with_data=bool(self.session.data.name_or_path),
            with_runs=self.session.run is not None,
            why_no_scheme=already_quantized(self.session.stored) if self.session.stored else "",
        )
        self.panels.scheme.set_ready(model=opened, running=running)
        self.tabs.set_empty_button(
            self.tr("Try the digits sample")
            if not opened
            else self.tr("Measure the file as it is")
            if self.session.stored
            else self.tr("Run {0}").format(self.session.scheme.id)
        )
        title = self.session.title
        self.setWindowTitle(f"{title} – qviz" if title else "qviz")

    # -- from the session --------------------------------------------------------------------

    def _on_model(self, model: ModelSummary) -> None:
        self.tabs.setCurrentIndex(WEIGHTS)
        for note in model.notes:
            self.log.add(note)
        if model.stored:
            self.log.add(already_quantized(model.stored))
        self._update()

    # -- from the rest -----------------------------------------------------------------------

    def _on_began(self, title: str) -> None:
        self.message_bar.clear()
        self.log.add(title)
        self.strip.begin(title)
        self._update()

    def _on_ended(self, sentence: str) -> None:
        if sentence:
            self.log.add(sentence)
        self.strip.end(sentence)
        self._update()

    def _on_written(self, path: str) -> None:
        sentence = self.tr("Written: {0}").format(path)
        self.strip.end(sentence)
        self.log.add(sentence)

    def _on_empty_button(self) -> None:
        if self.session.model is None:
            self.files.open_sample()
        elif not self.session.data.name_or_path:
            self.panels.scheme.data.browse.click()
        else:
            self._run()

    def _on_folder_needed(self, name: str, message: str, details: str) -> None:
        self.log.add(message, details)
        self.message_bar.show_message(
            message,
            details,
            action=self.tr("Choose folder…"),
            on_asked=lambda: self.demos.choose_folder(name),
        )

    def _on_recent_removed(self, path: str) -> None:
        self.settings.remove_recent(path)
        self.start_page.set_recent(self.settings.recent)

    def _on_data_dropped(self, path: str) -> None:
        self.session.choose_data(DataSpec(path))

    def _on_theme(self, theme: Theme) -> None:
        self.commands.set_theme(theme)
        self.panels.layers.set_theme(theme)
        self.message_bar.set_theme(theme)
        self.tabs.set_theme(theme)

    def _on_language(self, sentence: str) -> None:
        self.message_bar.hide()
        if sentence:
            self._complain(sentence, "")

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Docks take their widths only once there is a window to divide."""
        super().showEvent(event)
        if not self._arranged:
            self._arranged = True
            if self.settings.geometry.isEmpty():
                self._reset_layout()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Remember the layout and end the workers."""
        self.settings.save_layout(self.saveGeometry(), self.saveState())
        self.settings.sync()
        self.workbench.close()
        super().closeEvent(event)
