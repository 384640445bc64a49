"""Progress of a batch on standard error: a bar on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import TextIO

from docuextract_desktop.cli.screen import counted, duration
from docuextract_desktop.jobs.models import BatchSummary, ItemState

LINE_EVERY_S = 5.0
BAR_EVERY_S = 0.1
RATE_AFTER_S = 2.0
"""A rate is told only after so long: before, it says more about starting than about working."""
CLEAR_LINE = "\r\x1b[K"


class Progress:
    """Shows how far a batch is. Used in one thread; call it with every new summary.

    Args:
        stream: where to, usually standard error.
        quiet: show nothing.
        clock: monotonic seconds.
    """

    def __init__(self, stream: TextIO, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._quiet = quiet
        self._clock = clock
        self._is_terminal = stream.isatty()
        self._began: tuple[float, int, int] | None = None
        self._shown_at: float | None = None
        self._shown = ""
        self._ended = False
        self._bar_stands = False

    def __call__(self, batch: BatchSummary) -> None:
        """Show the state of the batch if it is time to."""
        now = self._clock()
        if self._began is None:
            self._began = (now, batch.done, batch.pages_done)
        if self._quiet:
            return
        every = BAR_EVERY_S if self._is_terminal else LINE_EVERY_S
        if self._ended:
            return
        self._ended = batch.done == batch.total
        if self._shown_at is not None and now - self._shown_at < every and not self._ended:
            return
        text = self._text(batch, now)
        if text == self._shown:
            return
        self._shown_at, self._shown = now, text
        if self._is_terminal:
            columns = shutil.get_terminal_size().columns
            self._stream.write(CLEAR_LINE + self._with_bar(batch, text, columns))
            self._bar_stands = True
        else:
            self._stream.write(text + "\n")
        self._stream.flush()

    def end(self) -> None:
        """Take the bar away, so that other lines can follow."""
        if self._bar_stands:
            self._stream.write(CLEAR_LINE)
            self._stream.flush()
            self._bar_stands = False

    def _text(self, batch: BatchSummary, now: float) -> str:
        parts = [f"{batch.done:,} of {counted(batch.total, 'document')}"]
        for state, words in ((ItemState.NEEDS_REVIEW, "to review"), (ItemState.FAILED, "failed")):
            if batch.counts.get(state):
                parts.append(f"{batch.counts[state]:,} {words}")
        began, done_before, pages_before = self._began or (now, batch.done, batch.pages_done)
        took = now - began
        done, pages = batch.done - done_before, batch.pages_done - pages_before
        if took >= RATE_AFTER_S and done > 0:
            if pages > 0:
                parts.append(f"{counted(round(pages / took * 60), 'page')} a minute")
            left = batch.total - batch.done
            if left:
                parts.append(f"about {duration(took / done * left)} left")
        return ", ".join(parts)

    @staticmethod
    def _with_bar(batch: BatchSummary, text: str, columns: int) -> str:
        share = batch.done / batch.total if batch.total else 1.0
        percent = f"{int(share * 100):3d} % "
        room = min(30, columns - len(percent) - len(text) - 4)
        if room < 5:
            return (percent + text)[: max(columns - 1, 0)]
        filled = int(share * room)
        return f"{percent}[{'#' * filled}{'.' * (room - filled)}] {text}"
