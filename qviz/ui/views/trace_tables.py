"""The terms and the steps of a trace as tables."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from qviz.evaluation.element import ElementTrace
from qviz.evaluation.element.text import TERM_COLUMNS, step_rows, term_rows
from qviz.ui.tables import Cell, Table
from qviz.ui.wording import tr


class TraceTables(QSplitter):
    """Terms above, steps below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self.terms, self.steps = Table(self.tr("Terms")), Table(self.tr("Steps"))
        self.addWidget(self.terms)
        self.addWidget(self.steps)

    def set_data(self, trace: ElementTrace) -> None:
        """Fill both tables."""
        rows = [] if trace.terms is None else term_rows(trace.terms)
        numeric = set(range(len(TERM_COLUMNS))) - {TERM_COLUMNS.index("place")}
        self.terms.source.set_rows(
            tuple(tr(name) for name in TERM_COLUMNS),
            range(len(rows)),
            [[_cell(text, i in numeric) for i, text in enumerate(row)] for row in rows],
        )
        for i in range(len(TERM_COLUMNS)):
            self.terms.setColumnHidden(i, not any(row[i] for row in rows))
        self.terms.setVisible(bool(rows))
        steps = step_rows(trace)
        self.steps.source.set_rows(
            (
                self.tr("Step"),
                self.tr("Formula"),
                self.tr("Value"),
                self.tr("Unit"),
                self.tr("Why"),
            ),
            range(len(steps)),
            [[_cell(text, i == 2) for i, text in enumerate(row)] for row in steps],
        )
        for table in (self.terms, self.steps):
            table.resizeColumnsToContents()


def _cell(text: str, is_number: bool) -> Cell:
    if not is_number:
        return Cell(text, tip=text)
    try:
        return Cell(text, float(text.replace(",", "")))
    except ValueError:
        return Cell(text, float("nan"))
