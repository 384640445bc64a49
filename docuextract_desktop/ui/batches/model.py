"""The batches as a table, kept up to date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from docuextract_desktop.jobs.models import BatchSummary, ItemState
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.titles import BATCH_TITLES
from docuextract_desktop.ui.widgets.delegates import RAW
from docuextract_desktop.ui.wording import clock, one_line

if TYPE_CHECKING:
    from docuextract_desktop.jobs.queue import Queue
    from docuextract_desktop.ui.feed import Changes, Feed

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Batch", "State", "Progress", "Documents", "To review", "Failed", "Template", "Created")
NAME, STATE, PROGRESS, DOCUMENTS, REVIEW, FAILED, TEMPLATE, CREATED = range(len(COLUMNS))


class BatchTable(QAbstractTableModel):
    """A row per batch, newest first; those in `hidden` (about to be deleted) are left out.

    Attributes:
        rows: as shown.

    Signals:
        loaded: the rows were read.
        ended: summaries of batches that ended since the last reading.
    """

    loaded = Signal()
    ended = Signal(list)

    def __init__(self, queue: Queue, feed: Feed, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[BatchSummary] = []
        self._all: list[BatchSummary] = []
        self._hidden: set[str] = set()
        self._queue = queue
        self._reading: tasks.Task | None = None
        self._again = False
        self._known = False
        feed.changed.connect(self._changed)

    def load(self) -> None:
        """Read the batches, off the window's thread."""
        if self._reading is not None:
            self._again = True
            return
        queue = self._queue
        self._reading = tasks.run(lambda _: queue.batches(), owner=self, done=self._got, failed=self._failed)

    def hide(self, batch_id: str, hidden: bool = True) -> None:
        """Leave a batch out, or show it again."""
        if hidden:
            self._hidden.add(batch_id)
        else:
            self._hidden.discard(batch_id)
        self._show(self._all)

    def place_of(self, batch_id: str) -> int | None:
        """Where the batch is shown, or None."""
        return next((n for n, batch in enumerate(self.rows) if batch.id == batch_id), None)

    def flagged_documents(self) -> int:
        """How many documents of all batches want a person's eye."""
        return sum(batch.counts.get(ItemState.NEEDS_REVIEW, 0) for batch in self.rows)

    def _changed(self, _: Changes) -> None:
        self.load()

    def _got(self, batches: list[BatchSummary]) -> None:
        self._reading = None
        running = {batch.id for batch in self._all if not batch.state.terminal}
        over = [batch for batch in batches if batch.id in running and batch.state.terminal]
        self._known = True
        self._show(batches)
        self.loaded.emit()
        if over:
            self.ended.emit(over)
        if self._again:
            self._again = False
            self.load()

    def _failed(self, error: BaseException) -> None:
        self._reading = None
        raise error

    def _show(self, batches: Sequence[BatchSummary]) -> None:
        self._all = list(batches)
        rows = [batch for batch in batches if batch.id not in self._hidden]
        if [batch.id for batch in rows] == [batch.id for batch in self.rows]:
            changed = [n for n, (old, new) in enumerate(zip(self.rows, rows, strict=True)) if old != new]
            self.rows = rows
            if changed:
                self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], len(COLUMNS) - 1))
            return
        self.layoutAboutToBeChanged.emit()
        kept = [(old, self.rows[old.row()].id) for old in self.persistentIndexList()]
        self.rows = rows
        places = {batch.id: n for n, batch in enumerate(rows)}
        new = [self.index(places[i], old.column()) if i in places else QModelIndex() for old, i in kept]
        self.changePersistentIndexList([old for old, _ in kept], new)
        self.layoutChanged.emit()

    @property
    def known(self) -> bool:
        """Whether the batches were read at least once."""
        return self._known

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        """Batches."""
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
        batch, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(batch, column)
        if role == RAW:
            return str(batch.state) if column == STATE else batch.done / batch.total if batch.total else 0.0
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{COLUMNS[column]}: {cell_text(batch, column) or 'none'}"
        return None


def cell_text(batch: BatchSummary, column: int) -> str:
    """What a cell says."""
    if column == NAME:
        return one_line(batch.name)
    if column == STATE:
        return BATCH_TITLES[batch.state]
    if column == PROGRESS:
        return f"{int(batch.done * 100 / batch.total)} %" if batch.total else ""
    if column == DOCUMENTS:
        return f"{batch.total:,}"
    if column in (REVIEW, FAILED):
        number = batch.counts.get(ItemState.NEEDS_REVIEW if column == REVIEW else ItemState.FAILED, 0)
        return f"{number:,}" if number else ""
    if column == TEMPLATE:
        return one_line(batch.template_name)
    return clock(batch.created_at)
