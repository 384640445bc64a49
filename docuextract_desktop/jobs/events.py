"""What the front ends are told: one frozen event per change, with a rising number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from docuextract_desktop.jobs.models import ItemState
from docuextract_desktop.storage import events as stored


class EventKind(StrEnum):
    """What an event is about."""

    BATCH_CREATED = "batch_created"
    BATCH_CHANGED = "batch_changed"
    """Renamed, cancelled or put into the queue again: many items may have changed."""
    BATCH_ENDED = "batch_ended"
    """No item is pending or running any more."""
    BATCH_DELETED = "batch_deleted"
    ITEM_CHANGED = stored.ITEM_CHANGED


@dataclass(frozen=True, slots=True)
class Event:
    """A change that was stored; whoever remembers `number` can ask for what came after.

    Attributes:
        number: rises with every change; never given twice.
        at: UNIX seconds.
        item_id, state: the item and its new state, for `ITEM_CHANGED`; otherwise None.
    """

    number: int
    at: float
    kind: EventKind
    batch_id: str
    item_id: str | None = None
    state: ItemState | None = None
