"""Sharing the pages of a long document among lanes that have nothing else to do. No Qt.

The lane that holds the item stays its owner: it hands out pages, collects the words, and has its own worker find the
values once all are there, which is then exactly as if it had read every page itself. A helper that fails, hangs or is
killed gives its pages back, and the owner reads them: what is wrong with a document is found by its owner alone.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from docuextract_desktop.documents.serial import pages_from_blob
from docuextract_desktop.errors import ItemError
from docuextract_desktop.jobs.work import Job, Outcome, Outline, ReadPages
from docuextract_desktop.jobs.worker_pool import Worker, WorkerStoppedError, took_too_long
from docuextract_desktop.settings import Limits

_log = logging.getLogger(__name__)

SHARE_FROM_PAGES = 4
PARTS_PER_LANE = 4
"""So many parts for each lane: the last ones end at about the same time, and each costs opening the file once more."""

MOST_PAGES_AT_ONCE = 24
"""A helper is back for other documents after so many pages."""

LOOK_EVERY_S = 0.5

Pages = tuple[int, ...]


class SharedReading:
    """One document whose pages are being read by several lanes. Thread-safe.

    Attributes:
        job: what a worker is told for reading some of the pages.
        whole_job: the same for the whole document.
        helped: how many pages others than the owner have read.
    """

    def __init__(self, job: Job, outline: Outline, limits: Limits, lanes: int) -> None:
        self.job = replace(job, sha256=outline.sha256, kept=(), knowledge=None, share_from_pages=None)
        self.helped = 0
        self.whole_job = replace(job, share_from_pages=None)
        self.limits = limits
        self._outline = outline
        self._condition = threading.Condition()
        size = max(1, min(MOST_PAGES_AT_ONCE, -(-len(outline.missing) // (lanes * PARTS_PER_LANE))))
        missing = outline.missing
        self._waiting: deque[Pages] = deque(missing[at : at + size] for at in range(0, len(missing), size))
        self._given_back: deque[Pages] = deque()
        self._away = 0
        self._read: dict[Pages, ReadPages] = {}
        self._allowance_s = limits.timeout_base_s + limits.timeout_per_page_s * len(missing)
        self._deadline = time.monotonic() + self._allowance_s

    def allowance_s(self, pages: Pages) -> float:
        """How long reading these pages may take.

        Raises:
            ItemTimeoutError: the document as a whole has had its time.
        """
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise took_too_long(self._allowance_s)
        return min(left, self.limits.timeout_base_s + self.limits.timeout_per_page_s * len(pages))

    def take(self) -> Pages | None:
        """Pages for a helper, to be brought back by `give` or `give_back`; None where none are to be had."""
        with self._condition:
            if not self._waiting:
                return None
            self._away += 1
            return self._waiting.pop()  # from the end, since the owner begins at the beginning

    def give(self, pages: Pages, read: ReadPages) -> None:
        """A helper has read its pages."""
        with self._condition:
            self._away -= 1
            self._read[pages] = read
            self.helped += len(pages)
            self._condition.notify_all()

    def give_back(self, pages: Pages) -> None:
        """A helper could not read its pages; from now on they are the owner's."""
        with self._condition:
            self._away -= 1
            self._given_back.append(pages)
            self._condition.notify_all()

    def own(self, stopping: Callable[[], bool]) -> Pages | None:
        """The owner's next pages, after waiting for helpers where none are left; None when all were read.

        Raises:
            WorkerStoppedError: the program stops.
            ItemTimeoutError: the document has had its time.
        """
        with self._condition:
            while True:
                if stopping():
                    raise WorkerStoppedError
                if self._given_back:
                    return self._given_back.popleft()
                if self._waiting:
                    return self._waiting.popleft()
                if not self._away:
                    return None
                if time.monotonic() > self._deadline:
                    raise took_too_long(self._allowance_s)
                self._condition.wait(LOOK_EVERY_S)

    def keep(self, pages: Pages, read: ReadPages) -> None:
        """The owner has read pages."""
        with self._condition:
            self._read[pages] = read

    def close(self) -> None:
        """No more pages are handed out."""
        with self._condition:
            self._waiting.clear()

    def read(self) -> ReadPages:
        """All pages that were read, in their order, and each warning once, as one reading would have given them."""
        with self._condition:
            parts = [self._read[pages] for pages in sorted(self._read)]
        pages = tuple(page for part in parts for page in part.pages)
        return ReadPages(pages, tuple(dict.fromkeys(warning for part in parts for warning in part.warnings)))

    def last_job(self, read: ReadPages) -> Job:
        """The job that finds the values in what was read."""
        return replace(
            self.whole_job,
            sha256=self._outline.sha256,
            kind=self._outline.kind,
            page_count=self._outline.page_count,
            kept=(*self.whole_job.kept, *read.pages),
            read_elsewhere=True,
            warnings=read.warnings,
        )


class Board:
    """Where owners offer pages and idle lanes look for some. Thread-safe.

    Args:
        offered: called when there are pages, to wake lanes.
    """

    def __init__(self, offered: Callable[[], None]) -> None:
        self._offered = offered
        self._lock = threading.Lock()
        self._readings: list[SharedReading] = []

    def offer(self, reading: SharedReading) -> None:
        """Let others help."""
        with self._lock:
            self._readings.append(reading)
        self._offered()

    def withdraw(self, reading: SharedReading) -> None:
        """No more help is wanted."""
        reading.close()
        with self._lock:
            self._readings.remove(reading)

    def take(self) -> tuple[SharedReading, Pages] | None:
        """Pages that an idle lane can read, of the document that was offered first; None where there are none."""
        with self._lock:
            for reading in self._readings:
                pages = reading.take()
                if pages is not None:
                    return reading, pages
        return None


def read_together(board: Board, reading: SharedReading, worker: Worker) -> Outcome:
    """Read a document as its owner, together with lanes that have nothing else to do.

    Raises:
        ItemError, WorkerStoppedError: as `Worker.extract`.
    """
    board.offer(reading)
    try:
        while (pages := reading.own(lambda: worker.interrupted)) is not None:
            reading.keep(pages, worker.read_pages(reading.job, pages, reading.allowance_s(pages)))
    finally:
        board.withdraw(reading)
    if reading.helped:
        _log.info("other lanes read %d pages of a document", reading.helped)
    read = reading.read()
    if not any(len(page) for kept in read.pages for page in pages_from_blob(kept.words)):
        # Nothing legible, or nothing but damage: let one reading of the whole say what.
        return worker.extract(reading.whole_job, reading.limits)
    outcome = worker.extract(reading.last_job(read), reading.limits)
    return replace(outcome, pages_read=len(read.pages), words=read.pages if reading.whole_job.keep_words else ())


def help_others(board: Board, worker: Worker) -> bool:
    """Read some pages of another lane's document; False where none are to be had."""
    taken = board.take()
    if taken is None:
        return False
    reading, pages = taken
    try:
        reading.give(pages, worker.read_pages(reading.job, pages, reading.allowance_s(pages)))
    except (ItemError, WorkerStoppedError) as error:
        _log.info("pages of another lane's document were given back: %s", getattr(error, "code", "stopped"))
        reading.give_back(pages)
    except BaseException:
        reading.give_back(pages)
        raise
    return True
