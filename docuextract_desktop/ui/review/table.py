"""The rows of a table field under the page: cells to go through, rows to add, take out, join and part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView, QVBoxLayout

from docuextract_desktop.ui import theme
from docuextract_desktop.ui.document.model import CellTable, Entry
from docuextract_desktop.ui.review.rows import Check, check_row, checked_columns
from docuextract_desktop.ui.widgets.buttons import button
from docuextract_desktop.ui.widgets.layouts import row
from docuextract_desktop.ui.widgets.text import ElidedLabel
from docuextract_desktop.ui.wording import count

if TYPE_CHECKING:
    from docuextract_desktop.extraction.models import FieldValue

Index = QModelIndex | QPersistentModelIndex
WIDEST, NARROWEST = 360, 72
CHECK_WIDTH = 128
ROOM_FOR_WORDS = 720


class CheckedTable(CellTable):
    """Cells, and in a last column of its own whether the row's figures agree."""

    def _places(self) -> tuple[int, int, int] | None:
        return checked_columns(self.field.columns) if self.field is not None else None

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        """Columns of the template, and the check where it can be made."""
        columns = super().columnCount(parent)
        return columns + 1 if columns and self._places() is not None else columns

    def check(self, number: int) -> Check:
        """Whether the figures of a row agree."""
        return check_row(self.rows[number], self._places())

    def disagreeing(self) -> int:
        """How many rows have figures that do not agree."""
        return sum(self.check(number).good is False for number in range(len(self.rows)))

    def is_check(self, section: int) -> bool:
        """Whether a column is that of the check."""
        return self.field is not None and section == len(self.field.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles; the check's is short."""
        if orientation == Qt.Orientation.Horizontal and self.is_check(section):
            if role == Qt.ItemDataRole.DisplayRole:
                return "Check"
            return "Quantity × unit price = amount" if role == Qt.ItemDataRole.ToolTipRole else None
        return super().headerData(section, orientation, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Values; what wants a look and what does not add up is coloured."""
        c = theme.colours()
        if self.is_check(index.column()):
            check = self.check(index.row())
            if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
                return "" if check.good is None else "✓" if check.good else f"≠ {check.expected}"
            if role == Qt.ItemDataRole.ForegroundRole and check.good is not None:
                return QColor(c.completed if check.good else c.failed)
            if role == Qt.ItemDataRole.ToolTipRole and check.good is False:
                return f"Quantity × unit price is {check.expected}"
            return None
        if role == Qt.ItemDataRole.BackgroundRole and (cell := self.cell(index)) is not None and cell.needs_review:
            return QColor(c.review_soft)
        return super().data(index, role)


class RowsPanel(QFrame):
    """The table with its buttons.

    Signals:
        cell_chosen: (row, column) by click.
        add_wanted, delete_wanted, merge_wanted, split_wanted: of the current row.
    """

    cell_chosen = Signal(int, int)
    add_wanted = Signal()
    delete_wanted = Signal()
    merge_wanted = Signal()
    split_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "footer")
        self.cells = CheckedTable(self)
        self.view = QTableView()
        self.view.setModel(self.cells)
        self.view.setAccessibleName("Rows of the table")
        self.view.setProperty("plain", True)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keyboard stays with the value; its arrows move here
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setCornerButtonEnabled(False)
        self.view.setWordWrap(False)
        self.view.horizontalHeader().setHighlightSections(False)
        self.view.verticalHeader().setHighlightSections(False)
        self.view.verticalHeader().setDefaultSectionSize(30)
        self.view.clicked.connect(self._clicked)
        self.title = ElidedLabel("", "strong")
        self.add_button = button("Add row", self.add_wanted.emit, icon="plus", tip="Add a row below (Ins)")
        self.delete_button = button("Delete", self.delete_wanted.emit, icon="trash", tip="Delete the row (Ctrl+Del)")
        self.merge_button = button(
            "Join", self.merge_wanted.emit, icon="merge", tip="Join the row with the one above (Ctrl+M)"
        )
        self.split_button = button(
            "Part", self.split_wanted.emit, icon="split", tip="Part the row after its first printed line (Ctrl+D)"
        )
        buttons = (self.add_button, self.delete_button, self.merge_button, self.split_button)
        self._worded = {made: made.text() for made in buttons}
        for made in buttons:
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        head = row(self.title, *buttons, spacing=8)
        head.setStretch(0, 1)
        head.setContentsMargins(16, 8, 16, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.view, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the words of the buttons out where there is little room."""
        super().resizeEvent(event)
        for made, words in self._worded.items():
            made.setText(words if self.width() >= ROOM_FOR_WORDS else "")

    def show_table(self, entry: Entry, *, fresh: bool) -> None:
        """Show a table's rows; `fresh`: another table than before, so that the columns are fitted."""
        self.cells.show(entry)
        wrong = self.cells.disagreeing()
        off = f"{entry.title}: {wrong} of {count(len(self.cells.rows), 'row')} off"
        self.title.setText(off if wrong else f"{entry.title}: {entry.words}")
        self.title.setToolTip("Quantity × unit price is not the amount" if wrong else "")
        if fresh:
            self.view.resizeColumnsToContents()
            for place in range(self.cells.columnCount()):
                self.view.setColumnWidth(place, min(WIDEST, max(NARROWEST, self.view.columnWidth(place) + 16)))
            if self.cells.is_check(last := self.cells.columnCount() - 1):
                self.view.setColumnWidth(last, CHECK_WIDTH)  # room for what may come to stand there

    def choose(self, number: int, column: int) -> None:
        """Make a cell the current one."""
        index = self.cells.index(number, column)
        self.view.setCurrentIndex(index)
        self.view.scrollTo(index)
        rows = self.cells.rowCount()
        self.delete_button.setEnabled(rows > 0)
        self.merge_button.setEnabled(number > 0)
        self.split_button.setEnabled(rows > 0)

    def cell(self, number: int, column: int) -> FieldValue | None:
        """The value of a cell, or None where there is none."""
        return self.cells.cell(self.cells.index(number, column))

    def _clicked(self, index: QModelIndex) -> None:
        if self.cells.cell(index) is not None:
            self.cell_chosen.emit(index.row(), index.column())
