"""The side of the queue where work comes in: new batches, and documents that are added to a standing one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from docuextract_desktop.documents.serial import WORDS_VERSION
from docuextract_desktop.errors import IdempotencyConflictError
from docuextract_desktop.jobs import intake, submission
from docuextract_desktop.jobs.claims import ClaimQueue, Clock, DeadCheck, dead_by_now
from docuextract_desktop.jobs.events import EventKind
from docuextract_desktop.jobs.models import BatchRequest, InputFile, ItemState
from docuextract_desktop.settings import Settings
from docuextract_desktop.storage import batches, documents, events, items, owners, templates, usage
from docuextract_desktop.storage.database import Database, Session
from docuextract_desktop.storage.settings import SettingsStore
from docuextract_desktop.templates.models import Template


@dataclass(frozen=True, slots=True)
class Prepared:
    """Documents that passed the checks and wait to be put into a standing batch."""

    checked: submission.Submission
    page_counts: tuple[int | None, ...]
    settings: Settings


class EntranceQueue(ClaimQueue):
    """What front ends and watched folders put work into. Any thread may use it.

    Args:
        load_template: template id or path → `Template`; raises the template errors.
        count_pages: counts pages before the start where a page allowance is set; None: documents that were never read
            count as one page.
    """

    def __init__(
        self,
        database: Database,
        settings: SettingsStore,
        *,
        load_template: Callable[[str], Template],
        count_pages: submission.PageCounter | None = None,
        clock: Clock = time.time,
        dead: DeadCheck = dead_by_now,
        words_version: str = WORDS_VERSION,
    ) -> None:
        super().__init__(database, settings, clock=clock, dead=dead, words_version=words_version)
        self._load_template = load_template
        self._count_pages = count_pages

    def template(self, id_or_path: str) -> Template:
        """A template in its newest version.

        Raises:
            TemplateNotFoundError, TemplateInvalidError: there is no such template.
        """
        return self._load_template(id_or_path)

    def scan(self, paths: Iterable[Path | str]) -> tuple[InputFile, ...]:
        """The files that `paths` stand for, folders expanded; see `intake.scan`.

        Raises:
            InputNotFoundError: a path that was named does not exist.
        """
        return intake.scan(paths)

    def create_batch(self, request: BatchRequest) -> str:
        """Check the whole request, then store it as a batch of pending items; the batch's id.

        The same idempotency key with the same request gives the batch that it made the first time.

        Raises:
            NoDocumentsError, TooManyDocumentsError, InputNotFoundError, TemplateNotFoundError, TemplateInvalidError,
            PaymentRequiredError, IdempotencyConflictError, RequestError: refused; nothing was started.
            StorageUnavailableError: see `storage.database`.
        """
        now = self.clock()
        settings = self.settings.get()
        checked = submission.check(request, self._load_template(request.template), settings, now=now)
        if request.idempotency_key is not None:
            with self.database.reading() as session:
                earlier = self._earlier(session, request.idempotency_key, checked.request_sha256)
            if earlier is not None:
                return earlier
        page_counts = self._page_counts(checked, count=settings.page_allowance is not None)
        with self.database.transaction() as session:
            if request.idempotency_key is not None:
                earlier = self._earlier(session, request.idempotency_key, checked.request_sha256)
                if earlier is not None:
                    return earlier
            self._check_allowance(session, checked, page_counts, settings, now)
            return self._store(session, checked, page_counts, now)

    def prepare(self, request: BatchRequest) -> Prepared:
        """Check a request whose documents are to be put into a standing batch, without storing anything.

        Raises:
            RequestError: as `create_batch`.
        """
        settings = self.settings.get()
        checked = submission.check(request, self._load_template(request.template), settings, now=self.clock())
        return Prepared(checked, tuple(self._page_counts(checked, count=settings.page_allowance is not None)), settings)

    def put_into_standing(self, session: Session, prepared: Prepared, batch_id: str | None) -> tuple[str, list[str]]:
        """Add documents to a standing batch, or begin a new one; (id of the batch, ids of the items in their order).

        A new one is begun where `batch_id` is None or gone, was cancelled, is full, or was started with another version
        of the template.

        Raises:
            PaymentRequiredError: nothing was stored.
        """
        now, checked = self.clock(), prepared.checked
        self._check_allowance(session, checked, prepared.page_counts, prepared.settings, now)
        found = None if batch_id is None else batches.standing(session, batch_id)
        full = prepared.settings.limits.max_documents
        if (
            batch_id is None
            or found is None
            or found.cancelled
            or found.template_version_id != templates.keep(session, checked.template, now=now)
            or found.next_position + len(checked.files) > full
        ):
            batch_id = self._store(session, checked, prepared.page_counts, now)
            return batch_id, [row.id for row in items.rows(session, batch_id)]
        new = submission.new_items(
            checked, batch_id, prepared.page_counts, bound_owner=None, first_position=found.next_position
        )
        items.add(session, new)
        for item in new:
            events.add(
                session,
                now=now,
                kind=EventKind.ITEM_CHANGED,
                batch_id=batch_id,
                item_id=item.id,
                state=ItemState.PENDING,
            )
        return batch_id, [item.id for item in new]

    def _check_allowance(
        self,
        session: Session,
        checked: submission.Submission,
        page_counts: Sequence[int | None],
        settings: Settings,
        now: float,
    ) -> None:
        if settings.page_allowance is not None:
            submission.check_allowance(
                checked,
                page_counts,
                allowance=settings.page_allowance,
                used=usage.pages_in(session, usage.month_of(now)),
                promised=items.pages_waiting(session),
            )

    def _store(
        self, session: Session, checked: submission.Submission, page_counts: Sequence[int | None], now: float
    ) -> str:
        request = checked.request
        batch_id = submission.new_batch_id(now)
        while batches.exists(session, batch_id):
            batch_id = submission.new_batch_id(now)
        batches.add(
            session,
            batches.NewBatch(
                id=batch_id,
                name=checked.name,
                template_version_id=templates.keep(session, checked.template, now=now),
                review_threshold=checked.threshold,
                tier=request.tier,
                priority=request.priority,
                metadata=request.metadata,
                idempotency_key=request.idempotency_key,
                request_sha256=checked.request_sha256,
                created_at=now,
            ),
        )
        bound_owner = self._bind(session, batch_id, request.passwords)
        items.add(session, submission.new_items(checked, batch_id, page_counts, bound_owner=bound_owner))
        events.add(session, now=now, kind=EventKind.BATCH_CREATED, batch_id=batch_id)
        return batch_id

    def _earlier(self, session: Session, key: str, request_sha256: str) -> str | None:
        found = batches.by_idempotency_key(session, key)
        if found is None:
            return None
        batch_id, earlier_sha256 = found
        if earlier_sha256 != request_sha256:
            raise IdempotencyConflictError(f"The key '{key}' was used for another request (batch {batch_id}).")
        return batch_id

    def _page_counts(self, checked: submission.Submission, *, count: bool) -> list[int | None]:
        """Pages wanted of each file, from earlier readings, and where `count` is set by looking at the others."""
        with self.database.reading() as session:
            known = {
                file.sha256: document.page_count
                for file in checked.files
                if file.sha256 is not None and (document := documents.document(session, file.sha256)) is not None
            }
        counted: Mapping[Path, int] = {}
        if count and self._count_pages is not None:
            unknown = [file.path for file in checked.files if file.sha256 not in known]
            if unknown:
                counted = self._count_pages(unknown, checked.request.passwords)
        return [
            submission.wanted_pages(file, known.get(file.sha256 or "", counted.get(file.path)))
            for file in checked.files
        ]

    def _bind(self, session: Session, batch_id: str, passwords: tuple[str, ...]) -> str | None:
        """Passwords are never stored, so only this program can work on the batch while it lives."""
        if not passwords:
            return None
        self._passwords[batch_id] = passwords
        owners.sign_of_life(session, self.owner)
        return self.owner.id
