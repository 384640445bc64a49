"""Reading what is flagged, off the window's thread, as often as there is news."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from docuextract_desktop.errors import DocuExtractError
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.review.run import Key

if TYPE_CHECKING:
    from docuextract_desktop.bootstrap import Services
    from docuextract_desktop.review.models import Flag
    from docuextract_desktop.ui.review.deciding import Decider

REFRESH_MS = 400
"""While a batch runs, what is flagged is read anew no more often than this."""


class FlagReader(QObject):
    """Reads the flags of a batch, or of all.

    Signals:
        came: (list of `Flag`, values that were decided while it was read: what it says of them is old).
        troubled: a DocuExtractError.
    """

    came = Signal(list, object)
    troubled = Signal(object)

    def __init__(self, services: Services, decider: Decider, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._decider = decider
        self._batch_id: str | None = None
        self._reading = False
        self._again = False
        self._known: tuple[str | None, int] | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(REFRESH_MS)
        self._soon.timeout.connect(self.read)

    def set_scope(self, batch_id: str | None) -> None:
        """Read that batch from now on; None for all."""
        self._batch_id = batch_id
        self._known = None

    def read_soon(self) -> None:
        """Something changed somewhere."""
        if not self._soon.isActive():
            self._soon.start()

    def stop(self) -> None:
        """Read no more by itself."""
        self._soon.stop()

    def read(self) -> None:
        """Read now; `came` follows, once for calls that come while it is being read."""
        if self._reading:
            self._again = True
            return
        self._reading = True
        made, batch_id, services, known = self._decider.made, self._batch_id, self._services, self._known

        def work(_: tasks.Task) -> tuple[int, list[Flag] | None]:
            # Whatever changes flags is an event; without a new one they are as they were. First the cursor: what comes
            # between the two is read again next time.
            cursor = services.queue.cursor()
            return cursor, None if known == (batch_id, cursor) else services.review.flags(batch_id)

        def got(result: tuple[int, list[Flag] | None]) -> None:
            self._reading = False
            if batch_id != self._batch_id or self._again:
                self._again = False
                self.read()
                return
            cursor, flags = result
            if flags is None:
                return
            self._known = batch_id, cursor
            late: frozenset[Key] = self._decider.decided_after(made)
            self.came.emit(flags, late)

        def failed(error: BaseException) -> None:
            self._reading = False
            if not isinstance(error, DocuExtractError):
                raise error
            self.troubled.emit(error)

        tasks.run(work, owner=self, done=got, failed=failed)
