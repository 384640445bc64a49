"""Spans of a document that could be a value, per kind of value.

What no candidate covers can never be found, and what is offered in vain costs time: each kind has its own way of
proposing spans. A span may begin or end inside a printed word (`Total:12.50`, `#12345`) and may run over lines.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from docuextract_desktop.extraction.labels import LabelMatches
from docuextract_desktop.extraction.text_spans import MAX_CANDIDATES, Part, address_spans, text_spans
from docuextract_desktop.extraction.tokens import Floats, Ints, TokenView
from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types import ValueType, value_type


def kind_of(field_type: str) -> str:
    """The kind of candidates that a field type chooses from (names and texts share theirs)."""
    return "text" if field_type in ("text", "name") else field_type


@dataclass(frozen=True, eq=False)
class CandidateSet:
    """All candidates of one kind on a document; n of them, in reading order.

    Attributes:
        kind: see `kind_of`.
        parts: per candidate its runs of words, one per printed line.
        texts: as printed. `values`: normalised. `currencies`: ISO codes or None.
        page: int32 (n,), index into the view's pages. `line`: int32 (n,), first line.
        box: float32 (n, 4). `part`: int32 (p, 4), `part_box`: float32 (p, 4), all parts one after the other;
            `part_start`: int32 (n + 1,), first part of each candidate.
        t0, t1: int32 (n,), first token and one past the last one.
        confidence: float32 (n,), the lowest confidence among its words.
        readings: int32 (n,), how many other readings the parser saw.
        quality: float32 (n,), how well the printed form suits the kind, from the parser, 0..1.
    """

    kind: str
    parts: tuple[tuple[Part, ...], ...]
    texts: tuple[str, ...]
    values: tuple[str, ...]
    currencies: tuple[str | None, ...]
    page: Ints
    line: Ints
    box: Floats
    part: Ints
    part_box: Floats
    part_start: Ints
    t0: Ints
    t1: Ints
    confidence: Floats
    readings: Ints
    quality: Floats

    def __len__(self) -> int:
        return len(self.texts)


def find_candidates(
    view: TokenView, kind: str, matches: LabelMatches, locale: Locale, choices: Sequence[str] | None = None
) -> CandidateSet:
    """All spans of the document that could be a value of `kind`."""
    spans: Iterable[tuple[Part, ...]] = ()
    if len(view.words):
        if kind == "text":
            spans = text_spans(view, matches)
        elif kind == "address":
            spans = address_spans(view, matches)
        else:
            spans = _recognised(view, value_type(kind, choices))
    return _finish(view, kind, spans, locale, choices)


def _finish(
    view: TokenView,
    kind: str,
    spans: Iterable[tuple[Part, ...]],
    locale: Locale,
    choices: Sequence[str] | None = None,
) -> CandidateSet:
    """Read the values of spans and gather what is known of them; spans that do not parse are left out."""
    kept = sorted(spans)
    texts = _texts_of(view, kept)
    n = len(kept)
    currencies: tuple[str | None, ...]
    if kind in ("text", "address"):
        values, currencies, readings, quality = tuple(texts), (None,) * n, np.zeros(n, np.int32), np.ones(n, np.float32)
    else:
        kept, texts, values, currencies, readings, quality = _read(kept, texts, value_type(kind, choices), locale)
        n = len(kept)
    part_of = np.fromiter(map(len, kept), np.int32, n)
    part_start = np.concatenate([[0], np.cumsum(part_of)]).astype(np.int32)
    part = np.fromiter(chain.from_iterable(chain.from_iterable(kept)), np.int32).reshape(-1, 4)
    edges = part[:, :2].ravel()
    part_box = _part_boxes(view, part, edges)
    first, last = part[part_start[:-1]], part[part_start[1:] - 1]
    t0 = view.word_token_start[first[:, 0]] if n else np.zeros(0, np.int32)
    t1 = view.word_token_start[last[:, 1]] if n else np.zeros(0, np.int32)
    rows = np.flatnonzero(first[:, 2] > 0)
    t0[rows] = view.tokens_after(first[rows, 0], first[rows, 2])
    rows = np.flatnonzero(last[:, 3] < view.word_length[last[:, 1] - 1]) if n else rows
    t1[rows] = view.tokens_before(last[rows, 1] - 1, last[rows, 3])
    confidence = _over_ranges(np.minimum, view.word_confidence, edges)
    return CandidateSet(
        kind=kind,
        parts=tuple(kept),
        texts=tuple(texts),
        values=values,
        currencies=currencies,
        page=view.word_page[first[:, 0]] if n else np.zeros(0, np.int32),
        line=view.word_line[first[:, 0]] if n else np.zeros(0, np.int32),
        box=_around(part_box, part_start) if len(part) > n else part_box.copy(),
        part=part,
        part_box=part_box,
        part_start=part_start,
        t0=t0,
        t1=np.maximum(t0 + 1, t1),
        confidence=np.minimum.reduceat(confidence, part_start[:-1]) if n else np.zeros(0, np.float32),
        readings=readings,
        quality=quality,
    )


def _texts_of(view: TokenView, spans: list[tuple[Part, ...]]) -> list[str]:
    """The text of each span, its runs of words joined by spaces."""
    whole, at = view.text, view.word_at
    return [
        whole[at[s[0][0]] + s[0][2] : at[s[0][1] - 1] + s[0][3]]
        if len(s) == 1
        else " ".join([whole[at[a] + begin : at[b - 1] + end] for a, b, begin, end in s])
        for s in spans
    ]


def _read(
    spans: list[tuple[Part, ...]], texts: list[str], parser: ValueType, locale: Locale
) -> tuple[list[tuple[Part, ...]], list[str], tuple[str, ...], tuple[str | None, ...], Ints, Floats]:
    """Spans, texts, values, currencies, readings and quality of the spans that hold a value."""
    # The same amounts and days stand all over a document.
    read = {text: parser.parse(text, locale) for text in dict.fromkeys(texts)}
    found = [(s, t, p) for s, t in zip(spans, texts, strict=True) if (p := read[t]) is not None and p.value]
    return (
        [s for s, _, _ in found],
        [t for _, t, _ in found],
        tuple([p.value for _, _, p in found]),
        tuple([p.currency for _, _, p in found]),
        np.array([len(p.alternatives) for _, _, p in found], np.int32),
        np.array([p.quality for _, _, p in found], np.float32),
    )


def _over_ranges(reduce: np.ufunc, values: Floats, edges: Ints) -> Floats:
    """`reduce` over every range of `values`; `edges` are start and stop of each in turn, ranges are not empty."""
    if not len(edges):
        return np.zeros(0, np.float32)
    padded = np.append(values, values[-1])  # reduceat wants every edge to be an index
    return reduce.reduceat(padded, edges)[::2].astype(np.float32)


def _part_boxes(view: TokenView, part: Ints, edges: Ints) -> Floats:
    """Boxes of parts, float32 (p, 4); where a word is cut, its box is cut in proportion to its letters."""
    boxes = view.word_box
    start, stop, begin, end = part.T
    if not len(part):
        return np.zeros((0, 4), np.float32)
    x0 = _over_ranges(np.minimum, boxes[:, 0], edges)
    y0 = _over_ranges(np.minimum, boxes[:, 1], edges)
    x1 = _over_ranges(np.maximum, boxes[:, 2], edges)
    y1 = _over_ranges(np.maximum, boxes[:, 3], edges)
    first, last, length = boxes[start], boxes[stop - 1], view.word_length
    cut_x0 = first[:, 0] + (first[:, 2] - first[:, 0]) * begin / length[start]
    cut_x1 = last[:, 0] + (last[:, 2] - last[:, 0]) * end / length[stop - 1]
    x0 = np.where(begin > 0, cut_x0, x0)
    x1 = np.where(end < length[stop - 1], cut_x1, x1)
    return np.stack([x0, y0, np.maximum(x0, x1), y1], axis=1).astype(np.float32)


def _around(boxes: Floats, start: Ints) -> Floats:
    """The box around each run of boxes."""
    if len(start) < 2:
        return np.zeros((0, 4), np.float32)
    at = start[:-1]
    low, high = np.minimum.reduceat(boxes[:, :2], at, axis=0), np.maximum.reduceat(boxes[:, 2:], at, axis=0)
    return np.concatenate([low, high], axis=1).astype(np.float32)


def _recognised(view: TokenView, parser: ValueType) -> Iterable[tuple[Part, ...]]:
    """Spans of the kinds that a parser recognises within a line."""
    found: dict[tuple[Part, ...], None] = {}
    line_texts, line_start = view.line_texts, view.line_start.tolist()
    words, whole = view.word_at, view.text
    worth_a_look = np.flatnonzero(view.line_has_digit).tolist() if parser.needs_digit else range(view.line_count)
    for line in worth_a_look:
        spans = parser.recognise(line_texts[line])
        if not spans:
            continue
        line_at = words[line_start[line]]
        for begin, end in spans:
            begin, end = begin + line_at, end + line_at
            while begin < end and whole[begin] == " ":
                begin += 1
            while end > begin and whole[end - 1] == " ":
                end -= 1
            if begin >= end:
                continue
            first = bisect_right(words, begin) - 1
            last = bisect_right(words, end - 1) - 1
            if len(found) < MAX_CANDIDATES:
                found[((first, last + 1, begin - words[first], end - words[last]),)] = None
    return found
