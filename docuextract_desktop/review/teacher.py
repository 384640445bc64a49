"""Correct once, and the batch fixes itself: after a decision the template learns, and open documents are proposed anew.

Slow work (up to a second or two on a thousand documents): call it from a thread of its own, one decision at a time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from docuextract_desktop.extraction.features.prepared import header_fields
from docuextract_desktop.extraction.models import FieldValue
from docuextract_desktop.extraction.pipeline import Outline, propose
from docuextract_desktop.extraction.ranking.consistency import joined_with
from docuextract_desktop.extraction.ranking.knowledge import Knowledge
from docuextract_desktop.review.desk import Desk
from docuextract_desktop.review.lessons import CancelledError, Lessons
from docuextract_desktop.review.models import Action, Change, Decided, Reproposal
from docuextract_desktop.review.preparing import PreparedShelf
from docuextract_desktop.storage import reproposals, results, reviewing, standing
from docuextract_desktop.storage.database import Database, Session
from docuextract_desktop.storage.standing import OpenItem
from docuextract_desktop.templates.models import Template

_WHAT_WAS_DONE = {
    Action.ACCEPT: "confirmed",
    Action.CORRECT: "corrected",
    Action.POINT: "corrected",
    Action.ABSENT: "emptied",
    Action.EDIT_ROWS: "corrected",
    Action.UNDO: "undid a decision about",
    Action.REDO: "brought back a decision about",
}


class Teacher:
    """Has templates learn from decisions and proposes open documents anew. Call from one thread at a time.

    Args:
        database: of the data folder.
        desk: the queue.
        shelf: prepared documents.
        lessons: what was taught.
    """

    def __init__(
        self,
        database: Database,
        desk: Desk,
        shelf: PreparedShelf,
        lessons: Lessons,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._desk = desk
        self._shelf = shelf
        self._lessons = lessons
        self._clock = clock
        self._lock = threading.Lock()
        self._proposed: dict[str, Mapping[str, int]] = {}

    def learn(self, decided: Decided, *, cancelled: Callable[[], bool] = lambda: False) -> Reproposal | None:
        """Fit the template to its lessons, and propose the batch's open values anew.

        The lesson itself was stored with the decision, so nothing is lost where this is cancelled or never called.

        Args:
            decided: the newest decision; undoing counts as one.
            cancelled: asked now and then; once true, the work ends early and nothing of it is stored.

        Returns:
            What changed elsewhere, or None where it was cancelled, or where the decision teaches nothing (a table).
        """
        if decided.after.type == "table":
            return None
        template = self._desk.template_of(decided.batch_id)
        with self._lock:
            try:
                learnt = self._lessons.fit(template, anew=False, cancelled=cancelled)
                # Only what is said otherwise than when the batch was last proposed anew can change.
                before = self._proposed.get(decided.batch_id)
                told = learnt.told
                only = None
                if before is not None:
                    names = told.keys() | before.keys()
                    only = frozenset(name for name in names if told.get(name) != before.get(name))
                made = self._propose_anew(decided, template, learnt.knowledge, only, cancelled)
            except CancelledError:
                return None
            self._proposed[decided.batch_id] = told
        return made

    def get_ready(self, batch_id: str, *, cancelled: Callable[[], bool] = lambda: False) -> bool:
        """Load and work out all that proposing a batch anew will want; changes nothing. False where it was cancelled.

        Without this the first correction does it: several seconds for a thousand documents.

        Raises:
            BatchNotFoundError: there is no such batch.
        """
        template = self._desk.template_of(batch_id)
        with self._lock:
            told: Mapping[str, int] = {}
            knowledge: Knowledge | None = None
            try:
                if template.id in self._lessons.taught_templates():
                    learnt = self._lessons.fit(template, anew=False, cancelled=cancelled)
                    told, knowledge = learnt.told, learnt.knowledge
            except CancelledError:
                return False
            names = {field.name for field in header_fields(template)}
            with self._database.reading() as session:
                rows = standing.open_items(session, batch_id, names)
            as_proposed = True
            for row in rows:
                if cancelled():
                    return False
                as_proposed = not self._other_values(row, template, knowledge, None) and as_proposed
            if as_proposed:
                # So it stands as if it had been proposed anew just now: only what is said from now on can change it.
                self._proposed.setdefault(batch_id, told)
        return True

    def settle(self, *, cancelled: Callable[[], bool] = lambda: False) -> bool:
        """Fit anew what was fitted quickly: for when no decision waits. False where it was cancelled."""
        with self._lock:
            try:
                self._lessons.settle(cancelled=cancelled)
            except CancelledError:
                return False
        return True

    def take_back(self, number: int) -> int:
        """Take back a re-proposal as one step, except where a person has decided since; how many values."""
        with self._database.transaction() as session:
            now = self._clock()
            restored: dict[str, list[FieldValue]] = {}
            for item_id, before, after in reproposals.changes(session, number):
                standing = results.value_of(session, item_id, before.name)
                if standing is not None and not standing.reviewed and standing.value == after.value:
                    restored.setdefault(item_id, []).append(before)
            reviewing.replace_many(session, restored, now=now)
            reproposals.mark_taken_back(session, number, now=now)
        return sum(len(values) for values in restored.values())

    # ---- proposing anew

    def _propose_anew(
        self,
        decided: Decided,
        template: Template,
        learnt: Knowledge,
        only: frozenset[str] | None,
        cancelled: Callable[[], bool],
    ) -> Reproposal:
        names = {field.name for field in header_fields(template)}
        with self._database.reading() as session:
            rows = standing.open_items(
                session, decided.batch_id, names if only is None else joined_with(template, only)
            )
            declined = reproposals.declined(session, decided.batch_id)
        title = template.field(decided.field).shown_title
        cause = f"you {_WHAT_WAS_DONE[decided.action]} {title} on {decided.filename}"
        mark = f"Proposed anew because {cause}."
        found: dict[str, tuple[FieldValue, ...]] = {}
        looked = 0
        for row in rows:
            if cancelled():
                raise CancelledError
            if row.item_id == decided.item_id:
                continue
            looked += 1
            values = self._other_values(row, template, learnt, only)
            values = tuple(v for v in values if (row.item_id, v.name, v.value) not in declined)
            if values:
                found[row.item_id] = values
        with self._database.reading() as session:
            before = standing.full_values(session, {item_id: {v.name for v in of} for item_id, of in found.items()})
        changes = [
            Change(item_id, after.name, have, _marked(have, after, mark))
            for item_id, values in found.items()
            for after in values
            if (have := before.get((item_id, after.name))) is not None and not have.reviewed
        ]
        if cancelled():
            raise CancelledError
        with self._database.transaction(durable=False) as session:
            number = reproposals.begin(session, decided.batch_id, cause, now=self._clock())
            stored = self._store(session, number, changes)
        same = [c for c in changes if c.before.value == c.after.value]
        return Reproposal(
            number=number,
            batch_id=decided.batch_id,
            cause=cause,
            documents=looked,
            values_changed=sum(c.before.value != c.after.value for c in stored),
            flags_cleared=sum(c.before.needs_review and not c.after.needs_review for c in same),
            changes=tuple(stored),
        )

    def _other_values(
        self, row: OpenItem, template: Template, learnt: Knowledge | None, only: frozenset[str] | None
    ) -> tuple[FieldValue, ...]:
        """What is proposed otherwise than it stands, of the values of an item that are open."""
        if not row.values or row.sha256 is None:
            return ()
        prepared = self._shelf.of_content(
            row.sha256, row.page_ranges, template, lambda: self._shelf.words_of(row.item_id)
        )
        if prepared is None:
            return ()

        def stands(name: str, proposed: Outline | FieldValue) -> bool:
            have = row.values.get(name)
            return have is None or (
                have.value == proposed.value
                and have.needs_review == proposed.needs_review
                and abs(have.confidence - proposed.confidence) <= 0.02
            )

        return propose(prepared, template, learnt, only=only, stands=stands)

    def _store(self, session: Session, number: int, changes: list[Change]) -> list[Change]:
        """Store what nobody decided about meanwhile."""
        wanted: dict[str, set[str]] = {}
        for change in changes:
            wanted.setdefault(change.item_id, set()).add(change.field)
        left = standing.still_open(session, wanted)
        stored = [change for change in changes if (change.item_id, change.field) in left]
        by_item: dict[str, list[FieldValue]] = {}
        for change in stored:
            by_item.setdefault(change.item_id, []).append(change.after)
        reproposals.keep_before(session, number, ((change.item_id, change.field) for change in stored))
        reviewing.replace_many(session, by_item, now=self._clock())
        reproposals.keep_after(session, number)
        return stored


def _marked(before: FieldValue, after: FieldValue, mark: str) -> FieldValue:
    """A proposal that says why it was made; where the value is the same, whatever marked it before still holds."""
    marks: tuple[str, ...] = (mark,)
    if before.value == after.value:
        marks = tuple(reason for reason in before.reasons if reason.startswith("Proposed anew"))
    return replace(after, reasons=(*after.reasons, *marks))
