"""The files of a new batch as a table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from docuextract_desktop.ui import icons, theme
from docuextract_desktop.ui.new_batch.collect import Collected, mark_duplicates
from docuextract_desktop.ui.wording import one_line, size, tooltip

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Document", "Kind", "Size", "Standing")
NAME, KIND, SIZE, STANDING = range(len(COLUMNS))
_ICONS = {"ready": "check", "duplicate": "copy", "unreadable": "alert"}


class FileTable(QAbstractTableModel):
    """A row per file.

    Attributes:
        entries: the files, in the order in which they will be read.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[Collected, ...] = ()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        """Files."""
        return 0 if parent.isValid() else len(self.entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles of the columns."""
        shown = role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal
        return COLUMNS[section] if shown else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words, colours and drawings."""
        entry, column = self.entries[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(entry, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(entry.reason if column == STANDING else str(entry.file.path))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{COLUMNS[column]}: {cell_text(entry, column)}"
        if column == STANDING and role in (Qt.ItemDataRole.ForegroundRole, Qt.ItemDataRole.DecorationRole):
            c = theme.colours()
            colour = {"ready": c.completed, "duplicate": c.muted, "unreadable": c.failed}[entry.standing]
            if role == Qt.ItemDataRole.ForegroundRole:
                return QColor(colour)
            return icons.pixmap(_ICONS[entry.standing], colour, 16)
        if role == Qt.ItemDataRole.ForegroundRole and column in (KIND, SIZE):
            return QColor(theme.colours().muted)
        return None

    def set_entries(self, entries: Sequence[Collected]) -> None:
        """Replace all."""
        self.beginResetModel()
        self.entries = tuple(entries)
        self.endResetModel()

    def remove(self, rows: Collection[int]) -> None:
        """Take files out of the list; what was a duplicate of one of them may be ready now."""
        gone = set(rows)
        # Hashes are known for whatever has a twin, so this reads no file.
        self.set_entries(
            mark_duplicates([e for n, e in enumerate(self.entries) if n not in gone], stopped=lambda: True)
        )


def cell_text(entry: Collected, column: int) -> str:
    """What a cell says."""
    if column == NAME:
        return one_line(entry.file.filename)
    if column == KIND:
        return entry.kind
    if column == SIZE:
        return size(entry.size_bytes)
    return entry.reason or "Ready"
