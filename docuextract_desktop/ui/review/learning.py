"""After a decision the template learns, in the background; the latest decision has the right of way."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from docuextract_desktop.errors import DocuExtractError
from docuextract_desktop.ui import tasks

if TYPE_CHECKING:
    from docuextract_desktop.review.models import Decided, Reproposal
    from docuextract_desktop.review.teacher import Teacher


class Learner(QObject):
    """Has the teacher learn from decisions, one at a time.

    A newer decision cancels the one in hand. A document whose turn was lost that way is still taught, shortly and
    before the newest, so that no decision is without effect.

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
        self._waiting: OrderedDict[str, Decided] = OrderedDict()
        self._working = False
        self._stop = threading.Event()

    def learn(self, decided: Decided) -> None:
        """Learn from a decision as soon as may be."""
        self._waiting.pop(decided.item_id, None)
        self._waiting[decided.item_id] = decided
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
        """Learn no more; what was decided is stored, and taught with the next decision about that document."""
        self._waiting.clear()
        self._stop.set()

    def _begin(self) -> None:
        if self._working or not self._waiting:
            return
        waiting = list(self._waiting.values())
        self._waiting.clear()
        self._working = True
        self._stop = stop = threading.Event()
        teacher = self._teacher

        def work(_: tasks.Task) -> Reproposal | None:
            for earlier in waiting[:-1]:
                teacher().learn(earlier, cancelled=lambda: True)  # its example alone
            return teacher().learn(waiting[-1], cancelled=stop.is_set)

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
        if self._waiting:
            self._begin()
        else:
            self.busy.emit(False)

    def _trouble(self, error: BaseException) -> None:
        if not isinstance(error, DocuExtractError):
            raise error
        self.troubled.emit(error)
