"""What stands at the two edges of a text and right beyond them: was it cut too early, or does it run on too far?

A name that ends in `for` goes on in the next line; an address whose line above ends in a comma began there; two lines
of which the second is a whole company by itself are a shop's name over its owner's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction import lexicon
from docuextract_desktop.extraction.candidates import CandidateSet
from docuextract_desktop.extraction.text_spans import segment_below
from docuextract_desktop.extraction.tokens import LETTERS, NUMBER, Bools, Ints, TokenView
from docuextract_desktop.extraction.word_classes import ADDRESS, COMPANY, CONTACT, words_before
from docuextract_desktop.extraction.word_marks import COLON_FIRST, JOINING_SIGN, JOINS, marks_of

_OPEN_SIGN, _OPEN_WORD = 1, 2
_SHORT_POSTCODE, _POSTCODE = 4, 5  # digits


@dataclass(frozen=True, eq=False)
class Segments:
    """What is known of each segment of a document, and of none.

    Attributes:
        above, below: int32 (segments + 1,), the neighbour in its column, or the last row, which stands for none.
        open_end: int32 (segments + 1,), 1 where it ends in a comma or a joining sign, 2 in a word that joins (`for`).
        make: int32 (segments + 1,), what it holds: words of addresses 1, a postcode 2, other digits 4, a legal form 8,
            a contact 16; 32 for the row that stands for none.
        names: int32 (segments + 1,), words before its first legal form: 3 for three and more, 4 where it has none.
    """

    above: Ints
    below: Ints
    open_end: Ints
    make: Ints
    names: Ints


@lru_cache(maxsize=2)
def segments_of(view: TokenView) -> Segments:
    """Describe the segments of a document; kept for all its kinds of candidates."""
    n = view.segment_count
    below = np.append(segment_below(view), -1)
    below = np.where(below < 0, n, below).astype(np.int32)
    above = np.full(n + 1, n, np.int32)
    linked = np.flatnonzero(below < n)
    above[below[linked]] = linked
    start, stop = view.segment_token_start[:-1], view.segment_token_start[1:]
    before = words_before(view)

    def holds(word_class: int) -> Bools:
        return np.asarray(before[word_class, stop] > before[word_class, start], np.bool_)

    digits = np.where(view.token_kind == NUMBER, view.token_end - view.token_start, 0)
    postcode = _any_in((digits == _SHORT_POSTCODE) | (digits == _POSTCODE), start, stop)
    make = (
        holds(ADDRESS)
        + 2 * postcode
        + 4 * (_any_in(digits > 0, start, stop) & ~postcode)
        + 8 * holds(COMPANY)
        + 16 * holds(CONTACT)
    )
    last_marks = marks_of(view)[view.segment_start[1:] - 1]
    joins = np.where(last_marks & JOINS, _OPEN_WORD, 0)
    open_end = np.where(last_marks & JOINING_SIGN, _OPEN_SIGN, joins)
    return Segments(
        above=above,
        below=below,
        open_end=np.append(open_end, 0).astype(np.int32),
        make=np.append(make, 32).astype(np.int32),
        names=np.append(_names_before_form(view, start, stop), 4).astype(np.int32),
    )


def _any_in(hit: Bools, start: Ints, stop: Ints) -> Bools:
    before = np.concatenate([[0], np.cumsum(hit)])
    return np.asarray(before[stop] > before[start], np.bool_)


def _names_before_form(view: TokenView, start: Ints, stop: Ints) -> Ints:
    """Words before the first legal form of each segment: int32 (segments,), 4 where there is none."""
    form = np.flatnonzero(np.diff(words_before(view)[COMPANY]) > 0)
    letters = np.concatenate([[0], np.cumsum(view.token_kind == LETTERS)])
    first = np.append(form, len(view.token))[np.searchsorted(form, start)]
    count = np.minimum(letters[first] - letters[np.minimum(start, first)], 3)
    return np.where(first < stop, count, 4).astype(np.int32)


def edge_slots(view: TokenView, found: CandidateSet) -> list[tuple[NDArray[Any], ...]]:
    """Slots of texts and addresses that name no words: for each a few small numbers, each (n,)."""
    segments = segments_of(view)
    first, last = found.first_part, found.last_part
    none = view.segment_count
    top, bottom = view.word_segment[first[:, 0]], view.word_segment[last[:, 1] - 1]
    from_start = (view.segment_start[top] == first[:, 0]) & (first[:, 2] == 0)
    to_end = (view.segment_start[bottom + 1] == last[:, 1]) & (last[:, 3] == view.word_length[last[:, 1] - 1])
    above, below = np.where(from_start, segments.above[top], none), np.where(to_end, segments.below[bottom], none)
    parts = np.minimum(np.diff(found.part_start), 3)
    before, after = _colons(view, found)
    joining = _end_in_joining_words(view, found)
    return [
        (segments.open_end[above], np.minimum(parts, 2)),
        (segments.make[above] & 31, from_start),
        (segments.open_end[above], segments.make[above], segments.make[top] & 15),
        (np.where(to_end, segments.open_end[bottom], 3), segments.make[below] & 31),
        (joining, np.where(to_end, 1, 0), below < none),
        (segments.make[bottom] & 15, parts),
        (segments.make[bottom] & 15, segments.make[below]),
        (segments.make[top] & 15, parts),
        (np.where(parts > 1, segments.names[bottom], 5), np.where(parts > 1, segments.names[top], 5)),
        (np.where(parts > 1, segments.names[bottom], 5), segments.open_end[top]),
        (segments.names[top], segments.names[below], segments.open_end[bottom], parts),
        (segments.names[top], segments.names[above], segments.open_end[above], parts),
        (after, parts),
        (before, after, from_start),
    ]


def _colons(view: TokenView, found: CandidateSet) -> tuple[Ints, Ints]:
    """Whether a colon stands right before, and right after, each candidate: what it follows is a label. 0, 1 (n,).

    Before: 2 where the candidate begins inside a word.
    """
    first, last = found.first_part, found.last_part
    opens = marks_of(view) & COLON_FIRST > 0
    start, end = first[:, 0], last[:, 1] - 1
    previous, following = np.maximum(start - 1, 0), np.minimum(end + 1, len(view.words) - 1)
    led = view.word_colon[previous] * (view.word_line[previous] == view.word_line[start]) * (start > 0)
    before = np.where(first[:, 2] > 0, 2, led)
    inside = last[:, 3] < view.word_length[end]
    next_on_line = (following > end) & (view.word_line[following] == view.word_line[end])
    after = np.where(inside, view.word_colon[end], opens[following] * next_on_line)
    return before.astype(np.int32), after.astype(np.int32)


def _end_in_joining_words(view: TokenView, found: CandidateSet) -> Bools:
    """Whether the last word of each text, as far as it belongs to it, is one that joins: bool (n,)."""
    last = found.last_part
    joining = marks_of(view)[last[:, 1] - 1] & JOINS > 0
    begin = np.where(last[:, 1] - last[:, 0] == 1, last[:, 2], 0)
    for row in np.flatnonzero((begin > 0) | (last[:, 3] < view.word_length[last[:, 1] - 1])).tolist():
        joining[row] = found.texts[row].rsplit(None, 1)[-1].casefold() in lexicon.JOINING_WORDS
    return joining
