"""The values that a person works through, in order, with those that are done. Plain data, no Qt."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docuextract_desktop.review.models import Flag

Key = tuple[str, str]
"""Item id and name of the field."""


@dataclass(slots=True)
class Stop:
    """A flagged value.

    Attributes:
        done: it was decided in this sitting.
    """

    flag: Flag
    done: bool = False

    @property
    def key(self) -> Key:
        """Item and field."""
        return self.flag.item_id, self.flag.field


class Run:
    """Flagged values in the order of batches, documents and fields.

    What was decided stays in its place until `forget_done`, so that "12 of 134" counts up and the end comes nearer.
    """

    def __init__(self) -> None:
        self._stops: list[Stop] = []
        self._places: dict[Key, int] = {}

    def __len__(self) -> int:
        return len(self._stops)

    def __iter__(self) -> Iterator[Stop]:
        return iter(self._stops)

    def merge(self, flags: Iterable[Flag], *, deciding: Collection[Key] = ()) -> None:
        """Bring the list up to date without moving what is done.

        Args:
            flags: all that are flagged now, in order.
            deciding: values that were being decided while `flags` was read, so that what it says of them is old.
        """
        old = self._stops
        fresh = list(flags)
        named = {(flag.item_id, flag.field) for flag in fresh}
        # What is done goes before the first value after it that is still flagged, else after the last before it.
        before: dict[Key, list[Stop]] = {}
        after: dict[Key | None, list[Stop]] = {}
        waiting: list[Stop] = []
        last: Key | None = None
        for stop in old:
            gone = stop.key not in named
            if not gone:
                before.setdefault(stop.key, []).extend(waiting)
                waiting = []
                last = stop.key
            elif stop.done:
                waiting.append(stop)
        after[last] = waiting
        done = {stop.key for stop in old if stop.done and stop.key in deciding}
        result = list(after.get(None, ())) if last is None else []
        for flag in fresh:
            key = (flag.item_id, flag.field)
            result += before.get(key, ())
            result.append(Stop(flag, done=key in done))
            result += after.get(key, ())
        self._set(result)

    def forget_done(self) -> None:
        """Begin a new sitting."""
        self._set([stop for stop in self._stops if not stop.done])

    def _set(self, stops: list[Stop]) -> None:
        self._stops = stops
        self._places = {stop.key: place for place, stop in enumerate(stops)}

    def mark(self, key: Key, *, done: bool) -> None:
        """Say that a value was decided, or that it is open again."""
        place = self._places.get(key)
        if place is not None:
            self._stops[place].done = done

    def place_of(self, key: Key) -> int | None:
        """Where a value stands, 0-based; None where it is not flagged."""
        return self._places.get(key)

    def open_count(self) -> int:
        """How many are left."""
        return sum(not stop.done for stop in self._stops)

    def following(self, key: Key | None, by: int = 1) -> Stop | None:
        """The next or previous open value after `key`, from the other end again where there is none; None at the end.

        A value that is not in the list counts as standing where its document does, or at the beginning.
        """
        count = len(self._stops)
        start = -1 if by > 0 else count
        if key is not None and key in self._places:
            start = self._places[key]
        elif key is not None:
            same = [place for place, stop in enumerate(self._stops) if stop.flag.item_id == key[0]]
            if same:
                start = same[0] - 1 if by > 0 else same[-1] + 1
        for step in range(1, count + 1):
            stop = self._stops[(start + by * step) % count]
            if not stop.done and stop.key != key:
                return stop
        return None

    def documents(self) -> list[str]:
        """Ids of the documents, in order."""
        return list(dict.fromkeys(stop.flag.item_id for stop in self._stops))

    def documents_after(self, key: Key, most: int) -> list[str]:
        """Ids of the next documents with something open: what is worth being fetched ahead."""
        found: list[str] = []
        place = self._places.get(key, -1)
        for stop in (*self._stops[place + 1 :], *self._stops[: place + 1]):
            item_id = stop.flag.item_id
            if not stop.done and item_id != key[0] and item_id not in found:
                found.append(item_id)
                if len(found) == most:
                    break
        return found

    def blind_of(self, item_id: str) -> frozenset[str]:
        """Fields of a document that are still to be checked without knowing how sure the program is."""
        return frozenset(
            stop.flag.field
            for stop in self._stops
            if stop.flag.item_id == item_id and stop.flag.audit and not stop.done
        )

    def first_of(self, item_id: str) -> Stop | None:
        """The first open value of a document."""
        return next((stop for stop in self._stops if stop.flag.item_id == item_id and not stop.done), None)
