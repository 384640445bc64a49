"""A decision of a person, stored whole: the decision itself, the field's new value, the item's state and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from docuextract_desktop.extraction.models import FieldValue, field_value_to_json
from docuextract_desktop.jobs.models import ItemState
from docuextract_desktop.storage import decisions, events, items, results, standing
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
    """Replace fields of a result after a decision, and derive the item's state and figures anew.

    Gives back the state that the item has then.

    Raises:
        LookupError: there is no such item, or it has no result.
    """
    return replace_many(session, {item_id: values}, now=now)[item_id]


def replace_many(session: Session, values: Mapping[str, Sequence[FieldValue]], *, now: float) -> dict[str, ItemState]:
    """Replace fields of the results of many items, and derive their states and figures anew.

    Args:
        session: of the caller's transaction.
        values: item id → the new values of some of its fields.
        now: UNIX seconds.

    Raises:
        LookupError: there is no such item, or it has no result.
    """
    results.replace_fields(session, ((item_id, value) for item_id, of_item in values.items() for value in of_item))
    found = standing.figures(session, values)
    states: dict[str, ItemState] = {}
    for item_id in values:
        if item_id not in found:
            raise LookupError(item_id)
        figures = found[item_id]
        state = ItemState.NEEDS_REVIEW if figures.flagged else ItemState.COMPLETED
        changed = items.set_reviewed(
            session, item_id, state, flagged=figures.flagged, lowest_confidence=figures.lowest_confidence
        )
        if not changed:
            raise LookupError(item_id)
        events.add(session, now=now, kind=events.ITEM_CHANGED, batch_id=figures.batch_id, item_id=item_id, state=state)
        states[item_id] = state
    return states
