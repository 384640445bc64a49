"""What the person does to the rows of a table: cells filled, rows added, taken out, joined and parted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from docuextract_desktop.ui.review import edits
from docuextract_desktop.ui.review.rows import spread
from docuextract_desktop.ui.review.target import Target, next_doubtful
from docuextract_desktop.ui.wording import count

if TYPE_CHECKING:
    from docuextract_desktop.documents.models import Page
    from docuextract_desktop.ui.review.desk import ReviewDesk


class RowEditor:
    """Works on the table that the desk shows; without effect where it shows none."""

    def __init__(self, desk: ReviewDesk) -> None:
        self._desk = desk

    def change_rows(self, change: edits.Change, then: Callable[[], None] | None = None) -> None:
        """Store changed rows as one decision; afterwards do `then`, or show the current cell."""
        target = self._desk.target()
        if target is None or not target.is_table or self._desk.storing is not None:
            return
        key, rows = self._desk.current(), target.entry.value.rows
        self._desk.decide(
            lambda review: review.set_rows(*key, change(review, rows)), then=then or self._desk.show_target
        )

    def store_cell(self, target: Target, text: str, then: Callable[[], None]) -> None:
        """Store what was typed or pointed at as a cell."""
        if target.row is not None and target.column is not None:
            place = (target.row, target.column)
            change = edits.cell_change(self._desk.current(), place, text, self._desk.pick)
            self.change_rows(change, then)

    def after_cell(self, target: Target) -> None:
        """From a cell that was stored to the next that wants a look, or just the next."""
        entry = self._desk.entry()
        if entry is not None and target.row is not None and target.column is not None:
            self._desk.cell = next_doubtful(entry.value, target.row, target.column) or self._desk.cell
        self._desk.show_target()

    def _on_row(self, act: Callable[[Target, int], None]) -> None:
        target = self._desk.target()
        if target is not None and target.is_table and target.row is not None:
            self._desk.leave(lambda: act(target, target.row or 0))

    def add_row(self) -> None:
        """An empty row below the current one."""
        target = self._desk.target()
        if target is None or not target.is_table:
            return
        place = 0 if target.row is None else target.row + 1

        def show() -> None:
            self._desk.cell = (place, 0)
            self._desk.show_target()

        change = edits.row_added(self._desk.current(), target.entry.field, place)
        self._desk.leave(lambda: self.change_rows(change, show))

    def delete_row(self) -> None:
        """Take the current row out."""

        def act(target: Target, row: int) -> None:
            rows = len(target.entry.value.rows) - 1

            def show() -> None:
                self._desk.cell = (min(row, rows - 1), target.column or 0) if rows else None
                self._desk.show_target()

            self.change_rows(edits.row_removed(row), show)

        self._on_row(act)

    def merge_row(self) -> None:
        """Join the current row to the one above."""

        def act(target: Target, row: int) -> None:
            def show() -> None:
                self._desk.cell = (row - 1, target.column or 0)
                self._desk.show_target()

            if row > 0:
                self.change_rows(edits.row_merged(self._desk.current(), row), show)

        self._on_row(act)

    def split_row(self) -> None:
        """Part the current row after its first printed line."""

        def act(target: Target, row: int) -> None:
            opened = self._desk.documents.get(self._desk.current()[0])
            pages = opened.pages if opened is not None else ()
            self.change_rows(edits.row_split(self._desk.current(), target.entry.field, row, pages))

        self._on_row(act)

    def fill_column(self, page: Page, words: tuple[int, ...]) -> None:
        """Fill the current column with the words beside each row."""
        target = self._desk.target()
        if target is None or target.column is None:
            return
        beside = spread(target.entry.value.rows, page, words)
        if not beside:
            self._desk.say("No row of the table stands beside these words.")
            return
        change = edits.column_filled(self._desk.current(), target.column, page.index, beside)
        self.change_rows(change)
        self._desk.say(f"{count(len(beside), 'row')} filled from the page")
