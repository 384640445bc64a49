"""What block of lines a text stands in: a name over an address, a letterhead with contacts, the issuer's small print.

Who issues a document and to whom it goes is often not labelled. It shows in how their blocks are built, and in what is
said of them elsewhere: the issuer's name stands again beside the bank account, or is a part of the mail address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.candidates.find import CandidateSet
from docuextract_desktop.extraction.candidates.text_spans import segment_below
from docuextract_desktop.extraction.features.word_classes import CONTACT, classes_of_tokens
from docuextract_desktop.extraction.words import lexicon
from docuextract_desktop.extraction.words.codes import ACCOUNT, VAT, VAT_SUFFIXED, code_form
from docuextract_desktop.extraction.words.tokens import LETTERS, NUMBER, Bools, Ints, TokenView, mix
from docuextract_desktop.extraction.words.word_marks import REACHED_AT

_FAR = 6  # lines of a block that are looked at, above and below
_PLACE = re.compile(
    r"(?<![\d.,])(?:[A-Z]{1,2}-? ?)?\d{4,5}(?: ?[A-Z]{2})?,? +(?=[^\W\d_]{2})|[^\W\d_]{3},? +\d{5}(?![\d.,])|"
    r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"
)
_CODES = re.compile(r"(?<![^\W_])(?:[A-Z]{2}|CHE|ATU)[ -]?\d[\dA-Z. ]{6,32}")


@dataclass(frozen=True, eq=False)
class Blocks:
    """What is known of the segments and tokens of a document.

    Attributes:
        place, contact: int32 (segments,), how many lines below in its block a postcode with a town, or a contact,
            stands: 0 in the segment itself, `_FAR` where there is none.
        over: int32 (segments,), lines of the block above, at most `_FAR`.
        small_print: bool (lines,), a line that names a bank account, a VAT id or an address in the net.
        pairs, singles: hashes of two tokens in a row, and of single long ones, on such lines, with the lines:
            sorted uint32, and int32 the first and the last line of each.
        in_address: bool (tokens,), words that are part of a mail or web address of the document.
    """

    place: Ints
    contact: Ints
    over: Ints
    small_print: Bools
    pairs: tuple[NDArray[np.uint32], Ints, Ints]
    singles: tuple[NDArray[np.uint32], Ints, Ints]
    in_address: Bools


@lru_cache(maxsize=2)
def blocks_of(view: TokenView) -> Blocks:
    """Describe the blocks of a document; kept for all its kinds of candidates."""
    segments = view.segment_count
    below = segment_below(view)
    above = np.full(segments, -1, np.int32)
    linked = np.flatnonzero(below >= 0)
    above[below[linked]] = linked
    contacts = np.zeros(segments, np.bool_)
    contacts[view.token_segment[classes_of_tokens(view)[CONTACT]]] = True
    reached = np.zeros(segments, np.bool_)
    reached_at = np.flatnonzero(view.word_marks & REACHED_AT).tolist()
    reached[view.word_segment[reached_at]] = True
    small_print = np.zeros(view.line_count, np.bool_)
    small_print[view.line_of_segment[reached]] = True
    small_print[_lines_with_codes(view)] = True
    places = _segments_with_places(view)
    return Blocks(
        place=_steps(places, below),
        contact=_steps(contacts | reached, below),
        over=_depth(above),
        small_print=small_print,
        pairs=_pairs(view, small_print),
        singles=_singles(view, small_print),
        in_address=_in_address(view, reached_at),
    )


_OWN = frozenset({VAT, VAT_SUFFIXED, ACCOUNT})


def _lines_with_codes(view: TokenView) -> list[int]:
    """Lines on which a bank account or a VAT id stands."""
    # All of them begin with two or three capitals that digits follow.
    kind, line, length = view.token_kind, view.token_line, view.token_end - view.token_start
    begins = (kind[:-1] == LETTERS) & (kind[1:] == NUMBER) & (line[:-1] == line[1:])
    begins &= (length[:-1] == 2) | (length[:-1] == 3)
    at = np.flatnonzero(begins)
    places = zip(line[at].tolist(), view.token_word[at].tolist(), view.token_start[at].tolist(), strict=True)
    texts, words = view.line_texts, view.words
    lines = dict.fromkeys([own for own, word, start in places if words[word][start : start + 2].isupper()])
    return [line for line in lines if any(code_form(m.group().strip()) in _OWN for m in _CODES.finditer(texts[line]))]


def _segments_with_places(view: TokenView) -> Bools:
    """Segments in which a postcode with a town stands: bool (segments,)."""
    result = np.zeros(view.segment_count, np.bool_)
    # Four digits in a row, of which a normal form has noughts (those of long numbers are cut off), or two letters right
    # behind a digit.
    kind, start, end, token = view.token_kind, view.token_start, view.token_end, view.token
    numbers = np.flatnonzero((kind == NUMBER) & (end - start >= 4)).tolist()
    long = [at for at in numbers if "0000" in token[at] or len(token[at]) >= 12]
    two = (kind[:-1] == NUMBER) & (end[1:] - start[1:] == 2) & (end[:-1] == start[1:])
    two &= view.token_word[:-1] == view.token_word[1:]
    result[view.token_segment[long]] = True
    result[view.token_segment[:-1][two]] = True
    worth_a_look = np.flatnonzero(result)
    text, at = view.text, view.word_at
    firsts, lasts = view.segment_start[worth_a_look].tolist(), (view.segment_start[worth_a_look + 1] - 1).tolist()
    words = view.words
    hit = [_has_place(text[at[first] : at[last] + len(words[last])]) for first, last in zip(firsts, lasts, strict=True)]
    result[worth_a_look] = hit
    return result


@lru_cache(maxsize=8192)  # most segments with a number are an amount, a time, a quantity
def _has_place(text: str) -> bool:
    return _PLACE.search(text) is not None


def _steps(hit: Bools, below: Ints) -> Ints:
    steps = np.full(len(hit) + 1, _FAR, np.int32)  # the last one for segments with none below
    steps[:-1][hit] = 0
    if hit.any():
        for _ in range(_FAR - 1):
            np.minimum(steps[:-1], steps[below] + 1, out=steps[:-1])
    return steps[:-1]


def _depth(above: Ints) -> Ints:
    depth = np.zeros(len(above) + 1, np.int32)
    depth[-1] = -1  # for segments with none above
    for _ in range(_FAR):
        depth[:-1] = depth[above] + 1
    return np.minimum(depth[:-1], _FAR)


def _spread(hashes: NDArray[np.uint32], lines: Ints) -> tuple[NDArray[np.uint32], Ints, Ints]:
    if not len(hashes):
        return hashes, lines, lines
    order = np.lexsort((lines, hashes))
    hashes, lines = hashes[order], lines[order]
    first = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1]))
    last = np.append(first[1:], len(hashes)) - 1
    return hashes[first], lines[first], lines[last]


def _pair_hash(view: TokenView, at: Ints) -> NDArray[np.uint32]:
    return mix(view.token_hash[at], 301) ^ view.token_hash[at + 1]


def _pairs(view: TokenView, small_print: Bools) -> tuple[NDArray[np.uint32], Ints, Ints]:
    at = np.arange(max(len(view.token) - 1, 0))
    line = view.token_line
    at = at[(line[at] == line[at + 1]) & small_print[line[at]] & (view.token_kind[at] == LETTERS)]
    return _spread(_pair_hash(view, at), line[at])


def _singles(view: TokenView, small_print: Bools) -> tuple[NDArray[np.uint32], Ints, Ints]:
    length = view.token_end - view.token_start
    at = np.flatnonzero(small_print[view.token_line] & (view.token_kind == LETTERS) & (length >= 5))
    return _spread(view.token_hash[at], view.token_line[at])


def _in_address(view: TokenView, reached: list[int]) -> Bools:
    """Words of four letters and more that a mail or web address of the document, in the words `reached`, contains."""
    result = np.zeros(len(view.token), np.bool_)
    if not reached:
        return result
    hosts = " ".join(re.sub(r"[^a-z0-9]", "", view.words[w].rpartition("@")[2].casefold()) for w in reached)
    own = np.zeros(len(view.words), np.bool_)
    own[reached] = True
    others = np.flatnonzero((view.token_kind == LETTERS) & ~own[view.token_word]).tolist()
    token = view.token
    long = [at for at in others if len(token[at]) >= 4 and token[at] in hosts and token[at].isalpha()]
    result[[at for at in long if token[at] not in lexicon.COMPANY_WORDS]] = True
    return result


def again_in_small_print(view: TokenView, found: CandidateSet, blocks: Blocks) -> Ints:
    """Whether a candidate's first words stand again on another line of small print: int32 (n,); 2 on its own line."""
    n = len(found)
    result = np.zeros(n, np.int32)
    if not n or not len(view.token):
        return result
    last = len(view.token) - 1
    start = np.minimum(found.t0, last)
    two = (found.t1 - found.t0 >= 2) & (start < last)
    for at, (hashes, first, final), mask in (
        (_pair_hash(view, np.minimum(start, max(last - 1, 0))) if last else None, blocks.pairs, two),
        (view.token_hash[start], blocks.singles, found.t1 - found.t0 == 1),
    ):
        if at is None or not len(hashes):
            continue
        where = np.minimum(np.searchsorted(hashes, at), len(hashes) - 1)
        elsewhere = (first[where] != found.line) | (final[where] != found.line)
        result[mask & (hashes[where] == at) & elsewhere] = 1
    result += 2 * blocks.small_print[found.line]
    return result
