"""Spans of a document that could be a value, per kind of value.

What no candidate covers can never be found, and what is offered in vain costs time: each kind has its own way of
proposing spans. A span may begin or end inside a printed word (`Total:12.50`, `#12345`) and may run over lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, compress, islice, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.labels import LabelMatches
from docuextract_desktop.extraction.text_spans import MAX_CANDIDATES, Part, Span, address_spans, text_spans
from docuextract_desktop.extraction.tokens import NUMBER, Floats, Ints, TokenView
from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types import Lines, ValueType, value_type


def kind_of(field_type: str) -> str:
    """The kind of candidates that a field type chooses from (names and texts share theirs)."""
    return "text" if field_type in ("text", "name") else field_type


@dataclass(frozen=True, eq=False)
class Spans:
    """Spans of a document, n of them, in reading order.

    Attributes:
        texts: as printed.
        page: int32 (n,), index into the view's pages. `line`: int32 (n,), first line.
        box: float32 (n, 4). `part`: int32 (p, 4), `part_box`: float32 (p, 4), all parts one after the other;
            `part_start`: int32 (n + 1,), first part of each span.
        t0, t1: int32 (n,), first token and one past the last one.
        confidence: float32 (n,), the lowest confidence among its words.
    """

    texts: tuple[str, ...]
    page: Ints
    line: Ints
    box: Floats
    part: Ints
    part_box: Floats
    part_start: Ints
    t0: Ints
    t1: Ints
    confidence: Floats

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def parts(self) -> list[tuple[Part, ...]]:
        """Per span its runs of words, one per printed line."""
        runs: list[Part] = [(a, b, begin, end) for a, b, begin, end in self.part.tolist()]
        return [tuple(runs[start:stop]) for start, stop in pairwise(self.part_start.tolist())]

    @property
    def first_part(self) -> Ints:
        """int32 (n, 4), the first run of words of each span."""
        return self.part[self.part_start[:-1]]

    @property
    def last_part(self) -> Ints:
        """int32 (n, 4), the last run of words of each span."""
        return self.part[self.part_start[1:] - 1]


@dataclass(frozen=True, eq=False)
class CandidateSet(Spans):
    """All candidates of one kind on a document; n of them, in reading order.

    Attributes:
        kind: see `kind_of`.
        values: normalised. `currencies`: ISO codes or None.
        readings: int32 (n,), how many other readings the parser saw.
        quality: float32 (n,), how well the printed form suits the kind, from the parser, 0..1.
    """

    kind: str
    values: tuple[str, ...]
    currencies: tuple[str | None, ...]
    readings: Ints
    quality: Floats


class Wanted(NamedTuple):
    """A kind of candidates to look for; `choices` where it is one of given values."""

    kind: str
    choices: Sequence[str] | None = None


@dataclass(frozen=True, eq=False)
class Together:
    """The candidates of some kinds on one document.

    The same words are candidates of several kinds, and a kind has fifty of them or a few hundred; on so few most of the
    time of a step goes into calling it. So what does not depend on the kind is worked out once for all spans.

    Attributes:
        kinds: each kind by itself.
        every: the spans of all of them, each once.
        rows: per kind intp (n,), the rows of `every` that are its candidates, ascending.
    """

    kinds: tuple[CandidateSet, ...]
    every: Spans
    rows: tuple[NDArray[np.intp], ...]


def find_candidates(
    view: TokenView, kind: str, matches: LabelMatches, locale: Locale, choices: Sequence[str] | None = None
) -> CandidateSet:
    """All spans of the document that could be a value of `kind`."""
    return find_together(view, [Wanted(kind, choices)], matches, locale).kinds[0]


def find_together(view: TokenView, wanted: Sequence[Wanted], matches: LabelMatches, locale: Locale) -> Together:
    """All spans of the document that could be a value of each of the kinds that are `wanted`."""
    spans = _spans_of(view, wanted, matches)
    # The kind with the most comes first: what follows is then nearly sorted.
    largest_first = sorted(spans, key=len, reverse=True)
    distinct = sorted(dict.fromkeys(chain.from_iterable(largest_first)))
    number = dict(zip(distinct, range(len(distinct)), strict=True))
    every = _looked_at(view, distinct)
    kinds, rows = [], []
    for (kind, choices), own in zip(wanted, spans, strict=True):
        own_rows = np.fromiter(map(number.__getitem__, own), np.intp, len(own))
        own_rows.sort()
        found, own_rows = _read(every, own_rows, kind, choices, locale)
        kinds.append(found)
        rows.append(own_rows)
    return Together(tuple(kinds), every, tuple(rows))


def _spans_of(view: TokenView, wanted: Sequence[Wanted], matches: LabelMatches) -> list[list[Span]]:
    """The spans of each kind, each once."""
    if not len(view.words):
        return [[] for _ in wanted]
    lines = _lines_of(view)
    spans: list[list[Span]] = []
    places: list[list[tuple[int, int]]] = []  # of the kinds that a parser recognises
    for kind, choices in wanted:
        if kind == "text":
            spans.append(list(text_spans(view, matches)))
        elif kind == "address":
            spans.append(list(address_spans(view, matches)))
        else:
            places.append(_recognised(view, value_type(kind, choices), lines))
            spans.append([])
    placed = iter(_spans_at(view, list(chain.from_iterable(places))))
    counts = iter(map(len, places))
    return [
        own if kind in ("text", "address") else list(islice(placed, next(counts)))
        for (kind, _), own in zip(wanted, spans, strict=True)
    ]


def _looked_at(view: TokenView, spans: list[Span]) -> Spans:
    """Gather what is known of spans, whatever they stand for."""
    n = len(spans)
    part_start = np.zeros(n + 1, np.int32)
    np.cumsum(np.fromiter(map(len, spans), np.int32, n) // 4, out=part_start[1:])
    part = np.fromiter(chain.from_iterable(spans), np.int32, 4 * int(part_start[-1])).reshape(-1, 4)
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
    return Spans(
        texts=tuple(_texts_of(view, spans)),
        page=view.word_page[first[:, 0]] if n else np.zeros(0, np.int32),
        line=view.word_line[first[:, 0]] if n else np.zeros(0, np.int32),
        box=_around(part_box, part_start) if len(part) > n else part_box.copy(),
        part=part,
        part_box=part_box,
        part_start=part_start,
        t0=t0,
        t1=np.maximum(t0 + 1, t1),
        confidence=np.minimum.reduceat(confidence, part_start[:-1]) if n else np.zeros(0, np.float32),
    )


def _texts_of(view: TokenView, spans: list[Span]) -> list[str]:
    """The text of each span, its runs of words joined by spaces."""
    whole, at = view.text, view.word_at

    def joined(span: Span) -> str:
        runs = zip(span[::4], span[1::4], span[2::4], span[3::4], strict=True)
        return " ".join([whole[at[start] + begin : at[stop - 1] + end] for start, stop, begin, end in runs])

    return [whole[at[s[0]] + s[2] : at[s[1] - 1] + s[3]] if len(s) == 4 else joined(s) for s in spans]


def _read(
    every: Spans, rows: NDArray[np.intp], kind: str, choices: Sequence[str] | None, locale: Locale
) -> tuple[CandidateSet, NDArray[np.intp]]:
    """The candidates of a kind among `rows` of the spans, and their rows: those that do not parse are left out."""
    texts = list(map(every.texts.__getitem__, rows.tolist()))
    n = len(rows)
    if kind in ("text", "address"):
        readings, quality = np.zeros(n, np.int32), np.ones(n, np.float32)
        return _chosen(every, rows, texts, kind, tuple(texts), (None,) * n, readings, quality), rows
    parse = value_type(kind, choices).parse
    # The same amounts and days stand all over a document.
    read = {}
    for text in dict.fromkeys(texts):
        parsed = parse(text, locale)
        if parsed is not None and parsed.value:
            read[text] = parsed.value, parsed.currency, len(parsed.alternatives), parsed.quality
    kept = list(map(read.__contains__, texts))
    if not all(kept):
        rows, texts = rows[np.array(kept)], list(compress(texts, kept))
    columns: list[tuple[Any, ...]] = list(zip(*map(read.__getitem__, texts), strict=True)) or [()] * 4
    values, currencies, alternatives, qualities = columns
    readings, quality = np.array(alternatives, np.int32), np.array(qualities, np.float32)
    found = _chosen(every, rows, texts, kind, values, currencies, readings, quality)
    return found, rows


def _chosen(
    every: Spans,
    rows: NDArray[np.intp],
    texts: list[str],
    kind: str,
    values: tuple[str, ...],
    currencies: tuple[str | None, ...],
    readings: Ints,
    quality: Floats,
) -> CandidateSet:
    """The spans `rows` as candidates of a kind."""
    part_rows, part_start = rows, np.arange(len(rows) + 1, dtype=np.int32)
    if len(every.part) > len(every):
        first = every.part_start[rows]
        count = every.part_start[rows + 1] - first
        np.cumsum(count, out=part_start[1:])
        part_rows = np.repeat(first - part_start[:-1], count) + np.arange(part_start[-1])
    return CandidateSet(
        texts=tuple(texts),
        page=every.page[rows],
        line=every.line[rows],
        box=every.box[rows],
        part=every.part[part_rows],
        part_box=every.part_box[part_rows],
        part_start=part_start,
        t0=every.t0[rows],
        t1=every.t1[rows],
        confidence=every.confidence[rows],
        kind=kind,
        values=values,
        currencies=currencies,
        readings=readings,
        quality=quality,
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


def _lines_of(view: TokenView) -> Lines | None:
    """The lines of the document for types that look at all at once; None where a word holds white space."""
    text, words = view.text, view.words
    if text.count(" ") != len(words) - 1 or not (text.isprintable() or text.split() == list(words)):
        return None
    numbers = view.token_word[view.token_kind == NUMBER].tolist()
    return Lines(
        text="\n".join(view.line_texts),
        words=words,
        word_at=view.word_at,
        line_start=view.line_start.tolist(),
        with_digit=list(dict.fromkeys(numbers)),
    )


def _recognised(view: TokenView, parser: ValueType, lines: Lines | None) -> list[tuple[int, int]]:
    """Where in the text of the whole document the values begin and end that a parser recognises, each once."""
    places = parser.recognise_all(lines) if lines is not None else None
    if places is None:
        places = _line_by_line(view, parser)
    elif len(places) > MAX_CANDIDATES:
        places = sorted(places)
    return places[:MAX_CANDIDATES]


def _spans_at(view: TokenView, places: list[tuple[int, int]]) -> Iterable[Span]:
    """The spans at places in the text of the whole document."""
    if not places:
        return ()
    edges = np.fromiter(chain.from_iterable(places), np.int64, 2 * len(places)).reshape(-1, 2)
    starts = np.array(view.word_at)
    words = starts.searchsorted(edges - (0, 1), "right") - 1
    begins, ends = (edges - starts[words]).T.tolist()
    firsts, lasts = words.T
    return zip(firsts.tolist(), (lasts + 1).tolist(), begins, ends, strict=True)


def _line_by_line(view: TokenView, parser: ValueType) -> list[tuple[int, int]]:
    """As `_recognised`, for types that look at one line after the other."""
    found: dict[tuple[int, int], None] = {}
    line_texts, word_at, whole = view.line_texts, view.word_at, view.text
    line_at = [word_at[first] for first in view.line_start[:-1].tolist()]
    worth_a_look = np.flatnonzero(view.line_has_digit).tolist() if parser.needs_digit else range(view.line_count)
    for line in worth_a_look:
        at = line_at[line]
        for begin, end in parser.recognise(line_texts[line]):
            begin, end = begin + at, end + at
            while begin < end and whole[begin] == " ":
                begin += 1
            while end > begin and whole[end - 1] == " ":
                end -= 1
            if begin < end:
                found[begin, end] = None
    return list(found)
