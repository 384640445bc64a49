"""Work that would hold up the window, done on a thread pool, with its result brought back by signal.

    tasks.run(lambda task: queue.items(batch_id), done=self.show_rows, owner=self)

The callbacks run on the window's thread. They are dropped when `owner` is gone or the task was cancelled meanwhile.
Results that come together are handed over a few at a time, so that keys and paint get their turn in between.

Each thread of the pool runs one loop for as long as the program lives, rather than one runnable a task: PySide forgets
a foreign thread's Python state, and with it the thread's own database connection, whenever a runnable ends.
"""

from __future__ import annotations

import atexit
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Literal

import shiboken6
from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, QRunnable, Qt, QThreadPool, QTimer, Signal, Slot

Work = Callable[["Task"], Any]
Callback = Callable[[Any], None]

PoolName = Literal["reading", "queue", "review", "learning"]
THREADS = {"reading": 3, "queue": 1, "review": 1, "learning": 1}

AT_ONCE_S = 0.008
"""Results are handed over for so long before the event loop has its turn; at least one is."""

_running: set[Task] = set()
_ended: deque[tuple[Task, object, BaseException | None]] = deque()
_turn: QTimer | None = None
# A thread may hold a task a moment longer than it takes to deliver it; were it the last to let go, the QObject would be
# destroyed in that thread. So the window's thread keeps the latest ones.
_delivered: deque[Task] = deque(maxlen=256)


class _Pool:
    """Threads that take work from one line. `queue` has one, so that what the person did happens in that order."""

    def __init__(self, threads: int) -> None:
        self._work: SimpleQueue[tuple[Task, Work] | None] = SimpleQueue()
        self._most = threads
        self._started = 0
        self._threads = QThreadPool()
        self._threads.setMaxThreadCount(threads)

    def put(self, task: Task, work: Work) -> None:
        if self._started < self._most:
            self._started += 1
            self._threads.start(_Loop(self._work))
        self._work.put((task, work))

    def stop(self) -> None:
        for _ in range(self._started):
            self._work.put(None)
        self._threads.waitForDone(5_000)
        self._started = 0


class _Loop(QRunnable):
    def __init__(self, work: SimpleQueue[tuple[Task, Work] | None]) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        while (entry := self._work.get()) is not None:
            task, work = entry
            result, error = None, None
            try:
                if not task.cancelled:
                    result = work(task)
            except BaseException as problem:  # handed to the window's thread, which knows what to do
                error = problem
            task._ended.emit(result, error)
            del entry, task, work, result, error


_pools: dict[str, _Pool] = {}


class Task(QObject):
    """One piece of work.

    Signals:
        _ended: (result, exception or None), from the working thread.
        _reported: whatever the work reports, from the working thread.
    """

    _ended = Signal(object, object)
    _reported = Signal(object)

    def __init__(
        self,
        done: Callback | None,
        failed: Callback | None,
        progress: Callback | None,
        owner: QObject,
        *,
        waits: bool = True,
    ) -> None:
        super().__init__()
        self._waits = waits
        self._done, self._failed, self._progress, self._owner = done, failed, progress, owner
        self._stop = threading.Event()
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._reported.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)

    @property
    def cancelled(self) -> bool:
        """Whether the work should stop: ask now and then."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Ask the work to stop; no callback is called any more."""
        self._stop.set()

    def report(self, value: object) -> None:
        """Called by the work: hand `value` to the progress callback."""
        if not self._stop.is_set():
            self._reported.emit(value)

    @property
    def _wanted(self) -> bool:
        return not self._stop.is_set() and shiboken6.isValid(self._owner)

    @Slot(object)
    def _pass_on(self, value: object) -> None:
        if self._wanted and self._progress is not None:
            self._progress(value)

    @Slot(object, object)
    def _deliver(self, result: object, error: BaseException | None) -> None:
        if not self._waits:
            self.hand_over(result, error)
            return
        _ended.append((self, result, error))
        _hand_over_soon()

    def hand_over(self, result: object, error: BaseException | None) -> None:
        """Call back, where that is still wanted."""
        _running.discard(self)
        _delivered.append(self)
        if not self._wanted:
            return
        if error is None:
            if self._done is not None:
                self._done(result)
        elif self._failed is not None:
            self._failed(error)
        else:
            sys.excepthook(type(error), error, error.__traceback__)


def _hand_over_soon() -> None:
    """By a timer: an event that is posted while events are sent is sent at once, before paint and timers."""
    global _turn
    if _turn is None or not shiboken6.isValid(_turn):
        _turn = QTimer(QCoreApplication.instance())
        _turn.setSingleShot(True)
        _turn.timeout.connect(_hand_over)
    if not _turn.isActive():  # false while it fires: a callback may run an event loop of its own
        _turn.start(0)


def _hand_over() -> None:
    until = time.perf_counter() + AT_ONCE_S
    try:
        while _ended:
            task, result, error = _ended.popleft()
            task.hand_over(result, error)
            if time.perf_counter() > until:
                break
    finally:
        if _ended:
            _hand_over_soon()


def run(
    work: Work,
    *,
    owner: QObject,
    done: Callback | None = None,
    failed: Callback | None = None,
    progress: Callback | None = None,
    pool: PoolName = "reading",
) -> Task:
    """Do `work(task)` on a pool thread, then call `done(result)` or `failed(exception)` on the window's thread.

    Args:
        work: gets the task, to report progress and to see whether it was cancelled.
        owner: the object that the callbacks belong to; they are dropped when it is gone.
        done: gets the result.
        failed: gets the exception; without it, it goes to `sys.excepthook` like any uncaught one.
        progress: gets what the work reports.
        pool: `queue` for changes of batches, `review` for decisions about values, `learning` for what follows from
            these: each is done one after the other. `reading` for the rest.
    """
    # What the person waits for goes before everything else.
    task = Task(done, failed, progress, owner, waits=pool != "review")
    _running.add(task)
    if pool not in _pools:
        _pools[pool] = _Pool(THREADS[pool])
    _pools[pool].put(task, work)
    return task


def idle() -> bool:
    """Whether nothing is at work and every callback was called."""
    return not _running


def stop() -> None:
    """Ask everything to stop and end the threads; a later task starts them again."""
    for task in list(_running):
        task.cancel()
    for pool in _pools.values():
        pool.stop()
    _pools.clear()


atexit.register(stop)


def wait_until_idle(timeout_ms: int = 60_000) -> bool:
    """Let the event loop turn until everything has ended; false after `timeout_ms`."""
    loop = QEventLoop()
    poll, limit = QTimer(), QTimer()
    poll.setInterval(5)
    poll.timeout.connect(lambda: loop.quit() if idle() else None)
    limit.setSingleShot(True)
    limit.timeout.connect(loop.quit)
    poll.start()
    limit.start(timeout_ms)
    while not idle() and limit.isActive():  # a timer that fires while the loop ends may have begun something new
        loop.exec()
    poll.stop()
    return idle()
