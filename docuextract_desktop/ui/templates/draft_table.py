"""The fields of a draft as a table that can be edited; columns of a table field follow it, set in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from docuextract_desktop.templates.drafting import Entry, Place
from docuextract_desktop.templates.word_lines import words_line, words_of_line
from docuextract_desktop.ui import icons, theme
from docuextract_desktop.ui.document.model import shown_value
from docuextract_desktop.ui.titles import TYPE_TITLES
from docuextract_desktop.ui.widgets.delegates import RAW
from docuextract_desktop.ui.wording import count, one_line, percent, tooltip

if TYPE_CHECKING:
    from docuextract_desktop.extraction.models import FieldValue
    from docuextract_desktop.ui.templates.document import DraftDocument

Index = QModelIndex | QPersistentModelIndex
TITLE, TYPE, FOUND, SURE, LABELS, REQUIRED, THRESHOLD, CHOICES, NAME = range(9)
HEADS: Final = (
    "Field",
    "Type",
    "Found here",
    "Sure",
    "Words printed near it",
    "Required",
    "Review below",
    "Choices",
    "Name in exports",
)
ATTRIBUTES: Final = ("title", "type", "", "", "labels", "required", "review_threshold", "choices", "name")
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class DraftTable(QAbstractTableModel):
    """A line per field and per column of a table field."""

    def __init__(self, document: DraftDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._places: list[Place] = []
        self._keys: list[int] = []
        self._found: Mapping[int, FieldValue] = {}
        document.changed.connect(self._changed)
        self._changed()

    def _changed(self, _key: object = None) -> None:
        draft = self._document.draft
        places = draft.places()
        keys = [draft.entry(place).key for place in places]
        if keys == self._keys and places == self._places:
            self._repaint()
            return
        self.beginResetModel()
        self._places, self._keys = places, keys
        self.endResetModel()

    def _repaint(self) -> None:
        if self._places:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._places) - 1, len(HEADS) - 1))

    def show_found(self, found: Mapping[int, FieldValue]) -> None:
        """Show what a sample holds: values by the key of their entry."""
        self._found = found
        self._repaint()

    def place(self, line: int) -> Place | None:
        """What a line is about."""
        return self._places[line] if 0 <= line < len(self._places) else None

    def entry(self, line: int) -> Entry | None:
        """The entry of a line."""
        place = self.place(line)
        return self._document.draft.entry(place) if place is not None else None

    def line_of(self, key: int) -> int | None:
        """The line of an entry."""
        return self._keys.index(key) if key in self._keys else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        """Fields and columns."""
        return 0 if parent.isValid() else len(self._places)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """What can be said of a field."""
        return 0 if parent.isValid() else len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles of the columns."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return HEADS[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """What can be edited where."""
        # Rows are dropped between rows: an invalid index is what stands between them.
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled
        entry = self.entry(index.row())
        place = self.place(index.row())
        if entry is None or place is None:
            return flags
        column = index.column()
        if column == REQUIRED:
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        closed = (
            column in (FOUND, SURE)
            or (column == CHOICES and entry.type != "choice")
            or (column == THRESHOLD and place.column is not None)
            or (column == LABELS and entry.type == "table")
        )
        return flags if closed else flags | Qt.ItemFlag.ItemIsEditable

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows are moved, never copied: Qt asks this before it lets a row of the table be dropped on the table."""
        return Qt.DropAction.MoveAction

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words, ticks, and what is wrong."""
        entry, place = self.entry(index.row()), self.place(index.row())
        if entry is None or place is None:
            return None
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            text = self._shown(entry, column)
            return f"      {text}" if column == TITLE and place.column is not None else text
        if role == Qt.ItemDataRole.EditRole:
            return self._edited(entry, column)
        if role == Qt.ItemDataRole.CheckStateRole and column == REQUIRED:
            return Qt.CheckState.Checked if entry.required else Qt.CheckState.Unchecked
        if role == RAW and column == SURE:
            value = self._found.get(entry.key)
            return value.confidence if value is not None and (value.value is not None or value.rows) else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(entry, place, column)
        problem = self._problem(place, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(problem or self._shown(entry, column))
        if role == Qt.ItemDataRole.DecorationRole and problem and column in (TITLE, LABELS, CHOICES, NAME):
            return icons.pixmap("alert", theme.colours().failed, 16)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(entry, place, column, bool(problem))
        return None

    def _shown(self, entry: Entry, column: int) -> str:
        if column == TITLE:
            return one_line(entry.shown_title, 80)
        if column == TYPE:
            return TYPE_TITLES.get(entry.type, entry.type)
        if column == FOUND:
            return found_words(self._found.get(entry.key))
        if column == SURE:
            value = self._found.get(entry.key)
            return percent(value.confidence) if value is not None and (value.value is not None or value.rows) else ""
        if column == LABELS:
            return one_line(", ".join(entry.labels), 300)
        if column == THRESHOLD:
            return percent(entry.review_threshold)
        if column == CHOICES:
            return one_line(", ".join(entry.choices), 300) if entry.type == "choice" else ""
        return one_line(entry.name, 80) if column == NAME else ""

    def _edited(self, entry: Entry, column: int) -> Any:
        return {
            TITLE: entry.title or entry.shown_title if entry.name or entry.title else "",
            TYPE: entry.type,
            LABELS: words_line(entry.labels),
            THRESHOLD: "" if entry.review_threshold is None else f"{entry.review_threshold * 100:g}",
            CHOICES: words_line(entry.choices),
            NAME: entry.name,
        }.get(column)

    def _problem(self, place: Place, column: int) -> str:
        checked = self._document.checked
        if column == TITLE:  # anything that has no column of its own here is told by the title
            shown = set(ATTRIBUTES) - {"title"}
            return " ".join(p.sentence for p in checked.problems if p.place == place and p.attribute not in shown)
        return checked.at(place, ATTRIBUTES[column]) if ATTRIBUTES[column] else ""

    def _spoken(self, entry: Entry, place: Place, column: int) -> str:
        if column == REQUIRED:
            words = "Required" if entry.required else "Not required"
        else:
            words = f"{HEADS[column]}: {self._shown(entry, column) or 'empty'}"
        problem = self._problem(place, column)
        return f"{words}. {problem}" if problem else words

    def _colour(self, entry: Entry, place: Place, column: int, problem: bool) -> QColor | None:
        c = theme.colours()
        if problem:
            return QColor(c.failed)
        if column == FOUND:
            value = self._found.get(entry.key)
            if value is not None and value.needs_review:
                return QColor(c.needs_review)
            return QColor(c.text if value is not None and (value.value is not None or value.rows) else c.muted)
        quiet = column in (LABELS, NAME, CHOICES) or place.column is not None
        return QColor(c.muted) if quiet else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Change the draft, as a step that can be undone."""
        entry, place = self.entry(index.row()), self.place(index.row())
        if entry is None or place is None:
            return False
        column = index.column()
        if column == REQUIRED and role == Qt.ItemDataRole.CheckStateRole:
            self._document.change(place, "required", Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role != Qt.ItemDataRole.EditRole or value == self._edited(entry, column):
            return False
        if column in (LABELS, CHOICES):
            value = words_of_line(str(value))
        elif column == THRESHOLD:
            try:
                value = threshold_of(str(value))
            except ValueError:
                return False
        elif column in (TITLE, NAME):
            value = " ".join(str(value).split())
        self._document.change(place, ATTRIBUTES[column], value)
        return True


def threshold_of(text: str) -> float | None:
    """Percents as a share; None for an empty text: as the template says.

    Raises:
        ValueError: no number from 0 to 100.
    """
    plain = text.strip().rstrip("%").strip().replace(",", ".")
    if not plain:
        return None
    share = float(plain) / 100
    if not 0 <= share <= 1:
        raise ValueError(text)
    return share


def found_words(value: FieldValue | None) -> str:
    """What was found, in words."""
    if value is None:
        return ""
    if value.type == "table":
        return count(len(value.rows), "row") if value.rows else "No rows found"
    return one_line(shown_value(value), 120) if value.value is not None else "Not found"
