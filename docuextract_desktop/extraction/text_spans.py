"""Where free text and addresses begin and end: spans of words that no parser can tell, cut at labels and punctuation.

Most words leave no choice; what a word can do is looked up once a word (`word_marks`), and only the telling ones are
looked at closely.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

import numpy as np

from docuextract_desktop.extraction.labels import LabelMatches
from docuextract_desktop.extraction.lexicon import (
    COMPANY_WORDS,
    is_contact_line,
)
from docuextract_desktop.extraction.tokens import LETTERS, NUMBER, Bools, Floats, Ints, TokenView
from docuextract_desktop.extraction.word_marks import (
    BEGINS,
    CUTS,
    DASHES,
    DIGIT,
    FORM,
    JOINS,
    LETTER,
    LETTER_OR_DIGIT,
    OPENERS,
    PARTICULAR,
    marks_of,
)  # fmt: skip

Part = tuple[int, int, int, int]
"""A run of words on one line: first word, one past the last, offset in the first, end offset in the last."""
Span = tuple[int, ...]
"""One run of words or several, one after the other: four numbers each."""

MAX_CANDIDATES = 1500
_MAX_TEXT_WORDS = 14
_MAX_ADDRESS_LINES = 7
_LABEL = 0.8  # label matches from this quality on part a line


def part_text(view: TokenView, part: Part) -> str:
    """The text of one run of words, joined by spaces."""
    start, stop, begin, end = part
    return view.text[view.word_at[start] + begin : view.word_at[stop - 1] + end]


class _Cuts:
    """Where texts of a document may begin and end; used within one call.

    Attributes:
        view: of the document.
        marks: per word what it can mean. `of_segment`: all marks in each segment.
        bounds: first word and one past the last of each segment.
        label_ends: word → offsets in it at which a label of the template has just ended.
        opened: words at which a label of the template begins that is followed by a colon: no value begins there.
        labelled: segments with a word in `label_ends`.
    """

    def __init__(self, view: TokenView, matches: LabelMatches) -> None:
        self.view = view
        marks = marks_of(view)
        self.marks: list[int] = marks.tolist()
        self.of_segment: list[int] = np.bitwise_or.reduceat(marks, view.segment_start[:-1]).tolist()
        self.bounds = list(pairwise(view.segment_start.tolist()))
        self.label_ends = _label_ends(view, matches)
        self.opened = _opened_by_label(view, matches)
        words = [word for word in self.label_ends if word < len(view.words)]
        self.labelled = frozenset(view.word_segment[words].tolist())

    def leaves_no_choice(self, segment: int) -> bool:
        """Whether a text value can only be the whole of a segment."""
        marks = self.of_segment[segment]
        if marks & (BEGINS | CUTS) or segment in self.labelled:
            return False
        start, stop = self.bounds[segment]
        return stop - start == 1 or not marks & (PARTICULAR | FORM | DIGIT)

    def starts(self, segment: int) -> list[tuple[int, int]]:
        """Where in a segment a text value may begin: (word, offset)."""
        start, stop = self.bounds[segment]
        starts = [(start, 0)]
        marks = self.of_segment[segment]
        if not marks & (BEGINS | PARTICULAR) and segment not in self.labelled:
            return starts
        words = self.view.words
        if marks & BEGINS or segment in self.labelled:
            for word in range(start, stop):
                if word in self.label_ends:
                    starts.extend((word, offset) for offset in self.label_ends[word] if (word, offset) != (start, 0))
                if not self.marks[word] & BEGINS:
                    continue
                text = words[word]
                colon = text.find(":")
                if colon >= 0:
                    after = colon + 1
                    while after < len(text) and not text[after].isalnum():
                        after += 1
                    if after < len(text):
                        starts.append((word, after))
                    elif word + 1 < stop:
                        starts.append((word + 1, 0))
                elif word + 1 < stop:
                    starts.append((word + 1, 0))
        if self.marks[start] & PARTICULAR:
            led = self._after_leading_particulars(start, stop)
            if led is not None:
                starts.append((led, 0))
                if self.view.word_colon[led - 1]:
                    del starts[0]  # what a label with a colon begins is no value
        unique = list(dict.fromkeys(starts)) if len(starts) > 1 else starts
        return unique[1:] if start in self.opened and len(unique) > 1 else unique

    def _after_leading_particulars(self, start: int, stop: int) -> int | None:
        """The first word behind one or two that only label things (`Name Blueprint Advisors`), if a value follows."""
        word = start
        while word < min(start + 2, stop - 1) and self.marks[word] & PARTICULAR:
            word += 1
        after = self.view.words[word]
        if word == start or not after[0].isupper() or after.strip(".,").casefold() in COMPANY_WORDS:
            return None
        return word

    def ends(self, segment: int) -> list[tuple[int, int]]:
        """Where in a segment a text value may end: (one past the word, end offset in it)."""
        start, stop = self.bounds[segment]
        words, all_marks = self.view.words, self.marks
        ends = [(stop, len(words[stop - 1]))]
        if not self.of_segment[segment] & (CUTS | FORM | DIGIT):
            return ends
        for word in range(start, stop):
            marks = all_marks[word]
            if not marks & (CUTS | FORM | DIGIT):
                continue
            if marks & CUTS:
                ends.extend(_cuts_at(words, word, start, stop))
            if (
                word > start
                and (marks & FORM or (marks & DIGIT and not all_marks[word - 1] & DIGIT))
                and words[word][-1] != ":"
            ):
                ends.append((word, len(words[word - 1])))
        return list(dict.fromkeys(ends))


def _cuts_at(words: tuple[str, ...], word: int, start: int, stop: int) -> Iterable[tuple[int, int]]:
    """Where a text may end by the punctuation of one word of the words `start:stop`."""
    text = words[word]
    bracket = min((text.find(c) for c in OPENERS if c in text), default=-1)
    if bracket == 0 and word > start:
        yield word, len(words[word - 1])
    elif bracket > 0:
        yield word + 1, bracket
    if text in DASHES and word > start:
        yield word, len(words[word - 1])
    if text[-1] in ",;" and word + 1 < stop:
        yield word + 1, len(text) - 1
    if text[-1] == "." and word + 1 == stop and len(text) > 1:
        yield word + 1, len(text) - 1
    if text[-1] == ":" and word > start:
        if text != ":":  # what stands before a colon of its own is a label
            yield word, len(words[word - 1])
        if word - 1 > start:
            yield word - 1, len(words[word - 2])


def _label_ends(view: TokenView, matches: LabelMatches) -> dict[int, set[int]]:
    ends: dict[int, set[int]] = {}
    last = matches.stop[matches.quality >= _LABEL] - 1
    for word, offset in zip(view.token_word[last].tolist(), view.token_end[last].tolist(), strict=True):
        text = view.words[word]
        at = offset
        while at < len(text) and not text[at].isalnum():
            at += 1
        if at >= len(text):
            ends.setdefault(word + 1, set()).add(0)
        else:
            ends.setdefault(word, set()).add(at)
    return ends


def _opened_by_label(view: TokenView, matches: LabelMatches) -> frozenset[int]:
    opened = set()
    sure = matches.quality >= _LABEL
    first, last = matches.start[sure], matches.stop[sure] - 1
    columns = (view.token_word[first], view.token_start[first], view.token_word[last], view.token_end[last])
    for word, begin, final, end in zip(*(c.tolist() for c in columns), strict=True):
        if begin == 0:
            after = view.words[final][end:]
            if after.startswith(":") or (not after and final + 1 < len(view.words) and view.words[final + 1][0] == ":"):
                opened.add(word)
    return frozenset(opened)


def _lettered_segments(view: TokenView) -> Bools:
    """Segments that are more words than numbers, bool (segments,)."""
    words = np.bincount(view.token_segment, view.token_kind == LETTERS, view.segment_count)
    numbers = np.bincount(view.token_segment, view.token_kind == NUMBER, view.segment_count)
    return words > numbers


# --- free text ------------------------------------------------------------------------------------------------------


def text_spans(view: TokenView, matches: LabelMatches) -> Iterable[Span]:
    """Spans of free text of a document with words, each once."""
    cuts = _Cuts(view, matches)
    lengths = view.word_length.tolist()
    lettered = _lettered_segments(view).tolist()
    below, bounds = segment_below(view).tolist(), cuts.bounds
    found: dict[Span, None] = {}
    for segment, (start, stop) in enumerate(bounds):
        marks = cuts.of_segment[segment]
        if not marks & LETTER_OR_DIGIT:
            continue
        whole_end = lengths[stop - 1]
        if not marks & LETTER:
            found[start, stop, 0, whole_end] = None
            continue
        following = below[segment]
        if cuts.leaves_no_choice(segment):
            starts, ends = [(start, 0)], [(stop, whole_end)]
        else:
            starts, ends = cuts.starts(segment)[:6], cuts.ends(segment)[:6]
        # What ends in a word that joins goes on below (`Friends of`, `Committee for`) and is no value by itself.
        goes_on = following >= 0 and lettered[segment] and cuts.marks[stop - 1] & JOINS > 0
        for begin_word, begin in starts:
            for end_word, end in ends[goes_on:]:
                if end_word <= begin_word or end_word - begin_word > _MAX_TEXT_WORDS:
                    continue
                if end_word == begin_word + 1 and end <= begin:
                    continue
                found[begin_word, end_word, begin, end] = None
        if following >= 0 and lettered[segment] and (lettered[following] or goes_on):
            a, b = bounds[following]
            if b - a + stop - start <= _MAX_TEXT_WORDS:
                second = (a, b, 0, lengths[b - 1])
                for begin_word, begin in starts[:4]:
                    found[begin_word, stop, begin, whole_end, *second] = None
        if len(found) >= MAX_CANDIDATES:
            break
    else:
        for start, stop in _neighbouring_segments(view, lettered):
            found[start, stop, 0, lengths[stop - 1]] = None
    return list(found)[:MAX_CANDIDATES]


def _neighbouring_segments(view: TokenView, lettered: list[bool]) -> Iterable[tuple[int, int]]:
    """Words of segments of one line joined: wide letter spacing splits names into several."""
    labels = view.word_colon[view.segment_start[1:] - 1].tolist()  # `Name:` begins no name
    left_of_name = [a and not b for a, b in zip(lettered, labels, strict=True)]
    segment_start = view.segment_start.tolist()
    line_start = view.line_start
    firsts, lasts = view.word_segment[line_start[:-1]], view.word_segment[line_start[1:] - 1]
    joined = lasts - firsts
    worth_a_look = (joined >= 1) & (joined <= 3) & (np.diff(line_start) <= _MAX_TEXT_WORDS)
    for line in np.flatnonzero(worth_a_look).tolist():
        first, last = int(firsts[line]), int(lasts[line])
        if lettered[last] and all(left_of_name[first:last]):
            yield int(line_start[line]), int(line_start[line + 1])
        for left in range(first, last):
            if left_of_name[left] and lettered[left + 1]:
                yield segment_start[left], segment_start[left + 2]


@lru_cache(maxsize=2)
def segment_below(view: TokenView) -> Ints:
    """int32 (segments,): the segment that continues each one on the next printed line of its column, or -1."""
    n = view.segment_count
    result = np.full(n, -1, np.int32)
    if n < 2:
        return result
    box = view.segment_box
    page = view.page_of_line[view.line_of_segment]
    upper, lower = _near_below(box, page)
    a, b = box[upper], box[lower]
    height = np.maximum(a[:, 3] - a[:, 1], 1e-4)
    dy = b[:, 1] - a[:, 3]
    overlap = np.minimum(a[:, 2], b[:, 2]) - np.maximum(a[:, 0], b[:, 0])
    narrow = np.minimum(a[:, 2] - a[:, 0], b[:, 2] - b[:, 0])
    fits = (dy > -0.4 * height) & (dy < 1.3 * height) & (b[:, 1] > a[:, 1] + 0.4 * height) & (overlap > 0.3 * narrow)
    upper, lower = upper[fits], lower[fits]
    cost = (dy - 0.02 * overlap)[fits]
    best = np.lexsort((lower, cost, upper))[::-1]  # the last one written stays: the least cost, of equals the first
    result[upper[best]] = lower[best]
    return result


def _near_below(box: Floats, page: Ints) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of segments of one page of which the second begins little above or below where the first ends."""
    top = box[:, 1] + 10.0 * page.astype(np.float64)  # pages far apart
    bottom = box[:, 3] + 10.0 * page.astype(np.float64)
    height = np.maximum(box[:, 3].astype(np.float64) - box[:, 1], 1e-4)
    order = np.argsort(top, kind="stable")
    slack = 1e-4  # exact limits are for the caller
    low = np.searchsorted(top[order], bottom - 0.4 * height - slack)
    count = np.maximum(np.searchsorted(top[order], bottom + 1.3 * height + slack) - low, 0)
    upper = np.repeat(np.arange(len(box)), count)
    within = np.arange(len(upper)) - np.repeat(np.cumsum(count) - count, count)
    lower = order[low[upper] + within]
    same_page = page[upper] == page[lower]
    return upper[same_page], lower[same_page]


# --- addresses ------------------------------------------------------------------------------------------------------


def address_spans(view: TokenView, matches: LabelMatches) -> Iterable[Span]:
    """Runs of one to seven lines of one column, from each line on, with the label before and contacts after cut off."""
    cuts = _Cuts(view, matches)
    below, bounds = segment_below(view).tolist(), cuts.bounds
    wholes = [(start, stop, 0, len(view.words[stop - 1])) for start, stop in bounds]
    texts = [part_text(view, whole) for whole in wholes]
    contact = [is_contact_line(text) for text in texts]
    alone = [len(text) > 12 or any(c.isdigit() for c in text) for text in texts]
    inner_ends = [
        [(word, end) for word, end in cuts.ends(at)[1:4] if word > start and (word - 1 > start or end > 0)]
        for at, (start, _) in enumerate(bounds)
    ]
    found: dict[Span, None] = {}
    for segment, (_, first_stop) in enumerate(bounds):
        firsts = [(word, first_stop, offset, wholes[segment][3]) for word, offset in cuts.starts(segment)[:3]]
        run: list[int] = []
        at = segment
        while at >= 0 and len(run) < 4 * _MAX_ADDRESS_LINES:
            start, stop = bounds[at]
            if contact[at]:
                before = _before_contact(view, start, stop)
                if before is not None:
                    found[(*run, *before)] = None
                break
            run += wholes[at]
            if len(run) > 4 or alone[at]:
                for first in firsts:
                    found[(*first, *run[4:])] = None
                for word, end in inner_ends[at]:
                    found[(*run[:-4], start, word, 0, end)] = None
            at = below[at]
        if len(found) >= MAX_CANDIDATES:
            break
    return list(found)[:MAX_CANDIDATES]


def _before_contact(view: TokenView, start: int, stop: int) -> Part | None:
    """Of a line such as `43000 Kajang Tel: 03-…` what stands before the contact, or None."""
    for word in range(start + 1, stop):
        if is_contact_line(view.words[word]):
            return start, word, 0, len(view.words[word - 1])
    return None
