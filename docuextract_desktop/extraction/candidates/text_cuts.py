"""Where texts may begin and end within a segment: cut at labels, at punctuation, at words that only label things.

Most words leave no choice; what a word can do is looked up once a word (`word_marks`), and only the telling ones are
looked at closely.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from functools import lru_cache, reduce
from itertools import chain, pairwise
from operator import or_

import numpy as np

from docuextract_desktop.extraction.candidates.labels import LabelMatches
from docuextract_desktop.extraction.words.lexicon import COMPANY_WORDS
from docuextract_desktop.extraction.words.tokens import Bools, Ints, TokenView
from docuextract_desktop.extraction.words.word_marks import (
    BEGINS,
    CUTS,
    DASHES,
    DIGIT,
    FORM,
    OPENERS,
    PARTICULAR,
)  # fmt: skip

Part = tuple[int, int, int, int]
"""A run of words on one line: first word, one past the last, offset in the first, end offset in the last."""

MAX_TEXT_WORDS = 14
AT_ITS_START = ((0, 0),)
"""A text that can only begin where its segment does."""
_OPENER = re.compile("[" + re.escape(OPENERS) + "]")
_LABEL = 0.8  # label matches from this quality on part a line

_Labels = tuple[tuple[int, tuple[int, ...]], ...]
"""Words of a segment, from 0, with the offsets in them at which a label of the template has just ended."""


class Cuts:
    """Where texts of a document may begin and end; used within one call.

    Attributes:
        view: of the document.
        marks: per word what it can mean. `of_segment`: int32 (segments,), all marks in each.
        bounds: first word and one past the last of each segment.
        labels: segment → where labels of the template have just ended in it.
        opened: words at which a label of the template begins that is followed by a colon: no value begins there.
    """

    def __init__(self, view: TokenView, matches: LabelMatches) -> None:
        self.view = view
        marks = view.word_marks
        self.marks: list[int] = marks.tolist()
        self.of_segment: Ints = np.bitwise_or.reduceat(marks, view.segment_start[:-1])
        self._marks: list[int] = self.of_segment.tolist()
        self.bounds = list(pairwise(view.segment_start.tolist()))
        self.labels: dict[int, _Labels] = {}
        label_ends, self.opened = _parted_by_labels(view, matches)
        ends = sorted([(word, tuple(offsets)) for word, offsets in label_ends.items()])
        words = [word for word, _ in ends if word < len(view.words)]
        for segment, (word, offsets) in zip(view.word_segment[words].tolist(), ends, strict=False):
            self.labels[segment] = (*self.labels.get(segment, ()), (word - self.bounds[segment][0], offsets))

    def leave_no_choice(self) -> Bools:
        """In which segments a text value can only be the whole: bool (segments,)."""
        marks = self.of_segment
        plain = marks & (BEGINS | CUTS) == 0
        plain[list(self.labels)] = False
        plain &= (marks & (PARTICULAR | FORM | DIGIT) == 0) | (np.diff(self.view.segment_start) == 1)
        return np.asarray(plain, np.bool_)

    def runs(self, segment: int, goes_on: bool) -> tuple[bytes, tuple[tuple[int, int], ...]]:
        """`_runs_within` a segment."""
        start, stop = self.bounds[segment]
        words, marks = self.view.words[start:stop], tuple(self.marks[start:stop])
        return _runs_within(words, marks, self.labels.get(segment, ()), start in self.opened, goes_on)

    def starts(self, segment: int) -> list[tuple[int, int]]:
        """Where in a segment a text value may begin: (word, offset)."""
        start, stop = self.bounds[segment]
        labels, opened = self.labels.get(segment, ()), start in self.opened
        if not labels and not self._marks[segment] & (BEGINS | PARTICULAR):
            return [(start, 0)]
        starts = _starts_within(self.view.words[start:stop], self.marks[start:stop], labels, opened)
        return [(start + word, offset) for word, offset in starts]

    def ends(self, segment: int) -> list[tuple[int, int]]:
        """Where in a segment a text value may end: (one past the word, end offset in it)."""
        start, stop = self.bounds[segment]
        if not self._marks[segment] & (CUTS | FORM | DIGIT):
            return [(stop, len(self.view.words[stop - 1]))]
        ends = _ends_within(self.view.words[start:stop], self.marks[start:stop])
        return [(start + word, end) for word, end in ends]


@lru_cache(maxsize=65536)  # documents of one kind print the same segments, and each prints some again and again
def _runs_within(
    words: tuple[str, ...], marks: tuple[int, ...], labels: _Labels, opened: bool, goes_on: bool
) -> tuple[bytes, tuple[tuple[int, int], ...]]:
    """The texts within a segment; words are counted from 0.

    Args:
        words: of the segment.
        marks: of each word.
        labels: where labels of the template have just ended.
        opened: whether it begins with a label of the template that a colon follows.
        goes_on: whether what ends with its last word goes on below and is no value by itself.

    Returns:
        Runs of words, packed: four int32 each; and where texts that go on below may begin: (word, offset).
    """
    starts, ends = _starts_within(words, marks, labels, opened)[:6], _ends_within(words, marks)[:6]
    found: dict[Part, None] = {}
    for begin_word, begin in starts:
        for end_word, end in ends[1:] if goes_on else ends:  # the first is that of the segment
            if end_word <= begin_word or end_word - begin_word > MAX_TEXT_WORDS:
                continue
            if end_word == begin_word + 1 and end <= begin:
                continue
            found[begin_word, end_word, begin, end] = None
    packed = _RUNS[len(found)].pack(*chain.from_iterable(found))
    return packed, starts[:4]


_RUNS = [struct.Struct(f"={4 * count}i") for count in range(37)]


def _starts_within(
    words: tuple[str, ...], marks: Sequence[int], labels: _Labels, opened: bool
) -> tuple[tuple[int, int], ...]:
    """Where in a segment a text value may begin: (word, offset); as `_runs_within`."""
    if not labels and not reduce(or_, marks) & (BEGINS | PARTICULAR):
        return AT_ITS_START
    starts = [(0, 0)]
    stop = len(words)
    label_ends = dict(labels)
    for word, own in enumerate(marks):
        if word in label_ends:
            starts.extend([(word, offset) for offset in label_ends[word] if (word, offset) != (0, 0)])
        if not own & BEGINS:
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
    if marks[0] & PARTICULAR:
        led = _after_leading_particulars(words, marks)
        if led is not None:
            starts.append((led, 0))
            if words[led - 1][-1] == ":":
                del starts[0]  # what a label with a colon begins is no value
    unique = tuple(dict.fromkeys(starts))
    return unique[1:] if opened and len(unique) > 1 and unique[0] == (0, 0) else unique


def _after_leading_particulars(words: tuple[str, ...], marks: Sequence[int]) -> int | None:
    """The first word behind one or two that only label things (`Name Blueprint Advisors`), if a value follows."""
    word = 0
    while word < min(2, len(words) - 1) and marks[word] & PARTICULAR:
        word += 1
    after = words[word]
    if word == 0 or not after[0].isupper() or after.strip(".,").casefold() in COMPANY_WORDS:
        return None
    return word


def _ends_within(words: tuple[str, ...], marks: Sequence[int]) -> list[tuple[int, int]]:
    """Where in a segment a text value may end: (one past the word, end offset in it); as `_runs_within`."""
    ends = [(len(words), len(words[-1]))]
    for word, own in enumerate(marks):
        if own & CUTS:
            ends += _cuts_at(words, word)
        if word and (own & FORM or (own & DIGIT and not marks[word - 1] & DIGIT)) and words[word][-1] != ":":
            ends.append((word, len(words[word - 1])))
    return list(dict.fromkeys(ends))


def _cuts_at(words: tuple[str, ...], word: int) -> list[tuple[int, int]]:
    """Where a text may end by the punctuation of one of the words of a segment."""
    text, stop = words[word], len(words)
    last = text[-1]
    before = (word, len(words[word - 1]))  # of no use at the first word
    cuts = []
    bracket = _OPENER.search(text)
    if bracket is not None:
        if bracket.start():
            cuts.append((word + 1, bracket.start()))
        elif word:
            cuts.append(before)
    if text in DASHES and word:
        cuts.append(before)
    if last in ",;" and word + 1 < stop:
        cuts.append((word + 1, len(text) - 1))
    if last == "." and word + 1 == stop and len(text) > 1:
        cuts.append((word + 1, len(text) - 1))
    if last == ":" and word:
        if text != ":":  # what stands before a colon of its own is a label
            cuts.append(before)
        if word > 1:
            cuts.append((word - 1, len(words[word - 2])))
    return cuts


def _parted_by_labels(view: TokenView, matches: LabelMatches) -> tuple[dict[int, set[int]], frozenset[int]]:
    """Word → offsets in it at which a label has just ended; words at which one begins that is followed by a colon."""
    ends: dict[int, set[int]] = {}
    opened = set()
    sure = matches.quality >= _LABEL
    first, last = matches.start[sure], matches.stop[sure] - 1
    columns = (view.token_word[first], view.token_start[first], view.token_word[last], view.token_end[last])
    words = view.words
    for word, begin, final, end in zip(*(c.tolist() for c in columns), strict=True):
        text = words[final]
        at = end
        while at < len(text) and not text[at].isalnum():
            at += 1
        if at >= len(text):
            ends.setdefault(final + 1, set()).add(0)
        else:
            ends.setdefault(final, set()).add(at)
        if begin == 0:
            behind = text[end:] or "".join(words[final + 1 : final + 2])
            if behind[:1] == ":":
                opened.add(word)
    return ends, frozenset(opened)
