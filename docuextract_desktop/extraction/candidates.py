"""Spans of a document that could be a value, per kind of value.

What no candidate covers can never be found, and what is offered in vain costs time: each kind has its own way of
proposing spans. A span may begin or end inside a printed word (`Total:12.50`, `#12345`) and may run over lines.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np

from docuextract_desktop.extraction.labels import LabelMatches
from docuextract_desktop.extraction.lexicon import (
    COMPANY_WORDS,
    FORM_WORDS,
    JOINING_WORDS,
    PARTICULAR_WORDS,
    is_contact_line,
)
from docuextract_desktop.extraction.tokens import LETTERS, NUMBER, Bools, Floats, Ints, TokenView
from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types import Parsed, ValueType, value_type

Part = tuple[int, int, int, int]
"""A run of words on one line: first word, one past the last, offset in the first, end offset in the last."""

MAX_CANDIDATES = 1500
_MAX_TEXT_WORDS = 14
_MAX_ADDRESS_LINES = 7


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


@dataclass
class _Builder:
    """Collects spans without doubles; used within one call."""

    view: TokenView
    seen: set[tuple[Part, ...]] = field(default_factory=set)
    parts: list[tuple[Part, ...]] = field(default_factory=list)

    def add(self, *parts: Part) -> None:
        """Offer one candidate."""
        if parts not in self.seen and len(self.parts) < MAX_CANDIDATES:
            self.seen.add(parts)
            self.parts.append(parts)

    def add_words(self, start: int, stop: int) -> None:
        """Offer the whole words `start:stop` of one line."""
        if start < stop:
            self.add((start, stop, 0, len(self.view.words[stop - 1])))


def part_text(view: TokenView, part: Part) -> str:
    """The text of one run of words, joined by spaces."""
    start, stop, begin, end = part
    if stop - start == 1:
        return view.words[start][begin:end]
    return " ".join((view.words[start][begin:], *view.words[start + 1 : stop - 1], view.words[stop - 1][:end]))


def find_candidates(
    view: TokenView, kind: str, matches: LabelMatches, locale: Locale, choices: Sequence[str] | None = None
) -> CandidateSet:
    """All spans of the document that could be a value of `kind`."""
    builder = _Builder(view)
    if len(view.words):
        propose: Callable[[_Builder, LabelMatches], None] = {"text": _texts, "address": _addresses}.get(
            kind, lambda b, _: _typed(b, value_type(kind, choices))
        )
        propose(builder, matches)
    return finish(view, kind, builder.parts, locale, choices)


def finish(
    view: TokenView,
    kind: str,
    spans: Iterable[tuple[Part, ...]],
    locale: Locale,
    choices: Sequence[str] | None = None,
) -> CandidateSet:
    """Read the values of spans and gather what is known of them; spans that do not parse are left out."""
    kept: list[tuple[Part, ...]] = []
    texts: list[str] = []
    values: list[str] = []
    currencies: list[str | None] = []
    readings: list[int] = []
    quality: list[float] = []
    free = kind in ("text", "address")
    parser = value_type(kind, choices)
    read: dict[str, Parsed | None] = {}  # the same amounts and days stand all over a document
    for parts in sorted(spans):
        text = part_text(view, parts[0]) if len(parts) == 1 else " ".join(part_text(view, part) for part in parts)
        if not free:
            if text not in read:
                read[text] = parser.parse(text, locale)
            parsed = read[text]
            if parsed is None or not parsed.value:
                continue
            values.append(parsed.value)
            currencies.append(parsed.currency)
            readings.append(len(parsed.alternatives))
            quality.append(parsed.quality)
        kept.append(parts)
        texts.append(text)
    n = len(kept)
    if free:
        values, currencies, readings, quality = texts, [None] * n, [0] * n, [1.0] * n
    part_of = np.fromiter((len(p) for p in kept), np.int32, n)
    part_start = np.concatenate([[0], np.cumsum(part_of)]).astype(np.int32)
    part = np.array([p for parts in kept for p in parts], np.int32).reshape(-1, 4)
    part_box = _part_boxes(view, part)
    first, last = part[part_start[:-1]], part[part_start[1:] - 1]
    t0 = view.word_token_start[first[:, 0]] if n else np.zeros(0, np.int32)
    t1 = view.word_token_start[last[:, 1]] if n else np.zeros(0, np.int32)
    for row in np.flatnonzero(first[:, 2] > 0):
        t0[row] = _token_at(view, int(first[row, 0]), int(first[row, 2]))
    for row in np.flatnonzero(last[:, 3] < view.word_length[last[:, 1] - 1]) if n else ():
        t1[row] = _token_before(view, int(last[row, 1]) - 1, int(last[row, 3]))
    confidence = _over_ranges(np.minimum, view.word_confidence, part[:, 0], part[:, 1])
    return CandidateSet(
        kind=kind,
        parts=tuple(kept),
        texts=tuple(texts),
        values=tuple(values),
        currencies=tuple(currencies),
        page=view.word_page[first[:, 0]] if n else np.zeros(0, np.int32),
        line=view.word_line[first[:, 0]] if n else np.zeros(0, np.int32),
        box=_around(part_box, part_start),
        part=part,
        part_box=part_box,
        part_start=part_start,
        t0=t0,
        t1=np.maximum(t0 + 1, t1),
        confidence=np.minimum.reduceat(confidence, part_start[:-1]) if n else np.zeros(0, np.float32),
        readings=np.array(readings, np.int32),
        quality=np.array(quality, np.float32),
    )


def _over_ranges(reduce: np.ufunc, values: Floats, start: Ints, stop: Ints) -> Floats:
    """`reduce` over `values[start:stop]` of every range; ranges are not empty."""
    if not len(start):
        return np.zeros(0, np.float32)
    edges = np.stack([start, stop], axis=1).ravel()
    padded = np.append(values, values[-1])  # reduceat wants every edge to be an index
    return reduce.reduceat(padded, edges)[::2].astype(np.float32)


def _part_boxes(view: TokenView, part: Ints) -> Floats:
    """Boxes of parts, float32 (p, 4); where a word is cut, its box is cut in proportion to its letters."""
    boxes = view.word_box
    start, stop, begin, end = part.T
    if not len(part):
        return np.zeros((0, 4), np.float32)
    x0 = _over_ranges(np.minimum, boxes[:, 0], start, stop)
    y0 = _over_ranges(np.minimum, boxes[:, 1], start, stop)
    x1 = _over_ranges(np.maximum, boxes[:, 2], start, stop)
    y1 = _over_ranges(np.maximum, boxes[:, 3], start, stop)
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


def _token_at(view: TokenView, word: int, offset: int) -> int:
    at, stop = int(view.word_token_start[word]), int(view.word_token_start[word + 1])
    while at < stop and view.token_end[at] <= offset:
        at += 1
    return at


def _token_before(view: TokenView, word: int, offset: int) -> int:
    at, stop = int(view.word_token_start[word]), int(view.word_token_start[word + 1])
    while stop > at and view.token_start[stop - 1] >= offset:
        stop -= 1
    return stop


# --- kinds that a parser recognises within a line -------------------------------------------------------------------


def _typed(builder: _Builder, parser: ValueType) -> None:
    view = builder.view
    worth_a_look = np.flatnonzero(view.line_has_digit).tolist() if parser.needs_digit else range(view.line_count)
    for line in worth_a_look:
        text = view.line_texts[line]
        spans = parser.recognise(text)
        if not spans:
            continue
        words = view.line_words(line)
        offsets = [0, *accumulate(len(view.words[w]) + 1 for w in words)]
        for span in spans:
            begin, end = span.start, span.end
            while begin < end and text[begin] == " ":
                begin += 1
            while end > begin and text[end - 1] == " ":
                end -= 1
            if begin >= end:
                continue
            first = bisect_right(offsets, begin) - 1
            last = bisect_right(offsets, end - 1) - 1
            builder.add((words[first], words[last] + 1, begin - offsets[first], end - offsets[last]))


# --- free text ------------------------------------------------------------------------------------------------------

_LABEL = 0.8  # label matches from this quality on part a line
_NUMBER_SIGNS = frozenset({"#", "No.", "no.", "No", "Nr."})
_OPENERS = "([{<"
_DASHES = frozenset({"-", "–", "—", "|", "/", "•", "·", "*", "="})


def _label_ends(view: TokenView, matches: LabelMatches) -> dict[int, set[int]]:
    """Word → offsets in it at which a label of the template has just ended."""
    ends: dict[int, set[int]] = {}
    for stop, quality in zip(matches.stop, matches.quality, strict=True):
        if quality < _LABEL:
            continue
        word, offset = int(view.token_word[stop - 1]), int(view.token_end[stop - 1])
        text = view.words[word]
        while offset < len(text) and not text[offset].isalnum():
            offset += 1
        if offset >= len(text):
            word, offset = word + 1, 0
        ends.setdefault(word, set()).add(offset)
    return ends


def _opened_by_label(view: TokenView, matches: LabelMatches) -> frozenset[int]:
    """Words at which a label of the template begins that is followed by a colon: no value begins there."""
    opened = set()
    for start, stop, quality in zip(matches.start, matches.stop, matches.quality, strict=True):
        word, last = int(view.token_word[start]), int(view.token_word[stop - 1])
        if quality >= _LABEL and view.token_start[start] == 0:
            after = view.words[last][int(view.token_end[stop - 1]) :]
            if after.startswith(":") or (not after and last + 1 < len(view.words) and view.words[last + 1][0] == ":"):
                opened.add(word)
    return frozenset(opened)


def _text_starts(
    view: TokenView, start: int, stop: int, label_ends: dict[int, set[int]], opened: frozenset[int] = frozenset()
) -> list[tuple[int, int]]:
    """Where in the words `start:stop` a text value may begin: (word, offset)."""
    starts = [(start, 0)]
    for word in range(start, stop):
        text = view.words[word]
        starts.extend((word, offset) for offset in label_ends.get(word, ()) if (word, offset) != (start, 0))
        colon = text.find(":")
        if colon >= 0:
            after = colon + 1
            while after < len(text) and not text[after].isalnum():
                after += 1
            if after < len(text):
                starts.append((word, after))
            elif word + 1 < stop:
                starts.append((word + 1, 0))
        elif (text in _DASHES or text in _NUMBER_SIGNS) and word + 1 < stop:
            starts.append((word + 1, 0))
    led = _after_leading_particulars(view, start, stop)
    if led is not None:
        starts.append((led, 0))
        if view.word_colon[led - 1]:
            del starts[0]  # what a label with a colon begins is no value
    unique = list(dict.fromkeys(starts))
    return unique[1:] if start in opened and len(unique) > 1 else unique


def _after_leading_particulars(view: TokenView, start: int, stop: int) -> int | None:
    """The first word behind one or two that only label things (`Name Blueprint Advisors`), where a value follows."""
    word = start
    while word < min(start + 2, stop - 1) and view.words[word].strip(":;.,#*").casefold() in PARTICULAR_WORDS:
        word += 1
    after = view.words[word]
    if word == start or not after[0].isupper() or after.strip(".,").casefold() in COMPANY_WORDS:
        return None
    return word


def _text_ends(view: TokenView, start: int, stop: int) -> list[tuple[int, int]]:
    """Where in the words `start:stop` a text value may end: (one past the word, end offset in it)."""
    ends = [(stop, len(view.words[stop - 1]))]
    for word in range(start, stop):
        text = view.words[word]
        bracket = min((text.find(c) for c in _OPENERS if c in text), default=-1)
        if bracket == 0 and word > start:
            ends.append((word, len(view.words[word - 1])))
        elif bracket > 0:
            ends.append((word + 1, bracket))
        if text in _DASHES and word > start:
            ends.append((word, len(view.words[word - 1])))
        if text[-1] in ",;" and word + 1 < stop:
            ends.append((word + 1, len(text) - 1))
        if text[-1] == "." and word + 1 == stop and len(text) > 1:
            ends.append((word + 1, len(text) - 1))
        if text[-1] == ":" and word > start:
            ends.append((word, len(view.words[word - 1])))
            if word - 1 > start:
                ends.append((word - 1, len(view.words[word - 2])))
        elif (word > start and text.casefold() in FORM_WORDS and text[0].isupper()) or (
            text[0].isdigit() and word > start and not view.words[word - 1][0].isdigit()
        ):
            ends.append((word, len(view.words[word - 1])))
    return list(dict.fromkeys(ends))


def _lettered_segments(view: TokenView) -> Bools:
    """Segments that are more words than numbers, bool (segments,)."""
    words = np.bincount(view.token_segment, view.token_kind == LETTERS, view.segment_count)
    numbers = np.bincount(view.token_segment, view.token_kind == NUMBER, view.segment_count)
    return words > numbers


def _has_letter_or_digit(text: str) -> bool:
    return any(c.isalnum() for c in text)


def _texts(builder: _Builder, matches: LabelMatches) -> None:
    view = builder.view
    label_ends, opened = _label_ends(view, matches), _opened_by_label(view, matches)
    below, lettered = segment_below(view).tolist(), _lettered_segments(view).tolist()
    bounds = list(pairwise(view.segment_start.tolist()))
    for segment, (start, stop) in enumerate(bounds):
        whole = part_text(view, (start, stop, 0, len(view.words[stop - 1])))
        if not _has_letter_or_digit(whole):
            continue
        if not any(c.isalpha() for c in whole):
            builder.add_words(start, stop)
            continue
        starts = _text_starts(view, start, stop, label_ends, opened)[:6]
        ends = _text_ends(view, start, stop)[:6]
        following = below[segment]
        # What ends in a word that joins goes on below (`Friends of`, `Committee for`) and is no value by itself.
        goes_on = following >= 0 and lettered[segment] and view.words[stop - 1].casefold() in JOINING_WORDS
        for begin_word, begin in starts:
            for end_word, end in ends[goes_on:]:
                if end_word <= begin_word or end_word - begin_word > _MAX_TEXT_WORDS:
                    continue
                if end_word == begin_word + 1 and end <= begin:
                    continue
                builder.add((begin_word, end_word, begin, end))
        if following >= 0 and lettered[segment] and (lettered[following] or goes_on):
            a, b = bounds[following]
            if b - a + stop - start <= _MAX_TEXT_WORDS:
                second = (a, b, 0, len(view.words[b - 1]))
                for begin_word, begin in starts[:4]:
                    builder.add((begin_word, stop, begin, len(view.words[stop - 1])), second)
    _neighbouring_segments(builder)


def _neighbouring_segments(builder: _Builder) -> None:
    """Segments of one line joined: wide letter spacing splits names into several."""
    view = builder.view
    lettered = _lettered_segments(view).tolist()
    if view.segment_count:
        labels = view.word_colon[view.segment_start[1:] - 1].tolist()  # `Name:` begins no name
        lettered_left = [a and not b for a, b in zip(lettered, labels, strict=True)]
    segment_start, segment_of = view.segment_start.tolist(), view.word_segment.tolist()
    for line in range(view.line_count):
        words = view.line_words(line)
        first, last = segment_of[words.start], segment_of[words.stop - 1]
        if not 1 <= last - first <= 3 or len(words) > _MAX_TEXT_WORDS:
            continue
        if all(lettered_left[first:last]) and lettered[last]:
            builder.add_words(words.start, words.stop)
        for left in range(first, last):
            if lettered_left[left] and lettered[left + 1]:
                builder.add_words(segment_start[left], segment_start[left + 2])


@lru_cache(maxsize=2)
def segment_below(view: TokenView) -> Ints:
    """int32 (segments,): the segment that continues each one on the next printed line of its column, or -1."""
    n = view.segment_count
    result = np.full(n, -1, np.int32)
    box = view.segment_box
    for page in range(len(view.pages)):
        rows = np.flatnonzero(view.page_of_line[view.line_of_segment] == page)
        if len(rows) < 2:
            continue
        b = box[rows]
        height = np.maximum(b[:, 3] - b[:, 1], 1e-4)
        dy = b[None, :, 1] - b[:, None, 3]
        overlap = np.minimum(b[:, None, 2], b[None, :, 2]) - np.maximum(b[:, None, 0], b[None, :, 0])
        narrow = np.minimum((b[:, 2] - b[:, 0])[:, None], (b[:, 2] - b[:, 0])[None, :])
        fits = (
            (dy > -0.4 * height[:, None])
            & (dy < 1.3 * height[:, None])
            & (b[None, :, 1] > b[:, None, 1] + 0.4 * height[:, None])
            & (overlap > 0.3 * narrow)
        )
        cost = np.where(fits, dy - 0.02 * overlap, np.inf)
        best = cost.argmin(axis=1)
        has = np.isfinite(cost[np.arange(len(rows)), best])
        result[rows[has]] = rows[best[has]]
    return result


# --- addresses ------------------------------------------------------------------------------------------------------

_POSTCODE = re.compile(r"(?<!\d)\d{4,6}(?!\d)|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")


def _addresses(builder: _Builder, matches: LabelMatches) -> None:
    """Runs of one to seven lines of one column, from each line on, with the label before and contacts after cut off."""
    view = builder.view
    label_ends, opened = _label_ends(view, matches), _opened_by_label(view, matches)
    below = segment_below(view)
    for segment in range(view.segment_count):
        run: list[Part] = []
        at = segment
        while at >= 0 and len(run) < _MAX_ADDRESS_LINES:
            start, stop = int(view.segment_start[at]), int(view.segment_start[at + 1])
            whole = (start, stop, 0, len(view.words[stop - 1]))
            text = part_text(view, whole)
            if is_contact_line(text):
                _add_before_contact(builder, run, start, stop)
                break
            run.append(whole)
            if len(run) > 1 or any(c.isdigit() for c in text) or len(text) > 12:
                for word, offset in _text_starts(view, *_words_of(run[0]), label_ends, opened)[:3]:
                    first = (word, run[0][1], offset, run[0][3])
                    builder.add(first, *run[1:])
                for cut_at in _text_ends(view, start, stop)[1:4]:
                    if cut_at[0] > start and (cut_at[0] - 1 > start or cut_at[1] > 0):
                        builder.add(*run[:-1], (start, cut_at[0], 0, cut_at[1]))
            at = int(below[at])


def _words_of(part: Part) -> tuple[int, int]:
    return part[0], part[1]


def _add_before_contact(builder: _Builder, run: list[Part], start: int, stop: int) -> None:
    """A line such as `43000 Kajang Tel: 03-…`: the address ends before the contact."""
    view = builder.view
    for word in range(start + 1, stop):
        if is_contact_line(view.words[word]):
            builder.add(*run, (start, word, 0, len(view.words[word - 1])))
            return
