"""After a decision the template learns, in the background; the latest decision has the right of way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from docuextract_desktop.errors import DocuExtractError
from docuextract_desktop.ui import tasks

if TYPE_CHECKING:
    from docuextract_desktop.review.models import Decided, Reproposal
    from docuextract_desktop.review.teacher import Teacher


SETTLE_MS = 1_500
"""After so long without a decision, what was learnt in quick steps is fitted anew."""


SHOW_FIRST_MS = 40
HOLD_MS = 300
LOOK_AROUND_S = 0.8
"""What is learnt waits until the next value is drawn: for the first of these after a decision was stored, at most for
the second while it is being stored. Getting a batch ready waits for the third after the screen was opened."""

PATIENCE_S = 2.0
"""Nothing waits longer than this, whatever became of the window."""

GIVE_WAY_S = 0.00005
"""Between two documents Python's lock is let go of for so long: the window's thread may want it."""


class Patience:
    """Asked between two steps of slow work, in its thread: waits while the window needs the processor.

    Args:
        free: set while the work may go on.
    """

    def __init__(self, free: threading.Event) -> None:
        self._free = free
        self._stop = threading.Event()

    def stop(self) -> None:
        """Have the work end at its next step."""
        self._stop.set()

    def stopped(self) -> bool:
        """Whether it was to end."""
        return self._stop.is_set()

    def __call__(self) -> bool:
        """Whether to end; waits before it says no."""
        time.sleep(GIVE_WAY_S)
        until = time.monotonic() + PATIENCE_S
        while not self._stop.is_set() and not self._free.wait(0.02) and time.monotonic() < until:
            pass
        return self._stop.is_set()


class Learner(QObject):
    """Has the teacher learn from decisions, one at a time.

    A newer decision cancels the one in hand; nothing is lost by that, since lessons are stored with the decisions.
    When no decision has come for a while, what was learnt in quick steps is fitted anew.

    Signals:
        reproposed: a `Reproposal`.
        taken_back: how many values were restored.
        troubled: a DocuExtractError.
        busy: whether something is being learnt.
    """

    reproposed = Signal(object)
    taken_back = Signal(int)
    troubled = Signal(object)
    busy = Signal(bool)

    def __init__(self, teacher: Callable[[], Teacher], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._teacher = teacher
        self._waiting: Decided | None = None
        self._working = False
        self._free = threading.Event()
        self._free.set()
        self._patience = Patience(self._free)
        self._cold: str | None = None
        self._unsettled = False
        self._go_on_soon = QTimer(self)
        self._go_on_soon.setSingleShot(True)
        self._go_on_soon.timeout.connect(self._free.set)
        self._settle_soon = QTimer(self)
        self._settle_soon.setSingleShot(True)
        self._settle_soon.setInterval(SETTLE_MS)
        self._settle_soon.timeout.connect(self._settle)

    def learn(self, decided: Decided) -> None:
        """Learn from a decision as soon as may be."""
        self._waiting = decided
        self._settle_soon.stop()
        self._patience.stop()
        self.hold(SHOW_FIRST_MS)
        self._begin()

    def hold(self, time_ms: int = HOLD_MS) -> None:
        """Let what is being learnt wait: something else is to be quick now."""
        self._free.clear()
        self._go_on_soon.start(time_ms)

    def get_ready(self, batch_id: str) -> None:
        """Get a batch ready to be proposed anew, so that its first correction is as quick as the others."""
        self._cold = batch_id
        self.hold(int(LOOK_AROUND_S * 1000))
        self._get_ready()

    def _get_ready(self) -> None:
        batch_id = self._cold
        if batch_id is None or self._working or self._waiting is not None:
            return
        self._working = True
        self._patience = patience = Patience(self._free)
        teacher = self._teacher

        def done(ready: bool) -> None:
            self._working = False
            if self._cold == batch_id and ready:
                self._cold = None
            if self._waiting is not None:
                self._begin()
            elif self._cold is not None and not patience.stopped():
                self._get_ready()

        def failed(error: BaseException) -> None:
            self._cold = None  # the first correction is slower, that is all
            done(False)
            if not isinstance(error, DocuExtractError):
                raise error

        def work(_: tasks.Task) -> bool:
            return not patience() and teacher().get_ready(batch_id, cancelled=patience)

        tasks.run(work, owner=self, pool="learning", done=done, failed=failed)

    def take_back(self, number: int) -> None:
        """Take back what a re-proposal changed."""
        teacher = self._teacher
        tasks.run(
            lambda _: teacher().take_back(number),
            owner=self,
            pool="learning",
            done=self.taken_back.emit,
            failed=self._trouble,
        )

    def stop(self) -> None:
        """Learn no more; what was decided is stored, and fitted at the next start."""
        self._waiting = self._cold = None
        self._settle_soon.stop()
        self._patience.stop()

    def _begin(self) -> None:
        decided, self._waiting = self._waiting, None
        if self._working or decided is None:
            self._waiting = decided
            return
        self._working = self._unsettled = True
        self._patience = patience = Patience(self._free)
        teacher = self._teacher

        def work(_: tasks.Task) -> Reproposal | None:
            return None if patience() else teacher().learn(decided, cancelled=patience)

        self.busy.emit(True)
        tasks.run(work, owner=self, pool="learning", done=self._learnt, failed=self._failed)

    def _learnt(self, made: Reproposal | None) -> None:
        self._working = False
        if made is not None and (made.changes or made.values_changed or made.flags_cleared):
            self.reproposed.emit(made)
        self._go_on()

    def _failed(self, error: BaseException) -> None:
        self._working = False
        self._go_on()
        self._trouble(error)

    def _go_on(self) -> None:
        if self._waiting is not None:
            self._begin()
            return
        self.busy.emit(False)
        if self._patience.stopped():
            return
        if self._cold is not None:
            self._get_ready()
        elif self._unsettled:
            self._settle_soon.start()

    def _settle(self) -> None:
        if self._working:
            return
        self._working = True
        self._patience = patience = Patience(self._free)
        teacher = self._teacher

        def done(settled: bool) -> None:
            self._working = False
            self._unsettled = not settled
            if self._waiting is not None:
                self._begin()

        def failed(error: BaseException) -> None:
            done(True)  # not again and again: the next decision, or the next start, tries once more
            self._trouble(error)

        tasks.run(
            lambda _: teacher().settle(cancelled=patience),
            owner=self,
            pool="learning",
            done=done,
            failed=failed,
        )

    def _trouble(self, error: BaseException) -> None:
        if not isinstance(error, DocuExtractError):
            raise error
        self.troubled.emit(error)
