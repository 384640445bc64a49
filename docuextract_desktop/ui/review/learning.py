"""After a decision the template learns, in the background; the latest decision has the right of way."""

from __future__ import annotations

import threading
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
        self._stop = threading.Event()
        self._unsettled = False
        self._settle_soon = QTimer(self)
        self._settle_soon.setSingleShot(True)
        self._settle_soon.setInterval(SETTLE_MS)
        self._settle_soon.timeout.connect(self._settle)

    def learn(self, decided: Decided) -> None:
        """Learn from a decision as soon as may be."""
        self._waiting = decided
        self._settle_soon.stop()
        self._stop.set()
        self._begin()

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
        self._waiting = None
        self._settle_soon.stop()
        self._stop.set()

    def _begin(self) -> None:
        decided, self._waiting = self._waiting, None
        if self._working or decided is None:
            self._waiting = decided
            return
        self._working = self._unsettled = True
        self._stop = stop = threading.Event()
        teacher = self._teacher

        def work(_: tasks.Task) -> Reproposal | None:
            return teacher().learn(decided, cancelled=stop.is_set)

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
        if self._unsettled and not self._stop.is_set():
            self._settle_soon.start()

    def _settle(self) -> None:
        if self._working:
            return
        self._working = True
        self._stop = stop = threading.Event()
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
            lambda _: teacher().settle(cancelled=stop.is_set),
            owner=self,
            pool="learning",
            done=done,
            failed=failed,
        )

    def _trouble(self, error: BaseException) -> None:
        if not isinstance(error, DocuExtractError):
            raise error
        self.troubled.emit(error)
