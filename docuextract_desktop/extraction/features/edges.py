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

from docuextract_desktop.extraction.candidates.find import CandidateSet
from docuextract_desktop.extraction.candidates.text_spans import segment_below
from docuextract_desktop.extraction.features.word_classes import ADDRESS, COMPANY, CONTACT, words_before
from docuextract_desktop.extraction.words import lexicon
from docuextract_desktop.extraction.words.tokens import LETTERS, NUMBER, Bools, Ints, TokenView
from docuextract_desktop.extraction.words.word_marks import COLON_FIRST, JOINING_SIGN, JOINS

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
    found_below = segment_below(view)
    below, above = np.full(n + 1, n, np.int32), np.full(n + 1, n, np.int32)
    linked = (found_below >= 0).nonzero()[0]
    below[linked] = found_below[linked]
    above[below[linked]] = linked
    start, stop = view.segment_token_start[:-1], view.segment_token_start[1:]
    before = words_before(view)
    numbers = (view.token_kind == NUMBER).nonzero()[0]  # tokens
    digits = (view.token_end - view.token_start)[numbers]
    own = view.token_segment[numbers]
    make = np.zeros(n + 1, np.int32)
    make[own] = 4
    make[own[(digits == _SHORT_POSTCODE) | (digits == _POSTCODE)]] = 2
    for word_class, code in ((ADDRESS, 1), (COMPANY, 8), (CONTACT, 16)):
        words = before[word_class]
        make[:-1] += code * (words[stop] > words[start])
    make[n] = 32
    open_end, names = np.zeros(n + 1, np.int32), np.full(n + 1, 4, np.int32)
    last_marks = view.word_marks[view.segment_start[1:] - 1]
    open_end[:-1][last_marks & JOINS > 0] = _OPEN_WORD
    open_end[:-1][last_marks & JOINING_SIGN > 0] = _OPEN_SIGN
    names[:-1] = _names_before_form(view, start, stop)
    return Segments(above, below, open_end, make, names)


def _names_before_form(view: TokenView, start: Ints, stop: Ints) -> Ints:
    """Words before the first legal form of each segment: int32 (segments,), 4 where there is none."""
    before = words_before(view)[COMPANY]
    form = (before[1:] > before[:-1]).nonzero()[0]
    result = np.full(len(start), 4, np.int32)
    own = form.searchsorted(start)  # the first form behind where each begins
    there = (own < form.searchsorted(stop)).nonzero()[0]
    first = form[own[there]]
    letters = np.zeros(len(view.token) + 1, np.int32)
    np.cumsum(view.token_kind == LETTERS, out=letters[1:])
    result[there] = np.minimum(letters[first] - letters[start[there]], 3)
    return result


def edge_slots(view: TokenView, found: CandidateSet) -> list[tuple[NDArray[Any], ...]]:
    """Slots of texts and addresses that name no words: for each a few small numbers, each (n,)."""
    segments = segments_of(view)
    first, last = found.first_part, found.last_part
    none = view.segment_count
    top, bottom = view.word_segment[first[:, 0]], view.word_segment[last[:, 1] - 1]
    from_start = (view.segment_start[top] == first[:, 0]) & (first[:, 2] == 0)
    to_end = (view.segment_start[bottom + 1] == last[:, 1]) & (last[:, 3] == view.word_length[last[:, 1] - 1])
    above, below = np.where(from_start, segments.above[top], none), np.where(to_end, segments.below[bottom], none)
    parts = np.minimum(found.part_start[1:] - found.part_start[:-1], 3)
    before, after = _colons(view, found)
    joining = _end_in_joining_words(view, found)
    open_above, made_below = segments.open_end[above], segments.make[below]
    made_top, made_bottom = segments.make[top] & 15, segments.make[bottom] & 15
    names_top, names_bottom = segments.names[top], segments.names[bottom]
    lines = parts > 1
    names_first, names_last = np.where(lines, names_top, 5), np.where(lines, names_bottom, 5)
    return [
        (open_above, np.minimum(parts, 2)),
        (segments.make[above] & 31, from_start),
        (open_above, segments.make[above], made_top),
        (np.where(to_end, segments.open_end[bottom], 3), made_below & 31),
        (joining, to_end, below < none),
        (made_bottom, parts),
        (made_bottom, made_below),
        (made_top, parts),
        (names_last, names_first),
        (names_last, segments.open_end[top]),
        (names_top, segments.names[below], segments.open_end[bottom], parts),
        (names_top, segments.names[above], open_above, parts),
        (after, parts),
        (before, after, from_start),
    ]


def _colons(view: TokenView, found: CandidateSet) -> tuple[Ints, Ints]:
    """Whether a colon stands right before, and right after, each candidate: what it follows is a label. 0, 1 (n,).

    Before: 2 where the candidate begins inside a word.
    """
    first, last = found.first_part, found.last_part
    start, end = first[:, 0], last[:, 1] - 1
    previous, following = np.maximum(start - 1, 0), np.minimum(end + 1, len(view.words) - 1)
    before = view.word_colon[previous]
    before[(view.word_line[previous] != found.line) | (start == 0)] = 0
    before[first[:, 2] > 0] = 2
    inside = last[:, 3] < view.word_length[end]
    next_on_line = (following > end) & (view.word_line[following] == view.word_line[end])
    opens = next_on_line & (view.word_marks[following] & COLON_FIRST > 0)
    return before, np.where(inside, view.word_colon[end], opens).astype(np.int32)


def _end_in_joining_words(view: TokenView, found: CandidateSet) -> Bools:
    """Whether the last word of each text, as far as it belongs to it, is one that joins: bool (n,)."""
    last = found.last_part
    final = last[:, 1] - 1
    joining: Bools = view.word_marks[final] & JOINS > 0
    begin = np.where(last[:, 0] == final, last[:, 2], 0)
    for row in ((begin > 0) | (last[:, 3] < view.word_length[final])).nonzero()[0].tolist():
        joining[row] = found.texts[row].rsplit(None, 1)[-1].casefold() in lexicon.JOINING_WORDS
    return joining
