"""What a person decides about values: each decision is on the disk when the call returns, and can be undone later.

Decisions are append-only. Undo and redo are decisions too, so they survive a restart, and the log tells who did what.
"""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from docuextract_desktop.documents.models import Page
from docuextract_desktop.errors import ResultNotReadyError
from docuextract_desktop.extraction.confirming import TYPED
from docuextract_desktop.extraction.learning import match_value_to_place
from docuextract_desktop.extraction.models import Evidence, FieldValue, field_value_from_json
from docuextract_desktop.jobs.models import ItemRow
from docuextract_desktop.review.desk import Desk, locale_of, typed_value, words_at
from docuextract_desktop.review.models import Action, Decided, Flag
from docuextract_desktop.review.preparing import PreparedShelf
from docuextract_desktop.storage import decisions, results, reviewing
from docuextract_desktop.storage.database import Database
from docuextract_desktop.templates.models import Template, TemplateField


def person() -> str:
    """Name of the person's account, for the log of decisions."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no account with that number, as in containers
        return "unknown"


class ReviewSession:
    """Decisions about the values of one data folder. Any thread may use it.

    Args:
        database: of the data folder.
        desk: the queue.
        shelf: prepared documents, to find the place of what was typed.
        who: name that decisions carry; None for the person's account.
    """

    def __init__(
        self,
        database: Database,
        desk: Desk,
        shelf: PreparedShelf,
        *,
        who: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._desk = desk
        self._shelf = shelf
        self._who = who or person()
        self._clock = clock

    # ---- looking

    def flags(self, batch_id: str | None = None) -> list[Flag]:
        """Values that want a person's eye, in the order of batches, documents and fields."""
        with self._database.reading() as session:
            rows = results.flagged_values(session, batch_id)
        found = []
        for row in rows:
            value = results.value_in(row["body"])
            found.append(
                Flag(
                    batch_id=row["batch_id"],
                    item_id=row["item_id"],
                    position=row["position"],
                    filename=row["filename"],
                    field=row["name"],
                    confidence=value.confidence,
                    reasons=value.reasons,
                )
            )
        return found

    def read_words(self, item_id: str, field: str, page_index: int, words: Sequence[int]) -> tuple[str, Evidence]:
        """Text and place of words that were pointed at for a field.

        Raises:
            ValueInvalidError: there are no such words.
        """
        del field  # which words belong together does not depend on it, yet
        return words_at(self._pages(item_id), page_index, words)

    def parse_cell(
        self, item_id: str, field: str, column: str, text: str, evidence: Evidence | None = None
    ) -> FieldValue:
        """A table cell from what was typed or pointed at; an empty text makes an empty cell.

        Raises:
            ValueInvalidError: no value of the column's type.
        """
        template = self._desk.template_of(self._desk.item(item_id).batch_id)
        wanted = next(c for c in template.field(field).columns if c.name == column)
        if not text.strip():
            return FieldValue(name=wanted.name, type=wanted.type, confidence=1.0, reviewed=True)
        return typed_value(wanted, text, locale_of(template, self._pages(item_id)), evidence)

    # ---- deciding

    def accept(self, item_id: str, field: str) -> Decided:
        """The value is right as it stands; an empty one is right to be empty."""

        def accepted(before: FieldValue) -> FieldValue:
            rows = tuple(tuple(_settled(cell) for cell in row) for row in before.rows)
            return replace(_settled(before), rows=rows)

        return self._decide(item_id, field, Action.ACCEPT, accepted)

    def correct(self, item_id: str, field: str, text: str, evidence: Evidence | None = None) -> Decided:
        """The value is what was typed, or what stands at the place pointed at.

        Where the typed value stands on the document, that place becomes its evidence.

        Raises:
            ValueInvalidError: `text` is no value of the field's type.
        """
        item, template, wanted = self._wanted(item_id, field)
        pages = self._pages(item_id)
        value = typed_value(wanted, text, locale_of(template, pages), evidence)
        if evidence is None and value.value is not None:
            value = replace(value, evidence=self._place(item, template, wanted, value.value))
        if value.evidence is None:
            value = replace(value, reasons=(TYPED,))
        return self._decide(item_id, field, Action.CORRECT, lambda _: value)

    def absent(self, item_id: str, field: str) -> Decided:
        """The document does not have this value."""

        def emptied(before: FieldValue) -> FieldValue:
            return FieldValue(name=before.name, type=before.type, confidence=1.0, reviewed=True)

        return self._decide(item_id, field, Action.ABSENT, emptied)

    def set_rows(self, item_id: str, field: str, rows: tuple[tuple[FieldValue, ...], ...]) -> Decided:
        """The rows of a table, whole; cells come from `parse_cell` or from the rows as they were."""

        def edited(before: FieldValue) -> FieldValue:
            settled = tuple(tuple(_settled(cell) for cell in row) for row in rows)
            return replace(_settled(before), rows=settled)

        return self._decide(item_id, field, Action.EDIT_ROWS, edited)

    # ---- taking back

    def can_undo(self, batch_id: str | None = None) -> str | None:
        """What undo would take back, in words, or None."""
        with self._database.reading() as session:
            return self._words(decisions.newest_standing(session, batch_id=batch_id))

    def can_redo(self, batch_id: str | None = None) -> str | None:
        """What redo would bring back, in words, or None."""
        with self._database.reading() as session:
            return self._words(decisions.newest_redoable(session, batch_id=batch_id))

    def undo(self, batch_id: str | None = None) -> Decided | None:
        """Take back the newest decision that stands, of one batch or of all; None where there is none."""
        return self._reverse(decisions.newest_standing, Action.UNDO, batch_id)

    def redo(self, batch_id: str | None = None) -> Decided | None:
        """Bring back what was undone last; None where there is nothing, or where something new was decided since."""
        return self._reverse(decisions.newest_redoable, Action.REDO, batch_id)

    # ---- inside

    def _reverse(
        self, choose: Callable[..., decisions.Decision | None], action: Action, batch_id: str | None
    ) -> Decided | None:
        with self._database.transaction() as session:
            found = choose(session, batch_id=batch_id)
            if found is None:
                return None
            item = self._desk.item(found.item_id)
            before = results.value_of(session, found.item_id, found.field)
            if before is None or found.before is None:
                raise ResultNotReadyError(f"{item.filename} was extracted anew since; its decisions cannot be undone.")
            after = field_value_from_json(found.before)
            number = reviewing.record(
                session,
                found.item_id,
                who=self._who,
                action=action,
                before=before,
                after=after,
                now=self._clock(),
                undoes=found.number,
            )
        return self._decided(number, action, item, before, after)

    def _decide(self, item_id: str, field: str, action: Action, change: Callable[[FieldValue], FieldValue]) -> Decided:
        item = self._desk.item(item_id)
        with self._database.transaction() as session:
            before = results.value_of(session, item_id, field)
            if before is None:
                raise ResultNotReadyError(f"{item.filename} has no value to decide about: it is {item.state}.")
            after = change(before)
            number = reviewing.record(
                session, item_id, who=self._who, action=action, before=before, after=after, now=self._clock()
            )
        return self._decided(number, action, item, before, after)

    def _decided(self, number: int, action: Action, item: ItemRow, before: FieldValue, after: FieldValue) -> Decided:
        return Decided(
            number=number,
            action=action,
            batch_id=item.batch_id,
            item_id=item.id,
            filename=item.filename,
            field=after.name,
            before=before,
            after=after,
            item_state=self._desk.item(item.id).state,
        )

    def _words(self, decision: decisions.Decision | None) -> str | None:
        if decision is None:
            return None
        item = self._desk.item(decision.item_id)
        title = self._desk.template_of(item.batch_id).field(decision.field).shown_title
        return f"{title} on {item.filename}"

    def _wanted(self, item_id: str, field: str) -> tuple[ItemRow, Template, TemplateField]:
        item = self._desk.item(item_id)
        template = self._desk.template_of(item.batch_id)
        return item, template, template.field(field)

    def _pages(self, item_id: str) -> tuple[Page, ...]:
        return self._desk.document_pages(item_id) or ()

    def _place(self, item: ItemRow, template: Template, wanted: TemplateField, value: str) -> Evidence | None:
        ready = self._shelf.of_item(item.id)
        if ready is None:
            return None
        document, prepared = ready
        found, _ = match_value_to_place(document, template, wanted.name, value, prepared=prepared)
        return found


def _settled(value: FieldValue) -> FieldValue:
    reasons = value.reasons if value.value is not None and value.evidence is None and not value.rows else ()
    return replace(value, confidence=1.0, needs_review=False, reasons=reasons, reviewed=True, alternatives=())
