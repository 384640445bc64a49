"""What auditing says of a batch: read off the window's thread, and put into words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from docuextract_desktop.errors import DocuExtractError
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.wording import count, percent

if TYPE_CHECKING:
    from docuextract_desktop.bootstrap import Services
    from docuextract_desktop.review.auditing import Audit

WHAT_IT_MEANS = (
    "Some of the values that the program did not flag, chosen at random, come before you as the last ones to review. "
    "They say that they were picked, and not how sure the program is of them, so that its opinion sways nobody: please "
    "compare them with the page as carefully as the flagged ones. What you change among them tells how often unflagged "
    "values are wrong: with 95 % certainty the true share lies in the range given, which gets narrower the more you "
    "check. How many are chosen is set under Settings, Review."
)


class AuditReader(QObject):
    """Reads the audit of the batch that is shown.

    Signals:
        came: an `Audit`.
    """

    came = Signal(object)

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._reading = False
        self._next: str | None = None

    def read(self, batch_id: str) -> None:
        """Have it read; what is asked meanwhile is read next, once."""
        if self._reading:
            self._next = batch_id
            return
        self._reading, self._next = True, None
        services = self._services

        def done(audit: Audit) -> None:
            self._reading = False
            if self._next is None:
                self.came.emit(audit)
            else:
                self.read(self._next)

        def failed(error: BaseException) -> None:
            self._reading = False
            if not isinstance(error, DocuExtractError):  # a batch that is gone is said elsewhere
                raise error

        tasks.run(lambda _: services.auditor.of_batch(batch_id), owner=self, done=done, failed=failed)


def audit_line(audit: Audit) -> str:
    """How many were checked and how many were wrong, with the interval; empty where nothing was chosen."""
    if not audit.chosen:
        return ""
    waiting = f"{count(audit.waiting, 'value')} to check" if audit.waiting else ""
    if audit.interval is None or audit.error is None:
        return f"Audit: {count(audit.chosen, 'unflagged value')} chosen to be checked, none of them checked yet"
    low, high = audit.interval
    wrong = f"{audit.wrong:,} wrong" if audit.wrong else "none wrong"
    line = (
        f"Audit: {count(audit.looked_at, 'unflagged value')} checked, {wrong}; "
        f"between {percent(low)} and {percent(high)} of all unflagged ones are wrong"
    )
    return f"{line}  ·  {waiting}" if waiting else line
