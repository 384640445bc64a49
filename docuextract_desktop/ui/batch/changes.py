"""What a person can do to a batch: done in the background, in order, with a notice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from docuextract_desktop.errors import DocuExtractError
from docuextract_desktop.jobs.models import BatchSummary, ItemRow, ItemState
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.batch.model import BatchWatch
from docuextract_desktop.ui.context import Context
from docuextract_desktop.ui.wording import count

if TYPE_CHECKING:
    from docuextract_desktop.jobs.queue import Queue

UNDONE = (ItemState.FAILED, ItemState.CANCELLED)


class BatchChanges(QObject):
    """Changes to the batch that is watched."""

    def __init__(self, context: Context, watch: BatchWatch, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._watch = context, watch

    def retry_items(self, rows: Sequence[ItemRow]) -> None:
        """Put those of the documents that failed or were cancelled into the queue again."""
        ids = [row.id for row in rows if row.state in UNDONE]
        if ids and (batch_id := self._watch.batch_id):
            words = f"Trying {count(len(ids), 'document')} again."
            self._do(lambda queue: queue.retry(batch_id, item_ids=ids), words)

    def cancel_items(self, rows: Sequence[ItemRow]) -> None:
        """Cancel those of the documents that have not begun."""
        ids = [row.id for row in rows if row.state is ItemState.PENDING]
        if ids:
            self._do(lambda queue: queue.cancel_items(ids), f"Cancelled {count(len(ids), 'document')}.")

    def retry_all(self) -> None:
        """Put everything that failed or was cancelled into the queue again."""
        if batch_id := self._watch.batch_id:
            self._do(lambda queue: queue.retry(batch_id), "The documents that were not done are tried again.")

    def cancel(self) -> None:
        """Cancel what has not begun."""
        if batch_id := self._watch.batch_id:
            words = "Cancelled. Documents that had begun are finished; the others can be retried."
            self._do(lambda queue: queue.cancel(batch_id), words)

    def run_again(self) -> None:
        """Extract everything anew."""
        if batch_id := self._watch.batch_id:
            self._do(lambda queue: queue.run_again(batch_id), "All documents are extracted again.")

    def rename(self, batch: BatchSummary, name: str) -> None:
        """Give the batch another name."""
        if name.strip() and name.strip() != batch.name:
            self._do(lambda queue: queue.rename(batch.id, name.strip()), "Renamed.")

    def _do(self, act: Callable[[Queue], object], words: str) -> None:
        queue, context = self._context.services.queue, self._context

        def done(_: object) -> None:
            context.runner.wake()
            context.feed.knock()
            context.notify(words)

        def failed(error: BaseException) -> None:
            if not isinstance(error, DocuExtractError):
                raise error
            context.notify(str(error), stays=True)

        tasks.run(lambda _: act(queue), owner=self, done=done, failed=failed, pool="queue")
