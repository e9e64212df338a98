"""Verify: every tensor of a run beside LiteRT's, as a table that can be copied."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from qviz.evaluation.verification_results import Verification, VerificationReport
from qviz.evaluation.verification_text import (
    AGAINST,
    findings_of,
    largest_text,
    part_of_model,
    verdict,
)
from qviz.ui.job_dialog import JobDialog
from qviz.ui.tables import Cell, Table
from qviz.ui.wording import format_count

_MOST_SAMPLES = 64


class VerifyDialog(JobDialog):
    """Asks what to verify and shows what came of it; does nothing itself.

    Signals
    -------
    verify_asked ()
    """

    verify_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QPushButton(self.tr("Verify")), parent)
        self.verify = self.start
        self.verify.clicked.connect(self.verify_asked)
        self.setWindowTitle(self.tr("Verify against LiteRT"))
        self._result: Verification | None = None
        self._offered = ("", "")
        about = QLabel(
            self.tr(
                "The same inputs run through qviz and through the LiteRT interpreter, and every "
                "tensor is compared. Integers have to be equal; real values may differ by one "
                "part in 100,000 of their range."
            )
        )
        about.setWordWrap(True)
        self.table = Table(self.tr("What was compared"))
        self.table.setMinimumHeight(4 * (self.fontMetrics().height() + 9))
        self.findings = QPlainTextEdit()
        self.findings.setReadOnly(True)
        self.findings.setAccessibleName(self.tr("Findings"))
        self.findings.setPlaceholderText(self.tr("Findings stand here."))
        layout = QVBoxLayout(self)
        layout.addWidget(about)
        layout.addLayout(self._make_choices())
        layout.addWidget(self.progress)
        layout.addWidget(self.table, 2)
        layout.addWidget(self.findings, 3)
        layout.addLayout(self._make_buttons())
        self.resize(860, 520)
        self._fill(())

    def offer(self, model: str, scheme: str, data: str, *, was_run: bool = False) -> None:
        """Say what there is to verify.

        Parameters
        ----------
        model : str
            Name of the open model.
        scheme : str
            Id of the chosen scheme; empty where it makes no ``.tflite`` file.
        data : str
            Name of the chosen data; empty for none.
        was_run : bool
            Whether that scheme was run: then it is what one will want to verify.
        """
        chosen = self.subject.currentData()
        if was_run and scheme and self._offered != (model, scheme):
            chosen = "scheme"
        self._offered = (model, scheme if was_run else "")
        self.subject.clear()
        self.subject.addItem(self.tr("{0} as it is").format(model), "model")
        if scheme:
            self.subject.addItem(self.tr("{0} under {1}").format(model, scheme), "scheme")
        self.subject.setCurrentIndex(max(0, self.subject.findData(chosen)))
        self.real.setEnabled(bool(data))
        self.real.setText(
            self.tr("also samples of {0}").format(data) if data else self.tr("no data are chosen")
        )

    # -- what came of it ---------------------------------------------------------------------

    def show_result(self, result: Verification) -> None:
        """Show what was found."""
        self._result = result
        self.end(self._headline(result))
        self._fill(result.modes)
        part = part_of_model(result)
        lines = [part] if part else []
        for report in result.modes:
            lines.append(f"{report.mode}: {verdict(report)}.")
            lines += [f"  {sentence}" for sentence in findings_of(report)]
        versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
        lines.append(versions)
        self.findings.setPlainText("\n".join(lines))

    def copy(self) -> None:
        """Put table and findings on the clipboard."""
        text = f"{self.stage.text()}\n{self.table.as_text()}\n{self.findings.toPlainText()}\n"
        QApplication.clipboard().setText(text)

    # -- inside ------------------------------------------------------------------------------

    def _make_choices(self) -> QHBoxLayout:
        self.subject = QComboBox()
        self.subject.setAccessibleName(self.tr("What to verify"))
        self.samples = QSpinBox()
        self.samples.setRange(1, _MOST_SAMPLES)
        self.samples.setValue(4)
        self.seed = QSpinBox()
        self.seed.setRange(0, 2**31 - 1)
        self.real = QCheckBox()
        line = QHBoxLayout()
        line.addWidget(self.subject, 1)
        for title, box in ((self.tr("Samples"), self.samples), (self.tr("Seed"), self.seed)):
            label = QLabel(title)
            label.setBuddy(box)
            line.addWidget(label)
            line.addWidget(box)
        line.addWidget(self.real)
        return line

    def _make_buttons(self) -> QHBoxLayout:
        self.copy_button = QPushButton(self.tr("Copy"))
        self.copy_button.clicked.connect(self.copy)
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.close)
        line = QHBoxLayout()
        line.addStretch(1)
        for button in (self.copy_button, close):
            button.setAutoDefault(False)
            line.addWidget(button)
        return line

    def _fill(self, reports: tuple[VerificationReport, ...]) -> None:
        header = (
            self.tr("Rounding"),
            self.tr("Samples"),
            self.tr("Tensors"),
            self.tr("Compared"),
            self.tr("Differ"),
            self.tr("Largest difference"),
            self.tr("First operator that differs"),
        )
        self.table.source.set_rows(
            header, [r.mode for r in reports], [self._cells(r) for r in reports]
        )
        self.table.resizeColumnsToContents()
        self.table.horizontalHeader().setStretchLastSection(True)
        self.copy_button.setEnabled(bool(reports))

    def _cells(self, report: VerificationReport) -> list[Cell]:
        total = report.difference
        first = report.first_operator
        where = report.problem or (self.tr("none") if first is None else str(first))
        counts = (report.samples, len(report.tensors), total.values, total.differing)
        return [
            Cell(report.mode, report.mode, AGAINST.get(report.mode, "")),
            *(Cell(format_count(n), float(n)) for n in counts),
            Cell(largest_text(total), largest_text(total)),
            Cell(where, where, where),
        ]

    def _headline(self, result: Verification) -> str:
        if result.part is not None and result.part.run and not result.differs:
            return self.tr("{0}: only {1} of {2} operators could be compared.").format(
                result.model, result.part.run, result.part.operators
            )
        if not result.complete and not result.differs:
            return self.tr("{0}: not every mode could be run.").format(result.model)
        if result.differs:
            return self.tr("{0}: qviz and LiteRT differ.").format(result.model)
        return self.tr("{0}: qviz computes what LiteRT does.").format(result.model)
