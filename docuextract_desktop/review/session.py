"""What a person decides about values: each decision is on the disk when the call returns, and can be undone later.

Decisions are append-only. Undo and redo are decisions too, so they survive a restart, and the log tells who did what.
"""

from __future__ import annotations

import getpass
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from docuextract_desktop.documents.models import Page
from docuextract_desktop.errors import ResultNotReadyError, TemplateInvalidError
from docuextract_desktop.extraction.features.prepared import Prepared, header_fields
from docuextract_desktop.extraction.models import Evidence, FieldValue, field_value_from_json
from docuextract_desktop.extraction.teaching.confirming import TYPED, Confirmed, confirm_value, settled
from docuextract_desktop.jobs.models import ItemRow
from docuextract_desktop.review import told
from docuextract_desktop.review.desk import Desk, locale_of, typed_value, words_at
from docuextract_desktop.review.models import Action, Decided, Flag
from docuextract_desktop.review.preparing import PreparedShelf
from docuextract_desktop.storage import audits, decisions, results, reviewing
from docuextract_desktop.storage.database import Database, Session

_log = logging.getLogger(__name__)


def person() -> str:
    """Name of the person's account, for the log of decisions."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no account with that number, as in containers
        return "unknown"


@lru_cache(maxsize=4_096)
def _reasons(stored: str) -> tuple[str, ...]:
    """Reasons as they are stored; thousands of flags have few different ones, and are read after every decision."""
    return tuple(json.loads(stored))


@dataclass(frozen=True, slots=True)
class Taught:
    """What a person's word about the fields of one document came to.

    Attributes:
        confirmed: field name → the field from now on.
        warnings: sentences about values that do not stand on the document just so.
    """

    confirmed: Mapping[str, Confirmed]
    warnings: tuple[str, ...]


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
        """Values that want a person's eye: flagged ones in the order of batches, documents and fields, then audits."""
        with self._database.reading() as session:
            rows = [(row, False) for row in results.flagged_values(session, batch_id)]
            rows += [(row, True) for row in audits.open_values(session, batch_id)]
        return [
            Flag(
                batch_id=row["batch_id"],
                item_id=row["item_id"],
                position=row["position"],
                filename=row["filename"],
                field=row["name"],
                confidence=row["confidence"],
                reasons=_reasons(row["reasons"]),
                audit=audit,
            )
            for row, audit in rows
        ]

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

        def accepted(before: FieldValue) -> tuple[Action, FieldValue]:
            rows = tuple(tuple(settled(cell) for cell in row) for row in before.rows)
            return Action.ACCEPT, replace(settled(before), rows=rows)

        return self._decide(item_id, field, accepted)

    def correct(
        self, item_id: str, field: str, text: str, evidence: Evidence | None = None, *, pointed: bool = False
    ) -> Decided:
        """The value is what was typed or offered, or what stands at the place pointed at.

        Where the typed value stands on the document, that place becomes its evidence; what stood there already is
        accepted.

        Args:
            item_id: of the document.
            field: its name.
            text: the value, as typed or printed.
            evidence: the place, where it is known.
            pointed: a person pointed at that place, so the place is taught with the value.

        Raises:
            ValueInvalidError: `text` is no value of the field's type.
        """
        item = self._desk.item(item_id)
        template = self._desk.template_of(item.batch_id)
        wanted = template.field(field)
        ready = self._prepared_or_none(item) if evidence is None else None
        locale = ready.locale if ready is not None else locale_of(template, self._pages(item_id))
        value = typed_value(wanted, text, locale, evidence)

        def corrected(before: FieldValue) -> tuple[Action, FieldValue]:
            if evidence is not None:
                return Action.POINT if pointed else Action.CORRECT, value
            if ready is None or wanted.type == "table":
                return Action.CORRECT, replace(value, reasons=(TYPED,))
            made = confirm_value(ready, template, wanted, text, before)
            return Action(made.action), made.value

        return self._decide(item_id, field, corrected)

    def absent(self, item_id: str, field: str) -> Decided:
        """The document does not have this value."""

        def emptied(before: FieldValue) -> tuple[Action, FieldValue]:
            empty = FieldValue(name=before.name, type=before.type, confidence=1.0, reviewed=True)
            was_absent = before.value is None and not before.rows
            return Action.ACCEPT if was_absent else Action.ABSENT, empty

        return self._decide(item_id, field, emptied)

    def confirm(self, item_id: str, values: Mapping[str, str | None]) -> Taught:
        """Decide about many fields of a document at once, as the screen would one by one: all of it or nothing.

        Args:
            item_id: of a document that was extracted.
            values: field name → the value as a person writes it, or None: not on this document. Tables, and fields
                that the template does not have, are passed over. What is no value of its field's type is kept as said.

        Raises:
            BatchNotFoundError: there is no such document.
            ResultNotReadyError: it has no values (yet), or its words are not kept.
        """
        item = self._desk.item(item_id)
        template = self._desk.template_of(item.batch_id)
        ready = self._prepared(item)
        with self._database.transaction() as session:
            extraction = results.load(session, item_id)
            if extraction is None or ready is None:
                raise ResultNotReadyError(f"{item.filename} has no values that could be confirmed: it is {item.state}.")
            before = {value.name: value for value in extraction.fields}
            confirmed = {
                field.name: confirm_value(ready, template, field, values[field.name], before.get(field.name))
                for field in header_fields(template)
                if field.name in values
            }
            for name, one in confirmed.items():
                self._record(session, item_id, Action(one.action), before.get(name), one.value)
            told.note(session, item_id, who=self._who, now=self._clock())
        warnings = [f"{template.field(n).shown_title}: {c.warning}" for n, c in confirmed.items() if c.warning]
        return Taught(confirmed, tuple(warnings))

    def set_rows(self, item_id: str, field: str, rows: tuple[tuple[FieldValue, ...], ...]) -> Decided:
        """The rows of a table, whole; cells come from `parse_cell` or from the rows as they were."""

        def edited(before: FieldValue) -> tuple[Action, FieldValue]:
            edited_rows = tuple(tuple(settled(cell) for cell in row) for row in rows)
            return Action.EDIT_ROWS, replace(settled(before), rows=edited_rows)

        return self._decide(item_id, field, edited)

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
            number = self._record(session, found.item_id, action, before, after, undoes=found.number)
            told.note(session, found.item_id, who=self._who, now=self._clock())
        return self._decided(number, action, item, before, after)

    def _decide(self, item_id: str, field: str, change: Callable[[FieldValue], tuple[Action, FieldValue]]) -> Decided:
        item = self._desk.item(item_id)
        with self._database.transaction() as session:
            before = results.value_of(session, item_id, field)
            if before is None:
                raise ResultNotReadyError(f"{item.filename} has no value to decide about: it is {item.state}.")
            action, after = change(before)
            number = self._record(session, item_id, action, before, after)
            told.note(session, item_id, who=self._who, now=self._clock())
        return self._decided(number, action, item, before, after)

    def _record(
        self,
        session: Session,
        item_id: str,
        action: Action,
        before: FieldValue | None,
        after: FieldValue,
        undoes: int | None = None,
    ) -> int:
        return reviewing.record(
            session,
            item_id,
            who=self._who,
            action=action,
            before=before,
            after=after,
            now=self._clock(),
            undoes=undoes,
        )

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

    def _pages(self, item_id: str) -> tuple[Page, ...]:
        return self._desk.document_pages(item_id) or ()

    def _prepared(self, item: ItemRow) -> Prepared | None:
        return self._shelf.prepared(item, self._desk.template_of(item.batch_id))

    def _prepared_or_none(self, item: ItemRow) -> Prepared | None:
        """As `_prepared`; a pattern that is refused keeps nobody from deciding, the place is just not looked for."""
        try:
            return self._prepared(item)
        except TemplateInvalidError as error:
            _log.warning("the place of a value was not looked for: %s", error)
            return None
