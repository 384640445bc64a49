"""The documents to review as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from docuextract_desktop.jobs.models import ItemRow
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.widgets.delegates import RAW
from docuextract_desktop.ui.wording import one_line, percent, tooltip

if TYPE_CHECKING:
    from docuextract_desktop.jobs.queue import Queue
    from docuextract_desktop.ui.feed import Changes, Feed

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Document", "Batch", "Values to review", "Lowest confidence")
FILE, BATCH, VALUES, CONFIDENCE = range(len(COLUMNS))
PAUSE_MS = 600
"""While a batch runs the list is read anew no more often than this."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document that waits for review."""

    item: ItemRow
    batch_name: str


class ReviewTable(QAbstractTableModel):
    """A row per document that needs review, in the order of batches and documents.

    Attributes:
        rows: as shown.

    Signals:
        counted: how many values want a look, in all documents.
    """

    counted = Signal(int)

    def __init__(self, queue: Queue, feed: Feed, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Waiting] = []
        self.known = False
        self._queue = queue
        self._reading: tasks.Task | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.load)
        feed.changed.connect(self._changed)

    def load(self) -> None:
        """Read the list, off the window's thread."""
        if self._reading is not None:
            self._pause.start()
            return
        queue = self._queue

        def work(_: tasks.Task) -> list[Waiting]:
            names = {batch.id: batch.name for batch in queue.batches()}
            found = queue.items_by_id(queue.flagged())
            order = {batch_id: place for place, batch_id in enumerate(names)}
            found.sort(key=lambda item: (order.get(item.batch_id, -1), item.position))
            return [Waiting(item, names.get(item.batch_id, "")) for item in found]

        self._reading = tasks.run(work, owner=self, done=self._got, failed=self._failed)

    def stop(self) -> None:
        """Read no more."""
        self._pause.stop()

    def _changed(self, _: Changes) -> None:
        if not self._pause.isActive():
            self._pause.start()

    def _got(self, rows: list[Waiting]) -> None:
        self._reading = None
        self.known = True
        if [w.item.id for w in rows] == [w.item.id for w in self.rows]:
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))
        else:
            self.layoutAboutToBeChanged.emit()
            kept = [(old, self.rows[old.row()].item.id) for old in self.persistentIndexList()]
            self.rows = rows
            places = {w.item.id: place for place, w in enumerate(rows)}
            new = [self.index(places[i], old.column()) if i in places else QModelIndex() for old, i in kept]
            self.changePersistentIndexList([old for old, _ in kept], new)
            self.layoutChanged.emit()
        self.counted.emit(sum(w.item.flagged for w in rows))

    def _failed(self, error: BaseException) -> None:
        self._reading = None
        raise error

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        """Documents."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles of the columns."""
        shown = role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal
        return COLUMNS[section] if shown else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words, and what delegates paint."""
        waiting, column = self.rows[index.row()], index.column()
        item = waiting.item
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return (
                one_line(item.filename),
                one_line(waiting.batch_name),
                str(item.flagged),
                percent(item.lowest_confidence),
            )[column]
        if role == RAW:
            return item.lowest_confidence
        if role == Qt.ItemDataRole.ToolTipRole and column == FILE:
            return tooltip(str(item.path))
        return None
