"""Tables: numbers to the right, sorted by value, copied as tab-separated text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = int(Qt.ItemDataRole.UserRole)
KEY_ROLE = SORT_ROLE + 1


@dataclass(frozen=True, slots=True)
class Cell:
    """One field: what is shown and what it is sorted and read by.

    Attributes
    ----------
    text : str
    value : float or str
        Sorted by; numbers sort before the missing ones (NaN).
    tip : str
    mark : QIcon or None
        Drawn before the text.
    """

    text: str
    value: float | str = ""
    tip: str = ""
    mark: QIcon | None = None

    @property
    def is_number(self) -> bool:
        """Whether it stands at the right."""
        return isinstance(self.value, float)


class TableModel(QAbstractTableModel):
    """Rows of cells with a header; each row has a key."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.header: tuple[str, ...] = ()
        self.tips: tuple[str, ...] = ()
        self.keys: tuple[Any, ...] = ()
        self._cells: tuple[Sequence[Cell], ...] = ()

    def set_rows(
        self,
        header: Sequence[str],
        keys: Sequence[Any],
        cells: Sequence[Sequence[Cell]],
        tips: Sequence[str] = (),
    ) -> None:
        """Replace everything."""
        self.beginResetModel()
        self.header, self.tips = tuple(header), tuple(tips)
        self.keys, self._cells = tuple(keys), tuple(cells)
        self.endResetModel()

    def cell(self, row: int, column: int) -> Cell:
        """The field at that place."""
        return self._cells[row][column]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Number of rows."""
        return 0 if parent.isValid() else len(self._cells)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Number of columns."""
        return 0 if parent.isValid() else len(self.header)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One aspect of a field."""
        if not index.isValid():
            return None
        cell = self.cell(index.row(), index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == SORT_ROLE:
            return cell.value if cell.value != "" else cell.text
        if role == KEY_ROLE:
            return self.keys[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.tip or None
        if role == Qt.ItemDataRole.DecorationRole:
            return cell.mark
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if cell.is_number else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(  # noqa: N802
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Title of a column; rows have none."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.header):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.header[section]
        if role == Qt.ItemDataRole.ToolTipRole and section < len(self.tips):
            return self.tips[section] or None
        is_number = bool(self._cells) and self.cell(0, section).is_number
        if role == Qt.ItemDataRole.TextAlignmentRole and is_number:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None


class ByValue(QSortFilterProxyModel):
    """Sorts by value, not by text; what was not measured stands last either way."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setSortRole(SORT_ROLE)
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def lessThan(self, left: Index, right: Index) -> bool:  # noqa: N802
        """Order of two fields of a column."""
        a, b = left.data(SORT_ROLE), right.data(SORT_ROLE)
        if isinstance(a, str) and isinstance(b, str):
            return a.lower() < b.lower()
        if isinstance(a, str) or isinstance(b, str):
            return isinstance(b, str)
        if math.isnan(a) or math.isnan(b):
            descending = self.sortOrder() == Qt.SortOrder.DescendingOrder
            # Two missing ones are equal: they keep their order.
            if math.isnan(a) and math.isnan(b):
                return False
            return math.isnan(a) if descending else math.isnan(b)
        return bool(a < b)


class NameDelegate(QStyledItemDelegate):
    """Cuts names where they differ least: paths of a graph in front, others in the middle."""

    def initStyleOption(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Say where the name is cut."""
        super().initStyleOption(option, index)
        modes = Qt.TextElideMode
        option.textElideMode = modes.ElideLeft if "/" in option.text else modes.ElideMiddle


class Table(QTableView):
    """A sortable table of whole rows that copies itself as tab-separated text."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = TableModel(self)
        self.proxy = ByValue(self)
        self.proxy.setSourceModel(self.source)
        self.setModel(self.proxy)
        self.setAccessibleName(name)
        self.setSortingEnabled(True)
        # Qt would begin with the first column, falling.
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 9)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)

    def key_at(self, index: QModelIndex) -> Any:
        """Key of the row of an index of this view."""
        return index.data(KEY_ROLE)

    def row_of(self, key: Any) -> int:
        """Row of the view that has `key`, or -1."""
        for row in range(self.proxy.rowCount()):
            if self.proxy.index(row, 0).data(KEY_ROLE) == key:
                return row
        return -1

    def select_key(self, key: Any, *, scroll: bool = True) -> None:
        """Select the row with `key`, and bring it into view unless `scroll` is off."""
        row = self.row_of(key)
        if row < 0:
            self.clearSelection()
            return
        if [i.row() for i in self.selectionModel().selectedRows()] != [row]:
            at = self.verticalScrollBar().value()
            self.selectRow(row)
            if not scroll:
                self.verticalScrollBar().setValue(at)
        if scroll:
            self.scrollTo(self.proxy.index(row, 0))

    def as_text(self) -> str:
        """Selected rows, or all of them, with the header, tab-separated."""
        rows = sorted({i.row() for i in self.selectionModel().selectedRows()})
        return self._text(rows if len(rows) > 1 else range(self.proxy.rowCount()))

    def rows(self) -> list[list[str]]:
        """Header and all rows as shown."""
        columns = range(self.proxy.columnCount())
        return [
            list(self.source.header),
            *(
                [str(self.proxy.index(r, c).data() or "") for c in columns]
                for r in range(self.proxy.rowCount())
            ),
        ]

    def copy(self) -> None:
        """Put the table on the clipboard."""
        QApplication.clipboard().setText(self.as_text())

    def _text(self, rows: Sequence[int] | range) -> str:
        table = self.rows()
        lines = [table[0], *(table[r + 1] for r in rows)]
        return "\n".join("\t".join(line) for line in lines) + "\n"
