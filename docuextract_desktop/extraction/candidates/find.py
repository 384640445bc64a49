"""Spans of a document that could be a value, per kind of value.

What no candidate covers can never be found, and what is offered in vain costs time: each kind has its own way of
proposing spans. A span may begin or end inside a printed word (`Total:12.50`, `#12345`) and may run over lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, compress, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.candidates.distinct import NO_RUNS, Distinct, each_once
from docuextract_desktop.extraction.candidates.labels import LabelMatches
from docuextract_desktop.extraction.candidates.text_cuts import Part
from docuextract_desktop.extraction.candidates.text_spans import MAX_CANDIDATES, Runs, address_spans, text_spans
from docuextract_desktop.extraction.words.tokens import NUMBER, Floats, Ints, TokenView
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

    @cached_property
    def first_part(self) -> Ints:
        """int32 (n, 4), the first run of words of each span."""
        return self.part.take(self.part_start[:-1], axis=0)

    @cached_property
    def last_part(self) -> Ints:
        """int32 (n, 4), the last run of words of each span."""
        return self.part.take(self.part_start[1:] - 1, axis=0)


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
    distinct, rows_of = each_once(_spans_of(view, wanted, matches))
    every = _looked_at(view, distinct)
    kinds, rows = [], []
    for (kind, choices), own_rows in zip(wanted, rows_of, strict=True):
        found, own_rows = _read(every, own_rows, kind, choices, locale)
        kinds.append(found)
        rows.append(own_rows)
    return Together(tuple(kinds), every, tuple(rows))


def _spans_of(view: TokenView, wanted: Sequence[Wanted], matches: LabelMatches) -> list[Runs]:
    """The spans of each kind, each once."""
    if not len(view.words):
        return [Runs(NO_RUNS, []) for _ in wanted]
    lines = _lines_of(view)
    found: list[Runs | None] = []
    places: list[list[tuple[int, int]]] = []  # of the kinds that a parser recognises
    for kind, choices in wanted:
        if kind == "text":
            found.append(text_spans(view, matches))
        elif kind == "address":
            found.append(address_spans(view, matches))
        else:
            places.append(_recognised(view, value_type(kind, choices), lines))
            found.append(None)
    placed = _spans_at(view, list(chain.from_iterable(places)))
    recognised = iter(np.split(placed, np.cumsum([len(own) for own in places])))
    return [Runs(next(recognised), []) if runs is None else runs for runs in found]


def _looked_at(view: TokenView, found: Distinct) -> Spans:
    """Gather what is known of spans, whatever they stand for."""
    part, part_start = found.part, found.part_start
    if not len(part):
        none, boxes = np.zeros(0, np.int32), np.zeros((0, 4), np.float32)
        return Spans((), none, none, boxes, part, boxes, part_start, none, none, np.zeros(0, np.float32))
    part_box, confidence = _part_boxes(view, part)
    first = last = part.T
    box = part_box
    if found.spans:
        first, last = part.take(part_start[:-1], axis=0).T, part.take(part_start[1:] - 1, axis=0).T
        box = _around(part_box, part_start, found.several)
        confidence = np.minimum.reduceat(confidence, part_start[:-1])
    start, final, begin, end = first[0], last[1] - 1, first[2], last[3]
    t0, t1 = view.word_token_start[start], view.word_token_start[final + 1]
    rows = np.flatnonzero(begin > 0)
    t0[rows] = view.tokens_after(start[rows], begin[rows])
    rows = np.flatnonzero(end < view.word_length[final])
    t1[rows] = view.tokens_before(final[rows], end[rows])
    return Spans(
        texts=_texts_of(view, found),
        page=view.word_page[start],
        line=view.word_line[start],
        box=box,
        part=part,
        part_box=part_box,
        part_start=part_start,
        t0=t0,
        t1=np.maximum(t0 + 1, t1),
        confidence=confidence,
    )


def _texts_of(view: TokenView, found: Distinct) -> tuple[str, ...]:
    """The text of each span, its runs of words joined by spaces."""
    whole, word_at, part = view.text, np.array(view.word_at), found.part
    begins, ends = word_at[part[:, 0]] + part[:, 2], word_at[part[:, 1] - 1] + part[:, 3]
    runs = [whole[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
    if not found.spans:
        return tuple(runs)
    texts = list(map(runs.__getitem__, found.part_start[:-1].tolist()))
    edges = found.part_start[np.stack([found.several, found.several + 1])].tolist()
    for row, first, last in zip(found.several.tolist(), *edges, strict=True):
        texts[row] = " ".join(runs[first:last])
    return tuple(texts)


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
        box=every.box.take(rows, axis=0),
        part=every.part.take(part_rows, axis=0),
        part_box=every.part_box.take(part_rows, axis=0),
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


def _part_boxes(view: TokenView, part: Ints) -> tuple[Floats, Floats]:
    """Boxes of parts, float32 (p, 4), and the lowest confidence in each, float32 (p,).

    Where a word is cut, its box is cut in proportion to its letters.
    """
    words = len(view.words)
    by_word = np.empty((5, words + 1), np.float32)
    by_word[:4, :words], by_word[4, :words] = view.word_box.T, view.word_confidence
    by_word[:, words] = by_word[:, words - 1]  # reduceat wants every edge to be an index
    edges = part[:, :2].astype(np.intp).ravel()  # every other range lies between two parts and is left out
    boxes = np.empty((len(part), 4), np.float32)
    for side, reduce in enumerate((np.minimum, np.minimum, np.maximum, np.maximum)):
        boxes[:, side] = reduce.reduceat(by_word[side], edges)[::2]
    confidence = np.minimum.reduceat(by_word[4], edges)[::2]
    start, final, begin, end = part[:, 0], part[:, 1] - 1, part[:, 2], part[:, 3]
    left, right, length = by_word[0], by_word[2], view.word_length
    for side, cut, word, offset in (
        (0, np.flatnonzero(begin > 0), start, begin),
        (2, np.flatnonzero(end < length[final]), final, end),
    ):
        own = word[cut]
        boxes[cut, side] = left[own] + (right[own] - left[own]) * offset[cut] / length[own]
    np.maximum(boxes[:, 0], boxes[:, 2], out=boxes[:, 2])
    return boxes, confidence


def _around(part_box: Floats, part_start: Ints, several: NDArray[np.intp]) -> Floats:
    """The box around each span, given those of its parts; `several`: rows of spans of more than one part."""
    box = part_box.take(part_start[:-1], axis=0)
    edges = part_start[np.stack([several, several + 1], axis=1).ravel()]  # what lies between two is left out
    parts = np.concatenate([part_box, part_box[-1:]])
    box[several, :2] = np.minimum.reduceat(parts[:, :2], edges, axis=0)[::2]
    box[several, 2:] = np.maximum.reduceat(parts[:, 2:], edges, axis=0)[::2]
    return box


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


def _spans_at(view: TokenView, places: list[tuple[int, int]]) -> Ints:
    """The runs of words at places in the text of the whole document: int32 (n, 4)."""
    edges = np.fromiter(chain.from_iterable(places), np.int64, 2 * len(places)).reshape(-1, 2)
    starts = np.array(view.word_at)
    words = starts.searchsorted(edges - (0, 1), "right") - 1
    return np.concatenate([words + np.array((0, 1)), edges - starts[words]], axis=1).astype(np.int32)


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
