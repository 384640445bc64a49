"""The characters of a PDF's text layer → words → a page in reading order.

Everything is done on all characters of a page at once, with numpy; only what is rare (characters beyond ASCII) is
looked at one by one.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.documents.characters import TextLayer, median
from docuextract_desktop.documents.layout import arrange, order_by, turn_boxes
from docuextract_desktop.documents.models import Page

Numbers = NDArray[np.float64]
Codes = NDArray[np.uint32]

APART = 0.5
"""A character that is farther from the one before than this share of the size of type begins a word, space or not."""
DOUBLED = 0.25
"""Two equal characters (or words) whose places differ by less than this share of their height are one, drawn twice to
look bold or to cast a shadow."""

_SPACES = (
    *range(0x21),
    0x7F,
    *range(0x80, 0xA1),
    0x1680,
    *range(0x2000, 0x200C),
    0x2028,
    0x2029,
    0x202F,
    0x205F,
    0x3000,
)
_IS_SPACE = np.zeros(max(_SPACES) + 2, dtype=bool)  # the last stands for all beyond
_IS_SPACE[list(_SPACES)] = True
_SOFT_HYPHENS = (0xAD, 0xFFFE)
"""PDFium gives 0xFFFE for a hyphen at a line's end."""
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F)))


@dataclass(frozen=True, eq=False)
class LooseWords:
    """Words cut from the characters, not yet in order.

    Attributes:
        texts: n words, NFKC-normalised, without white space, never empty.
        boxes: float64 (n, 4) in points of the page as shown by its /Rotate.
        turns: int (n,), quarter turns clockwise of each word's direction: 0 left to right, 1 downwards, 2 right to
            left, 3 upwards, -1 where one cannot tell (a single character).
    """

    texts: list[str]
    boxes: Numbers
    turns: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.texts)


def page_from_words(words: LooseWords, *, index: int, width: float, height: float) -> Page:
    """Set words upright, by a vote over the directions in which their characters advance, and put them in order.

    The page's own /Rotate takes no part in the vote: it is sometimes a lie.

    Args:
        words: of the text layer.
        index: 0-based number of the page.
        width: of the page as shown by its /Rotate, in points.
        height: likewise.
    """
    if words.turns.max(initial=0) <= 0:  # all run to the right
        return arrange(words.texts, words.boxes, index=index, width=width, height=height)
    known = words.turns >= 0
    sizes = np.fromiter(map(len, words.texts), dtype=np.float64, count=len(words))
    turn = int(np.bincount(words.turns[known], weights=sizes[known], minlength=4).argmax()) if known.any() else 0
    boxes, wide, high = turn_boxes(words.boxes, width, height, turn)
    return arrange(
        words.texts,
        boxes,
        index=index,
        width=wide,
        height=high,
        rotation=(4 - turn) % 4 * 90,
        turned=_sideways(words, turn),
    )


def _sideways(words: LooseWords, turn: int) -> NDArray[np.bool_]:
    """Words that run across the page's own direction; a single character goes with the word before, if in line."""
    known = words.turns >= 0
    sideways: NDArray[np.bool_] = known & ((words.turns - turn) % 2 == 1)
    if known.all() or not sideways.any():
        return sideways
    axis = 0 if turn % 2 == 0 else 1
    middles = (words.boxes[:, axis] + words.boxes[:, axis + 2]) * 0.5
    reach = (words.boxes[:, axis + 2] - words.boxes[:, axis]) * 0.5
    for number in np.flatnonzero(~known).tolist():
        before = number - 1
        if before >= 0 and sideways[before] and abs(middles[number] - middles[before]) < reach[before]:
            sideways[number] = True
    return sideways


def cut_words(layer: TextLayer) -> LooseWords:
    """Cut at white space, and wherever a character does not stand beside the one before; drop what is drawn twice."""
    codes = np.frombuffer(layer.text.encode("utf-32-le", "replace"), dtype=np.uint32)
    codes, sides, apart = _visible(codes, layer)
    if not len(codes):
        return LooseWords([], np.zeros((0, 4)), np.zeros(0, np.int64))
    unsteady = _unsteady(sides, apart)
    begins = _word_starts(codes, sides, apart, unsteady)
    starts = begins.nonzero()[0]
    stops = np.empty_like(starts)
    stops[:-1], stops[-1] = starts[1:], len(codes)
    spaced = np.full(len(codes) + len(starts), 0x20, dtype=np.uint32)
    kept = np.ones(len(spaced), dtype=bool)
    kept[starts + np.arange(len(starts))] = False  # a space before each word
    spaced[kept] = codes
    text = spaced.tobytes().decode("utf-32-le", "replace")
    texts = text[1:].split(" ")
    first, last = sides.take(starts, axis=1), sides.take(stops - 1, axis=1)
    around = first.copy()
    around[2] = last[2]
    odd = unsteady[~begins[unsteady]]
    behind_space = (apart > begins).nonzero()[0]  # accents, which belong to the word before all the same
    if len(behind_space):
        odd = np.union1d(odd, behind_space)
    if len(odd):
        _widen(around, sides, starts, stops, odd)
    turns = _turns(first, last)
    turns[stops - starts == 1] = -1
    twice = _drawn_twice(texts, around)
    if not text.isascii():
        texts = [word if word.isascii() else _normalised(word) for word in texts]
        twice.extend(number for number, word in enumerate(texts) if not word)
    if twice:
        others = np.delete(np.arange(len(texts)), twice)
        texts = [texts[number] for number in others.tolist()]
        around, turns = around.take(others, axis=1), turns[others]
    return LooseWords(texts, around.T, turns)


def _visible(codes: Codes, layer: TextLayer) -> tuple[Codes, Numbers, NDArray[np.bool_]]:
    """Visible characters, their boxes, and before which a word must end; characters drawn twice left out."""
    at, sides, over = layer.inked, layer.sides, layer.over
    codes = codes.take(at)
    if codes.max(initial=0) > 0x7E and (spaces := _IS_SPACE.take(codes, mode="clip")).any():
        visible = (~spaces).nonzero()[0]
        codes, at, sides, over = codes[visible], at[visible], sides.take(visible, axis=1), over[visible]
    apart = np.ones(len(at), dtype=bool)
    apart[1:] = at[1:] - at[:-1] > 1
    if not over.any():
        return codes, sides, apart
    over = np.where(apart, 0, over)
    before, after = sides[:, :-1], sides[:, 1:]
    height = np.maximum(after[3] - after[1], 1e-6)
    twice = np.zeros(len(at), dtype=bool)
    twice[1:] = (codes[1:] == codes[:-1]) & (np.abs(after - before).max(axis=0) < DOUBLED * height)
    twice &= over > 0
    apart |= over == 2
    if not twice.any():
        return codes, sides, apart
    kept = np.flatnonzero(~twice)
    return codes[kept], sides.take(kept, axis=1), apart[kept]


def _unsteady(sides: Numbers, apart: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The few characters within words that are not as high as the one before, or not to its right."""
    x0, y0, x1, y1 = sides
    steady = y0[1:] == y0[:-1]
    steady &= y1[1:] == y1[:-1]
    steady &= x0[1:] >= x0[:-1]
    steady &= x1[1:] >= x1[:-1]
    steady |= apart[1:]
    unsteady: NDArray[np.intp] = (~steady).nonzero()[0] + 1
    return unsteady


def _word_starts(codes: Codes, sides: Numbers, apart: NDArray[np.bool_], others: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Before which characters a word begins; `others` are not just to the right of the one before."""
    starts = apart.copy()
    starts[:1] = True
    if len(codes) < 2:
        return starts
    x0, y0, x1, y1 = sides
    sizes = np.maximum(x1 - x0, y1 - y0)
    reach = np.minimum(sizes[1:], sizes[:-1])
    reach *= APART
    starts[1:] |= x0[1:] - x1[:-1] > reach
    if len(others):
        before = others - 1
        starts[others] = _away(sides.take(before, axis=1), sides.take(others, axis=1), reach.take(before))
    # A combining accent is drawn over its letter: no word of its own.
    if codes.max() > 0x2FF:
        marks = ((codes >= 0x300) & (codes < 0x370)) | ((codes >= 0x20D0) & (codes < 0x2100))
        starts &= ~marks
        starts[:1] = True
    return starts


def _away(before: Numbers, after: Numbers, reach: Numbers) -> NDArray[np.bool_]:
    """Whether the second of two characters does not stand beside the first, wherever that may be: bool (n,)."""
    before_x0, before_y0, before_x1, before_y1 = before
    after_x0, after_y0, after_x1, after_y1 = after
    shift_x = np.abs(after_x0 + after_x1 - before_x0 - before_x1)
    shift_y = np.abs(after_y0 + after_y1 - before_y0 - before_y1)
    gaps_x = np.maximum(after_x0 - before_x1, before_x0 - after_x1)
    sideways = shift_y > shift_x
    along, askew = gaps_x, shift_y
    if sideways.any():
        gaps_y = np.maximum(after_y0 - before_y1, before_y0 - after_y1)
        along, askew = np.where(sideways, gaps_y, gaps_x), np.where(sideways, shift_x, shift_y)
    away: NDArray[np.bool_] = (along > reach) | (askew * 0.5 > reach)
    return away


def _widen(
    around: Numbers, sides: Numbers, starts: NDArray[np.intp], stops: NDArray[np.intp], at: NDArray[np.intp]
) -> None:
    """Boxes around the words that hold the characters `at`: their first and last ones do not tell how far they go."""
    words = starts.searchsorted(at, side="right") - 1
    words = words[np.concatenate([[True], words[1:] != words[:-1]])]
    edges = np.empty(2 * len(words), dtype=np.intp)
    edges[::2], edges[1::2] = starts[words], stops[words]
    if edges[-1] == sides.shape[1]:
        edges = edges[:-1]
    around[:2, words] = np.minimum.reduceat(sides[:2], edges, axis=1)[:, ::2]
    around[2:, words] = np.maximum.reduceat(sides[2:], edges, axis=1)[:, ::2]


def _turns(first: Numbers, last: Numbers) -> NDArray[np.int64]:
    """See `LooseWords.turns`; from the sides (4, n) of words' first and last characters."""
    right = last[0] + last[2] - first[0] - first[2]
    down = last[1] + last[3] - first[1] - first[3]
    if (right >= np.abs(down)).all():
        return np.zeros(len(right), dtype=np.int64)
    across = np.abs(right) >= np.abs(down)
    turns: NDArray[np.int64] = np.where(across, np.where(right >= 0, 0, 2), np.where(down >= 0, 1, 3))
    return turns


def _drawn_twice(texts: list[str], sides: Numbers) -> list[int]:
    """Words that another equal word already shows in (nearly) the same place."""
    if len(texts) < 2:
        return []
    x0, y0, x1, y1 = sides
    reach = DOUBLED * np.maximum(np.minimum(y1 - y0, x1 - x0), 1e-6)
    band = y0 / (4.0 * median(reach) + 1e-6)
    # Twins fall into one band of height, in one of two sets of bands, and there stand side by side.
    count = len(texts)
    bands = np.empty(2 * count)
    bands[:count], bands[count:] = band, band + (0.5 + 2.0 * (math.ceil(float(band.max() - band.min())) + 1))
    order = order_by(np.floor(bands), np.concatenate([x0, x0])) % count
    left = x0.take(order)
    near = left[1:] - left[:-1] < reach.take(order[1:])
    near[count - 1] = False  # between the sets
    at = near.nonzero()[0]
    one, other = order.take(at), order.take(at + 1)
    moved = np.abs(sides.take(other, axis=1) - sides.take(one, axis=1)).max(axis=0, initial=0.0)
    pairs = (moved < reach.take(other)).nonzero()[0]
    return [max(a, b) for a, b in zip(one[pairs].tolist(), other[pairs].tolist(), strict=True) if texts[a] == texts[b]]


def _normalised(word: str) -> str:
    for code in _SOFT_HYPHENS:
        if word.endswith(chr(code)):
            word = word[:-1] + "-"
        word = word.replace(chr(code), "")
    return "".join(unicodedata.normalize("NFKC", word).translate(_INVISIBLE).split())
