"""What review shows and gives back: flags in their order, decisions, and what a correction changed elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from docuextract_desktop.extraction.models import FieldValue
from docuextract_desktop.jobs.models import ItemState


class Action(StrEnum):
    """What a person did. The words are stored with every decision."""

    ACCEPT = "accept"
    CORRECT = "correct"
    POINT = "point"
    ABSENT = "not_on_document"
    EDIT_ROWS = "edit_rows"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class Flag:
    """A value that wants a person's eye.

    Attributes:
        position: of the item in its batch, 0-based.
        confidence: of the value, 0..1.
        reasons: why it is flagged, in words.
        audit: it is not flagged, but was chosen to be checked all the same; its confidence is not to be shown.
    """

    batch_id: str
    item_id: str
    position: int
    filename: str
    field: str
    confidence: float
    reasons: tuple[str, ...]
    audit: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision came to.

    Attributes:
        number: of the decision, rising.
        before, after: the field's value before and now.
        item_state: of the item, now.
    """

    number: int
    action: Action
    batch_id: str
    item_id: str
    filename: str
    field: str
    before: FieldValue
    after: FieldValue
    item_state: ItemState


@dataclass(frozen=True, slots=True)
class Change:
    """A value of an unreviewed document that was proposed anew."""

    item_id: str
    field: str
    before: FieldValue
    after: FieldValue


@dataclass(frozen=True, slots=True)
class Reproposal:
    """Everything that one correction changed elsewhere; can be taken back as one step.

    Attributes:
        number: to take it back by.
        cause: sentence for the user, such as "you corrected Total on a.pdf".
        documents: how many documents of the batch were looked at.
        values_changed: how many values are other ones now.
        flags_cleared: how many values need no review any more, though they stayed the same.
    """

    number: int
    batch_id: str
    cause: str
    documents: int
    values_changed: int
    flags_cleared: int
    changes: tuple[Change, ...]
