"""Which documents of a batch are shown, and in which order; kept up to date one change at a time. No Qt.

All keys are in one sorted list, so that a change of one among 10,000 rows costs two binary searches.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from docuextract_desktop.jobs.models import ItemRow, ItemState

Key = tuple[Any, ...]

_STATE_RANK = {
    state: rank
    for rank, state in enumerate(
        (
            ItemState.RUNNING,
            ItemState.FAILED,
            ItemState.NEEDS_REVIEW,
            ItemState.COMPLETED,
            ItemState.CANCELLED,
            ItemState.PENDING,
        )
    )
}
_DIGITS = re.compile(r"(\d+)")


def natural(text: str) -> tuple[Any, ...]:
    """A key by which `page 9` stands before `page 10`."""
    parts = _DIGITS.split(text.casefold())
    return tuple((0, int(part), "") if part.isdecimal() and len(part) < 19 else (1, 0, part) for part in parts if part)


def duration(row: ItemRow) -> float | None:
    """Seconds from start to end, or None while it has not ended."""
    if row.started_at is None or row.ended_at is None or not row.state.terminal:
        return None
    return row.ended_at - row.started_at


def note(row: ItemRow) -> str:
    """What is to be said about the document: its error, or how many values want a look."""
    if row.error_message and row.state is ItemState.FAILED:
        return row.error_message
    if row.state is ItemState.NEEDS_REVIEW and row.flagged:
        return f"{row.flagged} value{'' if row.flagged == 1 else 's'} to review"
    return ""


SORT_KEYS: dict[str, Callable[[ItemRow], Any]] = {
    "position": lambda row: row.position,
    "filename": lambda row: natural(row.filename),
    "state": lambda row: _STATE_RANK[row.state],
    "pages": lambda row: row.page_count,
    "started": lambda row: row.started_at,
    "ended": lambda row: row.ended_at,
    "took": duration,
    "confidence": lambda row: row.lowest_confidence,
    "note": lambda row: note(row) or None,
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What is shown: any state where `states` is empty; names or notes that hold `search`."""

    states: frozenset[ItemState] = frozenset()
    search: str = ""

    def matches(self, row: ItemRow) -> bool:
        """Whether the row is shown."""
        if self.states and row.state not in self.states:
            return False
        wanted = self.search.casefold()
        return not wanted or wanted in row.filename.casefold() or wanted in note(row).casefold()


@dataclass(frozen=True, slots=True)
class Change:
    """What a changed row means for the table: `before` and `after` are its places, None where it is not shown."""

    before: int | None
    after: int | None


class RowOrder:
    """The rows of a batch, those shown, and their order."""

    def __init__(self, rows: Iterable[ItemRow] = ()) -> None:
        self._rows: list[ItemRow] = []
        self._index: dict[str, int] = {}
        self._keys: list[Key | None] = []
        self._shown: list[Key] = []
        self._sort = SORT_KEYS["position"]
        self._descending = False
        self._filter = Filter()
        self.set_rows(rows)

    def __len__(self) -> int:
        return len(self._shown)

    @property
    def total(self) -> int:
        """How many rows there are, shown or not."""
        return len(self._rows)

    @property
    def filter(self) -> Filter:
        """The filter in use."""
        return self._filter

    def set_rows(self, rows: Iterable[ItemRow]) -> None:
        """Replace all rows."""
        self._rows = list(rows)
        self._index = {row.id: place for place, row in enumerate(self._rows)}
        self.arrange()

    def set_sort(self, name: str, *, descending: bool) -> None:
        """Order by the key of that name."""
        self._sort, self._descending = SORT_KEYS[name], descending
        self.arrange()

    def set_filter(self, wanted: Filter) -> None:
        """Show other rows."""
        self._filter = wanted
        self.arrange()

    def arrange(self) -> None:
        """Work out everything anew."""
        matches = self._filter.matches
        self._keys = [self._key(place, row) if matches(row) else None for place, row in enumerate(self._rows)]
        self._shown = sorted(key for key in self._keys if key is not None)

    def row(self, place: int) -> ItemRow:
        """The row shown at `place`."""
        return self._rows[self._shown[self._mirror(place)][-1]]

    def place_of(self, item_id: str) -> int | None:
        """Where the item is shown, or None."""
        index = self._index.get(item_id)
        key = None if index is None else self._keys[index]
        return None if key is None else self._mirror(bisect_left(self._shown, key))

    def would_move(self, row: ItemRow) -> bool:
        """Whether `put(row)` would change the row's place, or make it come or go."""
        index = self._index.get(row.id)
        return index is not None and self._key_if(index, row) != self._keys[index]

    def place_if(self, row: ItemRow) -> int | None:
        """Where the row would stand after `put(row)`."""
        index = self._index.get(row.id)
        key = None if index is None else self._key_if(index, row)
        if index is None or key is None:
            return None
        old = self._keys[index]
        place = bisect_left(self._shown, key)
        length = len(self._shown) + (old is None)
        if old is not None and old < key:
            place -= 1
        return length - 1 - place if self._descending else place

    def put(self, row: ItemRow) -> Change:
        """Take in the new form of a row; unknown ones are ignored."""
        index = self._index.get(row.id)
        if index is None:
            return Change(None, None)
        before = self.place_of(row.id)
        old_key = self._keys[index]
        key = self._key_if(index, row)
        self._rows[index] = row
        if key == old_key:
            return Change(before, before)
        if old_key is not None:
            del self._shown[bisect_left(self._shown, old_key)]
        if key is not None:
            self._shown.insert(bisect_left(self._shown, key), key)
        self._keys[index] = key
        return Change(before, self.place_of(row.id))

    def _mirror(self, place: int) -> int:
        return len(self._shown) - 1 - place if self._descending else place

    def _key_if(self, index: int, row: ItemRow) -> Key | None:
        return self._key(index, row) if self._filter.matches(row) else None

    def _key(self, index: int, row: ItemRow) -> Key:
        value = self._sort(row)
        # What has no value stands last in either direction; equal values stand in the batch's order.
        tie = -index if self._descending else index
        if value is None:
            return (0 if self._descending else 2, 0, tie, index)
        return (1, value, tie, index)
