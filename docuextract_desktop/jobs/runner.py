"""Lanes on a thread pool, and their news as signals: the only Qt in this room.

Works with a QCoreApplication (command line) and with a QApplication (window): signals arrive in the thread that the
`Runner` lives in, through its event loop.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, QRunnable, QThreadPool, QTimer, Signal

from docuextract_desktop.errors import StorageUnavailableError
from docuextract_desktop.jobs.events import Event, EventKind
from docuextract_desktop.jobs.folders import WatchedFolders
from docuextract_desktop.jobs.housekeeping import keep_house
from docuextract_desktop.jobs.lanes import (
    Bell,
    Clerk,
    ExpressLane,
    Lane,
    PageLane,
    PageRequest,
    Requests,
    TryRequest,
)
from docuextract_desktop.jobs.models import BatchSummary
from docuextract_desktop.jobs.queue import Queue
from docuextract_desktop.jobs.sharing import Board
from docuextract_desktop.jobs.watcher import Watcher
from docuextract_desktop.jobs.worker_pool import BATCH_NICENESS, STAGES, WorkerOptions
from docuextract_desktop.templates.models import Template

COALESCE_S = 0.02
"""News of so much time come as one bundle: an event loop is not woken more often than a screen is drawn."""

LOOK_EVERY_MS = 100
LOOK_AT_LEAST_EVERY_S = 2.0
"""`run_batch` asks how a batch stands after news of it, and every now and then without."""


class Runner(QObject):
    """Runs the queue: a number of lanes for batches, an express lane, a lane for page pictures, and a clerk.

    Belongs to the thread that made it; all methods are called there.

    Signals:
        event (Event): one stored change, in order.
        events (tuple[Event, ...]): the same changes in bundles, for those who keep tables.
        batch_ended (str): id of a batch of which no item is pending or running any more.
        pages_rendered (PageReply): a page picture, or why there is none.
        tried (TryReply): what a template found on a document.
        storage_failed (StorageUnavailableError): the database cannot be used; the lanes wait and try again.

    Attributes:
        lanes: how many lanes work on batches.
    """

    # Hides QObject.event, which nobody calls on a runner; posted events still arrive (tested).
    event = Signal(object)  # type: ignore[assignment]
    events = Signal(object)
    batch_ended = Signal(str)
    pages_rendered = Signal(object)
    tried = Signal(object)
    storage_failed = Signal(object)

    def __init__(
        self,
        queue: Queue,
        *,
        lanes: int | None = None,
        batch_ids: Collection[str] | None = None,
        stages: str = STAGES,
        watch: bool = False,
        parent: QObject | None = None,
    ) -> None:
        """Set up, not yet running.

        Args:
            queue: what to work on.
            lanes: None for what the settings say.
            batch_ids: work on these batches only; None for all.
            stages: what the workers do; see `worker_pool.WorkerOptions`.
            watch: also watch the folders that are to be watched.
            parent: of the QObject.
        """
        super().__init__(parent)
        self.queue = queue
        self._wanted_lanes = lanes
        self._batch_ids = batch_ids
        self._stages = stages
        self._pool = QThreadPool()
        self._clerk_pool = QThreadPool()
        # Workers end with the thread that started them (Linux); an idle pool must not end its threads by itself.
        self._pool.setExpiryTimeout(-1)
        self._numbers = itertools.count(1)
        self._lanes: list[Lane] = []
        self._page_lane: PageLane | None = None
        self._express_lane: ExpressLane | None = None
        self._clerk_bell = Bell()
        self._lane_bell = Bell()
        self._page_requests = Requests(Bell())
        self._try_requests = Requests(Bell())
        self._watcher = (
            Watcher(WatchedFolders(queue), taken=self.wake, storage_failed=self.storage_failed.emit) if watch else None
        )
        self._running = False

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._running

    @property
    def lanes(self) -> int:
        """How many lanes work on batches."""
        return len(self._lanes) or self._wanted_lanes or self.queue.settings.get().lanes

    @property
    def busy_lanes(self) -> dict[int, str]:
        """Lane number → id of the item that it works on now."""
        claims = {number: lane.current for number, lane in enumerate(self._lanes)}
        return {number: claim.item_id for number, claim in claims.items() if claim is not None}

    def start(self) -> None:
        """Start working; first, what dead programs held goes back into the queue. Without effect where it runs.

        Raises:
            StorageUnavailableError: the database cannot be used.
        """
        if self._running:
            return
        queue = self.queue
        queue.heartbeat()
        queue.recover()
        settings = queue.settings.get()
        lanes = self._wanted_lanes or settings.lanes
        threads = max(1, (os.cpu_count() or 1) // lanes)
        memory = settings.limits.worker_memory_bytes
        batch_options = WorkerOptions(self._stages, BATCH_NICENESS, threads, memory)
        express_options = WorkerOptions(self._stages, 0, threads, memory)
        self._clerk_bell, self._lane_bell = Bell(), Bell()
        self._page_requests, self._try_requests = Requests(Bell()), Requests(Bell())
        board = Board(self._lane_bell.ring)
        self._lanes = [
            Lane(
                queue,
                self._lane_bell,
                batch_options,
                done=self._clerk_bell.ring,
                storage_failed=self.storage_failed.emit,
                batch_ids=self._batch_ids,
                board=board,
                lanes=lanes,
            )
            for _ in range(lanes)
        ]
        self._express_lane = ExpressLane(
            queue,
            self._try_requests,
            express_options,
            done=self._clerk_bell.ring,
            storage_failed=self.storage_failed.emit,
            deliver=self.tried.emit,
            batch_ids=self._batch_ids,
        )
        self._page_lane = PageLane(queue, queue, self._page_requests, express_options, deliver=self.pages_rendered.emit)
        clerk = Clerk(
            queue,
            self._clerk_bell,
            read_events=queue.events_since,
            cursor=queue.cursor(),
            deliver=self._deliver,
            storage_failed=self.storage_failed.emit,
            wake_lanes=self._wake_lanes,
            keep_house=lambda: keep_house(queue),
        )
        self._pool.setMaxThreadCount(lanes + 2)
        self._running = True
        for run in (self._page_lane.run, self._express_lane.run, *(lane.run for lane in self._lanes)):
            self._pool.start(_Thread(run))
        self._clerk_pool.start(_Thread(clerk.run))
        if self._watcher is not None:
            self._watcher.start()

    def stop(self, wait: bool = True, *, finish: bool = False) -> None:
        """Stop working.

        Args:
            wait: until all lanes have ended; otherwise they end by themselves within a moment (`finish`: when their
                items are done), and their items are put back by whoever starts next.
            finish: let the items in hand be finished; otherwise their workers are killed and the items go back to
                pending.
        """
        if not self._running:
            return
        self._running = False
        if self._watcher is not None:
            self._watcher.stop()
        workers = [] if finish else [lane.worker for lane in self._lanes]
        workers += [lane.worker for lane in (self._page_lane, self._express_lane) if lane is not None]
        for bell in (self._lane_bell, self._page_requests.bell, self._try_requests.bell):
            bell.stop()
        for worker in workers:
            worker.interrupt()
        if not wait:
            self._clerk_bell.stop()
            return
        # The clerk goes last, so that the last news are passed on.
        self._pool.waitForDone()
        self._clerk_bell.stop()
        self._clerk_pool.waitForDone()
        with contextlib.suppress(StorageUnavailableError):  # whoever starts next sees that this program is gone
            self.queue.retire()
        self._lanes = []

    def wake(self) -> None:
        """Look for work now: a batch was created or retried. From any thread."""
        self._clerk_bell.ring()
        self._wake_lanes()

    def request_page(
        self,
        source: str | Path,
        page_index: int,
        max_side_px: int | None = None,
        *,
        scale: float | None = None,
        rotation: int = 0,
        channel: str = "page",
    ) -> int:
        """Ask for a page picture; it comes with `pages_rendered`. The number of the request.

        Args:
            source: id of an item, or a path.
            page_index: 0-based.
            max_side_px: longest side of the picture; or `scale`.
            scale: pixels per point of a PDF, per pixel of a picture.
            rotation: degrees clockwise.
            channel: a request that still waits is replaced by a later one of the same channel.
        """
        request = PageRequest(next(self._numbers), source, page_index, rotation, max_side_px, scale, channel)
        self._page_requests.put(request)
        return request.number

    def request_try(
        self,
        path: Path,
        template: Template,
        *,
        page_ranges: str | None = None,
        passwords: tuple[str, ...] = (),
        channel: str = "try",
    ) -> int:
        """Ask what a template, saved or not, finds on a document; it comes with `tried`. The number of the request."""
        request = TryRequest(next(self._numbers), path, template, page_ranges, passwords, channel)
        self._try_requests.put(request)
        return request.number

    def cancel_request(self, number: int) -> bool:
        """Forget a request that was not begun yet; whether there was one."""
        return self._page_requests.cancel(number) or self._try_requests.cancel(number)

    def _wake_lanes(self) -> None:
        self._lane_bell.ring()
        self._try_requests.bell.ring()

    def _deliver(self, events: tuple[Event, ...]) -> None:
        """Called in the clerk's thread."""
        self.events.emit(events)
        for event in events:
            self.event.emit(event)
            if event.kind is EventKind.BATCH_ENDED:
                self.batch_ended.emit(event.batch_id)
        self._clerk_bell.wait_for_stop(COALESCE_S)


class _Thread(QRunnable):
    """One of the runner's threads."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        """Called by the pool in a thread of its own."""
        self._work()


class HasQueue(Protocol):
    """What `bootstrap.open_services` gives."""

    @property
    def queue(self) -> Queue:
        """The batches of the data folder."""
        ...


def run_batch(
    services: HasQueue,
    batch_id: str,
    *,
    workers: int | None = None,
    on_progress: Callable[[BatchSummary], None],
    interrupted: Callable[[], bool],
) -> BatchSummary:
    """Work on one batch until it has ended, for front ends without an event loop of their own.

    Called in the main thread. Other programs on the same data folder may help; the batch has ended when all its items
    have, whoever worked on them.

    Args:
        services: of the data folder.
        batch_id: of the batch; others are left alone.
        workers: how many lanes; None for the setting.
        on_progress: called with the batch at the start, after changes (a few times a second at most), and at the end.
        interrupted: asked many times a second; once true, the documents in hand go back to pending and the function
            returns.

    Returns:
        The batch as it stands; not ended where it was interrupted.

    Raises:
        BatchNotFoundError: there is no such batch.
        StorageUnavailableError: the database cannot be used; what was done until then is kept.
    """
    queue = services.queue
    batch = queue.batch(batch_id)
    on_progress(batch)
    if batch.state.terminal or interrupted():
        return batch

    def look() -> bool:
        nonlocal batch
        batch = queue.batch(batch_id)
        on_progress(batch)
        return batch.state.terminal

    _run_until(Runner(queue, lanes=workers, batch_ids=(batch_id,)), look, interrupted)
    batch = queue.batch(batch_id)
    on_progress(batch)
    return batch


def run_watching(
    services: HasQueue,
    *,
    workers: int | None = None,
    on_change: Callable[[], None],
    on_storage_failure: Callable[[StorageUnavailableError], None],
    interrupted: Callable[[], bool],
) -> None:
    """Watch folders, and work on whatever waits, until interrupted; for front ends without an event loop.

    Called in the main thread.

    Args:
        services: of the data folder.
        workers: how many lanes; None for the setting.
        on_change: called at the start, after changes (a few times a second at most), and every now and then.
        on_storage_failure: called while the database cannot be used, such as on a full disk; it is tried again.
        interrupted: asked many times a second; once true, the documents in hand go back to pending.

    Raises:
        StorageUnavailableError: the database cannot be used at the start.
    """
    runner = Runner(services.queue, lanes=workers, watch=True)

    def look() -> bool:
        try:
            on_change()
        except StorageUnavailableError as error:
            on_storage_failure(error)
        return False

    on_change()
    _run_until(runner, look, interrupted, on_storage_failure)


def _run_until(
    runner: Runner,
    look: Callable[[], bool],
    interrupted: Callable[[], bool],
    on_storage_failure: Callable[[StorageUnavailableError], None] | None = None,
) -> None:
    """Run until `look`, asked after changes, says that it is enough, or until interrupted.

    Without `on_storage_failure` a database that cannot be used ends it, too, and is raised.
    """
    application = QCoreApplication.instance() or QCoreApplication([])
    loop = QEventLoop()
    failures: list[StorageUnavailableError] = []
    problems: list[BaseException] = []
    looked_at = time.monotonic()
    changed = True

    def note_change(_events: object) -> None:
        nonlocal changed
        changed = True

    def give_up(error: StorageUnavailableError) -> None:
        failures.append(error)
        loop.quit()

    def tick() -> None:
        nonlocal changed, looked_at
        try:
            if interrupted():
                loop.quit()
            elif changed or time.monotonic() - looked_at > LOOK_AT_LEAST_EVERY_S:
                changed, looked_at = False, time.monotonic()
                if look():
                    loop.quit()
        except BaseException as error:  # must not get lost in Qt; raised again below
            problems.append(error)
            loop.quit()

    timer = QTimer()
    timer.setInterval(LOOK_EVERY_MS)
    timer.timeout.connect(tick)
    runner.events.connect(note_change)
    runner.storage_failed.connect(on_storage_failure or give_up)
    try:
        runner.start()
        timer.start()
        loop.exec()
    finally:
        timer.stop()
        runner.stop()
    if problems:
        raise problems[0]
    if failures:
        raise failures[0]
    del application  # kept until here: an event loop needs it
