"""How well a template does, measured on values that people looked at; and how a draft of it would do.

Only values that a person decided about count as known. People mostly look at flagged values, so the share of right ones
among them says little about the rest: what was not flagged is told apart, and audits give it a share of its own.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from math import sqrt

from docuextract_desktop.extraction.features.prepared import header_fields
from docuextract_desktop.extraction.models import FieldValue, field_value_from_json
from docuextract_desktop.extraction.pipeline import prepare, propose
from docuextract_desktop.extraction.ranking.knowledge import Knowledge
from docuextract_desktop.extraction.teaching.examples import make_example
from docuextract_desktop.extraction.teaching.learning import fit
from docuextract_desktop.review.lessons import CancelledError, Lessons
from docuextract_desktop.review.told import Told
from docuextract_desktop.storage import measuring
from docuextract_desktop.storage.database import Database
from docuextract_desktop.templates.models import Template, TemplateField
from docuextract_desktop.templates.types import type_of

FOLDS = 5
"""A draft is tried on documents of each fold with what the documents of the others teach."""

Z = 1.96
"""For intervals of 95 %."""


def wilson(right: int, known: int) -> tuple[float, float] | None:
    """The interval in which the true share lies with 95 %, by Wilson's score (J. Am. Stat. Assoc. 22, 1927).

    Returns:
        Lower and upper end, or None where nothing is known.
    """
    if known == 0:
        return None
    p = right / known
    middle = p + Z * Z / (2 * known)
    spread = Z * sqrt(p * (1 - p) / known + Z * Z / (4 * known * known))
    scale = 1 + Z * Z / known
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


@dataclass(slots=True)
class Tally:
    """Counts for one field, or for all.

    Attributes:
        values: proposals on the documents that people reviewed, whether looked at or not.
        unflagged: how many of them were not flagged.
        known: how many a person decided about.
        right: how many of the known ones were as the person decided.
        unflagged_known, unflagged_right: the same among those that were not flagged.
    """

    values: int = 0
    unflagged: int = 0
    known: int = 0
    right: int = 0
    unflagged_known: int = 0
    unflagged_right: int = 0

    @property
    def share_right(self) -> float | None:
        """Of the known values; None where there are none."""
        return self.right / self.known if self.known else None

    @property
    def right_interval(self) -> tuple[float, float] | None:
        """Of `share_right`, 95 %."""
        return wilson(self.right, self.known)

    @property
    def share_unflagged(self) -> float | None:
        """Of all values on the reviewed documents."""
        return self.unflagged / self.values if self.values else None

    @property
    def precision(self) -> float | None:
        """Share right of the unflagged values that a person looked at."""
        return self.unflagged_right / self.unflagged_known if self.unflagged_known else None

    @property
    def precision_interval(self) -> tuple[float, float] | None:
        """Of `precision`, 95 %."""
        return wilson(self.unflagged_right, self.unflagged_known)

    def count(self, *, flagged: bool, right: bool | None) -> None:
        """Add a value; `right` is None where nobody looked."""
        self.values += 1
        self.unflagged += not flagged
        if right is not None:
            self.known += 1
            self.right += right
            self.unflagged_known += not flagged
            self.unflagged_right += right and not flagged

    def add(self, other: Tally) -> None:
        """Add the counts of another one."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How one version of a template did.

    Attributes:
        version: of the template; None for a draft.
        documents: how many were reviewed, at least one value each.
        fields: field name → counts, in the template's order.
        taught: of a trial: how many documents taught what it was tried with.
    """

    version: int | None
    documents: int
    fields: dict[str, Tally] = field(default_factory=dict)
    taught: int = 0

    @property
    def total(self) -> Tally:
        """All fields together."""
        tally = Tally()
        for one in self.fields.values():
            tally.add(one)
        return tally


class AccuracyMeter:
    """Measures templates on reviewed documents. Any thread may use it.

    Args:
        database: of the data folder.
        taught: the lessons of the data folder.
    """

    def __init__(self, database: Database, taught: Lessons) -> None:
        self._database = database
        self._taught = taught

    def over_versions(self, template: Template) -> list[Accuracy]:
        """How each version did on the documents that it read and people reviewed, oldest version first.

        What is compared is the value that was proposed when the document was read, before any correction elsewhere
        changed it, with what was decided last. A version without reviewed documents is left out.

        Args:
            template: names the fields that are wanted, and how their values compare.
        """
        with self._database.reading() as session:
            looked_at = measuring.reviewed_values(session, template.id)
        known = {one.name: one for one in template.fields}
        tallies: dict[int, dict[str, Tally]] = {}
        documents: dict[int, set[str]] = {}
        for row in looked_at:
            wanted = known.get(row.field)
            if wanted is None:
                continue
            of_version = tallies.setdefault(row.template_version, {name: Tally() for name in known})
            documents.setdefault(row.template_version, set()).add(row.item_id)
            original = field_value_from_json(row.original)
            decided = None if row.decided is None else field_value_from_json(row.decided)
            right = None if decided is None else same_value(wanted, original, decided)
            of_version[row.field].count(flagged=original.needs_review, right=right)
        return [Accuracy(version, len(documents[version]), tallies[version]) for version in sorted(tallies)]

    def try_draft(
        self,
        draft: Template,
        *,
        progress: Callable[[int, int], None] = lambda _done, _of: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Accuracy:
        """How a template would do, saved or not, on the documents that taught it: from their kept words.

        Each document is read with what the others teach the draft, in five parts, so that none is tried on what it
        taught itself. Trying the saved template the same way is what a draft is to be compared with. Tables are left
        out: they teach nothing.

        Args:
            draft: with the id of the template that was taught.
            progress: told (documents done, documents in all).
            cancelled: asked for each document.

        Raises:
            CancelledError: it was cancelled.
        """
        fields = header_fields(draft)
        known = [
            (one, document)
            for one in self._taught.merged(draft.id)
            if one.row.taken_back_at is None and (document := self._taught.document(one.row)) is not None
        ]
        steps = 2 * len(known)
        prepared = {}
        examples = {}
        for number, (one, document) in enumerate(known):
            if cancelled():
                raise CancelledError
            sha256 = one.row.sha256
            ready = prepare(document, draft)  # not kept: the draft has no version of its own
            answers = {
                f.name: answer
                for f in fields
                if (told := one.told.get(f.name)) is not None and (answer := told.answer(f.type)) is not None
            }
            prepared[sha256] = ready
            if answers:
                examples[sha256] = make_example(ready, draft, answers, one.row.filename)[0]
            progress(number + 1, steps)
        tallies = {f.name: Tally() for f in fields}
        knowledge: dict[int, Knowledge] = {}
        for number, (one, _) in enumerate(known):
            if cancelled():
                raise CancelledError
            fold = fold_of(one.row.sha256)
            if fold not in knowledge:
                knowledge[fold] = fit(draft, [e for sha256, e in examples.items() if fold_of(sha256) != fold])
            for value in propose(prepared[one.row.sha256], draft, knowledge[fold]):
                told = one.told.get(value.name)
                right = None if told is None else told_right(draft.field(value.name), value, told)
                tallies[value.name].count(flagged=value.needs_review, right=right)
            progress(len(known) + number + 1, steps)
        return Accuracy(None, len(known), tallies, taught=len(examples))


def fold_of(sha256: str) -> int:
    """Which part of a trial a document belongs to."""
    return zlib.crc32(sha256.encode()) % FOLDS


def told_right(wanted: TemplateField, value: FieldValue, told: Told) -> bool | None:
    """Whether a proposal is what was said; None where that says nothing about a field of this type."""
    answer = told.answer(wanted.type)
    if answer is None:
        return None
    if answer.value is None or value.value is None:
        return answer.value is None and value.value is None
    kind = type_of(wanted)
    if answer.normal:
        return kind.same(value.value, answer.value)
    parsed = kind.parse(answer.value)
    return parsed is not None and kind.same(value.value, parsed.value)


def same_value(wanted: TemplateField, original: FieldValue, decided: FieldValue) -> bool:
    """Whether a value is the one that was decided; of tables, whether all cells are."""
    if wanted.type == "table":
        return [[c.value for c in row] for row in original.rows] == [[c.value for c in row] for row in decided.rows]
    if original.value is None or decided.value is None:
        return original.value is None and decided.value is None
    return type_of(wanted).same(original.value, decided.value)
