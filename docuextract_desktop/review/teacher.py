"""Correct once, and the batch fixes itself: after a decision the template learns, and open documents are proposed anew.

Slow work (up to a second or two on a thousand documents): call it from a thread of its own, one decision at a time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from docuextract_desktop.extraction.learning import Knowledge
from docuextract_desktop.extraction.models import FieldValue
from docuextract_desktop.extraction.pipeline import propose
from docuextract_desktop.jobs.models import ItemRow, ItemState
from docuextract_desktop.review.desk import Desk
from docuextract_desktop.review.lessons import CancelledError, Lessons
from docuextract_desktop.review.models import Action, Change, Decided, Reproposal
from docuextract_desktop.review.preparing import PreparedShelf
from docuextract_desktop.storage import items, reproposals, results, reviewing
from docuextract_desktop.storage.database import Database, Session
from docuextract_desktop.templates.models import Template

REVIEWABLE = frozenset({ItemState.COMPLETED, ItemState.NEEDS_REVIEW})
SLICE = 50
"""Documents stored in one transaction, and looked at between two questions whether to go on."""

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
            for item_id, values in restored.items():
                reviewing.replace_values(session, item_id, tuple(values), now=now)
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
        with self._database.reading() as session:
            rows = items.rows(session, decided.batch_id, states=REVIEWABLE)
            declined = reproposals.declined(session, decided.batch_id)
        title = template.field(decided.field).shown_title
        cause = f"you {_WHAT_WAS_DONE[decided.action]} {title} on {decided.filename}"
        mark = f"Proposed anew because {cause}."
        changes: list[Change] = []
        cleared = looked = 0
        for start in range(0, len(rows), SLICE):
            if cancelled():
                raise CancelledError
            part = [row for row in rows[start : start + SLICE] if row.id != decided.item_id]
            with self._database.reading() as session:
                stored = results.load_many(session, [row.id for row in part])
            for row in part:
                if row.id not in stored:
                    continue
                looked += 1
                have = {value.name: value for value in stored[row.id].fields}
                for before, after in self._differences(row, template, learnt, only, have, mark):
                    if (row.id, before.name, after.value) in declined:
                        continue
                    changes.append(Change(row.id, before.name, before, after))
                    cleared += before.needs_review and not after.needs_review and before.value == after.value
        if cancelled():
            raise CancelledError
        with self._database.transaction() as session:
            stored_changes = self._store(session, changes)
            number = reproposals.add(
                session,
                decided.batch_id,
                cause,
                ((c.item_id, c.before, c.after) for c in stored_changes),
                now=self._clock(),
            )
        return Reproposal(
            number=number,
            batch_id=decided.batch_id,
            cause=cause,
            documents=looked,
            values_changed=sum(c.before.value != c.after.value for c in stored_changes),
            flags_cleared=cleared,
            changes=tuple(stored_changes),
        )

    def _differences(
        self,
        row: ItemRow,
        template: Template,
        learnt: Knowledge,
        only: frozenset[str] | None,
        have: dict[str, FieldValue],
        mark: str,
    ) -> list[tuple[FieldValue, FieldValue]]:
        if all(value.reviewed or value.type == "table" for value in have.values()):
            return []
        prepared = self._shelf.prepared(row, template)
        if prepared is None:
            return []
        found = []
        for after in propose(prepared, template, learnt, only=only):
            before = have.get(after.name)
            if before is None or before.reviewed:
                continue
            if before.value != after.value:
                found.append((before, replace(after, reasons=(*after.reasons, mark))))
            elif before.needs_review != after.needs_review or abs(before.confidence - after.confidence) > 0.02:
                # Whatever marked the value before still holds.
                marks = tuple(r for r in before.reasons if r.startswith("Proposed anew"))
                found.append((before, replace(after, reasons=(*after.reasons, *marks))))
        return found

    def _store(self, session: Session, changes: list[Change]) -> list[Change]:
        """Store what nobody decided about meanwhile."""
        now = self._clock()
        stored: list[Change] = []
        by_item: dict[str, list[Change]] = {}
        for change in changes:
            standing = results.value_of(session, change.item_id, change.field)
            if standing is not None and not standing.reviewed:
                by_item.setdefault(change.item_id, []).append(change)
        for item_id, of_item in by_item.items():
            row = items.row(session, item_id)
            if row is None or row.state not in REVIEWABLE:
                continue
            reviewing.replace_values(session, item_id, tuple(change.after for change in of_item), now=now)
            stored += of_item
        return stored
