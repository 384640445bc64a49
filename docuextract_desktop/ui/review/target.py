"""What the keyboard works on: a field of a document, or a cell of its table. Plain data, no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docuextract_desktop.ui.document.model import Entry, boxes_of, shown_value
from docuextract_desktop.ui.review.card import Offer
from docuextract_desktop.ui.wording import count, one_line, percent

if TYPE_CHECKING:
    from docuextract_desktop.documents.models import Box
    from docuextract_desktop.extraction.models import Evidence, FieldValue

LEAST_SAID = 0.01
"""What is less likely is offered without saying how likely."""
YES_OR_NO = (("Yes", "true"), ("No", "false"))


@dataclass(frozen=True, slots=True)
class Choice:
    """Another value that is offered.

    Attributes:
        offer: as it is shown.
        text: to correct the value to.
        evidence: its place, or None.
    """

    offer: Offer
    text: str
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """The current value.

    Attributes:
        row, column: of the cell; None for the field itself.
    """

    entry: Entry
    row: int | None = None
    column: int | None = None

    @property
    def is_table(self) -> bool:
        """Whether the field is a table."""
        return self.entry.field.type == "table"

    @property
    def value(self) -> FieldValue:
        """Of the cell or the field."""
        if self.row is not None and self.column is not None:
            return self.entry.value.rows[self.row][self.column]
        return self.entry.value

    @property
    def title(self) -> str:
        """Name of the field, and of the cell."""
        if self.row is None or self.column is None:
            return self.entry.title
        name = self.value.name
        title = next((column.title for column in self.entry.field.columns if column.name == name), None)
        named = one_line(title or name.replace("_", " ").capitalize(), 60)
        return f"{self.entry.title}, row {self.row + 1}: {named}"

    @property
    def editable(self) -> bool:
        """Whether there is something to type into."""
        return not self.is_table or self.row is not None

    @property
    def text(self) -> str:
        """As the document prints it, to be compared with the page."""
        value = self.value
        if value.value is None:
            return ""
        if value.type in ("boolean", "choice"):
            return shown_value(value)
        return one_line(value.text or value.value, 10_000)

    @property
    def placeholder(self) -> str:
        """What the empty line says."""
        if not self.editable:
            return "No rows: Ins adds one"
        return "Empty" if self.row is not None else "Not found: type it, or click on it"

    @property
    def note(self) -> str:
        """How the value is stored, where that is something else than what is printed."""
        value = self.value
        if value.value is None or value.type in ("boolean", "choice"):
            return ""
        shown = shown_value(value)
        return f"Stored as {shown}" if shown != self.text else ""

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Where it stands on its page."""
        evidence = self.evidence
        return boxes_of(evidence) if evidence is not None else ()

    @property
    def evidence(self) -> Evidence | None:
        """Its place."""
        return self.value.evidence

    @property
    def nowhere(self) -> str:
        """Why no place is shown."""
        if self.entry.value.rows and self.row is None:
            return count(len(self.entry.value.rows), "row")
        if self.value.value is None:
            return "Not found on the document"
        return "This value has no place on the page"

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it wants a look; a table's own where the cell has none."""
        return self.value.reasons or (self.entry.value.reasons if self.entry.value.needs_review else ())

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Other values: what else was found, then what the template allows."""
        value = self.value
        taken = {value.value}
        found: list[Choice] = []
        texts = [value.text, *(a.text for a in value.alternatives)]
        for other in value.alternatives:
            if other.value in taken:
                continue
            taken.add(other.value)
            place = f"page {other.evidence.page_index + 1}" if other.evidence is not None else ""
            shown = f"{other.value} {other.currency}" if other.currency else other.value
            if value.type == "boolean":
                shown = {b: a for a, b in YES_OR_NO}.get(other.value, shown)
            # Two readings of the same print, such as 03/04, are told apart by their values.
            text = other.text if texts.count(other.text) == 1 else other.value
            likely = percent(other.confidence) if other.confidence >= LEAST_SAID else ""
            note = "  ".join(part for part in (likely, place) if part)
            found.append(Choice(Offer(shown, note), text, other.evidence))
        if value.type == "boolean":
            found += [Choice(Offer(shown), shown) for shown, stored in YES_OR_NO if stored not in taken]
        if value.type == "choice" and self.row is None:
            found += [Choice(Offer(c), c) for c in self.entry.field.choices or () if c not in taken]
        return tuple(found)


def first_doubtful(value: FieldValue) -> tuple[int, int] | None:
    """The first cell of a table that wants a look, else its first cell; None where there is none."""
    for number, cells in enumerate(value.rows):
        for place, cell in enumerate(cells):
            if cell.needs_review:
                return number, place
    return (0, 0) if value.rows and value.rows[0] else None


def next_doubtful(value: FieldValue, row: int, column: int) -> tuple[int, int] | None:
    """The next cell that wants a look after this one, else the cell that follows; None at the table's end."""
    following = [(r, c) for r, cells in enumerate(value.rows) for c in range(len(cells)) if (r, c) > (row, column)]
    doubtful = [place for place in following if value.rows[place[0]][place[1]].needs_review]
    return next(iter(doubtful or following), None)
