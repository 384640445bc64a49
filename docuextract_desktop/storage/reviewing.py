"""A decision of a person, stored whole: the decision itself, the field's new value, the item's state and figures."""

from __future__ import annotations

from docuextract_desktop.extraction.models import Extraction, FieldValue, field_value_to_json
from docuextract_desktop.jobs.models import ItemState
from docuextract_desktop.storage import decisions, events, items, results
from docuextract_desktop.storage.database import Session


def record(
    session: Session,
    item_id: str,
    *,
    who: str,
    action: str,
    before: FieldValue | None,
    after: FieldValue,
    now: float,
    undoes: int | None = None,
) -> int:
    """Store what a person decided about a field; the number of the decision. Part of the caller's transaction.

    Raises:
        LookupError: there is no such item, or it has no result.
    """
    number = decisions.add(
        session,
        now=now,
        who=who,
        item_id=item_id,
        field=after.name,
        action=action,
        before=None if before is None else field_value_to_json(before),
        after=field_value_to_json(after),
        undoes=undoes,
    )
    replace_values(session, item_id, (after,), now=now)
    return number


def replace_values(session: Session, item_id: str, values: tuple[FieldValue, ...], *, now: float) -> ItemState:
    """Replace fields of a result after a decision or a re-proposal, and derive the item's state and figures anew.

    Gives back the state that the item has then.

    Raises:
        LookupError: there is no such item, or it has no result.
    """
    results.replace_fields(session, item_id, values)
    extraction = results.load(session, item_id)
    row = items.row(session, item_id)
    if extraction is None or row is None:
        raise LookupError(item_id)
    state = state_of(extraction)
    changed = items.set_reviewed(
        session,
        item_id,
        state,
        flagged=sum(1 for value in extraction.fields if value.needs_review),
        lowest_confidence=extraction.lowest_confidence,
    )
    if not changed:
        raise LookupError(item_id)
    events.add(session, now=now, kind=events.ITEM_CHANGED, batch_id=row.batch_id, item_id=item_id, state=state)
    return state


def state_of(extraction: Extraction) -> ItemState:
    """`needs_review` while a value wants a person's eye, otherwise `completed`."""
    return ItemState.NEEDS_REVIEW if extraction.needs_review else ItemState.COMPLETED
