"""The queue: batches in, states and results out. No Qt; each change is one transaction.

Front ends use `Queue`; how work comes in stands in `entrance`, what lanes do with it in `claims`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property

from docuextract_desktop.documents.models import Page
from docuextract_desktop.documents.serial import pages_from_blob
from docuextract_desktop.errors import BatchNotFoundError, ResultNotReadyError
from docuextract_desktop.export.models import ItemResult
from docuextract_desktop.extraction.models import Extraction
from docuextract_desktop.jobs.entrance import EntranceQueue
from docuextract_desktop.jobs.events import Event, EventKind
from docuextract_desktop.jobs.models import BatchSummary, ItemRow, ItemState
from docuextract_desktop.storage import batches, documents, events, items, results, templates, usage
from docuextract_desktop.storage.database import Session
from docuextract_desktop.templates.models import Template

SLICE = 200
"""Results are read so many at a time, so that a long export neither fills the memory nor holds up writers."""

EVENTS_AT_ONCE = 2000

SUCCEEDED = (ItemState.COMPLETED, ItemState.NEEDS_REVIEW)


class Queue(EntranceQueue):
    """All batches of one data folder. Any thread may use it. Its arguments are those of `EntranceQueue`."""

    @cached_property
    def _summaries(self) -> dict[str, tuple[int, BatchSummary]]:
        """Batches as last derived, with the number of their newest event then."""
        return {}

    # ---- looking

    def batches(self) -> list[BatchSummary]:
        """All batches, newest first."""
        with self.database.reading() as session:
            newest = batches.last_events(session)
            found = [self._summary(session, batch_id, last) for batch_id, last in newest.items()]
        self._summaries = {s.id: self._summaries[s.id] for s in found if s is not None and s.id in self._summaries}
        return [summary for summary in found if summary is not None]

    def _summary(self, session: Session, batch_id: str, last_event: int) -> BatchSummary | None:
        """Derived from the items, and remembered until the batch's next event."""
        known = self._summaries.get(batch_id)
        if known is not None and known[0] == last_event:
            return known[1]
        summary = batches.summary(session, batch_id)
        if summary is not None:
            self._summaries[batch_id] = (last_event, summary)
        return summary

    def batch(self, batch_id: str) -> BatchSummary:
        """One batch.

        Raises:
            BatchNotFoundError: there is none with that id.
        """
        with self.database.reading() as session:
            summary = batches.summary(session, batch_id)
        if summary is None:
            raise _no_batch(batch_id)
        return summary

    def items(
        self,
        batch_id: str,
        *,
        states: Collection[ItemState] | None = None,
        search: str | None = None,
        sort: str = "position",
        descending: bool = False,
        offset: int = 0,
        limit: int | None = None,
    ) -> list[ItemRow]:
        """Items of a batch; empty where there is no such batch.

        Args:
            batch_id: of the batch.
            states: only these; None for all.
            search: only those with this text in the file's name or the error's sentence.
            sort: position, filename, state, pages, started, ended, took, confidence, flagged or error.
            descending: the other way round; what has no such value stands last either way.
            offset: rows to leave out at the beginning.
            limit: rows at most; None for all.
        """
        with self.database.reading() as session:
            return items.rows(
                session,
                batch_id,
                states=states,
                search=search,
                sort=sort,
                descending=descending,
                offset=offset,
                limit=limit,
            )

    def count_items(
        self, batch_id: str, *, states: Collection[ItemState] | None = None, search: str | None = None
    ) -> int:
        """How many rows `items` would give without a limit."""
        with self.database.reading() as session:
            return items.count(session, batch_id, states=states, search=search)

    def items_by_id(self, item_ids: Sequence[str]) -> list[ItemRow]:
        """Those of the items that exist, in no certain order; for bringing a table up to date after events."""
        with self.database.reading() as session:
            return items.rows_by_id(session, item_ids)

    def item(self, item_id: str) -> ItemRow:
        """One item.

        Raises:
            BatchNotFoundError: there is none with that id.
        """
        with self.database.reading() as session:
            row = items.row(session, item_id)
        if row is None:
            raise BatchNotFoundError(f"There is no document {item_id}.")
        return row

    def error_hint(self, item_id: str) -> str:
        """What to do about a failed item, or an empty string."""
        with self.database.reading() as session:
            return items.error_hint(session, item_id)

    def extraction(self, item_id: str) -> Extraction:
        """The values of an item.

        Raises:
            BatchNotFoundError: there is no such item.
            ResultNotReadyError: it has not ended, or not well.
        """
        with self.database.reading() as session:
            row = items.row(session, item_id)
            found = results.load(session, item_id) if row is not None and row.state in SUCCEEDED else None
        if row is None:
            raise BatchNotFoundError(f"There is no document {item_id}.")
        if found is None:
            raise ResultNotReadyError(f"{row.filename} has no result: it is {row.state}.")
        return found

    def warnings(self, item_id: str) -> tuple[str, ...]:
        """What was wrong with a document but could be worked around."""
        with self.database.reading() as session:
            return results.warnings_of(session, item_id)

    def document_pages(self, item_id: str) -> tuple[Page, ...] | None:
        """The words of an item's pages as they were read, by rising index; None where it was not read."""
        with self.database.reading() as session:
            row = items.row(session, item_id)
            if row is None or row.sha256 is None:
                return None
            versions = documents.words_versions(session, row.sha256)
            version = self.words_version if self.words_version in versions else next(iter(versions), None)
            if version is None:
                return None
            kept = documents.pages(session, row.sha256, version)
        return tuple(page for part in kept for page in pages_from_blob(part.words))

    def template_of(self, batch_id: str) -> Template:
        """The template that the batch was started with, its review threshold set to the batch's.

        Raises:
            BatchNotFoundError: there is no such batch.
        """
        with self.database.reading() as session:
            found = batches.template_of(session, batch_id)
        if found is None:
            raise _no_batch(batch_id)
        _, body, threshold = found
        return Template.model_validate_json(body).model_copy(update={"review_threshold": threshold})

    def results(self, batch_id: str, states: Collection[ItemState] | None = None) -> Iterator[ItemResult]:
        """All items of a batch with their values, in the batch's order, read in slices.

        Raises:
            BatchNotFoundError: there is no such batch.
        """
        summary = self.batch(batch_id)
        position = -1
        while True:
            with self.database.reading() as session:
                rows = items.rows_after(session, batch_id, position, SLICE)
                found = results.load_many(session, [row.id for row in rows if row.state in SUCCEEDED])
            if not rows:
                return
            position = rows[-1].position
            for row in rows:
                if states is None or row.state in states:
                    yield ItemResult(row, found.get(row.id), summary.template_id, summary.template_version)

    def flagged(self, batch_id: str | None = None) -> list[str]:
        """Items that want a person's eye, of one batch or of all, in their order."""
        with self.database.reading() as session:
            return results.flagged_items(session, batch_id)

    def events_since(self, cursor: int, limit: int = EVENTS_AT_ONCE) -> list[Event]:
        """What changed after event number `cursor`, oldest first, at most `limit`."""
        with self.database.reading() as session:
            rows = events.since(session, cursor, limit)
        return [
            Event(
                number=row["id"],
                at=row["at"],
                kind=EventKind(row["kind"]),
                batch_id=row["batch_id"],
                item_id=row["item_id"],
                state=None if row["state"] is None else ItemState(row["state"]),
            )
            for row in rows
        ]

    def cursor(self) -> int:
        """The number of the newest event: what happens from now on has a higher one."""
        with self.database.reading() as session:
            return events.newest(session)

    def pages_this_month(self) -> int:
        """Pages read in this calendar month."""
        with self.database.reading() as session:
            return usage.pages_in(session, usage.month_of(self.clock()))

    # ---- changing

    def cancel(self, batch_id: str) -> int:
        """Cancel what is still pending, at once; running items finish on their own. How many were cancelled.

        Raises:
            BatchNotFoundError: there is no such batch.
        """
        now = self.clock()
        with self._changing(batch_id) as session:
            if batches.ended(session, batch_id):
                return 0
            batches.set_cancel_requested(session, batch_id, now)
            changed = items.cancel_pending(session, now=now, batch_id=batch_id)
            events.add(session, now=now, kind=EventKind.BATCH_CHANGED, batch_id=batch_id)
            self._say_if_ended(session, batch_id, now)
        return len(changed)

    def cancel_items(self, item_ids: Collection[str]) -> int:
        """Cancel those of the items that are pending; how many."""
        now = self.clock()
        with self.database.transaction() as session:
            changed = [row for item_id in item_ids for row in items.cancel_pending(session, now=now, item_id=item_id)]
            for row in changed:
                self._ended(session, row["batch_id"], row["id"], ItemState.CANCELLED, now)
        return len(changed)

    def retry(self, batch_id: str, *, only_failed: bool = False, item_ids: Collection[str] | None = None) -> int:
        """Put failed and cancelled items back into the queue (`only_failed`: failed ones alone); how many.

        Raises:
            BatchNotFoundError: there is no such batch.
        """
        states = (ItemState.FAILED,) if only_failed else (ItemState.FAILED, ItemState.CANCELLED)
        return self._requeue(batch_id, states, item_ids, reuse=True)

    def run_again(self, batch_id: str, *, item_ids: Collection[str] | None = None) -> int:
        """Put everything that has ended back into the queue, to be extracted anew; how many items.

        Raises:
            BatchNotFoundError: there is no such batch.
        """
        return self._requeue(batch_id, tuple(s for s in ItemState if s.terminal), item_ids, reuse=False)

    def _requeue(
        self, batch_id: str, states: Collection[ItemState], item_ids: Collection[str] | None, *, reuse: bool
    ) -> int:
        now = self.clock()
        with self._changing(batch_id) as session:
            wanted: Collection[str | None] = [None] if item_ids is None else list(item_ids)
            changed = [
                row
                for item_id in wanted
                for row in items.requeue(session, batch_id, states=states, reuse=reuse, item_id=item_id)
            ]
            if changed:
                batches.set_cancel_requested(session, batch_id, None)
                events.add(session, now=now, kind=EventKind.BATCH_CHANGED, batch_id=batch_id)
        return len(changed)

    def rename(self, batch_id: str, name: str) -> None:
        """Give a batch another name; a blank one is ignored.

        Raises:
            BatchNotFoundError: there is no such batch.
        """
        with self._changing(batch_id) as session:
            if name.strip():
                batches.rename(session, batch_id, name.strip())
                events.add(session, now=self.clock(), kind=EventKind.BATCH_CHANGED, batch_id=batch_id)

    def delete(self, batch_id: str) -> None:
        """Delete a batch with its results and decisions, and the words that no other batch needs.

        Raises:
            BatchNotFoundError: there is no such batch.
        """
        with self._changing(batch_id) as session:
            self._delete(session, batch_id)

    def _delete(self, session: Session, batch_id: str) -> None:
        batches.delete(session, batch_id)
        documents.forget_unused(session)
        templates.forget_unused(session)
        events.add(session, now=self.clock(), kind=EventKind.BATCH_DELETED, batch_id=batch_id)
        self._passwords.pop(batch_id, None)
        self._templates.pop(batch_id, None)

    @contextmanager
    def _changing(self, batch_id: str) -> Iterator[Session]:
        """A write transaction about a batch that must exist."""
        with self.database.transaction() as session:
            if not batches.exists(session, batch_id):
                raise _no_batch(batch_id)
            yield session


def _no_batch(batch_id: str) -> BatchNotFoundError:
    return BatchNotFoundError(f"There is no batch {batch_id}.")
