"""Teaching: what a person confirmed becomes examples, and examples become knowledge of a template.

The review screen and `docuextract learn` both come through here::

    example, warnings = make_example(prepare(document, template), template, {"total": Answer.of_value("12.50")}, name)
    knowledge = fit(template, [*examples, example], warm_start=knowledge)

`Knowledge` is all that extraction needs (weights and remembered places, well under a megabyte); examples are kept
beside it, so that teaching can be listed, undone, exported and merged. Neither uses pickle.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.documents.models import Document
from docuextract_desktop.extraction.features import COLUMNS
from docuextract_desktop.extraction.general import General, general_knowledge
from docuextract_desktop.extraction.memory import Neighbours, Remembered, recall
from docuextract_desktop.extraction.models import Evidence
from docuextract_desktop.extraction.packing import pack, unpack
from docuextract_desktop.extraction.prepared import (
    Candidates,
    Prepared,
    header_fields,
    prepare,
    prepared_from_bytes,
    prepared_to_bytes,
)
from docuextract_desktop.extraction.ranker import EXTRA, WIDTH, Choice
from docuextract_desktop.extraction.ranker import fit as fit_weights
from docuextract_desktop.extraction.scoring import base_of
from docuextract_desktop.extraction.tokens import Bools, Floats
from docuextract_desktop.templates.models import Template, TemplateField
from docuextract_desktop.templates.types import type_of

KNOWLEDGE_VERSION = "knowledge-1"

_KNOWLEDGE = b"DXK1"
_EXAMPLE = b"DXE1"
_KEPT_ROWS = 80  # candidates of one document that take part in fitting; weaker ones do not matter
_PENALTY = 1.0
_DENSE_PENALTY = 0.15
_WARM_ITERATIONS = 8
_FULL_ITERATIONS = 40
MEMORY_START = (5.0, 2.0)  # weights of the memory before anything was fitted
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


@dataclass(frozen=True, eq=False)
class Knowledge:
    """What a template was taught.

    Attributes:
        template_id, template_version: the template it was fitted for.
        weights: field name → float32 (WIDTH,), added to the shipped knowledge.
        taught: field name → number of documents that taught it.
        remembered: places in taught documents.
    """

    template_id: str
    template_version: int = 1
    weights: dict[str, Floats] = field(default_factory=dict)
    taught: dict[str, int] = field(default_factory=dict)
    remembered: tuple[Remembered, ...] = ()

    @cached_property
    def neighbours(self) -> Neighbours:
        """The taught documents, to be asked which of them look like another one."""
        return Neighbours(self.remembered)

    def to_bytes(self) -> bytes:
        """Plain bytes, small enough to hand to every worker."""
        arrays: dict[str, NDArray[Any]] = {}
        for number, weights in enumerate(self.weights.values()):
            at = np.flatnonzero(weights[:COLUMNS])
            arrays[f"at{number}"] = at.astype(np.uint16)
            arrays[f"by{number}"] = weights[at].astype(np.float32)
            arrays[f"dense{number}"] = weights[COLUMNS:].astype(np.float32)
        for number, seen in enumerate(self.remembered):
            arrays[f"layout{number}"] = seen.layout
            for place, (name, slots) in enumerate(seen.right.items()):
                arrays[f"right{number}/{place}"] = slots
                assert name == list(seen.right)[place]  # noqa: S101  (order is what ties the two together)
        plain = {
            "version": KNOWLEDGE_VERSION,
            "template": [self.template_id, self.template_version],
            "weights": list(self.weights),
            "taught": self.taught,
            "remembered": [[r.document_id, list(r.right)] for r in self.remembered],
        }
        return pack(_KNOWLEDGE, plain, arrays)

    @staticmethod
    def from_bytes(blob: bytes) -> Knowledge:
        """Inverse of `to_bytes`.

        Raises:
            ValueError: other bytes, damaged ones, or of another version.
        """
        plain, arrays = unpack(_KNOWLEDGE, blob)
        if plain["version"] != KNOWLEDGE_VERSION:
            raise ValueError("knowledge of another version of the program")
        weights = {}
        for number, name in enumerate(plain["weights"]):
            vector = np.zeros(WIDTH, np.float32)
            vector[arrays[f"at{number}"]] = arrays[f"by{number}"]
            vector[COLUMNS:] = arrays[f"dense{number}"]
            weights[name] = vector
        remembered = tuple(
            Remembered(
                document_id=document_id,
                layout=arrays[f"layout{number}"],
                right={name: arrays[f"right{number}/{place}"] for place, name in enumerate(names)},
            )
            for number, (document_id, names) in enumerate(plain["remembered"])
        )
        return Knowledge(plain["template"][0], plain["template"][1], weights, plain["taught"], remembered)


# --- from what was said to rows -------------------------------------------------------------------------------------


def match_value_to_place(
    document: Document, template: Template, field_name: str, value: str, *, prepared: Prepared | None = None
) -> tuple[Evidence | None, str | None]:
    """Where `value` stands on `document`: its evidence, and a warning in words where it stands nowhere exactly."""
    ready = prepared or prepare(document, template)
    wanted = template.field(field_name)
    rows, warning = matching_rows(ready, wanted, value)
    if not rows:
        return None, warning
    base = base_of(ready, template, wanted, general_knowledge())
    best = max(rows, key=lambda row: base.offset[row])
    return ready.candidates(wanted).evidence(best), warning


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


# --- fitting --------------------------------------------------------------------------------------------------------


def _mask(example: Example, name: str, n: int) -> Bools:
    """Which of the n + 1 rows are right; none where a value was given that stands nowhere."""
    mask = np.zeros(n + 1, np.bool_)
    if example.answers[name].kind == "absent":
        mask[-1] = True
    else:
        mask[[row for row in example.right.get(name, ()) if row < n]] = True
    return mask


_remembered: WeakKeyDictionary[Example, Remembered] = WeakKeyDictionary()


def remember(example: Example) -> Remembered:
    """The places to keep of an example."""
    found = _remembered.get(example)
    if found is not None:
        return found
    right = {}
    for name in example.answers:
        rows = list(example.right.get(name, ()))[:3]
        right[name] = example.prepared.kinds[example.prepared.kind_of_field[name]].slots[rows]
    _remembered[example] = found = Remembered(example.document_id, example.prepared.layout, right)
    return found


def fit(
    template: Template,
    examples: Sequence[Example],
    warm_start: Knowledge | None = None,
    *,
    general: General | None = None,
    thorough: bool = False,
    only: Collection[str] | None = None,
) -> Knowledge:
    """Learn from all `examples`.

    Args:
        template: the template that they teach.
        examples: one per document; later ones win where a document comes twice.
        warm_start: knowledge fitted before, to begin with: a few iterations are enough then.
        general: shipped knowledge; for experiments only.
        thorough: iterate to the end even from a warm start (for the background).
        only: names of the fields of which something else is said than at the warm start; the others stay as they were.
    """
    known = general if general is not None else general_knowledge()
    latest = {e.document_id: e for e in examples if _fits(e.prepared, template)}
    kept = list(latest.values())
    remembered = tuple(remember(e) for e in kept)
    weights: dict[str, Floats] = {}
    taught: dict[str, int] = {}
    neighbours = Neighbours(remembered)
    alike = {e.document_id: neighbours.of(e.prepared) for e in kept}
    for wanted in header_fields(template):
        if only is not None and warm_start is not None and wanted.name not in only:
            if wanted.name in warm_start.weights:
                weights[wanted.name] = warm_start.weights[wanted.name]
                taught[wanted.name] = warm_start.taught[wanted.name]
            continue
        choices = []
        for example in kept:
            choice = _choice(example, template, wanted, known)
            if choice is None:
                continue
            memory = recall(wanted.name, choice.slots[:-1], alike[example.document_id])
            dense = choice.dense.copy()
            dense[:-1, EXTRA - 2 :] = memory
            offset = choice.offset.copy()
            offset[:-1] += memory @ np.array(MEMORY_START)
            choices.append(Choice(choice.slots, dense, offset, choice.right))
        if not choices:
            continue
        taught[wanted.name] = len(choices)
        start = None if warm_start is None else warm_start.weights.get(wanted.name)
        weights[wanted.name] = fit_weights(
            choices,
            penalty=_PENALTY,
            dense_penalty=_DENSE_PENALTY,
            start=start,
            iterations=_WARM_ITERATIONS if start is not None and not thorough else _FULL_ITERATIONS,
        )
    return Knowledge(template.id, template.version, weights, taught, remembered)


_choices: WeakKeyDictionary[Prepared, dict[tuple[str, tuple[int, ...], bool], tuple[General, Choice | None]]] = (
    WeakKeyDictionary()
)
"""Per prepared document what shipped knowledge says of it: the same at every fit, so it is worked out once.

Written by whichever thread fits; a race costs the work twice and harms nothing.
"""


def _choice(example: Example, template: Template, wanted: TemplateField, known: General) -> Choice | None:
    """The candidates of one example for one field, without memory; None where it says nothing about the field."""
    answer = example.answers.get(wanted.name)
    if answer is None:
        return None
    kept = _choices.setdefault(example.prepared, {})
    key = (wanted.name, example.right.get(wanted.name, ()), answer.kind == "absent")
    found = kept.get(key)
    if found is None or found[0] is not known:
        base = base_of(example.prepared, template, wanted, known)
        right = _mask(example, wanted.name, len(base.offset) - 1)
        choice = Choice(base.slots, base.dense, base.offset, right).reduced(_KEPT_ROWS) if right.any() else None
        found = kept[key] = (known, choice)
    return found[1]


def _fits(prepared: Prepared, template: Template) -> bool:
    return prepared.template_id == template.id


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
