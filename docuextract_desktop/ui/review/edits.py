"""Changes to the rows of a table, done where decisions are stored: each is one decision, and can be undone as one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from docuextract_desktop.errors import ValueInvalidError
from docuextract_desktop.ui.review import rows as row_work
from docuextract_desktop.ui.review.rows import Cells, ReadCell, Rows

if TYPE_CHECKING:
    from docuextract_desktop.documents.models import Page
    from docuextract_desktop.extraction.models import Evidence, FieldValue
    from docuextract_desktop.review.session import ReviewSession
    from docuextract_desktop.templates.models import TemplateField
    from docuextract_desktop.ui.review.run import Key

Change = Callable[["ReviewSession", Rows], Rows]
Pick = tuple[int, tuple[int, ...]]
"""Page index and the words that were pointed at."""


def _reader(review: ReviewSession, key: Key) -> ReadCell:
    def read(column: str, text: str, evidence: Evidence | None) -> FieldValue:
        return review.parse_cell(*key, column, text, evidence)

    return read


def _empty(review: ReviewSession, key: Key, field: TemplateField) -> Cells:
    return tuple(review.parse_cell(*key, column.name, "") for column in field.columns)


def cell_change(key: Key, place: tuple[int, int], text: str, pick: Pick | None) -> Change:
    """One cell is what was typed, at the place pointed at; without one it keeps the place it had."""

    def change(review: ReviewSession, rows: Rows) -> Rows:
        row, column = place
        evidence = rows[row][column].evidence if text else None
        if pick is not None:
            evidence = review.read_words(*key, *pick)[1]
        cell = review.parse_cell(*key, rows[row][column].name, text, evidence)
        return row_work.with_cell(rows, row, column, cell)

    return change


def row_added(key: Key, field: TemplateField, place: int) -> Change:
    """An empty row stands at `place`."""
    return lambda review, rows: row_work.with_row(rows, place, _empty(review, key, field))


def row_removed(place: int) -> Change:
    """The row at `place` is gone."""
    return lambda _, rows: row_work.without_row(rows, place)


def row_merged(key: Key, place: int) -> Change:
    """The row at `place` is joined to the one above."""
    return lambda review, rows: row_work.merged_above(rows, place, _reader(review, key))


def row_split(key: Key, field: TemplateField, place: int, pages: Sequence[Page]) -> Change:
    """The row at `place` is parted after its first printed line.

    The change raises ValueInvalidError where the row has but one line.
    """

    def change(review: ReviewSession, rows: Rows) -> Rows:
        split = row_work.split_row(
            rows,
            place,
            pages,
            _reader(review, key),
            lambda page, words: review.read_words(*key, page, words),
            _empty(review, key, field),
        )
        if split is None:
            raise ValueInvalidError("This row is printed on one line.", hint="Add a row with Ins instead.")
        return split

    return change


def column_filled(key: Key, column: int, page_index: int, words: Mapping[int, Sequence[int]]) -> Change:
    """The cells of a column are the words that were pointed at beside their rows."""

    def change(review: ReviewSession, rows: Rows) -> Rows:
        for row, chosen in words.items():
            text, evidence = review.read_words(*key, page_index, chosen)
            cell = review.parse_cell(*key, rows[row][column].name, text, evidence)
            rows = row_work.with_cell(rows, row, column, cell)
        return rows

    return change
