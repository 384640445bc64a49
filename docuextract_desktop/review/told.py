"""What people said about a document, read from the decisions, and kept as its lesson in the same step as a decision.

The review screen and `docuextract learn` both store their decisions through `note`, so whoever was told the same knows
the same. What was accepted or typed teaches its value, wherever that stands; what was pointed at teaches its place too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from docuextract_desktop.documents.serial import WORDS_VERSION
from docuextract_desktop.extraction.models import (
    Evidence,
    evidence_from_json,
    evidence_to_json,
    field_value_from_json,
)
from docuextract_desktop.extraction.teaching.examples import Answer
from docuextract_desktop.review.models import Action
from docuextract_desktop.storage import decisions, knowledge, lessons
from docuextract_desktop.storage.database import Session

_REVERSALS = (Action.UNDO, Action.REDO)


@dataclass(frozen=True, slots=True)
class Told:
    """What was last said about one field of one document.

    Attributes:
        kind: `value`, `place` where it was pointed at, `absent` where the document does not have it.
        type: of the field then.
        value: normalised; None where absent. text: as printed or typed.
        evidence: for `place`.
    """

    kind: Literal["value", "place", "absent"]
    type: str
    value: str | None = None
    text: str | None = None
    evidence: Evidence | None = None

    def answer(self, field_type: str) -> Answer | None:
        """As fitting wants it, for a field that is of `field_type` now; None where it says nothing about that."""
        if self.kind == "absent":
            return Answer.absent()
        if self.value is None:
            return None
        if self.type != field_type:  # the field was given another type: what was printed is read anew
            return Answer.of_value(self.text or self.value)
        if self.kind == "place" and self.evidence is not None:
            return Answer.of_place(self.evidence, self.value, normal=True)
        return Answer.of_value(self.value, normal=True)

    def to_json(self) -> dict[str, Any]:
        """Plain data, for the database and for files."""
        plain: dict[str, Any] = {"kind": self.kind, "type": self.type}
        if self.kind != "absent":
            plain |= {"value": self.value, "text": self.text}
        if self.evidence is not None:
            plain["evidence"] = evidence_to_json(self.evidence)
        return plain

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> Told:
        """Inverse of `to_json`."""
        return Told(
            kind=plain["kind"],
            type=plain["type"],
            value=plain.get("value"),
            text=plain.get("text"),
            evidence=evidence_from_json(plain.get("evidence")),
        )


def told_by(made: Sequence[decisions.Decision]) -> dict[str, Told | None]:
    """What the decisions about a document come to, oldest decision first; tables teach nothing.

    Returns:
        Every field that was ever decided about → what was last said of it, or None where all of that was taken back.
    """
    undid = {decision.undone_by: decision for decision in made if decision.undone_by is not None}
    told: dict[str, Told | None] = {}
    for decision in made:
        told.setdefault(decision.field, None)
        if decision.undone_by is not None or decision.action == Action.UNDO or decision.after is None:
            continue
        value = field_value_from_json(decision.after)
        if value.type == "table":
            told.pop(decision.field)
            continue
        first = decision
        while first.action in _REVERSALS and first.number in undid:  # what was brought back is what it was at first
            first = undid[first.number]
        if value.value is None:
            told[value.name] = Told("absent", value.type)
        elif first.action == Action.POINT and value.evidence is not None and value.evidence.words:
            told[value.name] = Told("place", value.type, value.value, value.text, value.evidence)
        else:
            told[value.name] = Told("value", value.type, value.value, value.text)
    return told


def note(session: Session, item_id: str, *, who: str, now: float) -> None:
    """Bring a document's lesson up to date with the decisions about it; part of the caller's transaction."""
    subject = lessons.subject_of(session, item_id)
    if subject is None:
        return
    knowledge.unsettle(session, subject.template_id)
    told = told_by(decisions.of_document(session, subject.template_id, subject.sha256))
    before = lessons.lesson(session, subject.template_id, subject.sha256, "decided")
    # What was said in batches that were deleted since has no decisions any more; it stands until its field is decided.
    answers = dict(before.answers) if before is not None else {}
    for name, one in told.items():
        if one is None:
            answers.pop(name, None)
        else:
            answers[name] = one.to_json()
    if not answers:
        lessons.forget(session, subject.template_id, subject.sha256, "decided")
        return
    lessons.keep(
        session,
        lessons.LessonRow(
            template_id=subject.template_id,
            sha256=subject.sha256,
            origin="decided",
            template_version=subject.template_version,
            filename=subject.filename,
            page_ranges=subject.page_ranges,
            who=who,
            taught_at=now,
            answers=answers,
        ),
    )
    if before is None:
        lessons.copy_words(session, subject.template_id, subject.sha256, WORDS_VERSION)
