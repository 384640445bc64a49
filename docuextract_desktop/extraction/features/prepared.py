"""A document made ready for a template: its candidates and all that is known of them, computed once.

Scoring a prepared document takes a millisecond or two, whatever was taught since; so a batch is proposed anew from
prepared documents, and examples keep them. Prepared documents depend on the words, on the template version and on
`FEATURES_VERSION`, and on nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.documents.models import Box, Document
from docuextract_desktop.extraction.candidates.find import CandidateSet, Together, Wanted, find_together, kind_of
from docuextract_desktop.extraction.candidates.labels import LabelMatches, match_labels
from docuextract_desktop.extraction.features.nameless import nobodys_name
from docuextract_desktop.extraction.features.relations import RELATIONS, relations_of
from docuextract_desktop.extraction.features.slots import Slots, slots_of
from docuextract_desktop.extraction.features.surroundings import look_around
from docuextract_desktop.extraction.models import Evidence, Method
from docuextract_desktop.extraction.packing import pack, unpack
from docuextract_desktop.extraction.words.mending import mend, uses_accents
from docuextract_desktop.extraction.words.tokens import LETTERS, Bools, Floats, Ints, TokenView, mix, view_tokens
from docuextract_desktop.templates.models import Locale, Template, TemplateField
from docuextract_desktop.templates.types import resolve_locale

FEATURES_VERSION = "features-12"
"""Changes whenever preparing the same words for the same template would give other numbers."""

_MAGIC = b"DXP1"
_LAYOUT_COLUMNS, _LAYOUT_ROWS = 8, 24
_METHODS: tuple[Method, ...] = ("text_layer", "ocr")


@dataclass(frozen=True, eq=False)
class Candidates:
    """The candidates of one kind, ready to be scored; n of them in reading order.

    Attributes:
        texts, values, currencies: as in `CandidateSet`.
        slots: uint16 (n, slots); `plain` of them, the first ones, name no words.
        page: int32 (n,), position in the document's pages. `page_index`: 0-based number of the page in the file.
        line: int32 (n,). `box`: float32 (n, 4). `confidence`, `quality`: float32 (n,).
        scanned: bool (n,), whether the words came from OCR.
        range_with: int32 (n,), the candidate that this one begins a printed range with, or -1.
        part_start: int32 (n + 1,), first part of each. `part_box`: float32 (p, 4). `part_words`: int32 (p, 2), word
            indices within the page, start and stop.
    """

    texts: tuple[str, ...]
    values: tuple[str, ...]
    currencies: tuple[str | None, ...]
    slots: Slots
    plain: int
    page: Ints
    page_index: Ints
    line: Ints
    box: Floats
    confidence: Floats
    quality: Floats
    scanned: Bools
    range_with: Ints
    part_start: Ints
    part_box: Floats
    part_words: Ints

    def __len__(self) -> int:
        return len(self.texts)

    def evidence(self, row: int) -> Evidence:
        """Where candidate `row` stands."""
        first, end = self.part_start.item(row), self.part_start.item(row + 1)
        page_index, method = self.page_index.item(row), _METHODS[self.scanned.item(row)]
        if end - first == 1:  # nearly all
            words = tuple(range(*self.part_words[first].tolist()))
            return Evidence(page_index, Box(*self.part_box[first].tolist()), method, (), words)
        boxes = tuple([Box(*box) for box in self.part_box[first:end].tolist()])
        words = tuple(word for start, stop in self.part_words[first:end].tolist() for word in range(start, stop))
        return Evidence(page_index, Box.around(boxes), method, boxes, words)


@dataclass(frozen=True, eq=False)
class Prepared:
    """A document's candidates for a template.

    Attributes:
        document_id: the SHA-256 of the file.
        template_id, template_version: what it was prepared for.
        kinds: candidates by kind; a field of type choice has a kind of its own.
        relations: per field name float32 (n, len(RELATIONS)), how the field's labels lie to the candidates.
        allowed: per field name bool (n,), False where the template's pages or pattern rule a candidate out, and for
            names where it only says what the document is (`INVOICE`).
        kind_of_field: field name → key of `kinds`.
        layout: sorted uint32, hashes of (word, place on the grid) of the first page: equal forms share most of them.
        scanned: share of the words that came from OCR.
        locale: the template's, with the document's own habits filled in.
    """

    document_id: str
    template_id: str
    template_version: int
    kinds: dict[str, Candidates]
    relations: dict[str, Floats]
    allowed: dict[str, Bools]
    kind_of_field: dict[str, str]
    layout: NDArray[np.uint32]
    scanned: float
    locale: Locale

    def candidates(self, field: TemplateField) -> Candidates:
        """The candidates that `field` chooses from."""
        return self.kinds[kind_key(field)]


def kind_key(field: TemplateField) -> str:
    """Under which key of `Prepared.kinds` the candidates of a field stand."""
    return f"choice:{field.name}" if field.type == "choice" else kind_of(field.type)


def header_fields(template: Template) -> tuple[TemplateField, ...]:
    """The fields that are single values."""
    return tuple(f for f in template.fields if f.type != "table")


def prepare(document: Document, template: Template) -> Prepared:
    """Find the candidates of all fields of `template` on `document` and describe them."""
    return prepare_view(view_tokens(document), template, document.sha256)


def prepare_view(view: TokenView, template: Template, document_id: str) -> Prepared:
    """As `prepare`, for words that were already cut into tokens."""
    fields = header_fields(template)
    locale = resolve_locale(template.locale, view.line_texts)
    matches = match_labels(view, fields)
    wanted: dict[str, Wanted] = {}
    for field in fields:
        wanted.setdefault(kind_key(field), Wanted(kind_of(field.type), field.choices))
    candidates = find_together(view, list(wanted.values()), matches, locale)
    kinds, relations = _described(view, list(wanted), candidates, matches, [kind_key(field) for field in fields])
    allowed = {field.name: _allowed(field, kinds[kind_key(field)], len(view.pages)) for field in fields}
    names = [field for field in fields if field.type == "name"]
    if names:
        found = dict(zip(wanted, candidates.kinds, strict=True))[kind_key(names[0])]  # all names have the same kind
        somebodys = ~nobodys_name(view, found)
        for field in names:
            allowed[field.name] &= somebodys
    ocr = sum(len(p) for p in view.pages if p.method == "ocr")
    return Prepared(
        document_id=document_id,
        template_id=template.id,
        template_version=template.version,
        kinds=kinds,
        relations={f.name: relation for f, relation in zip(fields, relations, strict=True)},
        allowed=allowed,
        kind_of_field={f.name: kind_key(f) for f in fields},
        layout=_layout(view),
        scanned=ocr / max(len(view.words), 1),
        locale=locale,
    )


def _described(
    view: TokenView, keys: list[str], candidates: Together, matches: LabelMatches, key_of_field: list[str]
) -> tuple[dict[str, Candidates], list[Floats]]:
    """The candidates by key, ready to be scored, and per field how its labels lie to them."""
    if not keys:
        return {}, []
    around = look_around(view, candidates)
    slots = slots_of(view, candidates, around, matches)
    number = {key: at for at, key in enumerate(keys)}
    relations = relations_of(view, candidates, around, matches, [number[key] for key in key_of_field])
    kinds = {
        key: _ready(view, own, *own_slots, ranges.partner)
        for key, own, own_slots, ranges in zip(keys, candidates.kinds, slots, around.ranges, strict=True)
    }
    return kinds, relations


def _ready(view: TokenView, found: CandidateSet, slots: Slots, plain: int, partner: Ints) -> Candidates:
    page_index = np.array([p.index for p in view.pages], np.int32)
    scanned = np.array([p.method == "ocr" for p in view.pages], np.bool_)
    words = found.part[:, :2]
    if len(found):
        words = words - view.page_word_start[view.word_page[words[:, 0]]][:, None]
    values, quality = _mended(view, found, scanned)
    return Candidates(
        texts=found.texts,
        values=values,
        currencies=found.currencies,
        slots=slots,
        plain=plain,
        page=found.page,
        page_index=page_index[found.page],
        line=found.line,
        box=found.box,
        confidence=found.confidence,
        quality=quality,
        scanned=scanned[found.page],
        range_with=partner if found.kind == "date" else np.full(len(found), -1, np.int32),
        part_start=found.part_start,
        part_box=found.part_box,
        part_words=words,
    )


def _mended(view: TokenView, found: CandidateSet, scanned: Bools) -> tuple[tuple[str, ...], Floats]:
    """Values of texts with the slips of recognition mended, and quality, a little lower for those."""
    if found.kind not in ("text", "address") or not scanned.any():
        return found.values, found.quality
    accents = uses_accents(view.words)
    values = list(found.values)
    quality = found.quality.copy()
    confidences = view.word_confidence.tolist()
    page_scanned = scanned[found.page].tolist()
    for row, parts in enumerate(found.parts):
        if page_scanned[row]:
            sure = [confidences[w] for start, stop, _, _ in parts for w in range(start, stop)]
            mended = mend(values[row], found.kind, sure, accents)
            if mended != values[row]:
                values[row] = mended
                quality[row] = 0.9
    return tuple(values), quality


def _layout(view: TokenView) -> NDArray[np.uint32]:
    if not len(view.token):
        return np.zeros(0, np.uint32)
    first = (view.word_page[view.token_word] == 0) & (view.token_kind == LETTERS)
    box = view.token_box[first]
    x = (box[:, 0] * _LAYOUT_COLUMNS).astype(np.uint32)
    y = (box[:, 1] * _LAYOUT_ROWS).astype(np.uint32)
    hashes = mix(view.token_hash[first], 900)
    hashes ^= mix(x * np.uint32(100) + y, 901)
    hashes.sort()
    anew = np.ones(len(hashes), np.bool_)
    np.not_equal(hashes[1:], hashes[:-1], out=anew[1:])
    return hashes[anew]


def page_numbers(pages: str | None, count: int) -> frozenset[int]:
    """0-based page positions that a field's `pages` names (`1`, `1-2`, `-1` is the last) of `count` pages."""
    everything = frozenset(range(count))
    if not pages:
        return everything
    chosen: set[int] = set()
    for part in pages.split(","):
        match = re.fullmatch(r"\s*(-?\d+)\s*(?:-\s*(-?\d+)\s*)?", part)
        if match:
            first, last = (_position(p, count) for p in (match[1], match[2] or match[1]))
            chosen.update(range(first, last + 1))
    return frozenset(chosen) & everything


def _position(number: str, count: int) -> int:
    n = int(number)
    return n - 1 if n > 0 else count + n


def _allowed(field: TemplateField, found: Candidates, page_count: int) -> Bools:
    allowed = np.ones(len(found), np.bool_)
    if field.pages and len(found):
        allowed &= np.isin(found.page, list(page_numbers(field.pages, page_count)))
    if field.pattern:
        pattern = re.compile(field.pattern)
        allowed &= np.array([pattern.fullmatch(t.strip()) is not None for t in found.texts], np.bool_).reshape(-1)
    return allowed


# --- as bytes -------------------------------------------------------------------------------------------------------

_ARRAYS = ("slots", "page", "page_index", "line", "box", "confidence", "quality", "scanned", "range_with", "part_start",
           "part_box", "part_words")  # fmt: skip


def prepared_to_bytes(prepared: Prepared) -> bytes:
    """Pack a prepared document; a hundred kilobytes or so for a page or two."""
    arrays: dict[str, NDArray[Any]] = {"layout": prepared.layout}
    kinds = {}
    for key, found in prepared.kinds.items():
        kinds[key] = {
            "texts": found.texts,
            "values": found.values,
            "currencies": found.currencies,
            "plain": found.plain,
        }
        for name in _ARRAYS:
            array = getattr(found, name)
            arrays[f"{key}/{name}"] = array.T if name == "slots" else array
    for name, array in prepared.relations.items():
        arrays[f"relations/{name}"] = array.astype(np.float16).T
        arrays[f"allowed/{name}"] = prepared.allowed[name]
    plain = {
        "version": FEATURES_VERSION,
        "document_id": prepared.document_id,
        "template": [prepared.template_id, prepared.template_version],
        "scanned": prepared.scanned,
        "locale": prepared.locale.model_dump(),
        "kinds": kinds,
        "fields": prepared.kind_of_field,
    }
    return pack(_MAGIC, plain, arrays)


def prepared_from_bytes(blob: bytes) -> Prepared:
    """Inverse of `prepared_to_bytes` (relations come back with three digits).

    Raises:
        ValueError: other bytes, damaged ones, or of another version of the method.
    """
    plain, arrays = unpack(_MAGIC, blob)
    if plain["version"] != FEATURES_VERSION:
        raise ValueError("prepared by another version of the program")
    kinds = {}
    for key, head in plain["kinds"].items():
        own = {name: arrays[f"{key}/{name}"] for name in _ARRAYS}
        own["slots"] = np.ascontiguousarray(own["slots"].T)
        kinds[key] = Candidates(
            texts=tuple(head["texts"]),
            values=tuple(head["values"]),
            currencies=tuple(head["currencies"]),
            plain=head["plain"],
            **own,
        )
    return Prepared(
        document_id=plain["document_id"],
        template_id=plain["template"][0],
        template_version=plain["template"][1],
        kinds=kinds,
        relations={
            n: arrays[f"relations/{n}"].T.astype(np.float32).reshape(-1, len(RELATIONS)) for n in plain["fields"]
        },
        allowed={n: arrays[f"allowed/{n}"] for n in plain["fields"]},
        kind_of_field=dict(plain["fields"]),
        layout=arrays["layout"],
        scanned=plain["scanned"],
        locale=Locale(**plain["locale"]),
    )
