"""Spans of free text and of addresses: words that no parser can tell, in one segment, in two, or down a column."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.candidates.labels import LabelMatches
from docuextract_desktop.extraction.candidates.text_cuts import AT_ITS_START, MAX_TEXT_WORDS, Cuts, Part
from docuextract_desktop.extraction.words.lexicon import is_contact_line
from docuextract_desktop.extraction.words.tokens import LETTERS, NUMBER, Bools, Floats, Ints, TokenView
from docuextract_desktop.extraction.words.word_marks import JOINS, LETTER, LETTER_OR_DIGIT

Span = tuple[int, ...]
"""One run of words or several, one after the other: four numbers each."""

MAX_CANDIDATES = 1500
_MAX_ADDRESS_LINES = 7


def part_text(view: TokenView, part: Part) -> str:
    """The text of one run of words, joined by spaces."""
    start, stop, begin, end = part
    return view.text[view.word_at[start] + begin : view.word_at[stop - 1] + end]


class Runs(NamedTuple):
    """Spans, each once; `single`: int32 (n, 4), those that are one run of words; `several`: the others."""

    single: Ints
    several: list[Span]


def _lettered_segments(view: TokenView) -> Bools:
    """Segments that are more words than numbers, bool (segments,)."""
    words = np.bincount(view.token_segment, view.token_kind == LETTERS, view.segment_count)
    numbers = np.bincount(view.token_segment, view.token_kind == NUMBER, view.segment_count)
    return words > numbers


# --- free text ------------------------------------------------------------------------------------------------------


def text_spans(view: TokenView, matches: LabelMatches) -> Runs:
    """Spans of free text of a document with words, each once."""
    cuts = Cuts(view, matches)
    below, lettered = segment_below(view), _lettered_segments(view)
    start, stop = view.segment_start[:-1], view.segment_start[1:]
    words, whole_end = stop - start, view.word_length[stop - 1]
    with_letter, plain = cuts.of_segment & LETTER > 0, cuts.leave_no_choice()
    # What ends in a word that joins goes on below (`Friends of`, `Committee for`) and is no value by itself.
    goes_on = (below >= 0) & lettered & (view.word_marks[stop - 1] & JOINS > 0)
    continued = with_letter & (below >= 0) & lettered & (lettered[below] | goes_on)
    continued &= words + words[below] <= MAX_TEXT_WORDS
    whole = np.where(with_letter, plain & ~goes_on & (words <= MAX_TEXT_WORDS), cuts.of_segment & LETTER_OR_DIGIT > 0)

    at = np.flatnonzero(whole)
    telling = np.flatnonzero(with_letter & ~plain)
    within = [cuts.runs(segment, on) for segment, on in zip(telling.tolist(), goes_on[telling].tolist(), strict=True)]
    single = np.concatenate(
        [
            _whole_runs(start[at], stop[at], whole_end[at]),
            _placed([runs for runs, _ in within], start[telling]),
            _neighbouring_segments(view, lettered),
        ]
    )
    begins_of = dict(zip(telling.tolist(), [begins for _, begins in within], strict=True))
    several = _continued(np.flatnonzero(continued).tolist(), below.tolist(), begins_of, cuts.bounds, whole_end.tolist())
    return _limited(view, single, several)


def _whole_runs(start: Ints, stop: Ints, end: Ints) -> Ints:
    """Runs of whole words: int32 (n, 4)."""
    runs = np.zeros((len(start), 4), np.int32)
    runs[:, 0], runs[:, 1], runs[:, 3] = start, stop, end
    return runs


def _placed(packed: list[bytes], start: Ints) -> Ints:
    """Runs within segments, one segment after the other, as runs of the document; `start`: of each segment."""
    runs = np.frombuffer(b"".join(packed), np.int32).reshape(-1, 4).copy()
    runs[:, :2] += start.repeat([len(own) // 16 for own in packed])[:, None]
    return runs


def _continued(
    segments: list[int],
    below: list[int],
    begins_of: dict[int, tuple[tuple[int, int], ...]],
    bounds: list[tuple[int, int]],
    ends: list[int],
) -> list[Span]:
    """Texts that begin in one of `segments` and go on in the whole of the one below."""
    found: list[Span] = []
    for segment in segments:
        start, stop = bounds[segment]
        following = below[segment]
        second = (*bounds[following], 0, ends[following])
        for word, begin in begins_of.get(segment, AT_ITS_START):
            found.append((start + word, stop, begin, ends[segment], *second))
    return found


def _limited(view: TokenView, single: Ints, several: list[Span]) -> Runs:
    """At most `MAX_CANDIDATES` spans: those of the first segments; last of all those of more than one segment."""
    if len(single) + len(several) > MAX_CANDIDATES:
        of_segment = view.word_segment[np.concatenate([single[:, 0], [span[0] for span in several]]).astype(np.intp)]
        joined = view.word_segment[single[:, 1] - 1] > of_segment[: len(single)]
        of_segment = 2 * of_segment
        of_segment[: len(single)][joined] = 2 * view.segment_count
        of_segment[len(single) :] += 1
        kept = np.sort(np.argsort(of_segment, kind="stable")[:MAX_CANDIDATES])
        singles = int(kept.searchsorted(len(single)))
        several = [several[at] for at in (kept[singles:] - len(single)).tolist()]
        single = single[kept[:singles]]
    return Runs(single, several)


def _neighbouring_segments(view: TokenView, lettered: Bools) -> Ints:
    """Segments of one line joined: wide letter spacing splits names into several. Runs, int32 (n, 4), line by line."""
    start, stop = view.segment_start[:-1], view.segment_start[1:]
    left_of_name = lettered & (view.word_colon[stop - 1] == 0)  # `Name:` begins no name
    line_start, line_of = view.line_start, view.line_of_segment
    first, last = view.word_segment[line_start[:-1]], view.word_segment[line_start[1:] - 1]
    joined = last - first
    worth_a_look = (joined >= 1) & (joined <= 3) & (np.diff(line_start) <= MAX_TEXT_WORDS)
    beside = left_of_name[:-1] & lettered[1:] & (line_of[:-1] == line_of[1:]) & worth_a_look[line_of[:-1]]
    left = np.flatnonzero(beside)
    before = np.concatenate([[0], left_of_name.cumsum()])
    whole = worth_a_look & (joined >= 2) & lettered[last] & (before[last] - before[first] == joined)
    lines = np.flatnonzero(whole)
    firsts, lasts = np.concatenate([first[lines], left]), np.concatenate([last[lines], left + 1])
    order = np.argsort(line_of[firsts], kind="stable")
    firsts, lasts = firsts[order], lasts[order]
    return _whole_runs(start[firsts], stop[lasts], view.word_length[stop[lasts] - 1])


_MOST_OVERLAP, _MOST_GAP = 0.6, 1.3
"""From the foot of one line to the head of the next, in heights of the first. Boxes of words on a page that lies a
little turned, or of lines without lead, overlap by half of their height."""


_MOST_PAIRS = 1 << 20
"""Of segments that are looked at in one go."""


@lru_cache(maxsize=2)
def segment_below(view: TokenView) -> Ints:
    """int32 (segments,): the segment that continues each one on the next printed line of its column, or -1."""
    n = view.segment_count
    result = np.full(n, -1, np.int32)
    if n < 2:
        return result
    left, top, right, bottom = np.ascontiguousarray(view.segment_box.T)
    heights, width = np.maximum(bottom - top, 1e-4), right - left
    overlaps = np.minimum(_MOST_OVERLAP * heights, bottom - top)  # not even a box without height continues itself
    for upper, lower in _near_below(top, bottom, view.page_of_line[view.line_of_segment]):
        dy = top[lower] - bottom[upper]
        overlap = np.minimum(right[upper], right[lower]) - np.maximum(left[upper], left[lower])
        fits = overlap > 0.3 * np.minimum(width[upper], width[lower])
        fits &= (dy > -overlaps[upper]) & (dy < _MOST_GAP * heights[upper])
        fitting = np.flatnonzero(fits)
        upper, lower = upper[fitting], lower[fitting]
        cost = dy[fitting] - 0.02 * overlap[fitting]
        best = np.lexsort((lower, cost, upper))[::-1]  # the last one written stays: the least cost, of equals the first
        result[upper[best]] = lower[best]
    return result


def _near_below(top: Floats, bottom: Floats, page: Ints) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Pairs of segments of one page of which the second begins little above or below where the first ends.

    They come in shares, each with all pairs of its first segments; one share is enough, but where lines of thousands of
    segments stand one over the other.
    """
    apart = 10.0 * page.astype(np.float64)  # pages far apart
    height = np.maximum(bottom.astype(np.float64) - top, 1e-4)
    ends, begins = bottom + apart, top + apart
    order = np.argsort(begins, kind="stable")
    begins = begins[order]
    slack = 1e-4  # exact limits are for the caller
    low = begins.searchsorted(ends - _MOST_OVERLAP * height - slack)
    count = np.maximum(begins.searchsorted(ends + _MOST_GAP * height + slack) - low, 0)
    stop = count.cumsum()  # of each first segment's pairs
    first = 0
    while first < len(top):
        before = int(stop[first] - count[first])
        last = max(first + 1, int(stop.searchsorted(before + _MOST_PAIRS, "right")))
        own = count[first:last]
        upper = np.arange(first, last).repeat(own)
        lower = order[np.arange(len(upper)) + (low - stop + count + before)[first:last].repeat(own)]
        if page[0] != page[-1]:
            same_page = np.flatnonzero(page[upper] == page[lower])
            upper, lower = upper[same_page], lower[same_page]
        yield upper, lower
        first = last


# --- addresses ------------------------------------------------------------------------------------------------------


def address_spans(view: TokenView, matches: LabelMatches) -> Runs:
    """Runs of one to seven lines of one column, from each line on, with the label before and contacts after cut off."""
    spans = _address_spans(view, matches)
    single = [span for span in spans if len(span) == 4]
    return Runs(np.array(single, np.int32).reshape(-1, 4), [span for span in spans if len(span) > 4])


def _address_spans(view: TokenView, matches: LabelMatches) -> list[Span]:
    cuts = Cuts(view, matches)
    below, bounds = segment_below(view).tolist(), cuts.bounds
    wholes = [(start, stop, 0, len(view.words[stop - 1])) for start, stop in bounds]
    texts = [part_text(view, whole) for whole in wholes]
    before_contact = {at: _before_contact(view, *bounds[at]) for at, text in enumerate(texts) if is_contact_line(text)}
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
            if at in before_contact:
                before = before_contact[at]
                if before is not None:
                    found[(*run, *before)] = None
                break
            run += wholes[at]
            if len(run) > 4 or alone[at]:
                for first in firsts:
                    found[(*first, *run[4:])] = None
                for word, end in inner_ends[at]:
                    found[(*run[:-4], bounds[at][0], word, 0, end)] = None
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
