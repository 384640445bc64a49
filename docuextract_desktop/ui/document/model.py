"""A document's values as a list, its tables as tables, and reading both off the window's thread."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from docuextract_desktop.errors import ResultNotReadyError
from docuextract_desktop.ui.wording import count, one_line, percent, tooltip

if TYPE_CHECKING:
    from docuextract_desktop.documents.models import Box, Page
    from docuextract_desktop.extraction.models import Evidence, Extraction, FieldValue
    from docuextract_desktop.jobs.models import ItemRow
    from docuextract_desktop.jobs.queue import Queue
    from docuextract_desktop.templates.models import Template, TemplateField

Index = QModelIndex | QPersistentModelIndex
ENTRY = int(Qt.ItemDataRole.UserRole) + 2
"""Role of the whole `Entry` of a row."""
SPOKEN_REASON_LIMIT = 400
TO_BE_CHECKED = "Picked at random: please compare it with the page."
FIGURES = ("money", "number", "integer", "percent")
"""Types that stand to the right in a column."""


@dataclass(frozen=True, slots=True)
class PageSize:
    """A page as it is shown upright; the unit does not matter, only the ratio.

    Attributes:
        rotation: degrees clockwise by which the file's own display is turned to stand upright.
    """

    width: float
    height: float
    rotation: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Which value: a field, or a cell of a table field.

    Attributes:
        field: number of the field in the template.
        row, column: of the cell, or None for the field itself.
    """

    field: int
    row: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """All that the screen shows of one document.

    Attributes:
        sizes: of the pages that were read, by page index; empty where none was.
        extraction: None where the document has no values (it failed, or was not done yet).
        hint: what to do about its error, or an empty string.
        warnings: sentences about what was wrong with it but could be worked around.
        pages: the words of the pages that were read.
    """

    item: ItemRow
    template: Template
    extraction: Extraction | None
    sizes: dict[int, PageSize]
    hint: str = ""
    warnings: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()

    @property
    def page_count(self) -> int:
        """Pages of the file, as far as is known."""
        known = max(self.sizes, default=-1) + 1
        return max(known, self.item.page_count or 0, 1)


def load(queue: Queue, item_id: str) -> Opened:
    """Read a document's values and page sizes.

    Raises:
        BatchNotFoundError: there is no such document any more.
    """
    item = queue.item(item_id)
    try:
        extraction = queue.extraction(item_id)
    except ResultNotReadyError:
        extraction = None
    pages = queue.document_pages(item_id) or ()
    return Opened(
        item=item,
        template=queue.template_of(item.batch_id),
        extraction=extraction,
        sizes={page.index: PageSize(page.width, page.height, page.rotation) for page in pages},
        hint=queue.error_hint(item_id),
        warnings=queue.warnings(item_id),
        pages=pages,
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list of values."""

    place: Place
    field: TemplateField
    value: FieldValue
    blind: bool = False
    """It is to be checked without knowing how sure the program is."""

    @property
    def title(self) -> str:
        """Name of the field, made readable."""
        return one_line(self.field.shown_title, 80)

    @property
    def found(self) -> bool:
        """Whether there is a value."""
        return self.value.value is not None or bool(self.value.rows)

    @property
    def words(self) -> str:
        """The value."""
        if self.field.type == "table":
            return count(len(self.value.rows), "row") if self.value.rows else "No rows found"
        return shown_value(self.value) if self.value.value is not None else "Not found"

    @property
    def printed(self) -> str:
        """How the document prints it, where that is something else than the value."""
        text = self.value.text
        return one_line(text) if text and self.value.value and one_line(text) != one_line(self.words) else ""

    @property
    def where(self) -> str:
        """Where it stands, in words."""
        if self.value.evidence is not None:
            return f"page {self.value.evidence.page_index + 1}"
        pages = sorted({c.evidence.page_index for row in self.value.rows for c in row if c.evidence})
        if pages:
            first, last = pages[0] + 1, pages[-1] + 1
            return f"page {first}" if first == last else f"pages {first}–{last}"
        return "no place" if self.found else ""

    @property
    def spoken(self) -> str:
        """All of it for a screen reader."""
        parts = [f"{self.title}: {self.words}"]
        if self.found:
            parts.append(self.where if self.blind else f"{percent(self.value.confidence)} sure, {self.where}")
        if self.value.needs_review:
            parts.append("to review: " + "; ".join(self.value.reasons)[:SPOKEN_REASON_LIMIT])
        return ", ".join(parts)


def shown_value(value: FieldValue) -> str:
    """A value as it is shown: normalised, with its currency."""
    text = one_line(value.value or "", 2_000)
    if value.type == "boolean":
        return {"true": "Yes", "false": "No"}.get(text, text)
    if value.type == "percent" and text:
        return f"{text} %"
    return f"{text} {value.currency}" if value.currency and text else text


def entries_of(opened: Opened | None, blind: Collection[str] = ()) -> list[Entry]:
    """A line for each value of a document; those of the `blind` fields want a look, without telling how sure they are.

    They can be told from flagged ones, whose confidence and reason a person needs; so the reason says what they are.
    """
    if opened is None or opened.extraction is None:
        return []
    fields = {field.name: field for field in opened.template.fields}
    return [
        _blind_entry(Place(number), fields[value.name], value)
        if value.name in blind
        else Entry(Place(number), fields[value.name], value)
        for number, value in enumerate(opened.extraction.fields)
        if value.name in fields
    ]


def _blind_entry(place: Place, field: TemplateField, value: FieldValue) -> Entry:
    shown = replace(value, needs_review=True, reasons=(TO_BE_CHECKED,), alternatives=())
    return Entry(place, field, shown, blind=True)


class ValueList(QAbstractListModel):
    """A line per field of the template.

    Attributes:
        entries: the lines.
        blind: names of the fields that are to be checked without knowing how sure the program is.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []
        self.blind: frozenset[str] = frozenset()

    def show(self, opened: Opened | None) -> None:
        """Show the values of a document."""
        self.beginResetModel()
        self.entries = entries_of(opened, self.blind)
        self.endResetModel()

    def update(self, opened: Opened) -> None:
        """Show other values of the same document, without losing which line is chosen."""
        entries = entries_of(opened, self.blind)
        if [e.place for e in entries] != [e.place for e in self.entries]:
            self.show(opened)
            return
        changed = [n for n, (old, new) in enumerate(zip(self.entries, entries, strict=True)) if old != new]
        self.entries = entries
        for line in changed:
            self.dataChanged.emit(self.index(line), self.index(line))

    def place_of(self, field: int) -> int | None:
        """The line of that field."""
        return next((n for n, entry in enumerate(self.entries) if entry.place.field == field), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        """Lines."""
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words; the delegate takes the whole entry."""
        entry = self.entries[index.row()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{entry.title}: {entry.words}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return entry.spoken
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(entry.printed or entry.words)
        return None


class CellTable(QAbstractTableModel):
    """The rows of a table field.

    Attributes:
        field: the table field, or None.
        rows: its cells, as extracted.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.field: TemplateField | None = None
        self.rows: tuple[tuple[FieldValue, ...], ...] = ()

    def show(self, entry: Entry | None) -> None:
        """Show that table."""
        self.beginResetModel()
        self.field = entry.field if entry is not None else None
        self.rows = entry.value.rows if entry is not None else ()
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Columns of the template."""
        return 0 if parent.isValid() or self.field is None else len(self.field.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles of the columns, numbers of the rows."""
        if self.field is None:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation == Qt.Orientation.Horizontal:
            right = section < len(self.field.columns) and self.field.columns[section].type in FIGURES
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1)
        if section >= len(self.field.columns):
            return None
        column = self.field.columns[section]
        return one_line(column.title or column.name.replace("_", " ").capitalize(), 60)

    def cell(self, index: Index) -> FieldValue | None:
        """The value of a cell."""
        row = self.rows[index.row()] if 0 <= index.row() < len(self.rows) else ()
        return row[index.column()] if 0 <= index.column() < len(row) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The value; figures stand to the right."""
        cell = self.cell(index)
        if cell is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return shown_value(cell)
        if role == Qt.ItemDataRole.TextAlignmentRole and cell.type in FIGURES:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip("; ".join([cell.text or "", *cell.reasons]).strip("; "))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.headerData(index.column(), Qt.Orientation.Horizontal)}: {shown_value(cell) or 'empty'}"
        return None


def boxes_of(evidence: Evidence) -> tuple[Box, ...]:
    """The boxes to outline: one per printed line where the value runs over several."""
    return evidence.parts or (evidence.box,)
