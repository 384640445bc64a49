"""What a person confirmed or corrected on documents: answers, and the candidates that they mean.

A document with its answers is an example; the review screen and `docuextract learn` both make theirs here. None of it
uses pickle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from docuextract_desktop.extraction.features.prepared import (
    Candidates,
    Prepared,
    header_fields,
    prepared_from_bytes,
    prepared_to_bytes,
)
from docuextract_desktop.extraction.models import Evidence
from docuextract_desktop.extraction.packing import pack, unpack
from docuextract_desktop.templates.models import Template, TemplateField
from docuextract_desktop.templates.types import type_of

_EXAMPLE = b"DXE1"
_NON_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said about one field of one document.

    Attributes:
        kind: `value` with its text, `place` with the words pointed at (and the value typed or read there), or `absent`.
        value: normalised value, or as typed; None for `absent`.
        evidence: the place, for `place`.
        normal: `value` is normalised, and not to be read by the habits of the document.
    """

    kind: Literal["value", "place", "absent"]
    value: str | None = None
    evidence: Evidence | None = None
    normal: bool = False

    @staticmethod
    def of_value(value: str, *, normal: bool = False) -> Answer:
        """The value is known, its place is to be found."""
        return Answer("value", value, normal=normal)

    @staticmethod
    def of_place(evidence: Evidence, value: str, *, normal: bool = False) -> Answer:
        """The value was pointed at."""
        return Answer("place", value, evidence, normal)

    @staticmethod
    def absent() -> Answer:
        """The document does not have this value."""
        return Answer("absent")


@dataclass(frozen=True, eq=False)
class Example:
    """One taught document.

    Attributes:
        document_id: SHA-256 of its bytes; a document is one example, however often it is corrected.
        name: shown to people, mostly the file's name.
        prepared: its candidates.
        answers: field name → what was said. Fields that nobody looked at are missing here.
        right: field name → rows of the right candidates; empty where the value stands nowhere (or is absent).
    """

    document_id: str
    name: str
    prepared: Prepared
    answers: dict[str, Answer]
    right: dict[str, tuple[int, ...]]

    def to_bytes(self) -> bytes:
        """Plain bytes, for the database and for export with the template."""
        plain = {
            "document_id": self.document_id,
            "name": self.name,
            "answers": {n: [a.kind, a.value] for n, a in self.answers.items()},
            "right": self.right,
        }
        return pack(_EXAMPLE, plain, {"prepared": np.frombuffer(prepared_to_bytes(self.prepared), np.uint8)})

    @staticmethod
    def from_bytes(blob: bytes) -> Example:
        """Inverse of `to_bytes`; places pointed at come back as the rows that they meant.

        Raises:
            ValueError: other bytes, damaged ones, or of another version.
        """
        plain, arrays = unpack(_EXAMPLE, blob)
        return Example(
            document_id=plain["document_id"],
            name=plain["name"],
            prepared=prepared_from_bytes(arrays["prepared"].tobytes()),
            answers={n: Answer(kind, value) for n, (kind, value) in plain["answers"].items()},
            right={n: tuple(rows) for n, rows in plain["right"].items()},
        )


# --- from what was said to rows -------------------------------------------------------------------------------------


def matching_rows(
    prepared: Prepared, wanted: TemplateField, value: str, *, normalised: bool = False
) -> tuple[tuple[int, ...], str | None]:
    """Rows of the candidates that hold `value`, and a warning where none does exactly.

    Args:
        prepared: the document.
        wanted: the field.
        value: as a person writes it.
        normalised: it is in the normal form of its type, not to be read by the habits of the document.
    """
    found = prepared.candidates(wanted)
    kind = type_of(wanted)
    parsed = None if normalised else kind.parse(value, prepared.locale)
    normal = parsed.value if parsed else value
    exact = tuple(row for row, have in enumerate(found.values) if have == normal or kind.same(have, normal))
    if exact:
        return exact, None
    if wanted.type not in ("money", "number", "integer", "percent", "date", "boolean"):
        loose = _letters(normal)
        near = tuple(row for row, have in enumerate(found.values) if loose and _letters(have) == loose)
        if near:
            return near, f"“{value}” is printed as “{found.texts[near[0]]}”; it was learnt from there."
    return (), f"“{value}” was not found on the document; it was learnt as the value, without a place."


def _letters(text: str) -> str:
    return _NON_WORD.sub("", text).casefold()


def _rows_at(
    found: Candidates, evidence: Evidence, prepared: Prepared, wanted: TemplateField, answer: Answer
) -> tuple[int, ...]:
    """Rows whose words are those pointed at; where none has just these, those that hold the value nearby."""
    target = set(evidence.words)
    same = []
    for row in range(len(found)):
        if int(found.page_index[row]) != evidence.page_index:
            continue
        parts = found.part_words[int(found.part_start[row]) : int(found.part_start[row + 1])]
        words = {w for start, stop in parts for w in range(int(start), int(stop))}
        if target and words == target:
            same.append(row)
    if answer.value is not None:
        exact, _ = matching_rows(prepared, wanted, answer.value, normalised=answer.normal)
        both = tuple(row for row in same if row in exact)
        if both:
            return both
        overlapping = tuple(
            row
            for row in exact
            if int(found.page_index[row]) == evidence.page_index and found.evidence(row).box.intersects(evidence.box)
        )
        return overlapping or tuple(same) or exact
    return tuple(same)


def make_example(
    prepared: Prepared, template: Template, answers: Mapping[str, Answer], name: str
) -> tuple[Example, tuple[str, ...]]:
    """An example of one document, and warnings in words (a value that stands nowhere on it).

    Answers for fields that the template does not have, and for tables, are ignored.
    """
    kept: dict[str, Answer] = {}
    right: dict[str, tuple[int, ...]] = {}
    warnings: list[str] = []
    for wanted in header_fields(template):
        answer = answers.get(wanted.name)
        if answer is None or wanted.name not in prepared.relations:
            continue
        kept[wanted.name] = answer
        rows: tuple[int, ...] = ()
        if answer.kind == "place" and answer.evidence is not None:
            rows = _rows_at(prepared.candidates(wanted), answer.evidence, prepared, wanted, answer)
        elif answer.kind != "absent" and answer.value is not None:
            rows, warning = matching_rows(prepared, wanted, answer.value, normalised=answer.normal)
            if warning:
                warnings.append(f"{wanted.shown_title}: {warning}")
        right[wanted.name] = rows
    return Example(prepared.document_id, name, prepared, kept, right), tuple(warnings)


def merge(examples: Iterable[Example], others: Iterable[Example]) -> tuple[Example, ...]:
    """Both sets of examples; where both know a document, answers of `others` win field by field."""
    merged = {e.document_id: e for e in examples}
    for other in others:
        mine = merged.get(other.document_id)
        if mine is None:
            merged[other.document_id] = other
        else:
            merged[other.document_id] = Example(
                document_id=mine.document_id,
                name=other.name or mine.name,
                prepared=other.prepared,
                answers={**mine.answers, **other.answers},
                right={**mine.right, **other.right},
            )
    return tuple(merged.values())
