"""The steps from the accumulator to the code, as a chain of cards from top to bottom."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from qviz.evaluation.element import ElementTrace, Step
from qviz.evaluation.element.text import headline
from qviz.ui.theme import LIGHT, Theme


class StepChain(QScrollArea):
    """A card for every step: what is done, the formula with the numbers, and why."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trace: ElementTrace | None = None
        self._theme = LIGHT
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Steps"))
        self.cards: list[QFrame] = []
        self._fill(())

    def set_data(self, trace: ElementTrace) -> None:
        """Show the steps of a trace."""
        self._trace = trace
        self._fill(trace.steps)
        self.setAccessibleDescription(
            self.tr("{0}: %n steps", "", len(trace.steps)).format(headline(trace))
        )

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        if self._trace is not None:
            at = self.verticalScrollBar().value()
            self._fill(self._trace.steps)
            self.verticalScrollBar().setValue(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Home and End go to the first and the last step."""
        bar = self.verticalScrollBar()
        if event.key() == Qt.Key.Key_Home:
            bar.setValue(bar.minimum())
        elif event.key() == Qt.Key.Key_End:
            bar.setValue(bar.maximum())
        else:
            super().keyPressEvent(event)

    def _fill(self, steps: tuple[Step, ...]) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(0)
        self.cards = []
        for number, step in enumerate(steps, 1):
            if number > 1:
                arrow = QLabel("↓")
                arrow.setObjectName("muted")
                arrow.setAlignment(Qt.AlignmentFlag.AlignHCenter)
                column.addWidget(arrow)
            self.cards.append(self._card(number, step))
            column.addWidget(self.cards[-1])
        column.addStretch(1)
        self.setWidget(inside)

    def _card(self, number: int, step: Step) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        text = QVBoxLayout(card)
        text.setContentsMargins(10, 6, 10, 7)
        text.setSpacing(2)
        title = QLabel(f"<b>{number}. {escape(step.name)}</b>")
        formula = QLabel(_formula(step, self._theme))
        sentence = QLabel(step.sentence)
        sentence.setObjectName("muted")
        for label in (title, formula, sentence):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            text.addWidget(label)
        card.setAccessibleName(f"{number}. {step.name}")
        card.setAccessibleDescription(f"{step.formula}. {step.sentence}")
        return card


def _formula(step: Step, theme: Theme) -> str:
    """A formula with what follows the last equals sign, its result, set off."""
    before, sign, result = step.formula.rpartition(" = ")
    unit = f' <span style="color:{theme.muted}">{escape(step.unit)}</span>'
    if not sign:
        return escape(step.formula) + unit
    return f'{escape(before)} = <b style="color:{theme.int8}">{escape(result)}</b>{unit}'
