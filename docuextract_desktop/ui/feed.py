"""The one road by which changes of the queue reach the window, whoever made them: our lanes or another program.

The runner only knocks; what changed is read from the queue's events, in order, off the window's thread, and at most
ten times a second. Without a knock the events are still looked at now and then, for other programs' changes.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from docuextract_desktop.ui import tasks

if TYPE_CHECKING:
    from docuextract_desktop.jobs.queue import Queue

KNOCK_PAUSE_MS = 100
IDLE_PAUSE_MS = 1_500


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since the last time.

    Attributes:
        items: per batch, the ids of the items that changed (maybe none).
        batches: ids of the batches that changed in any way.
        whole: ids of the batches of which any item may have changed.
        gone: ids of the batches that were deleted.
    """

    items: Mapping[str, frozenset[str]]
    batches: frozenset[str]
    whole: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()


class Feed(QObject):
    """Reads the queue's events and tells the screens.

    Signals:
        changed: a `Changes`.
    """

    changed = Signal(object)

    def __init__(self, queue: Queue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._cursor: int | None = None
        self._reading: tasks.Task | None = None
        self._knocked = False
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._read)

    def start(self) -> None:
        """Begin with the changes that come from now on."""
        self._timer.start(0)

    def stop(self) -> None:
        """Read no more."""
        self._timer.stop()
        if self._reading is not None:
            self._reading.cancel()

    def knock(self, *_: object) -> None:
        """Something changed: look soon."""
        if self._reading is not None:
            self._knocked = True
            return
        since = (time.monotonic() - self._last) * 1000
        wait = max(0, int(KNOCK_PAUSE_MS - since))
        if not self._timer.isActive() or self._timer.remainingTime() > wait:
            self._timer.start(wait)

    def _read(self) -> None:
        cursor = self._cursor
        self._last = time.monotonic()
        self._reading = tasks.run(
            lambda _: read_changes(self._queue, cursor), owner=self, done=self._got, failed=self._lost
        )

    def _got(self, result: tuple[int, Changes | None]) -> None:
        self._reading = None
        self._cursor, changes = result
        if changes is not None:
            self.changed.emit(changes)
        self._again()

    def _lost(self, error: BaseException) -> None:
        self._reading = None
        self._again()
        raise error

    def _again(self) -> None:
        if self._knocked:
            self._knocked = False
            self.knock()
        else:
            self._timer.start(IDLE_PAUSE_MS)


def read_changes(queue: Queue, cursor: int | None) -> tuple[int, Changes | None]:
    """The new cursor and what changed after `cursor`; with None, only the newest cursor."""
    if cursor is None:
        return queue.cursor(), None
    events = queue.events_since(cursor)
    if not events:
        return cursor, None
    items: dict[str, set[str]] = defaultdict(set)
    whole, gone = set(), set()
    for event in events:
        changed = items[event.batch_id]
        if event.item_id is not None:
            changed.add(event.item_id)
        if event.kind == "batch_changed":
            whole.add(event.batch_id)
        elif event.kind == "batch_deleted":
            gone.add(event.batch_id)
    frozen = {batch_id: frozenset(ids) for batch_id, ids in items.items()}
    return events[-1].number, Changes(frozen, frozenset(frozen), frozenset(whole), frozenset(gone))
