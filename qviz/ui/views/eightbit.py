"""Eightbit: a layer in float, wrapped and stripped, as TensorFlow 1 took networks to 8 bits."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qviz.jobs.eightbit import EightbitPictures
from qviz.ui.tables import Cell, Table
from qviz.ui.theme import Theme
from qviz.ui.views.eightbit_codes import CodesPanel
from qviz.ui.views.eightbit_picture import EightbitPicture
from qviz.ui.views.eightbit_text import operators, step_text, step_titles, summary
from qviz.ui.views.empty import MessagePage

SIDE_BY_SIDE = 3
_MOST_AROUND = 3
# Each of three pictures is readable from this width on.
_WIDE_ENOUGH = 840
_CODES_WIDTH = 250


class EightbitView(QWidget):
    """Three pictures of a part of the model, and the table of codes, which needs no model.

    Signals
    -------
    around_chosen (layers)
        Other pictures are wanted: so many layers before and after the selected one.
    model_asked ()
        The button of the empty state was pressed.
    """

    around_chosen = Signal(int)
    model_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.data: EightbitPictures | None = None
        self._step_was_chosen = False
        self.pictures = tuple(EightbitPicture(title) for title in step_titles())
        self.captions = tuple(QLabel() for _ in self.pictures)
        self.codes = CodesPanel()
        self._make_controls()
        self._lay_out()
        self.show_nothing()

    # -- what it shows -----------------------------------------------------------------------

    def set_data(self, pictures: EightbitPictures) -> None:
        """Draw a part of the model."""
        self.data = pictures
        vanishing = pictures.vanishing
        for i, (picture, step) in enumerate(zip(self.pictures, pictures.steps, strict=True)):
            picture.set_data(step, vanishing if i == 1 else frozenset())
            count = operators(step)
            self.captions[i].setText(self.tr("%n operators", "", count))
            self.steps[i].setText(f"{step_titles()[i]} · {count}")
        gone = self.pictures[1].operators - self.pictures[2].operators
        if gone:
            self.captions[1].setText(
                self.tr("{0}, {1} redundant").format(self.captions[1].text(), gone)
            )
        text = summary(pictures)
        self.summary.setText(text)
        for picture in self.pictures:
            picture.setAccessibleName(picture.widget.accessibleName())
            picture.setAccessibleDescription(text)
        self.setAccessibleDescription(text)
        self.layer.setText(pictures.layer)
        self.layer.setToolTip("\n".join(pictures.layers))
        self._fill_table()
        self._show_step()
        self._pages.setCurrentWidget(self._drawn)

    def show_nothing(self, message: str = "") -> None:
        """Say what will be here, or why it cannot be."""
        self.data = None
        about = self.tr(
            "Here a layer of your model is drawn three times, as TensorFlow 1 took networks "
            "to 8 bits: in float; with every operator between Quantize and Dequantize; and "
            "without the pairs that undo each other."
        )
        self.empty.say(message or about, "" if message else self.tr("Try the digits sample"))
        self._pages.setCurrentWidget(self.empty)

    @property
    def step(self) -> int:
        """0 to 2 for one picture, 3 for all side by side."""
        return self.group.checkedId()

    def set_step(self, step: int) -> None:
        """Show one picture, or all."""
        self.steps[step].setChecked(True)
        self._show_step()

    def plots(self) -> tuple[EightbitPicture, ...]:
        """The pictures that are shown, for export."""
        if self.data is None:
            return ()
        return self.pictures if self.step == SIDE_BY_SIDE else (self.pictures[self.step],)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for picture in self.pictures:
            picture.set_theme(theme)

    def reset_zoom(self) -> None:
        """Fit every picture."""
        for picture in self.pictures:
            picture.reset_zoom()

    def copy(self) -> None:
        """Put the shown table on the clipboard: of the pictures if that is open, else of codes."""
        table = self.table if self.as_table.isChecked() and self.data else self.codes.table
        table.copy()

    # -- building ----------------------------------------------------------------------------

    def _make_controls(self) -> None:
        self.group = QButtonGroup(self)
        tips = [step_text(i) for i in range(3)]
        titles = [*step_titles(), self.tr("All")]
        tips.append(self.tr("The three pictures side by side"))
        self.steps: list[QToolButton] = []
        for i, (title, tip) in enumerate(zip(titles, tips, strict=True)):
            button = QToolButton()
            button.setObjectName("chip")
            button.setCheckable(True)
            button.setText(title)
            button.setToolTip(tip)
            self.group.addButton(button, i)
            self.steps.append(button)
        self.steps[0].setChecked(True)
        self.group.idClicked.connect(self._on_step)
        self.layer = QLabel()
        self.layer.setObjectName("title")
        self.around = QSpinBox()
        self.around.setRange(0, _MOST_AROUND)
        self.around.setAccessibleName(self.tr("Layers around"))
        self.around.setToolTip(self.tr("How many layers before and after it are drawn too"))
        self.around.valueChanged.connect(self.around_chosen)
        self.fit = QPushButton(self.tr("Fit"))
        self.fit.setToolTip(self.tr("Show the whole picture (Ctrl+0); wheel or + and - zoom"))
        self.fit.clicked.connect(self.reset_zoom)
        self.as_table = QCheckBox(self.tr("As table"))
        self.as_table.setToolTip(self.tr("Show the operators of all three pictures as a table"))
        self.as_table.toggled.connect(self._show_step)
        self.table = Table(self.tr("Operators of the pictures"))
        self.text, self.summary = QLabel(), QLabel()
        for label in (self.text, self.summary):
            label.setWordWrap(True)
        self.text.setObjectName("muted")
        self.empty = MessagePage()
        self.empty.asked.connect(self.model_asked)

    def _lay_out(self) -> None:
        steps = QHBoxLayout()
        steps.setSpacing(4)
        for button in self.steps:
            steps.addWidget(button)
        steps.addStretch(1)
        steps.addWidget(self.as_table)
        choices = QHBoxLayout()
        around = QLabel(self.tr("layers around"))
        around.setBuddy(self.around)
        choices.addWidget(self.layer, 1)
        choices.addWidget(around)
        choices.addWidget(self.around)
        choices.addWidget(self.fit)
        columns = QHBoxLayout()
        columns.setSpacing(6)
        self._columns: list[QWidget] = []
        for picture, caption in zip(self.pictures, self.captions, strict=True):
            caption.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column = QWidget()
            inside = QVBoxLayout(column)
            inside.setContentsMargins(0, 0, 0, 0)
            inside.setSpacing(2)
            inside.addWidget(picture, 1)
            inside.addWidget(caption)
            columns.addWidget(column, 1)
            self._columns.append(column)
        drawings = QWidget()
        drawings.setLayout(columns)
        columns.setContentsMargins(0, 0, 0, 0)
        self._stack = QStackedWidget()
        self._stack.addWidget(drawings)
        self._stack.addWidget(self.table)
        self._drawn = QWidget()
        drawn = QVBoxLayout(self._drawn)
        drawn.setContentsMargins(0, 0, 0, 0)
        drawn.setSpacing(6)
        drawn.addLayout(steps)
        drawn.addLayout(choices)
        drawn.addWidget(self.text)
        drawn.addWidget(self._stack, 1)
        drawn.addWidget(self.summary)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._drawn)
        self._pages.addWidget(self.empty)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self._pages)
        self.splitter.addWidget(self.codes)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setCollapsible(0, False)
        self.codes.setMinimumWidth(200)
        self.splitter.setSizes([1000, _CODES_WIDTH])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.splitter)
        self.setAccessibleName(self.tr("Eightbit"))

    # -- steps -------------------------------------------------------------------------------

    def _on_step(self, _step: int) -> None:
        self._step_was_chosen = True
        self._show_step()

    def _show_step(self) -> None:
        step = self.step
        for i, column in enumerate(self._columns):
            column.setVisible(step in (i, SIDE_BY_SIDE))
        self._stack.setCurrentIndex(1 if self.as_table.isChecked() else 0)
        self.text.setText(step_text(1 if step == SIDE_BY_SIDE else step))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """All three where there is room, until the user has chosen."""
        super().resizeEvent(event)
        if not self._step_was_chosen:
            is_wide = self.width() - self.codes.width() >= _WIDE_ENOUGH
            self.set_step(SIDE_BY_SIDE if is_wide else min(self.step, 2))

    def _fill_table(self) -> None:
        header = (
            self.tr("Step"),
            self.tr("Operator"),
            self.tr("Layer"),
            self.tr("Vanishes"),
            self.tr("Reads"),
        )
        cells: list[list[Cell]] = []
        for title, picture in zip(step_titles(), self.pictures, strict=True):
            for operator, layer, vanishes, reads in picture.rows()[1:]:
                row = (operator, layer, self.tr("yes") if vanishes else "", reads)
                cells.append([Cell(title), *(Cell(text, tip=text) for text in row)])
        self.table.source.set_rows(header, range(len(cells)), cells)
        self.table.resizeColumnsToContents()
