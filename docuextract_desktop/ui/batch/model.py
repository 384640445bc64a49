"""The documents of a batch as a table, and the batch that is watched."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from docuextract_desktop.jobs.models import BatchSummary, ItemRow
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.batch.ordering import Filter, RowOrder, duration, note
from docuextract_desktop.ui.batch.pace import Pace
from docuextract_desktop.ui.titles import ITEM_TITLES
from docuextract_desktop.ui.widgets.delegates import RAW
from docuextract_desktop.ui.wording import clock, one_line, percent, took, tooltip

if TYPE_CHECKING:
    from docuextract_desktop.jobs.queue import Queue
    from docuextract_desktop.ui.feed import Changes, Feed

Index = QModelIndex | QPersistentModelIndex
COLUMNS = (
    ("Document", "filename"),
    ("State", "state"),
    ("Pages", "pages"),
    ("Lowest confidence", "confidence"),
    ("Started", "started"),
    ("Finished", "ended"),
    ("Took", "took"),
    ("Note", "note"),
)
FILE, STATE, PAGES, CONFIDENCE, STARTED, FINISHED, TOOK, NOTE = range(len(COLUMNS))
MOST_SINGLE_MOVES = 40
"""More rows than this that come, go or move at once are shown by one new layout instead of one by one."""
MOST_SINGLE_READS = 1_000
"""More changed items than this are read with the whole batch."""

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_TIP = int(Qt.ItemDataRole.ToolTipRole)
_SPOKEN = int(Qt.ItemDataRole.AccessibleTextRole)
_ROLES = frozenset((_DISPLAY, _TIP, _SPOKEN, RAW))


class ItemTable(QAbstractTableModel):
    """A row per document. Holds 10,000; a change of a few touches only those."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.order = RowOrder()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        """Rows that are shown."""
        return 0 if parent.isValid() else len(self.order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Titles of the columns."""
        return COLUMNS[section][0] if role == _DISPLAY and orientation == Qt.Orientation.Horizontal else None

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """Words, what delegates paint, and what is read out."""
        if role not in _ROLES:
            return None
        if role == _DISPLAY:
            return cell_text(self.order.row(index.row()), index.column())
        if role == RAW:
            row = self.order.row(index.row())
            return str(row.state) if index.column() == STATE else row.lowest_confidence
        if role == _TIP and index.column() in (FILE, NOTE):
            row = self.order.row(index.row())
            return tooltip(str(row.path) if index.column() == FILE else note(row))
        if role == _SPOKEN:
            text = cell_text(self.order.row(index.row()), index.column())
            return f"{COLUMNS[index.column()][0]}: {text or 'none'}"
        return None

    def row_at(self, place: int) -> ItemRow:
        """The document shown at `place`."""
        return self.order.row(place)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; -1 is the batch's own order."""
        name = "position" if column < 0 else COLUMNS[column][1]
        self._relayout(lambda: self.order.set_sort(name, descending=order == Qt.SortOrder.DescendingOrder))

    def set_filter(self, wanted: Filter) -> None:
        """Show only what `wanted` matches."""
        if wanted != self.order.filter:
            self.beginResetModel()
            self.order.set_filter(wanted)
            self.endResetModel()

    def set_rows(self, rows: Iterable[ItemRow]) -> None:
        """Replace all."""
        self.beginResetModel()
        self.order.set_rows(rows)
        self.endResetModel()

    def update_rows(self, rows: Iterable[ItemRow]) -> None:
        """Take in changed rows."""
        changed = list(rows)
        moving = [row for row in changed if self.order.would_move(row)]
        if len(moving) > MOST_SINGLE_MOVES:
            self._relayout(lambda: [self.order.put(row) for row in changed])
            self._touch(range(len(self.order)))
            return
        gone = {row.id for row in moving}
        for row in moving:
            self._move(row)
        self._touch(
            sorted(place for row in changed if row.id not in gone and (place := self.order.put(row).after) is not None)
        )

    def _move(self, row: ItemRow) -> None:
        root = QModelIndex()
        before = self.order.place_of(row.id)
        if before is None:
            after = self.order.place_if(row)
            if after is not None:
                self.beginInsertRows(root, after, after)
                self.order.put(row)
                self.endInsertRows()
            return
        after = self.order.place_if(row)
        if after is None:
            self.beginRemoveRows(root, before, before)
            self.order.put(row)
            self.endRemoveRows()
        elif after == before:
            self.order.put(row)
            self._touch([before])
        else:
            self.beginMoveRows(root, before, before, root, after + 1 if after > before else after)
            self.order.put(row)
            self.endMoveRows()
            self._touch([after])

    def _touch(self, places: Iterable[int]) -> None:
        last = len(COLUMNS) - 1
        run: list[int] = []
        for place in (*places, None):
            if place is not None and (not run or place == run[-1] + 1):
                run.append(place)
                continue
            if run:
                self.dataChanged.emit(self.index(run[0], 0), self.index(run[-1], last))
            run = [] if place is None else [place]

    def _relayout(self, change: Any) -> None:
        self.layoutAboutToBeChanged.emit()
        kept = [(old, self.order.row(old.row()).id) for old in self.persistentIndexList()]
        change()
        new = []
        for old, item_id in kept:
            place = self.order.place_of(item_id)
            new.append(QModelIndex() if place is None else self.index(place, old.column()))
        self.changePersistentIndexList([old for old, _ in kept], new)
        self.layoutChanged.emit()


def cell_text(row: ItemRow, column: int) -> str:
    """What a cell says."""
    if column == FILE:
        return one_line(row.filename)
    if column == STATE:
        return ITEM_TITLES[row.state]
    if column == PAGES:
        return "" if row.page_count is None else str(row.page_count)
    if column == CONFIDENCE:
        return percent(row.lowest_confidence)
    if column == STARTED:
        return clock(row.started_at)
    if column == FINISHED:
        return clock(row.ended_at)
    if column == TOOK:
        return took(duration(row))
    return one_line(note(row))


class BatchWatch(QObject):
    """One batch, kept up to date: its summary, its rows, its pace. Reads off the window's thread.

    Attributes:
        batch_id: of the batch that is watched, or None.
        summary: as last read.

    Signals:
        summarised: the summary was read anew.
        ended: the batch ended while it was watched.
        lost: the batch is gone, or could not be read; the exception.
    """

    summarised = Signal(object)
    ended = Signal(object)
    lost = Signal(object)

    def __init__(self, queue: Queue, feed: Feed, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table = ItemTable(self)
        self.pace = Pace()
        self.batch_id: str | None = None
        self.summary: BatchSummary | None = None
        self._queue = queue
        self._reading: tasks.Task | None = None
        self._waiting: set[str] = set()
        self._again = False
        self._everything = False
        feed.changed.connect(self._changed)

    def watch(self, batch_id: str | None) -> None:
        """Show another batch; None shows none."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        self.batch_id, self.summary = batch_id, None
        self.pace = Pace()
        self._waiting.clear()
        self.table.set_rows(())
        if batch_id is not None:
            self._everything = True
            self._read()

    def _changed(self, changes: Changes) -> None:
        if self.batch_id is None or self.batch_id in changes.gone:
            return
        if self.batch_id in changes.batches:
            self._waiting |= changes.items.get(self.batch_id, frozenset())
            self._everything = self._everything or self.batch_id in changes.whole
            self._again = True
            if self._reading is None:
                self._read()

    def _read(self) -> None:
        if self.batch_id is None or self._reading is not None:
            return
        batch_id, ids, everything = self.batch_id, sorted(self._waiting), self._everything
        everything = everything or len(ids) > MOST_SINGLE_READS
        self._waiting, self._everything, self._again = set(), False, False
        queue = self._queue

        def work(_: tasks.Task) -> tuple[BatchSummary, list[ItemRow]]:
            summary = queue.batch(batch_id)
            return summary, queue.items(batch_id) if everything else queue.items_by_id(ids)

        self._reading = tasks.run(
            work, owner=self, done=lambda result: self._got(result, everything), failed=self._failed
        )

    def _got(self, result: tuple[BatchSummary, list[ItemRow]], everything: bool) -> None:
        self._reading = None
        summary, rows = result
        before, self.summary = self.summary, summary
        self.pace.add(time.monotonic(), summary.done, summary.pages_done)
        if everything and before is None:
            self.table.set_rows(rows)
        else:
            self.table.update_rows(rows)
        self.summarised.emit(summary)
        if before is not None and not before.state.terminal and summary.state.terminal:
            self.ended.emit(summary)
        if self._again:
            self._read()

    def _failed(self, error: BaseException) -> None:
        self._reading = None
        self._everything = True
        self.lost.emit(error)
