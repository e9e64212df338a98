"""MobileNetV2's demo: what to run it on, and its table with both scalings side by side."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qviz.evaluation.image_demo_findings import image_demo_findings
from qviz.evaluation.image_scores import ImageDemoResult
from qviz.ui.image_demo_form import ImageDemoForm
from qviz.ui.image_demo_table import image_demo_cells, image_demo_header
from qviz.ui.job_dialog import JobDialog
from qviz.ui.settings import Settings
from qviz.ui.tables import Table
from qviz.ui.wording import format_count

_SIZE = (1230, 740)
_MARGIN = 40
_ROWS = 6
_PADDING = 20


class ImageDemoDialog(JobDialog):
    """Asks for network, images and schemes, and shows what comes; does nothing itself.

    Signals
    -------
    run_asked ()
    export_asked ()
        The table is wanted as CSV.
    open_asked ()
        The network is wanted in the views of the window.
    """

    run_asked = Signal()
    export_asked = Signal()
    open_asked = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(QPushButton(self.tr("Run")), parent)
        self.run = self.start
        self.run.clicked.connect(self.run_asked)
        self.setWindowTitle(self.tr("Demo: MobileNetV2 on your photographs"))
        self.setSizeGripEnabled(True)
        self.result_shown: ImageDemoResult | None = None
        self._header: list[str] = []
        about = QLabel(
            self.tr(
                "The TensorFlow.js example feeds MobileNetV2 with pixels scaled to [0, 1], "
                "although it was trained on [−1, 1]. Here every scheme runs on both, judged by "
                "class number and by the example's rule: right is a class whose name contains the "
                "label."
            )
        )
        about.setWordWrap(True)
        self.form = ImageDemoForm(settings)
        self.form.changed.connect(self._on_changed)
        self.table = Table(self.tr("Schemes under both scalings of the input"))
        self.table.setMinimumHeight((_ROWS + 2) * (self.fontMetrics().height() + 9))
        self.findings = QPlainTextEdit()
        self.findings.setReadOnly(True)
        self.findings.setAccessibleName(self.tr("What was measured"))
        self.findings.setPlaceholderText(self.tr("What was measured stands here in sentences."))
        layout = QVBoxLayout(self)
        layout.addWidget(about)
        layout.addWidget(self.form)
        layout.addWidget(self.progress)
        layout.addWidget(self._make_warning())
        layout.addWidget(self.table, 3)
        layout.addWidget(self.findings, 2)
        layout.addLayout(self._make_buttons())
        room = self.screen().availableSize()
        self.resize(min(_SIZE[0], room.width() - _MARGIN), min(_SIZE[1], room.height() - _MARGIN))
        self.show_running()
        self.show_result(None)

    # -- while it runs -----------------------------------------------------------------------

    def begin(self) -> None:
        """The demo began."""
        self.show_result(None)
        super().begin()

    def end(self, sentence: str = "") -> None:
        """It ended, with a sentence on how."""
        super().end(sentence)
        self.say(sentence)
        if self.result_shown is not None:
            self._tell(self.result_shown)

    def say(self, sentence: str) -> None:
        """Say something beside the progress, whether it runs or not."""
        self.stage.setText(sentence)

    def show_result(self, result: ImageDemoResult | None) -> None:
        """Show what has come of it so far; nothing for None."""
        self.result_shown = result
        schemes = result.schemes if result is not None else ()
        titles, tips = image_demo_header()
        cells = [image_demo_cells(result, s) for s in schemes] if result is not None else []
        self.table.source.set_rows(titles, schemes, cells, tips)
        if titles != self._header:
            self._header = titles
            self._fit_columns(titles)
        for button in (self.export_button, self.copy_button):
            button.setEnabled(bool(schemes))
        self._tell(result)

    def set_openable(self, openable: bool) -> None:
        """Whether there is a network to open in the window."""
        self.open_button.setEnabled(openable)

    def copy(self) -> None:
        """Put table and sentences on the clipboard."""
        table = "\n".join("\t".join(f.replace("\n", " ") for f in r) for r in self.table.rows())
        QApplication.clipboard().setText(f"{table}\n{self.findings.toPlainText()}\n")

    # -- inside ------------------------------------------------------------------------------

    def _fit_columns(self, titles: list[str]) -> None:
        """As narrow as titles and numbers allow: all columns are to be seen at once."""
        width = self.fontMetrics().horizontalAdvance
        least = width("100.0%")
        for i, title in enumerate(titles):
            widest = max(least, *(width(line) for line in title.split("\n")))
            self.table.setColumnWidth(i, widest + _PADDING)
        self.table.setColumnWidth(0, width("int8-only-uint8") + _PADDING)

    def _make_warning(self) -> QFrame:
        self.warning = QFrame()
        self.warning.setObjectName("messageBar")
        self.warning_text = QLabel()
        self.warning_text.setWordWrap(True)
        inside = QVBoxLayout(self.warning)
        inside.setContentsMargins(10, 5, 10, 5)
        inside.addWidget(self.warning_text)
        return self.warning

    def _make_buttons(self) -> QHBoxLayout:
        self.open_button = QPushButton(self.tr("Open in the window"))
        self.open_button.setToolTip(
            self.tr(
                "Opens the network with these images, scaled to [−1, 1], and compares the "
                "schemes: weights, layer errors, flipped images, report"
            )
        )
        self.open_button.setEnabled(False)
        self.open_button.clicked.connect(self.open_asked)
        self.export_button = QPushButton(self.tr("Export CSV…"))
        self.export_button.clicked.connect(self.export_asked)
        self.copy_button = QPushButton(self.tr("Copy"))
        self.copy_button.clicked.connect(self.copy)
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.close)
        line = QHBoxLayout()
        line.addWidget(self.open_button)
        line.addStretch(1)
        for button in (self.open_button, self.export_button, self.copy_button, close):
            button.setAutoDefault(False)
        for button in (self.export_button, self.copy_button, close):
            line.addWidget(button)
        return line

    def _tell(self, result: ImageDemoResult | None) -> None:
        """What does not fit above the table, the rest below it."""
        warnings = () if result is None else result.warnings
        self.warning_text.setText("\n".join(warnings))
        self.warning.setVisible(bool(warnings))
        if result is None:
            self.findings.clear()
            return
        lines = [*image_demo_findings(result), *result.notes]
        lines += [
            self.tr("{0} was left out: {1}").format(s, reason) for s, reason in result.skipped
        ]
        run = {row.scaling: row.samples for row in result.rows}
        counts = ", ".join(
            self.tr("{0} of {1} images with inputs {2}").format(
                format_count(count), format_count(result.samples), scaling
            )
            for scaling, count in run.items()
        )
        text = "\n".join([self.tr("Run: {0}.").format(counts), *lines])
        if text != self.findings.toPlainText():
            self.findings.setPlainText(text)

    def show_running(self) -> None:
        """Offer what can be done now."""
        self.form.setEnabled(not self._running)
        self._on_changed()

    def _on_changed(self) -> None:
        missing = self.form.missing
        self.run.setEnabled(not self._running and not missing)
        if not self._running:
            self.stage.setText(missing)
