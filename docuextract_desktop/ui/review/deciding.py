"""Decisions on their way to the disk: stored one after the other, off the window's thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from docuextract_desktop.errors import DocuExtractError
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.review.run import Key

if TYPE_CHECKING:
    from docuextract_desktop.review.models import Decided
    from docuextract_desktop.review.session import ReviewSession

Decision = Callable[["ReviewSession"], "Decided"]


class Decider(QObject):
    """Stores decisions in the order in which they were made.

    Attributes:
        made: how many decisions and reversals were asked for; rises.

    Signals:
        decided: a `Decided`.
        refused: (item id, field, DocuExtractError); nothing was stored.
        reversed: a `Decided` of undo or redo; None where there was nothing to take back.
        reversible: (what undo would take back, what redo would bring back), in words, empty where nothing.
    """

    decided = Signal(object)
    refused = Signal(str, str, object)
    reversed = Signal(object)
    reversible = Signal(str, str)

    def __init__(self, session: Callable[[], ReviewSession], parent: QObject | None = None) -> None:
        """Set up.

        Args:
            session: gives the session; called off the window's thread, since the first call loads much.
            parent: of the QObject.
        """
        super().__init__(parent)
        self._session = session
        self._scope: str | None = None
        self._pending: Counter[Key] = Counter()
        self.made = 0
        self._decided_at: dict[Key, int] = {}
        self._asking: tasks.Task | None = None

    def set_scope(self, batch_id: str | None) -> None:
        """Undo and redo stay within that batch; None for all."""
        self._scope = batch_id
        self.ask_reversible()

    def decided_after(self, made: int) -> frozenset[Key]:
        """Values that were decided, or are about to be stored, since `made` had that value."""
        late = {key for key, number in self._decided_at.items() if number > made}
        return frozenset(late | set(self._pending))

    def decide(self, item_id: str, field: str, decision: Decision) -> None:
        """Store a decision; `decided` or `refused` follows."""
        key = (item_id, field)
        self._pending[key] += 1
        self.made += 1
        self._decided_at[key] = self.made
        session = self._session

        def done(made: Decided) -> None:
            self._settle(key)
            self.decided.emit(made)
            self.ask_reversible()

        def failed(error: BaseException) -> None:
            self._settle(key)
            self.refused.emit(item_id, field, error)
            if not isinstance(error, DocuExtractError):
                raise error

        tasks.run(lambda _: decision(session()), owner=self, pool="review", done=done, failed=failed)

    def undo(self) -> None:
        """Take back the newest decision; `reversed` follows."""
        self._reverse(lambda session, scope: session.undo(scope))

    def redo(self) -> None:
        """Bring back what was undone last."""
        self._reverse(lambda session, scope: session.redo(scope))

    def _reverse(self, act: Callable[[ReviewSession, str | None], Decided | None]) -> None:
        session, scope = self._session, self._scope
        self.made += 1

        def done(made: Decided | None) -> None:
            if made is not None:
                self._decided_at[made.item_id, made.field] = self.made
            self.reversed.emit(made)
            self.ask_reversible()

        def failed(error: BaseException) -> None:
            if not isinstance(error, DocuExtractError):
                raise error
            self.refused.emit("", "", error)

        tasks.run(lambda _: act(session(), scope), owner=self, pool="review", done=done, failed=failed)

    def _settle(self, key: Key) -> None:
        self._pending[key] -= 1
        if self._pending[key] <= 0:
            del self._pending[key]

    def ask_reversible(self) -> None:
        """Have `reversible` say what could be taken back now; the latest asking wins."""
        if self._asking is not None:
            self._asking.cancel()
        session, scope = self._session, self._scope
        self._asking = tasks.run(
            lambda _: (session().can_undo(scope) or "", session().can_redo(scope) or ""),
            owner=self,
            done=lambda words: self.reversible.emit(*words),
            failed=lambda _: None,  # the buttons keep what they said
        )
