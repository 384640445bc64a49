"""The side of the queue that lanes use: claim, finish, fail, give back, recover. Each is one transaction."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from docuextract_desktop import __version__
from docuextract_desktop.documents.serial import WORDS_VERSION
from docuextract_desktop.errors import BatchNotFoundError, ItemError, ItemErrorCode
from docuextract_desktop.extraction.models import ENGINE_VERSION
from docuextract_desktop.jobs import auditing
from docuextract_desktop.jobs.events import EventKind
from docuextract_desktop.jobs.intake import fingerprint
from docuextract_desktop.jobs.models import InputFile, ItemState
from docuextract_desktop.jobs.owners import is_dead, this_program
from docuextract_desktop.jobs.work import Claim, Job, KeptPage, Knowledge, Outcome
from docuextract_desktop.settings import Limits
from docuextract_desktop.storage import (
    audits,
    batches,
    documents,
    events,
    items,
    knowledge,
    owners,
    prepared,
    results,
    usage,
)
from docuextract_desktop.storage.database import Database, Session
from docuextract_desktop.storage.owners import OwnerRow
from docuextract_desktop.storage.settings import SettingsStore
from docuextract_desktop.templates.models import Template

COPIES_PER_TRANSACTION = 50
"""So many items may take over an earlier result in one transaction before others get their turn."""

PAUSE_GROWTH = 4.0
"""Each pause before another try is so many times as long as the one before."""

_log = logging.getLogger(__name__)

Clock = Callable[[], float]
DeadCheck = Callable[[OwnerRow, float], bool]


def dead_by_now(owner: OwnerRow, now: float) -> bool:
    """See `owners.is_dead`."""
    return is_dead(owner, now=now)


class ClaimQueue:
    """What lanes do with the queue. Any thread may use it.

    Attributes:
        database: shared with the front ends.
        owner: this program, as other programs see it.
    """

    def __init__(
        self,
        database: Database,
        settings: SettingsStore,
        *,
        clock: Clock = time.time,
        dead: DeadCheck = dead_by_now,
        words_version: str = WORDS_VERSION,
    ) -> None:
        self.database = database
        self.settings = settings
        self.clock = clock
        self.owner = this_program(clock())
        self.words_version = words_version
        self._dead = dead
        self._passwords: dict[str, tuple[str, ...]] = {}
        self._templates: dict[str, tuple[int, str, float]] = {}

    def heartbeat(self) -> None:
        """Tell other programs that this one lives."""
        now = self.clock()
        with self.database.transaction(durable=False) as session:
            owners.sign_of_life(session, replace(self.owner, heartbeat=now))

    def recover(self) -> int:
        """Put back to pending what dead programs held; how many items. Called at the start and every few seconds."""
        now = self.clock()
        with self.database.reading() as session:
            known = owners.all_owners(session)
            holding = items.running_owners(session)
        dead = {owner.id for owner in known if owner.id != self.owner.id and self._dead(owner, now)}
        # Items of an owner without a row are nobody's: the row is written before the first claim.
        dead |= holding - {owner.id for owner in known} - {self.owner.id}
        if not dead:
            return 0
        with self.database.transaction() as session:
            # Asked again inside the transaction: a sign of life may have come in between.
            alive = {owner.id for owner in owners.all_owners(session) if not self._dead(owner, now)}
            gone = dead - alive
            back = items.give_back(session, gone)
            for row in back:
                self._back_in_queue(session, row["batch_id"], row["id"], now)
            owners.remove(session, gone)
        if back:
            _log.warning("put %d documents of %d ended programs back into the queue", len(back), len(gone))
        return len(back)

    def retire(self) -> None:
        """Give back what this program still holds and remove its owner row: the last thing that a runner does."""
        now = self.clock()
        with self.database.transaction() as session:
            for row in items.give_back(session, [self.owner.id]):
                self._back_in_queue(session, row["batch_id"], row["id"], now)
            owners.remove(session, [self.owner.id])

    def claim(self, batch_ids: Collection[str] | None = None, *, min_priority: int | None = None) -> Claim | None:
        """The next item for a lane, now running and held by this program; None where nothing can be started now.

        Items whose content was done before take over that result on the way. `batch_ids` and `min_priority` limit the
        choice.
        """
        now = self.clock()
        settings = self.settings.get()
        while True:
            with self.database.transaction(durable=False) as session:
                for _ in range(COPIES_PER_TRANSACTION):
                    row = items.next_to_claim(
                        session, owner=self.owner.id, now=now, batch_ids=batch_ids, min_priority=min_priority
                    )
                    if row is None:
                        return None
                    owners.sign_of_life(session, replace(self.owner, heartbeat=now))
                    claim = self._started(session, row["id"], settings.limits, now)
                    if row["reuse"] and self._took_over(session, claim, now):
                        continue
                    if settings.page_allowance is not None and self._over_allowance(
                        session, claim, settings.page_allowance, now
                    ):
                        continue
                    return claim

    def _started(self, session: Session, item_id: str, limits: Limits, now: float) -> Claim:
        row = items.start(session, item_id, owner=self.owner.id, now=now)
        if row is None:
            raise AssertionError(f"{item_id} was pending inside this very transaction")
        batch_id = row["batch_id"]
        template_version_id, template_json, threshold = self._template(session, batch_id)
        template = json.loads(template_json)
        events.add(
            session,
            now=now,
            kind=EventKind.ITEM_CHANGED,
            batch_id=batch_id,
            item_id=item_id,
            state=ItemState.RUNNING,
        )
        return Claim(
            item_id=item_id,
            batch_id=batch_id,
            owner=self.owner.id,
            attempt=row["attempt"],
            path=items.loaded_path(row["path"]),
            sha256=row["sha256"],
            page_ranges=row["page_ranges"],
            page_count=row["page_count"],
            template_version_id=template_version_id,
            template_json=template_json,
            review_threshold=threshold,
            passwords=self._passwords.get(batch_id, ()),
            limits=limits,
            knowledge_version=knowledge.version(session, template["id"], template.get("version", 1)),
        )

    def _template(self, session: Session, batch_id: str) -> tuple[int, str, float]:
        known = self._templates.get(batch_id)
        if known is None:
            known = batches.template_of(session, batch_id)
            if known is None:
                raise AssertionError(f"{batch_id} has items but no row")
            if len(self._templates) > 100:
                self._templates.clear()
            self._templates[batch_id] = known
        return known

    def _reuse_key(self, claim: Claim, sha256: str) -> str:
        """Equal for equal content, template version, teaching and options, by the same version of the program."""
        told = [
            sha256,
            claim.template_version_id,
            claim.review_threshold,
            claim.page_ranges,
            __version__,
            self.words_version,
            ENGINE_VERSION,
            claim.knowledge_version,
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def _took_over(self, session: Session, claim: Claim, now: float) -> bool:
        if claim.sha256 is None:
            return False
        source = results.reusable(session, self._reuse_key(claim, claim.sha256))
        if source is None:
            return False
        state = ItemState(source.state)
        items.end_well(
            session,
            claim.item_id,
            owner=claim.owner,
            attempt=claim.attempt,
            state=state,
            now=now,
            sha256=source.sha256,
            page_count=source.page_count,
            lowest_confidence=source.lowest_confidence,
            flagged=source.flagged,
            copied_from=source.item_id,
        )
        results.copy(session, source.item_id, claim.item_id, now=now)
        self._ended(session, claim.batch_id, claim.item_id, state, now)
        return True

    def _over_allowance(self, session: Session, claim: Claim, allowance: int, now: float) -> bool:
        used = usage.pages_in(session, usage.month_of(now))
        if used + (claim.page_count or 1) <= allowance:
            return False
        failure = items.Failure(
            ItemErrorCode.PAYMENT_REQUIRED,
            f"This month's allowance of {allowance:,} pages is used up.",
            "Raise the page allowance in Settings, or retry next month.",
        )
        items.end_badly(session, claim.item_id, failure, owner=claim.owner, attempt=claim.attempt, now=now)
        self._ended(session, claim.batch_id, claim.item_id, ItemState.FAILED, now)
        return True

    def job(self, claim: Claim) -> Job:
        """Everything that a worker needs for a claimed item."""
        template = json.loads(claim.template_json)
        template["review_threshold"] = claim.review_threshold
        return self._job(claim.path, claim.sha256, template, claim.page_ranges, claim.passwords, claim.limits)

    def try_job(self, path: Path, template: Template, page_ranges: str | None, passwords: tuple[str, ...]) -> Job:
        """The job for trying a template, saved or not, on one document; its words are used where they are kept."""
        limits = self.settings.get().limits
        file = fingerprint((InputFile(path, path.name),), max_bytes=limits.max_file_bytes)[0]
        return self._job(path, file.sha256, template.model_dump(mode="json"), page_ranges, passwords, limits)

    def _job(
        self,
        path: Path,
        sha256: str | None,
        template: Mapping[str, Any],
        page_ranges: str | None,
        passwords: tuple[str, ...],
        limits: Limits,
    ) -> Job:
        kept: tuple[KeptPage, ...] = ()
        document = None
        with self.database.reading() as session:
            if sha256 is not None:
                document = documents.document(session, sha256)
                if document is not None:
                    kept = _kept_pages(documents.pages(session, sha256, self.words_version))
            taught = knowledge.fitted(session, template["id"], template.get("version", 1))
        return Job(
            path=path,
            sha256=sha256,
            template=template,
            page_ranges=page_ranges,
            page_count=document.page_count if document else None,
            kind=document.kind if document else None,
            kept=kept,
            passwords=passwords,
            limits=limits.model_dump(mode="json"),
            knowledge=None if taught is None else Knowledge(taught.template_id, taught.version, taught.body),
        )

    def keep_words(self, outcome: Outcome) -> None:
        """Keep the words of a document that was read for a try, so that the next try need not read it again."""
        now = self.clock()
        with self.database.transaction(durable=False) as session:
            self._keep_words(session, outcome, now)
            if outcome.pages_read:
                usage.add_pages(session, usage.month_of(now), outcome.pages_read)

    def page_source(self, source: str | Path) -> tuple[Path, tuple[str, ...]]:
        """Where the pages of an item (by id), or of a file, can be drawn from: path and passwords.

        Raises:
            BatchNotFoundError: there is no such item.
        """
        if isinstance(source, Path):
            return source, ()
        with self.database.reading() as session:
            row = items.row(session, source)
        if row is None:
            raise BatchNotFoundError(f"There is no document {source}.")
        return row.path, self._passwords.get(row.batch_id, ())

    def _keep_words(self, session: Session, outcome: Outcome, now: float) -> None:
        row = documents.DocumentRow(outcome.sha256, outcome.kind, outcome.size_bytes, outcome.page_count)
        documents.keep_document(session, row, now=now)
        documents.keep_pages(session, outcome.sha256, outcome.words_version, _page_rows(outcome.words))

    def finish(self, claim: Claim, outcome: Outcome) -> bool:
        """Store the result of a claimed item; False where the item is not this lane's any more (nothing is stored)."""
        now = self.clock()
        extraction = outcome.extraction
        state = ItemState.NEEDS_REVIEW if extraction.needs_review else ItemState.COMPLETED
        share = self.settings.get().audit_share
        with self.database.transaction(durable=False) as session:
            held = items.end_well(
                session,
                claim.item_id,
                owner=claim.owner,
                attempt=claim.attempt,
                state=state,
                now=now,
                sha256=outcome.sha256,
                page_count=outcome.page_count,
                lowest_confidence=extraction.lowest_confidence,
                flagged=sum(1 for value in extraction.fields if value.needs_review),
            )
            if not held:
                return False
            self._keep_words(session, outcome, now)
            results.store(
                session,
                claim.item_id,
                extraction,
                reuse_key=self._reuse_key(claim, outcome.sha256),
                warnings=outcome.warnings,
                now=now,
            )
            if outcome.prepared is not None:
                template = json.loads(claim.template_json)
                key = prepared.PreparedKey(
                    outcome.sha256,
                    template["id"],
                    template.get("version", 1),
                    claim.page_ranges or "",
                    outcome.prepared.made_by,
                )
                prepared.keep(session, key, outcome.prepared.body)
            audits.choose(session, claim.item_id, auditing.sample(claim.item_id, extraction, share), now=now)
            if outcome.pages_read:
                usage.add_pages(session, usage.month_of(now), outcome.pages_read)
            self._ended(session, claim.batch_id, claim.item_id, state, now)
        return True

    def fail(self, claim: Claim, error: ItemError) -> ItemState | None:
        """End a claimed item with an error, or pause it before another try; its new state.

        None where the item is not this lane's any more. A passing fault leads to `pending` while tries are left, with a
        pause that grows from try to try.
        """
        now = self.clock()
        limits = claim.limits
        with self.database.transaction(durable=False) as session:
            faults = items.faults(session, claim.item_id)
            if ItemErrorCode(error.code).transient and faults + 1 < limits.max_attempts:
                not_before = now + limits.retry_pause_s * PAUSE_GROWTH**faults
                held = items.pause(
                    session, claim.item_id, owner=claim.owner, attempt=claim.attempt, not_before=not_before
                )
                if not held:
                    return None
                return self._back_in_queue(session, claim.batch_id, claim.item_id, now)
            failure = items.Failure(error.code, error.message, error.hint, error.detail)
            held = items.end_badly(session, claim.item_id, failure, owner=claim.owner, attempt=claim.attempt, now=now)
            if not held:
                return None
            self._ended(session, claim.batch_id, claim.item_id, ItemState.FAILED, now)
        return ItemState.FAILED

    def release(self, claim: Claim) -> bool:
        """Put a claimed item back to pending, because the program stops; False where it is not this lane's any more."""
        now = self.clock()
        with self.database.transaction(durable=False) as session:
            back = items.give_back(session, [claim.owner], item_id=claim.item_id)
            for row in back:
                self._back_in_queue(session, row["batch_id"], row["id"], now)
        return bool(back)

    def seconds_to_next_try(self) -> float | None:
        """How long until the next paused item may be tried again, or None where none pauses."""
        now = self.clock()
        with self.database.reading() as session:
            at = items.next_not_before(session)
        return None if at is None else max(0.0, at - now)

    def _back_in_queue(self, session: Session, batch_id: str, item_id: str, now: float) -> ItemState:
        """After an item became pending again: say so, or cancel it where its batch was cancelled meanwhile."""
        if batches.cancel_requested(session, batch_id) and items.cancel_pending(session, now=now, item_id=item_id):
            self._ended(session, batch_id, item_id, ItemState.CANCELLED, now)
            return ItemState.CANCELLED
        events.add(
            session,
            now=now,
            kind=EventKind.ITEM_CHANGED,
            batch_id=batch_id,
            item_id=item_id,
            state=ItemState.PENDING,
        )
        return ItemState.PENDING

    def _ended(self, session: Session, batch_id: str, item_id: str, state: ItemState, now: float) -> None:
        """Say that an item ended, and its batch where it was the last one."""
        events.add(session, now=now, kind=EventKind.ITEM_CHANGED, batch_id=batch_id, item_id=item_id, state=state)
        self._say_if_ended(session, batch_id, now)

    def _say_if_ended(self, session: Session, batch_id: str, now: float) -> None:
        if batches.ended(session, batch_id):
            events.add(session, now=now, kind=EventKind.BATCH_ENDED, batch_id=batch_id)


def _kept_pages(rows: Collection[documents.PageRow]) -> tuple[KeptPage, ...]:
    return tuple(KeptPage(r.page_index, r.width, r.height, r.rotation, r.method, r.words) for r in rows)


def _page_rows(pages: Collection[KeptPage]) -> list[documents.PageRow]:
    return [documents.PageRow(p.page_index, p.width, p.height, p.rotation, p.method, p.words) for p in pages]
