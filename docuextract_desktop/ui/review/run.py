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
        key: item and field.
        done: it was decided in this sitting.
    """

    key: Key
    flag: Flag
    done: bool = False


class Run:
    """Flagged values in the order of batches, documents and fields.

    What was decided stays in its place until `forget_done`, so that "12 of 134" counts up and the end comes nearer.
    All of this is asked several times between one value and the next, so with thousands of values only what changed is
    gone through.
    """

    def __init__(self) -> None:
        self._stops: list[Stop] = []
        self._places: dict[Key, int] = {}
        self._of_document: dict[str, list[Stop]] = {}
        self._open = 0

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
        old, places = self._stops, self._places
        fresh = {(flag.item_id, flag.field): flag for flag in flags}
        before, after = self._done_beside(fresh)
        result = list(after.get(None, ()))
        for key, flag in fresh.items():
            place = places.get(key)
            if place is None:
                stop = Stop(key, flag)
            else:
                stop = old[place]
                stop.flag, stop.done = flag, stop.done and key in deciding
            if key in before:
                result += before[key]
            result.append(stop)
            if key in after:
                result += after[key]
        self._set(result)

    def _done_beside(self, fresh: Collection[Key]) -> tuple[dict[Key, list[Stop]], dict[Key | None, list[Stop]]]:
        """What is done and no longer flagged, by the flagged value that it goes before, or after.

        It goes before the first value after it that is still flagged, else after the last before it (None: no such).
        """
        before: dict[Key, list[Stop]] = {}
        after: dict[Key | None, list[Stop]] = {}
        if self._open == len(self._stops):
            return before, after
        waiting: list[Stop] = []
        last: Key | None = None
        for stop in self._stops:
            if stop.key in fresh:
                if waiting:
                    before[stop.key] = waiting
                    waiting = []
                last = stop.key
            elif stop.done:
                waiting.append(stop)
        if waiting:
            after[last] = waiting
        return before, after

    def forget_done(self) -> None:
        """Begin a new sitting."""
        self._set([stop for stop in self._stops if not stop.done])

    def _set(self, stops: list[Stop]) -> None:
        self._stops = stops
        self._places = {stop.key: place for place, stop in enumerate(stops)}
        of_document: dict[str, list[Stop]] = {}
        open_ones = 0
        for stop in stops:
            open_ones += not stop.done
            found = of_document.get(stop.key[0])
            if found is None:
                of_document[stop.key[0]] = [stop]
            else:
                found.append(stop)
        self._of_document, self._open = of_document, open_ones

    def mark(self, key: Key, *, done: bool) -> None:
        """Say that a value was decided, or that it is open again."""
        place = self._places.get(key)
        if place is not None:
            stop = self._stops[place]
            self._open += int(stop.done) - int(done)
            stop.done = done

    def place_of(self, key: Key) -> int | None:
        """Where a value stands, 0-based; None where it is not flagged."""
        return self._places.get(key)

    def open_count(self) -> int:
        """How many are left."""
        return self._open

    def following(self, key: Key | None, by: int = 1) -> Stop | None:
        """The next or previous open value after `key`, from the other end again where there is none; None at the end.

        A value that is not in the list counts as standing where its document does, or at the beginning.
        """
        count = len(self._stops)
        start = -1 if by > 0 else count
        if key is not None and key in self._places:
            start = self._places[key]
        elif key is not None:
            same = [self._places[stop.key] for stop in self._of_document.get(key[0], ())]
            if same:
                start = same[0] - 1 if by > 0 else same[-1] + 1
        for step in range(1, count + 1):
            stop = self._stops[(start + by * step) % count]
            if not stop.done and stop.key != key:
                return stop
        return None

    def documents(self) -> list[str]:
        """Ids of the documents, in order."""
        return list(self._of_document)

    def documents_after(self, key: Key, most: int) -> list[str]:
        """Ids of the next documents with something open: what is worth being fetched ahead."""
        found: list[str] = []
        count = len(self._stops)
        start = self._places.get(key, -1) + 1
        for step in range(count):
            stop = self._stops[(start + step) % count]
            item_id = stop.key[0]
            if not stop.done and item_id != key[0] and item_id not in found:
                found.append(item_id)
                if len(found) == most:
                    break
        return found

    def blind_of(self, item_id: str) -> frozenset[str]:
        """Fields of a document that are still to be checked without knowing how sure the program is."""
        return frozenset(
            stop.flag.field for stop in self._of_document.get(item_id, ()) if stop.flag.audit and not stop.done
        )

    def first_of(self, item_id: str) -> Stop | None:
        """The first open value of a document."""
        return next((stop for stop in self._of_document.get(item_id, ()) if not stop.done), None)
