"""The steps from the accumulator to the code, as a chain of cards from top to bottom."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from qviz.evaluation.element import ElementTrace, Step
from qviz.evaluation.element.text import headline
from qviz.ui.theme import LIGHT, Theme


class StepChain(QScrollArea):
    """A card for every step: what is done, the formula with the numbers, and why.

    Where all that has no room, the first are shown so, and the others in one line with the result;
    a click opens one and closes the rest.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trace: ElementTrace | None = None
        self._theme = LIGHT
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Steps"))
        self.cards: list[StepCard] = []
        self._open = -1
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

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Explain as much as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fill(self, steps: tuple[Step, ...]) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(3)
        self.cards = []
        for number, step in enumerate(steps, 1):
            card = StepCard(number, step, self._theme)
            card.chosen.connect(self._on_chosen)
            self.cards.append(card)
            column.addWidget(card)
        column.addStretch(1)
        self.setWidget(inside)
        self._open = -1
        self._fit()
        # Once the widths are known, should they not be yet.
        QTimer.singleShot(0, inside, self._fit)

    def _fit(self) -> None:
        """Open every card if all have room, else the one that was chosen, else the first few."""
        wanted = set(range(len(self.cards)))
        self._open_cards(wanted)
        if self._has_room():
            return
        wanted = {self._open}
        self._open_cards(wanted)
        if self._open < 0:
            for i in range(len(self.cards)):
                self._open_cards({*wanted, i})
                if not self._has_room():
                    break
                wanted.add(i)
            self._open_cards(wanted)

    def _has_room(self) -> bool:
        inside = self.widget()
        column = None if inside is None else inside.layout()
        return column is None or column.heightForWidth(self.viewport().width()) <= self.height()

    def _open_cards(self, wanted: set[int]) -> None:
        for i, card in enumerate(self.cards):
            card.set_open(i in wanted)

    def _on_chosen(self, number: int) -> None:
        self._open = -1 if self._open == number - 1 else number - 1
        self._fit()
        if self._open >= 0:
            # Once it has its height.
            card = self.cards[self._open]
            QTimer.singleShot(0, card, lambda: self.ensureWidgetVisible(card, 0, 4))


class StepCard(QFrame):
    """A step: one line with its result, or all of its text.

    Signals
    -------
    chosen (number)
        It was clicked, or Space was pressed on it.
    """

    chosen = Signal(int)

    def __init__(self, number: int, step: Step, theme: Theme) -> None:
        super().__init__()
        self._number, self._step, self._theme = number, step, theme
        self.setObjectName("card")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._text = QVBoxLayout(self)
        self._text.setSpacing(2)
        self._title = QLabel()
        # One line is cut where it is too long, and does not widen the chain.
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._formula = QLabel(_formula(step, theme))
        self._sentence = QLabel(step.sentence)
        self._sentence.setObjectName("muted")
        for label in (self._title, self._formula, self._sentence):
            label.setWordWrap(True)
            self._text.addWidget(label)
        self.setAccessibleName(f"{number}. {step.name}")
        self.setAccessibleDescription(f"{step.formula}. {step.sentence}")
        self.set_open(True)

    @property
    def is_open(self) -> bool:
        """Whether formula and reason are shown."""
        return not self._sentence.isHidden()

    def set_open(self, is_open: bool) -> None:
        """Show everything, or one line."""
        name = f"<b>{self._number}. {escape(self._step.name)}</b>"
        _, sign, result = self._step.formula.rpartition(" = ")
        if sign and not is_open:
            name += f' &nbsp; <b style="color:{self._theme.int8}">{escape(result)}</b>'
        self._title.setText(name)
        self._title.setWordWrap(is_open)
        self._formula.setVisible(is_open)
        self._sentence.setVisible(is_open)
        self._text.setContentsMargins(10, 4 if is_open else 1, 10, 5 if is_open else 2)
        step = self._step
        self.setToolTip("" if is_open else f"{step.formula} {step.unit}\n{step.sentence}")
        # The chain measures at once, before the events that would tell its layout.
        self._text.invalidate()
        self.updateGeometry()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Open or close it."""
        super().mousePressEvent(event)
        self.chosen.emit(self._number)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Space opens or closes it."""
        if event.key() == Qt.Key.Key_Space:
            self.chosen.emit(self._number)
        else:
            super().keyPressEvent(event)


def _formula(step: Step, theme: Theme) -> str:
    """A formula with what follows the last equals sign, its result, set off."""
    before, sign, result = step.formula.rpartition(" = ")
    unit = f' <span style="color:{theme.muted}">{escape(step.unit)}</span>'
    if not sign:
        return escape(step.formula) + unit
    return f'{escape(before)} = <b style="color:{theme.int8}">{escape(result)}</b>{unit}'
