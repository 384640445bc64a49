"""The table of fields as it is seen and used: cells to type into, rows to drag, keys for everything."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from docuextract_desktop.templates.drafting import Place
from docuextract_desktop.ui.templates import draft_table
from docuextract_desktop.ui.templates.draft_table import DraftTable
from docuextract_desktop.ui.titles import TYPE_TITLES
from docuextract_desktop.ui.widgets.delegates import PlainDelegate, ShareDelegate
from docuextract_desktop.ui.widgets.table import RowTable

Index = QModelIndex | QPersistentModelIndex
WIDTHS = [144, 104, 128, 64, 184, 76, 96, 120, 136]


class TypeDelegate(QStyledItemDelegate):
    """A list of types to choose from."""

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        """The list, open at once."""
        model = index.model()
        place = model.place(index.row()) if isinstance(model, DraftTable) else None
        box = QComboBox(parent)
        box.setAccessibleName("Type")
        fill_types(box, column=place is not None and place.column is not None)
        box.activated.connect(lambda _: self._chosen(box))
        return box

    def _chosen(self, box: QComboBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Show the type of now."""
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(0, editor.findData(index.data(Qt.ItemDataRole.EditRole))))

    def setModelData(self, editor: QWidget, model: DraftTable, index: Index) -> None:  # type: ignore[override]
        """Keep what was chosen."""
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentData())


def fill_types(box: QComboBox, *, column: bool) -> None:
    """Offer the types; a column of a table is no table."""
    box.clear()
    for kind, title in TYPE_TITLES.items():
        if not (column and kind == "table"):
            box.addItem(title, kind)


class DraftView(RowTable):
    """The table of fields.

    Signals:
        move_wanted: (place, by): the row was dragged among its like.
    """

    move_wanted = Signal(object, int)

    def __init__(self, model: DraftTable) -> None:
        super().__init__("Fields of the template", model, sortable=False)
        self._model = model
        self._plain, self._types, self._shares = PlainDelegate(), TypeDelegate(), ShareDelegate(tones=True)
        self.setItemDelegate(self._plain)
        self.setItemDelegateForColumn(draft_table.TYPE, self._types)
        self.setItemDelegateForColumn(draft_table.SURE, self._shares)
        self.set_widths(WIDTHS)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setTabKeyNavigation(False)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDragDropOverwriteMode(False)
        self.setDropIndicatorShown(True)
        self.horizontalHeader().setSectionsMovable(False)
        self.horizontalHeader().setStretchLastSection(True)
        self.show_found(False)

    def show_found(self, shown: bool) -> None:
        """Show or hide what was found on a sample."""
        self.setColumnHidden(draft_table.FOUND, not shown)
        self.setColumnHidden(draft_table.SURE, not shown)

    def current_place(self) -> Place | None:
        """The entry that is chosen."""
        index = self.currentIndex()
        return self._model.place(index.row()) if index.isValid() else None

    def current_key(self) -> int | None:
        """The key of the entry that is chosen."""
        entry = self._model.entry(self.currentIndex().row()) if self.currentIndex().isValid() else None
        return entry.key if entry is not None else None

    def choose(self, key: int, column: int | None = None) -> None:
        """Choose an entry."""
        line = self._model.line_of(key)
        if line is not None:
            at = self.currentIndex().column() if column is None else column
            self.setCurrentIndex(self._model.index(line, max(0, at)))
            self.scrollTo(self._model.index(line, max(0, at)))

    def edit_cell(self, key: int, column: int) -> None:
        """Type into a cell of an entry."""
        self.setFocus()
        self.choose(key, column)
        self.edit(self.currentIndex())

    def end_editing(self) -> None:
        """Keep what stands in the cell that is being typed into."""
        if self.state() == QAbstractItemView.State.EditingState:
            self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter edits; Space ticks; left and right go along the row; Delete is a button's."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.edit(self.currentIndex())
        elif key == Qt.Key.Key_Space and self.currentIndex().column() == draft_table.REQUIRED:
            index = self.currentIndex()
            ticked = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
            wanted = Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked
            self._model.setData(index, wanted.value, Qt.ItemDataRole.CheckStateRole)
        else:
            super().keyPressEvent(event)

    # --- dragging rows; files are the window's affair

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Only rows of this table."""
        if event.source() is self:
            super().dragEnterEvent(event)
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Only rows of this table."""
        if event.source() is self:
            super().dragMoveEvent(event)
            event.accept()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        """Move the row to where it was dropped, among its like."""
        if event.source() is not self:
            event.ignore()
            return
        place = self.current_place()
        position = event.position().toPoint()
        index = self.indexAt(position)
        line = index.row() if index.isValid() else self._model.rowCount()
        if index.isValid() and position.y() > self.visualRect(index).center().y():
            line += 1
        event.setDropAction(Qt.DropAction.IgnoreAction)  # the model must not remove the row that went elsewhere
        event.accept()
        if place is not None and (by := self._steps(place, line)):
            self.move_wanted.emit(place, by)

    def _steps(self, place: Place, line: int) -> int:
        """By how many places among its like an entry moves that is dropped before `line`."""
        before = [self._model.place(n) for n in range(min(line, self._model.rowCount()))]
        if place.column is None:
            at = sum(1 for p in before if p is not None and p.column is None)
            return at - place.field - (1 if at > place.field else 0)
        at = sum(1 for p in before if p is not None and p.field == place.field and p.column is not None)
        return at - place.column - (1 if at > place.column else 0)
