"""Templates as a list, the fields of one as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from docuextract_desktop.ui import icons, theme
from docuextract_desktop.ui.titles import TYPE_TITLES
from docuextract_desktop.ui.wording import one_line, tooltip

if TYPE_CHECKING:
    from docuextract_desktop.templates.library import TemplateEntry
    from docuextract_desktop.templates.models import Column, Template, TemplateField

Index = QModelIndex | QPersistentModelIndex
FIELD_COLUMNS = ("Field", "Name in exports", "Type", "Words printed near it", "Required")


class TemplateList(QAbstractListModel):
    """All templates.

    Attributes:
        entries: own ones first, then those that ship with the program.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: list[TemplateEntry] = []

    def show(self, entries: Sequence[TemplateEntry]) -> None:
        """Show these."""
        self.beginResetModel()
        self.entries = list(entries)
        self.endResetModel()

    def place_of(self, template_id: str) -> int | None:
        """The line of that template."""
        return next((n for n, entry in enumerate(self.entries) if entry.id == template_id), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        """Templates."""
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name, with a drawing."""
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(entry.name, 80)
        if role == Qt.ItemDataRole.DecorationRole:
            c = theme.colours()
            return icons.pixmap("alert" if entry.problem else "templates", c.failed if entry.problem else c.muted)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{one_line(entry.name, 80)}, {origin(entry)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(entry.problem or origin(entry))
        return None


def origin(entry: TemplateEntry) -> str:
    """Where a template comes from, in words."""
    if entry.shipped:
        return f"shipped with the program, version {entry.version}"
    if entry.shadows:
        return f"your own, version {entry.version}, used instead of the shipped one"
    return f"your own, version {entry.version}"


class FieldTable(QAbstractTableModel):
    """The fields of a template; the columns of a table field follow it, set in."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[tuple[TemplateField | Column, bool]] = []

    def show(self, template: Template | None) -> None:
        """Show the fields of that template."""
        self.beginResetModel()
        self._lines = []
        for field in template.fields if template is not None else ():
            self._lines.append((field, False))
            self._lines += [(column, True) for column in field.columns]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Fields and columns."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Columns."""
        return 0 if parent.isValid() else len(FIELD_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles of the columns."""
        shown = role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal
        return FIELD_COLUMNS[section] if shown else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words."""
        field, inner = self._lines[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            title = one_line(field.title or field.name.replace("_", " ").capitalize(), 80)
            return (
                f"      {title}" if inner else title,
                field.name,
                TYPE_TITLES[field.type],
                one_line(", ".join(field.labels), 300),
                "yes" if field.required else "",
            )[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(", ".join(field.labels) if index.column() == 3 else field.description)
        if role == Qt.ItemDataRole.ForegroundRole and (inner or index.column() in (1, 3)):
            return QColor(theme.colours().muted)
        return None
