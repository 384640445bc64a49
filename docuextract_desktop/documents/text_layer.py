"""The characters of a PDF's text layer → words → a page in reading order.

Everything is done on all characters of a page at once, with numpy; only what is rare (characters beyond ASCII) is
looked at one by one.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.documents.characters import TextLayer
from docuextract_desktop.documents.layout import arrange, turn_boxes
from docuextract_desktop.documents.models import Page

Numbers = NDArray[np.float64]
Codes = NDArray[np.uint32]

APART = 0.5
"""A character that is farther from the one before than this share of the size of type begins a word, space or not."""
DOUBLED = 0.25
"""Two equal characters (or words) whose places differ by less than this share of their height are one, drawn twice to
look bold or to cast a shadow."""

_SPACES = np.array(
    [*range(0x21), 0x7F, *range(0x80, 0xA1), 0x1680, *range(0x2000, 0x200C), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000],
    dtype=np.uint32,
)
_SOFT_HYPHENS = (0xAD, 0x02, 0xFFFE)
"""PDFium gives 0x02 or 0xFFFE for a hyphen at a line's end."""
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
    boxes = layer.boxes
    visible = ~np.isin(codes, _SPACES) if codes.max(initial=0) > 0x7E else codes > 0x20
    codes, boxes, apart = _visible(codes, boxes, visible, layer.over)
    if not len(codes):
        return LooseWords([], np.zeros((0, 4)), np.zeros(0, np.int64))
    starts = np.flatnonzero(_word_starts(codes, boxes, apart))
    stops = np.append(starts[1:], len(codes))
    text = codes.tobytes().decode("utf-32-le", "replace")
    texts = [text[a:b] for a, b in zip(starts.tolist(), stops.tolist(), strict=True)]
    around = np.concatenate(
        [np.minimum.reduceat(boxes[:, :2], starts), np.maximum.reduceat(boxes[:, 2:], starts)], axis=1
    )
    first, last = boxes[starts], boxes[stops - 1]
    advance = last[:, :2] + last[:, 2:] - first[:, :2] - first[:, 2:]
    across = np.abs(advance[:, 0]) >= np.abs(advance[:, 1])
    turns = np.where(across, np.where(advance[:, 0] >= 0, 0, 2), np.where(advance[:, 1] >= 0, 1, 3))
    turns[stops - starts == 1] = -1
    kept = ~_drawn_twice(texts, around)
    if not text.isascii():
        texts = [word if word.isascii() else _normalised(word) for word in texts]
        kept &= np.fromiter(map(bool, texts), dtype=bool, count=len(texts))
    if not kept.all():
        texts = [word for word, keep in zip(texts, kept.tolist(), strict=True) if keep]
        around, turns = around[kept], turns[kept]
    return LooseWords(texts, around, turns)


def _visible(
    codes: Codes, boxes: Numbers, visible: NDArray[np.bool_], over: NDArray[np.int8]
) -> tuple[Codes, Numbers, NDArray[np.bool_]]:
    """Visible characters, their boxes, and before which a word must end; characters drawn twice left out."""
    at = np.flatnonzero(visible)
    codes, boxes = codes[at], boxes[at]
    apart = np.ones(len(at), dtype=bool)
    apart[1:] = np.diff(at) > 1
    if not over.any():
        return codes, boxes, apart
    over = np.where(apart, 0, over[at])
    height = np.maximum(boxes[1:, 3] - boxes[1:, 1], 1e-6)
    twice = np.zeros(len(at), dtype=bool)
    twice[1:] = (codes[1:] == codes[:-1]) & (np.abs(boxes[1:] - boxes[:-1]).max(axis=1) < DOUBLED * height)
    twice &= over > 0
    apart |= over == 2
    kept = ~twice
    return codes[kept], boxes[kept], apart[kept]


def _word_starts(codes: Codes, boxes: Numbers, apart: NDArray[np.bool_]) -> NDArray[np.bool_]:
    starts = apart.copy()
    starts[:1] = True
    if len(codes) < 2:
        return starts
    before, after = boxes[:-1], boxes[1:]
    size = np.minimum(
        np.maximum(after[:, 2] - after[:, 0], after[:, 3] - after[:, 1]),
        np.maximum(before[:, 2] - before[:, 0], before[:, 3] - before[:, 1]),
    )
    gaps = np.maximum(after[:, :2] - before[:, 2:], before[:, :2] - after[:, 2:])
    shift = after[:, :2] + after[:, 2:] - before[:, :2] - before[:, 2:]
    sideways = np.abs(shift[:, 1]) > np.abs(shift[:, 0])
    along = np.where(sideways, gaps[:, 1], gaps[:, 0])
    askew = np.where(sideways, np.abs(shift[:, 0]), np.abs(shift[:, 1])) * 0.5
    starts[1:] |= (along > APART * size) | (askew > APART * size)
    # A combining accent is drawn over its letter: no word of its own.
    if codes.max() > 0x2FF:
        marks = ((codes >= 0x300) & (codes < 0x370)) | ((codes >= 0x20D0) & (codes < 0x2100))
        starts &= ~marks
        starts[:1] = True
    return starts


def _drawn_twice(texts: list[str], boxes: Numbers) -> NDArray[np.bool_]:
    """Words that another equal word already shows in (nearly) the same place."""
    twice = np.zeros(len(texts), dtype=bool)
    if len(texts) < 2:
        return twice
    reach = DOUBLED * np.maximum(np.minimum(boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]), 1e-6)
    band = boxes[:, 1] / (4.0 * float(np.median(reach)) + 1e-6)
    # Twins fall into one band of height, in one of two sets of bands, and there stand side by side.
    for offset in (0.0, 0.5):
        order = np.lexsort((boxes[:, 0], np.floor(band + offset)))
        ordered = boxes[order]
        near = np.abs(ordered[1:] - ordered[:-1]).max(axis=1) < reach[order][1:]
        for position in np.flatnonzero(near).tolist():
            one, other = int(order[position]), int(order[position + 1])
            if texts[one] == texts[other]:
                twice[max(one, other)] = True
    return twice


def _normalised(word: str) -> str:
    for code in _SOFT_HYPHENS:
        if word.endswith(chr(code)):
            word = word[:-1] + "-"
        word = word.replace(chr(code), "")
    return "".join(unicodedata.normalize("NFKC", word).translate(_INVISIBLE).split())
