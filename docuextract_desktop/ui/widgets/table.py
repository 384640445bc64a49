"""Tables that look and behave alike: whole rows, arrows and Enter, columns that remember their width."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QByteArray, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from docuextract_desktop.ui.widgets.delegates import ROW_HEIGHT, FirstColumnDelegate


class RowTable(QTableView):
    """A table of whole rows.

    Signals:
        opened: Enter or a double click on a row; its number.
        removal_wanted: Delete was pressed.
    """

    opened = Signal(int)
    removal_wanted = Signal()

    def __init__(self, name: str, model: QAbstractItemModel, *, sortable: bool = True) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setModel(model)
        self._first = FirstColumnDelegate()
        self.setItemDelegateForColumn(0, self._first)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setCornerButtonEnabled(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        rows.setMinimumSectionSize(ROW_HEIGHT)
        columns = self.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setMinimumSectionSize(48)
        columns.setSectionsMovable(True)
        self.setSortingEnabled(False)
        if sortable:
            columns.setSectionsClickable(True)
            columns.setSortIndicatorShown(True)
            columns.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))

    def set_widths(self, widths: list[int], stretch: int | None = None) -> None:
        """Widths of the columns in logical pixels; column `stretch` takes the room that is left."""
        columns = self.horizontalHeader()
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width)
        if stretch is not None:
            columns.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)

    def columns_state(self) -> QByteArray:
        """Widths and order, to be kept."""
        return self.horizontalHeader().saveState()

    def restore_columns(self, state: QByteArray | None) -> None:
        """Widths and order as they were kept; the sort order is not part of it."""
        if state is None or state.isEmpty():
            return
        columns = self.horizontalHeader()
        before = columns.count()
        columns.restoreState(state)
        if columns.count() != before:  # kept by another version of the program
            columns.reset()
        columns.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)

    def chosen_rows(self) -> list[int]:
        """Numbers of the selected rows, rising; the current one where none is selected."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        if not rows and self.currentIndex().isValid():
            rows = [self.currentIndex().row()]
        return rows

    def choose_row(self, row: int) -> None:
        """Make `row` the current and only selected one, and show it."""
        index = self.model().index(row, 0, QModelIndex())
        # Not `setCurrentIndex`: that adds to the selection while the person holds Ctrl, for a shortcut say.
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.scrollTo(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Delete removes, Home and End go to the first and last row."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            if self.currentIndex().isValid():
                self.opened.emit(self.currentIndex().row())
                return
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and not event.modifiers():
            if rows := self.model().rowCount():
                self.choose_row(0 if event.key() == Qt.Key.Key_Home else rows - 1)
            return
        elif event.key() == Qt.Key.Key_Delete:
            self.removal_wanted.emit()
            return
        super().keyPressEvent(event)
