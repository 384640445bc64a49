"""Hashes of the words around a candidate and within it."""

from __future__ import annotations

import numpy as np

from docuextract_desktop.extraction.candidates.find import Spans
from docuextract_desktop.extraction.features.steps import steps
from docuextract_desktop.extraction.features.surroundings import Surroundings, padded
from docuextract_desktop.extraction.words.tokens import Hashes, Ints, TokenView, mix, mix_rows

WordSlots = list[tuple[int, Hashes]]
"""(salt, hashes (n,)) of the slots that name words; slots of equal salt form a bag."""


def _pairs(pairs: list[tuple[int, Hashes, Hashes]]) -> dict[int, Hashes]:
    """By salt the hash of each pair, of which the first is mixed with the salt; all of them in one go."""
    salts, first, second = zip(*pairs, strict=True)
    hashes = mix_rows(np.concatenate(first).reshape(len(pairs), -1), salts)
    hashes ^= np.concatenate(second).reshape(len(pairs), -1)
    return dict(zip(salts, hashes, strict=True))


def words_around(view: TokenView, found: Spans, around: Surroundings) -> WordSlots:
    """The words around candidates of whichever kind."""
    places = (
        around.left,
        around.right,
        around.above,
        around.above2[:2],
        around.header,
        around.below[:2],
        around.first,
        _headings(view, found),
    )
    named = iter(padded(view.token_hash).take(np.concatenate(places)))
    left, right, above, next_above, header, below, first, heading = ([next(named) for _ in place] for place in places)
    near = steps(around.left_gap, 1.0, 4.0, 90).astype(np.uint32)
    close = steps(around.above_gap, 0.9, 2.5, 90).astype(np.uint32)
    pairs = _pairs(
        [
            (5, left[0], left[1]),
            (7, near, left[0]),
            (9, near, around.left_phrase),
            (14, right[0], right[1]),
            (22, above[0], above[1]),
            (24, close, around.above_phrase),
            (25, close, above[0]),
            (36, header[0], header[1]),
            (42, below[0], below[1]),
            (46, first[0], first[1]),
            (49, heading[0], heading[1]),
            (51, around.above_phrase, around.left_phrase),
        ]
    )
    slots: WordSlots = []
    slots += [(1, left[0]), (2, left[1]), (3, left[2])]
    slots += [(4, h) for h in left]
    slots += [(5, pairs[5]), (6, mix(pairs[5], 6) ^ left[2])]
    slots += [(7, pairs[7]), (8, around.left_phrase), (9, pairs[9])]
    slots += [(11, right[0]), (12, right[1]), *[(13, h) for h in right]]
    slots += [(14, pairs[14])]
    slots += [(21, h) for h in above]
    slots += [(22, pairs[22]), (23, around.above_phrase), (24, pairs[24])]
    slots += [(25, pairs[25])]
    slots += [(31, h) for h in next_above]
    slots += [(35, h) for h in header]
    slots += [(36, pairs[36]), (37, around.header_phrase)]
    slots += [(41, h) for h in below]
    slots += [(42, pairs[42])]
    slots += [(45, first[0]), (46, pairs[46])]
    slots += [(48, heading[0]), (49, pairs[49]), (50, heading[2])]
    slots += [(51, pairs[51])]
    return slots


def words_within(view: TokenView, found: Spans, around: Surroundings) -> WordSlots:
    """The words of texts, addresses and codes themselves."""
    hashes = padded(view.token_hash)
    inside = found.t0 + np.arange(4, dtype=np.int32)[:, None]
    ends = found.t1 - np.arange(1, 4, dtype=np.int32)[:, None]
    index = np.concatenate([np.where(inside < found.t1, inside, -1), np.where(ends > found.t0, ends, -1)])
    value = list(hashes.take(index))
    right = hashes[around.right[0]]
    slots: WordSlots = []
    slots += [(61, value[0]), (62, value[4]), (63, mix(value[4], 63) ^ value[5])]
    slots += [(64, h) for h in value]
    slots += [(65, value[4] ^ mix(right, 65))]
    return slots


def lines_within(view: TokenView, found: Spans, around: Surroundings) -> WordSlots:
    """What tells where an address ends: its last line and what stands under it."""
    hashes = padded(view.token_hash)
    final = hashes[np.where(found.t1 - 1 > found.t0, found.t1 - 1, -1)]
    below = hashes[around.below[0]]
    last_line = hashes[view.word_token_start[found.last_part[:, 0]]]
    lines = np.diff(found.part_start).astype(np.uint32)
    return [(66, last_line), (67, mix(below, 67) ^ final), (68, below ^ mix(lines, 68))]


def _headings(view: TokenView, found: Spans) -> Ints:
    """Tokens, int32 (3, n), of the nearest lines above that look like headings: short, one segment, no number.

    The first two of the nearest one and the first of the next; -1 where there is none. A heading holds for the lines
    under it however they are indented, up to twelve lines away on the same page.
    """
    lines = view.line_count
    if not lines:
        return np.full((3, len(found)), -1, np.int32)
    starts, stops = view.line_token_start[:-1], view.line_token_start[1:]
    has_number = view.line_has_digit
    last_word = view.line_start[1:] - 1
    one_segment = view.word_segment[view.line_start[:-1]] == view.word_segment[last_word]
    colon = view.word_colon[last_word] > 0
    looks = one_segment & ~has_number & (stops > starts) & (stops - starts <= 6) & (colon | (stops - starts <= 3))
    last = np.maximum.accumulate(np.where(looks, np.arange(lines, dtype=np.int32), -1))
    before = np.empty(lines + 1, np.int32)  # nearest heading strictly above each line
    before[0], before[1:] = -1, last
    near = before[found.line]
    headings = np.empty((2, len(found)), np.int32)
    headings[0], headings[1] = near, np.where(near >= 0, before[near], -1)
    there = (headings >= 0) & (found.line - headings <= 12) & (view.page_of_line[headings] == found.page)
    token = starts[headings]  # of a line that is none it is whichever
    tokens = np.empty((3, len(found)), np.int32)
    tokens[0], tokens[2] = np.where(there, token, -1)
    tokens[1] = np.where(there[0] & (token[0] + 1 < stops[near]), token[0] + 1, -1)
    return tokens
