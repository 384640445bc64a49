"""What a lane does: claim an item, hand it to its worker, store the result. No Qt; `runner` gives lanes threads."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from docuextract_desktop.documents.models import Page
from docuextract_desktop.documents.serial import pages_from_blob
from docuextract_desktop.errors import DocuExtractError, ItemError, ItemInternalError, StorageUnavailableError
from docuextract_desktop.extraction.models import Extraction
from docuextract_desktop.jobs.claims import ClaimQueue
from docuextract_desktop.jobs.events import Event
from docuextract_desktop.jobs.owners import HEARTBEAT_EVERY_S
from docuextract_desktop.jobs.sharing import SHARE_FROM_PAGES, Board, SharedReading, help_others, read_together
from docuextract_desktop.jobs.work import Claim, Job, Outcome, Outline, PageJob, Picture
from docuextract_desktop.jobs.worker_pool import Worker, WorkerOptions, WorkerStoppedError
from docuextract_desktop.templates.models import Template

POLL_EVERY_S = 1.0
"""How often changes made by other programs are looked for."""

HOUSEKEEPING_EVERY_S = 3600.0

STORAGE_PAUSE_S = 5.0
"""How long a lane waits before it tries again to store a result on a full disk."""

EXPRESS_PRIORITY = 10
"""Items of this priority and above are also taken by the express lane, which never works on batches."""

_log = logging.getLogger(__name__)


class Bell:
    """Wakes lanes that have nothing to do. `ring` and `stop` from any thread."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0
        self.stopping = False

    def ring(self) -> None:
        """There may be something to do."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def stop(self) -> None:
        """Everybody out, for good."""
        with self._condition:
            self.stopping = True
            self._condition.notify_all()

    @property
    def rings(self) -> int:
        """How often it was rung; taken before looking for work, and given to `wait`."""
        return self._rings

    def wait(self, heard: int, timeout_s: float | None) -> bool:
        """Until it was rung more than `heard` times, it stops, or the time is over; whether it was rung or stops."""
        with self._condition:
            return self._condition.wait_for(lambda: self.stopping or self._rings != heard, timeout_s)

    def wait_for_stop(self, timeout_s: float) -> bool:
        """Until it stops or the time is over; whether it stops."""
        with self._condition:
            return self._condition.wait_for(lambda: self.stopping, timeout_s)


class Lane:
    """One lane: works on items in the thread that calls `run`, with a worker of its own.

    Args:
        done: called after each change that was stored, so that events are passed on at once.
        storage_failed: called with what happened when the database cannot be used; the lane waits and tries again.
        batch_ids: only items of these batches, or None for all.
        min_priority: only items of at least this priority, or None for all.
        board: where pages of long documents are shared with other lanes; None where they are not.
        lanes: how many lanes share.
    """

    def __init__(
        self,
        queue: ClaimQueue,
        bell: Bell,
        options: WorkerOptions,
        *,
        done: Callable[[], None],
        storage_failed: Callable[[StorageUnavailableError], None],
        batch_ids: Collection[str] | None = None,
        min_priority: int | None = None,
        board: Board | None = None,
        lanes: int = 1,
    ) -> None:
        self.queue = queue
        self.worker = Worker(options)
        self.current: Claim | None = None
        self._bell = bell
        self._done = done
        self._storage_failed = storage_failed
        self._batch_ids = batch_ids
        self._min_priority = min_priority
        self._board = board if lanes > 1 else None
        self._lane_count = lanes

    def run(self) -> None:
        """Work until the bell stops."""
        try:
            while not self._bell.stopping:
                heard = self._bell.rings
                if not self.step():
                    self._bell.wait(heard, None)
        finally:
            self.worker.kill()
            self.queue.database.release_thread()

    def step(self) -> bool:
        """Work on one item, or help with one; False where there is nothing to do now."""
        try:
            claim = self.queue.claim(self._batch_ids, min_priority=self._min_priority)
            if claim is None:
                return self._board is not None and help_others(self._board, self.worker)
            self.current = claim
            self._done()
            job = self.queue.job(claim)
        except StorageUnavailableError as error:
            self._report_storage(error)
            return True
        self._end(claim, self._outcome(claim, job))
        self.current = None
        return True

    def _outcome(self, claim: Claim, job: Job) -> Outcome | ItemError | None:
        """What became of the job; None where the program stops."""
        try:
            if self._board is None:
                return self.worker.extract(job, claim.limits)
            answer = self.worker.begin(replace(job, share_from_pages=SHARE_FROM_PAGES), claim.limits)
            if isinstance(answer, Outline):
                reading = SharedReading(job, answer, claim.limits, self._lane_count)
                return read_together(self._board, reading, self.worker)
            return answer  # noqa: TRY300  the usual way
        except WorkerStoppedError:
            return None
        except ItemError as error:
            return error
        except Exception as error:
            _log.exception("a lane failed on %s", claim.item_id)
            self.worker.kill()
            return ItemInternalError("The program failed on this document.", detail=repr(error))

    def _end(self, claim: Claim, outcome: Outcome | ItemError | None) -> None:
        """Store what became of a claim; on a full disk again and again, until it works or the program stops."""
        while True:
            try:
                if outcome is None:
                    self.queue.release(claim)
                elif isinstance(outcome, ItemError):
                    _log.info("%s: %s", claim.item_id, outcome.code)
                    _log.debug("%s: %s\n%s", claim.path, outcome.message, outcome.detail)
                    self.queue.fail(claim, outcome)
                else:
                    self._finish(claim, outcome)
            except StorageUnavailableError as error:
                self._report_storage(error)
                if self._bell.stopping:
                    return
            else:
                self._done()
                return

    def _finish(self, claim: Claim, outcome: Outcome) -> None:
        try:
            self.queue.finish(claim, outcome)
        except StorageUnavailableError:
            raise
        except Exception as error:
            # A result that cannot be stored is our bug, and harms this one document.
            _log.exception("the result of %s could not be stored", claim.item_id)
            self.queue.fail(claim, ItemInternalError("The result could not be stored.", detail=repr(error)))

    def _report_storage(self, error: StorageUnavailableError) -> None:
        _log.error("%s (%s)", error, error.detail)
        self._storage_failed(error)
        self._bell.wait_for_stop(STORAGE_PAUSE_S)


class Clerk:
    """Keeps this program's row alive, takes over from dead programs, and passes events on in their order."""

    def __init__(
        self,
        queue: ClaimQueue,
        bell: Bell,
        *,
        read_events: Callable[[int], list[Event]],
        cursor: int,
        deliver: Callable[[tuple[Event, ...]], None],
        storage_failed: Callable[[StorageUnavailableError], None],
        wake_lanes: Callable[[], None],
        keep_house: Callable[[], None],
    ) -> None:
        self._queue = queue
        self._bell = bell
        self._read_events = read_events
        self._cursor = cursor
        self._deliver = deliver
        self._storage_failed = storage_failed
        self._wake_lanes = wake_lanes
        self._keep_house = keep_house
        self._next_heartbeat = 0.0
        self._next_housekeeping = 0.0

    def run(self) -> None:
        """Work until the bell stops; what happened last is still passed on."""
        try:
            while not self._bell.stopping:
                heard = self._bell.rings
                timeout = self.step()
                self._bell.wait(heard, timeout)
            with contextlib.suppress(StorageUnavailableError):
                self.pass_on()
        finally:
            self._queue.database.release_thread()

    def step(self) -> float:
        """Everything that is due; how many seconds until there is something to do again at the latest."""
        try:
            now = self._queue.clock()
            if now >= self._next_heartbeat or now < self._next_heartbeat - HEARTBEAT_EVERY_S:
                self._queue.heartbeat()
                self._queue.recover()
                self._next_heartbeat = now + HEARTBEAT_EVERY_S
            if now >= self._next_housekeeping:
                self._next_housekeeping = now + HOUSEKEEPING_EVERY_S
                self._keep_house()
            if self.pass_on():
                self._wake_lanes()
            pause = self._queue.seconds_to_next_try()
        except StorageUnavailableError as error:
            _log.error("%s (%s)", error, error.detail)
            self._storage_failed(error)
            return STORAGE_PAUSE_S
        if pause is not None and pause <= 0:
            self._wake_lanes()
            return POLL_EVERY_S
        return POLL_EVERY_S if pause is None else min(POLL_EVERY_S, pause)

    def pass_on(self) -> bool:
        """Deliver what happened since the last time; whether anything did."""
        any_news = False
        while events := self._read_events(self._cursor):
            self._cursor = events[-1].number
            self._deliver(tuple(events))
            any_news = True
        return any_news


class PageSource(Protocol):
    """What the page lane needs to know about an item."""

    def page_source(self, source: str | Path) -> tuple[Path, tuple[str, ...]]:
        """Path and passwords for an item's id or a path."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page that somebody wants to see.

    Attributes:
        number: of the request, given back with the answer.
        source: id of an item, or a path.
        channel: a later request of the same channel replaces one that is still waiting.
    """

    number: int
    source: str | Path
    page_index: int
    rotation: int = 0
    max_side_px: int | None = None
    scale: float | None = None
    channel: str = "page"


@dataclass(frozen=True, slots=True)
class PageReply:
    """The answer to a `PageRequest`: a picture, or what is wrong."""

    request: PageRequest
    picture: Picture | None
    error: DocuExtractError | None = None


@dataclass(frozen=True, slots=True)
class TryRequest:
    """One document to be extracted with a template that may be unsaved; nothing of it is stored but the words."""

    number: int
    path: Path
    template: Template
    page_ranges: str | None = None
    passwords: tuple[str, ...] = ()
    channel: str = "try"


@dataclass(frozen=True, slots=True)
class TryReply:
    """The answer to a `TryRequest`: pages and values, or what is wrong."""

    request: TryRequest
    pages: tuple[Page, ...] = ()
    extraction: Extraction | None = None
    error: DocuExtractError | None = None


@dataclass
class Requests:
    """Requests that wait for an interactive lane; the newest of a channel replaces the older one. Thread-safe."""

    bell: Bell
    _waiting: dict[str, PageRequest | TryRequest] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, request: PageRequest | TryRequest) -> None:
        """Ask for something."""
        with self._lock:
            self._waiting.pop(request.channel, None)
            self._waiting[request.channel] = request
        self.bell.ring()

    def cancel(self, number: int) -> bool:
        """Forget a request that was not begun; whether it was."""
        with self._lock:
            for channel, request in self._waiting.items():
                if request.number == number:
                    del self._waiting[channel]
                    return True
        return False

    def take(self) -> PageRequest | TryRequest | None:
        """The next request in the order in which they came; None where there is none."""
        with self._lock:
            if not self._waiting:
                return None
            return self._waiting.pop(next(iter(self._waiting)))


class PageLane:
    """Draws pages for the window, in the thread that calls `run`, with a worker of its own at normal priority."""

    def __init__(
        self,
        source: PageSource,
        queue: ClaimQueue,
        requests: Requests,
        options: WorkerOptions,
        *,
        deliver: Callable[[PageReply], None],
    ) -> None:
        self.worker = Worker(options)
        self._source = source
        self._queue = queue
        self._requests = requests
        self._deliver = deliver

    def run(self) -> None:
        """Work until the bell stops."""
        bell = self._requests.bell
        try:
            while not bell.stopping:
                heard = bell.rings
                request = self._requests.take()
                if request is None:
                    bell.wait(heard, None)
                elif isinstance(request, PageRequest) and (reply := self.reply(request)) is not None:
                    self._deliver(reply)
        finally:
            self.worker.kill()
            self._queue.database.release_thread()

    def reply(self, request: PageRequest) -> PageReply | None:
        """The answer to one request; None where the program stops."""
        try:
            path, passwords = self._source.page_source(request.source)
            job = PageJob(path, request.page_index, request.rotation, request.max_side_px, request.scale, passwords)
            return PageReply(request, self.worker.draw(job, self._queue.settings.get().limits))
        except WorkerStoppedError:
            return None
        except DocuExtractError as error:
            return PageReply(request, None, error)
        except Exception as error:
            _log.exception("a page could not be drawn")
            self.worker.kill()
            return PageReply(request, None, ItemInternalError("The page could not be drawn.", detail=repr(error)))


class ExpressLane(Lane):
    """Tries templates on single documents, and takes single documents ahead of the batches."""

    def __init__(
        self,
        queue: ClaimQueue,
        requests: Requests,
        options: WorkerOptions,
        *,
        done: Callable[[], None],
        storage_failed: Callable[[StorageUnavailableError], None],
        deliver: Callable[[TryReply], None],
        batch_ids: Collection[str] | None = None,
    ) -> None:
        super().__init__(
            queue,
            requests.bell,
            options,
            done=done,
            storage_failed=storage_failed,
            batch_ids=batch_ids,
            min_priority=EXPRESS_PRIORITY,
        )
        self._requests = requests
        self._deliver = deliver

    def step(self) -> bool:
        """Answer one request, or work on one item; False where there is neither."""
        request = self._requests.take()
        if isinstance(request, TryRequest):
            reply = self.reply(request)
            if reply is not None:
                self._deliver(reply)
            return True
        return super().step()

    def reply(self, request: TryRequest) -> TryReply | None:
        """The answer to one request; None where the program stops."""
        try:
            job = self.queue.try_job(request.path, request.template, request.page_ranges, request.passwords)
            outcome = self.worker.extract(job, self.queue.settings.get().limits)
            self.queue.keep_words(outcome)
            kept = {page.page_index: page for page in (*job.kept, *outcome.words)}
            pages = tuple(page for index in sorted(kept) for page in pages_from_blob(kept[index].words))
            return TryReply(request, pages, outcome.extraction)
        except WorkerStoppedError:
            return None
        except DocuExtractError as error:
            return TryReply(request, error=error)
        except Exception as error:
            _log.exception("a template could not be tried")
            self.worker.kill()
            return TryReply(request, error=ItemInternalError("The document could not be tried.", detail=repr(error)))
