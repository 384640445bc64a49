"""The documents to review as a table."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from docuextract_desktop.errors import BatchNotFoundError
from docuextract_desktop.jobs.models import BatchSummary, ItemRow, ItemState
from docuextract_desktop.ui import tasks
from docuextract_desktop.ui.widgets.delegates import RAW
from docuextract_desktop.ui.wording import one_line, percent, tooltip

if TYPE_CHECKING:
    from docuextract_desktop.jobs.queue import Queue
    from docuextract_desktop.ui.feed import Changes, Feed

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Document", "Batch", "Values to review", "Lowest confidence")
FILE, BATCH, VALUES, CONFIDENCE = range(len(COLUMNS))
Key = tuple[float, str, int]
PAUSE_MS = 600
"""While a batch runs the changes are read no more often than this."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document that waits for review."""

    item: ItemRow
    batch_name: str
    batch_created_at: float

    @property
    def key(self) -> Key:
        """Newest batch first, then the batch's order."""
        return -self.batch_created_at, self.item.batch_id, self.item.position


@dataclass(frozen=True, slots=True)
class News:
    """What was read after changes: documents in whatever state, and batches of which these are all that wait."""

    rows: tuple[Waiting, ...]
    whole: frozenset[str]


class ReviewTable(QAbstractTableModel):
    """A row per document that needs review, in the order of batches and documents.

    Read once; after that only what changed is read, so that a long batch with much to review costs nothing.

    Attributes:
        rows: as shown.
        known: whether it was read once.

    Signals:
        counted: how many values want a look, in all documents.
    """

    counted = Signal(int)

    def __init__(self, queue: Queue, feed: Feed, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Waiting] = []
        self.known = False
        self._keys: list[Key] = []
        self._by_id: dict[str, Key] = {}
        self._values = 0
        self._stopped = False
        self._queue = queue
        self._reading: tasks.Task | None = None
        self._items: set[str] = set()
        self._whole: set[str] = set()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._read)
        feed.changed.connect(self._changed)

    def load(self) -> None:
        """Read the whole list, off the window's thread."""
        self.known = False
        self._read()

    def stop(self) -> None:
        """Read no more, whatever comes of what is being read."""
        self._stopped = True
        self._pause.stop()

    def values(self) -> int:
        """How many values want a look, in all documents."""
        return self._values

    def _changed(self, changes: Changes) -> None:
        for batch_id in changes.gone:
            self._keep_only(batch_id, frozenset())
        self._items.update(item_id for ids in changes.items.values() for item_id in ids)
        self._whole |= changes.whole - changes.gone
        if changes.gone:
            self.counted.emit(self._values)
        if not self._pause.isActive():
            self._pause.start()

    def _read(self) -> None:
        if self._stopped:
            return
        if self._reading is not None:
            self._pause.start()
            return
        queue, everything = self._queue, not self.known
        items, whole = frozenset(self._items), frozenset(self._whole)
        self._items, self._whole = set(), set()
        if not everything and not items and not whole:
            return
        self._reading = tasks.run(
            lambda _: read_all(queue) if everything else read_news(queue, items, whole),
            owner=self,
            done=lambda news: self._got(news, everything),
            failed=self._failed,
        )

    def _got(self, news: News, everything: bool) -> None:
        self._reading = None
        if everything:
            self.known = True
            self.beginResetModel()
            self.rows = sorted((row for row in news.rows if _waits(row.item)), key=lambda row: row.key)
            self._keys = [row.key for row in self.rows]
            self._by_id = {row.item.id: row.key for row in self.rows}
            self._values = sum(row.item.flagged for row in self.rows)
            self.endResetModel()
        else:
            for batch_id in news.whole:
                self._keep_only(batch_id, frozenset(r.item.id for r in news.rows if r.item.batch_id == batch_id))
            self._take_in(news.rows)
        self.counted.emit(self._values)
        if self._items or self._whole:
            self._pause.start()

    def _take_in(self, rows: Iterable[Waiting]) -> None:
        """Take in the new forms of documents: they come, go, or change."""
        same: list[Waiting] = []
        for row in rows:
            known, waits = row.item.id in self._by_id, _waits(row.item)
            if known and waits:
                same.append(row)
            elif waits:
                place = bisect_left(self._keys, row.key)
                self.beginInsertRows(QModelIndex(), place, place)
                self.rows.insert(place, row)
                self._keys.insert(place, row.key)
                self._by_id[row.item.id] = row.key
                self._values += row.item.flagged
                self.endInsertRows()
            elif known:
                self._remove(row.item.id)
        places = []
        for row in same:
            place = bisect_left(self._keys, row.key)
            self._values += row.item.flagged - self.rows[place].item.flagged
            self.rows[place] = row
            places.append(place)
        self._touch(sorted(places))

    def _touch(self, places: list[int]) -> None:
        """Say that rows changed, of those that follow each other at once: a correction changes hundreds."""
        for place, number in enumerate(places):
            if not place or places[place - 1] != number - 1:
                first = number
            if place + 1 == len(places) or places[place + 1] != number + 1:
                self.dataChanged.emit(self.index(first, 0), self.index(number, len(COLUMNS) - 1))

    def _remove(self, item_id: str) -> None:
        place = bisect_left(self._keys, self._by_id.pop(item_id))
        self.beginRemoveRows(QModelIndex(), place, place)
        self._values -= self.rows[place].item.flagged
        del self.rows[place], self._keys[place]
        self.endRemoveRows()

    def _keep_only(self, batch_id: str, item_ids: frozenset[str]) -> None:
        for row in [r for r in self.rows if r.item.batch_id == batch_id and r.item.id not in item_ids]:
            self._remove(row.item.id)

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


def _waits(item: ItemRow) -> bool:
    return item.state is ItemState.NEEDS_REVIEW


def _waiting(queue: Queue, rows: Iterable[ItemRow]) -> tuple[Waiting, ...]:
    batches: dict[str, BatchSummary | None] = {}
    found = []
    for row in rows:
        if row.batch_id not in batches:
            try:
                batches[row.batch_id] = queue.batch(row.batch_id)
            except BatchNotFoundError:  # deleted meanwhile
                batches[row.batch_id] = None
        batch = batches[row.batch_id]
        if batch is not None:
            found.append(Waiting(row, batch.name, batch.created_at))
    return tuple(found)


def read_all(queue: Queue) -> News:
    """All documents that need review."""
    return News(_waiting(queue, queue.items_by_id(queue.flagged())), frozenset())


def read_news(queue: Queue, items: frozenset[str], whole: frozenset[str]) -> News:
    """The documents of `items`, in whatever state they are now, and all that need review in the batches of `whole`."""
    rows = {row.id: row for row in queue.items_by_id(sorted(items))}
    for batch_id in sorted(whole):
        rows |= {row.id: row for row in queue.items(batch_id, states=(ItemState.NEEDS_REVIEW,))}
    return News(_waiting(queue, rows.values()), whole)
