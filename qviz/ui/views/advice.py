"""Advice: a few questions lead to a scheme, beside it what was measured here."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from qviz.evaluation.advice import QUESTIONS, advise
from qviz.evaluation.guide import TECHNIQUES, Hardware
from qviz.evaluation.recommendation import Recommendation, recommend
from qviz.evaluation.results import Comparison
from qviz.quantities import bytes_text, percent_text
from qviz.quantization.scheme import SCHEMES, Scheme
from qviz.ui.guide_text import hardware_text, size_text
from qviz.ui.plots import Plot
from qviz.ui.tables import Cell, Table
from qviz.ui.theme import Theme
from qviz.ui.wording import scheme_label, tr

# Below half a point, or half a percent, the documents' "next to nothing" is meant.
_NEXT_TO_NOTHING = 0.5
_DOCUMENTS, _MEASURED = range(2)


class AdviceView(QWidget):
    """Questions at the left, two answers at the right, the tables behind them below.

    Signals
    -------
    scheme_chosen (Scheme)
    """

    scheme_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._comparison: Comparison | None = None
        self.questions: dict[str, QComboBox] = {}
        self.documents = Answer(self.tr("The documents recommend"))
        self.measured = Answer(self.tr("Measured here"))
        for answer in (self.documents, self.measured):
            answer.chosen.connect(self.scheme_chosen)
        self.guide = Table(self.tr("What the documents say of each technique"))
        self.verdicts = Table(self.tr("The schemes held against the tolerated loss"))
        self.tables = QTabWidget()
        self.tables.setDocumentMode(True)
        self.tables.addTab(self.guide, self.tr("Table of the documents"))
        self.tables.addTab(self.verdicts, self.tr("Measured against the tolerance"))
        top = QHBoxLayout()
        top.addWidget(self._make_questions(), 5)
        top.addWidget(self.documents, 4)
        top.addWidget(self.measured, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(top)
        layout.addWidget(self.tables, 1)
        self._fill_guide()
        self._answer()

    # -- data --------------------------------------------------------------------------------

    def set_data(self, comparison: Comparison | None) -> None:
        """Show what was measured; None before the first run."""
        first = self._comparison is None and comparison is not None
        self._comparison = comparison
        if comparison is not None:
            labels = self.questions["labels"]
            has_labels = any(row.metrics for row in comparison.rows)
            labels.setCurrentIndex(labels.findData("yes" if has_labels else "no"))
        self._answer()
        if first:
            self.tables.setCurrentIndex(_MEASURED)

    def plots(self) -> tuple[Plot, ...]:
        """None."""
        return ()

    def set_theme(self, theme: Theme) -> None:
        """Nothing here has colours of its own."""

    def reset_zoom(self) -> None:
        """Show the tables from their beginning."""
        for table in (self.guide, self.verdicts):
            table.scrollToTop()

    def copy(self) -> None:
        """Put the answers and the shown table on the clipboard."""
        from PySide6.QtWidgets import QApplication

        table = self.guide if self.tables.currentIndex() == _DOCUMENTS else self.verdicts
        said = "\n".join(answer.as_text() for answer in (self.documents, self.measured))
        QApplication.clipboard().setText(f"{said}\n\n{table.as_text()}")

    # -- building ----------------------------------------------------------------------------

    def _make_questions(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        title = QLabel(self.tr("A few questions"))
        title.setObjectName("title")
        column.addWidget(title)
        column.setSpacing(3)
        for key, (text, choices) in QUESTIONS.items():
            if key == "loss":
                continue
            field = QComboBox()
            field.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            field.setMinimumContentsLength(12)
            for answer, words in choices.items():
                field.addItem(tr(words), answer)
            field.currentIndexChanged.connect(self._answer)
            field.setAccessibleName(tr(text))
            self.questions[key] = field
            column.addWidget(_wrapped(tr(text)))
            column.addWidget(field)
        self.tolerance = QDoubleSpinBox()
        self.tolerance.setRange(0.0, 100.0)
        self.tolerance.setDecimals(2)
        self.tolerance.setSingleStep(0.25)
        self.tolerance.setValue(1.0)
        self.tolerance.setSuffix(" %")
        self.tolerance.setToolTip(
            self.tr("Points of accuracy; for numbers, percent by which the mean error may grow")
        )
        self.tolerance.setAccessibleName(self.tr("Tolerated loss"))
        # Layouts press spin boxes flatter than anything else.
        self.tolerance.setMinimumHeight(self.tolerance.sizeHint().height())
        self.tolerance.valueChanged.connect(self._answer)
        column.addWidget(_wrapped(tr(QUESTIONS["loss"][0])))
        column.addWidget(self.tolerance)
        column.addStretch(1)
        return box

    def _fill_guide(self) -> None:
        header = (
            self.tr("Technique"),
            self.tr("Schemes"),
            self.tr("Size"),
            self.tr("Data needed"),
            self.tr("Loss"),
            self.tr("Speed"),
            self.tr("Runs on"),
        )
        cells = []
        for technique in TECHNIQUES:
            texts = (
                tr(technique.name),
                ", ".join(technique.schemes) or "–",
                size_text(technique),
                tr(technique.data),
                tr(technique.accuracy),
                tr(technique.speed),
                hardware_text(technique),
            )
            tip = tr(technique.remark) + "\n" + "; ".join(technique.sources)
            cells.append([Cell(text, text, f"{text}\n{tip}") for text in texts])
        self.guide.source.set_rows(header, range(len(cells)), cells)
        self.guide.resizeColumnsToContents()
        for column in range(len(header)):
            self.guide.setColumnWidth(column, min(210, self.guide.columnWidth(column)))

    # -- answers -----------------------------------------------------------------------------

    def _answer(self) -> None:
        answers = {key: str(field.currentData()) for key, field in self.questions.items()}
        answers["loss"] = "none" if self.tolerance.value() < _NEXT_TO_NOTHING else "some"
        advice = advise(answers)
        self.documents.show_answer(
            advice.scheme,
            " ".join(tr(sentence) for sentence in (advice.reason, *advice.remarks)),
            advice.source,
            SCHEMES.get(advice.scheme),
        )
        self._answer_measured(answers["hardware"])

    def _answer_measured(self, hardware_key: str) -> None:
        comparison = self._comparison
        if comparison is None or comparison.row("float32") is None or len(comparison.rows) < 2:
            self.measured.show_answer(
                self.tr("nothing yet"),
                self.tr(
                    "After “Compare all” the smallest artifact whose loss stays inside the "
                    "tolerance stands here, its 95% interval taken into account."
                ),
                "",
                None,
            )
            self.verdicts.source.set_rows((), (), ())
            return
        hardware: Hardware | None = next(h for h in get_args(Hardware) if h == hardware_key)
        found = recommend(comparison, self.tolerance.value() / 100, hardware)
        chosen = comparison.row(found.scheme or found.smallest_unsure)
        self.measured.show_answer(
            self.tr("none") if chosen is None else scheme_label(chosen.scheme),
            found.sentence,
            self.tr("Pareto front: {0}").format(", ".join(found.pareto)),
            None if chosen is None else chosen.scheme,
        )
        self._fill_verdicts(comparison, found)

    def _fill_verdicts(self, comparison: Comparison, found: Recommendation) -> None:
        words = {
            "fits": self.tr("inside"),
            "unsure": self.tr("perhaps inside: too few samples to be sure"),
            "loses": self.tr("loses too much"),
            "elsewhere": self.tr("does not run there"),
            "unknown": self.tr("cannot be told"),
        }
        judged = {judgement.scheme: judgement for judgement in found.judgements}
        rows = [row for row in comparison.rows if row.scheme.id in judged]
        cells = []
        for row in rows:
            judgement = judged[row.scheme.id]
            verdict = words[judgement.verdict]
            front = self.tr("yes") if row.scheme.id in found.pareto else ""
            cells.append(
                [
                    Cell(scheme_label(row.scheme), "", tr(row.scheme.title)),
                    Cell(verdict, verdict),
                    _percent(judgement.loss.measured),
                    _percent(judgement.loss.at_worst),
                    Cell(bytes_text(row.size_bytes), float(row.size_bytes)),
                    Cell(front, front or "~"),
                ]
            )
        header = (
            self.tr("Scheme"),
            self.tr("Verdict"),
            self.tr("Loss"),
            self.tr("At worst"),
            self.tr("Size"),
            self.tr("Pareto front"),
        )
        tips = (
            "",
            self.tr("Held against the tolerated loss and the hardware"),
            self.tr("Measured against float32; negative for a gain"),
            self.tr("Upper end of the 95% interval of the loss"),
            "",
            self.tr("No other scheme is smaller and at least as good"),
        )
        self.verdicts.source.set_rows(header, [r.scheme.id for r in rows], cells, tips)
        self.verdicts.resizeColumnsToContents()
        self.verdicts.horizontalHeader().setStretchLastSection(True)


class Answer(QFrame):
    """A scheme, the reason for it, and the button that chooses it.

    Signals
    -------
    chosen (Scheme)
    """

    chosen = Signal(object)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._scheme: Scheme | None = None
        heading = QLabel(title)
        heading.setObjectName("muted")
        self._title = title
        self.name = QLabel()
        self.name.setObjectName("answer")
        self.name.setWordWrap(True)
        self.reason = _wrapped("")
        self.source = _wrapped("")
        self.source.setObjectName("muted")
        self.button = QPushButton(self.tr("Choose this scheme"))
        self.button.clicked.connect(self._on_clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        for widget in (heading, self.name, self.reason, self.source):
            column.addWidget(widget)
        column.addStretch(1)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)

    def show_answer(self, name: str, reason: str, source: str, scheme: Scheme | None) -> None:
        """Show an answer; without a scheme there is nothing to choose."""
        self._scheme = scheme
        self.name.setText(name)
        self.reason.setText(reason)
        self.source.setText(source)
        self.source.setVisible(bool(source))
        self.button.setEnabled(scheme is not None)

    def as_text(self) -> str:
        """The answer as one line of text."""
        return f"{self._title}: {self.name.text()}. {self.reason.text()}"

    def _on_clicked(self) -> None:
        if self._scheme is not None:
            self.chosen.emit(self._scheme)


def _wrapped(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _percent(share: float) -> Cell:
    return Cell(percent_text(share), share)
