"""The characters of a PDF's text layer → words → a page; and whether that layer can be trusted at all."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.documents.layout import arrange
from docuextract_desktop.documents.models import Page
from docuextract_desktop.documents.pdf import PdfPage, TextLayer

Numbers = NDArray[np.float64]

FEW_WORDS = 40
SCAN_SHARE = 0.5
_TOKEN = re.compile(r"\S+")


@dataclass(frozen=True, eq=False)
class LooseWords:
    """Words cut from the characters, not yet in order.

    Attributes:
        texts: n words as the layer has them.
        boxes: float64 (n, 4) in points of the page as shown by /Rotate.
        turns: int (n,), quarter turns clockwise of each word's direction: 0 left to right, 1 downwards, 2 right to left,
            3 upwards, -1 where one cannot tell (a single character).
    """

    texts: list[str]
    boxes: Numbers
    turns: NDArray[np.int64]


def page_from_text_layer(page: PdfPage, index: int) -> Page | None:
    """The page from its own text, or None where it has to be recognised instead."""
    words = cut_words(page.text_layer())
    if not words.texts:
        return None
    if len(words.texts) < FEW_WORDS and page.picture_share() > SCAN_SHARE:
        return None
    if garbled(words.texts):
        return None
    return _arranged(words, page, index)


def cut_words(layer: TextLayer) -> LooseWords:
    """Cut at white space, and wherever a character does not stand beside the one before."""
    spans = [match.span() for match in _TOKEN.finditer(layer.text)]
    if not spans:
        return LooseWords([], np.zeros((0, 4)), np.zeros(0, np.int64))
    starts, stops = np.array(spans, dtype=np.int64).T
    boxes = layer.boxes
    centers = (boxes[:, :2] + boxes[:, 2:]) * 0.5
    # Where inside a word the next character is farther away than its neighbours' size allows, cut.
    sizes = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    gap_x = np.maximum(boxes[1:, 0] - boxes[:-1, 2], boxes[:-1, 0] - boxes[1:, 2])
    gap_y = np.maximum(boxes[1:, 1] - boxes[:-1, 3], boxes[:-1, 1] - boxes[1:, 3])
    apart = np.maximum(gap_x, gap_y) > 0.6 * np.maximum(sizes[1:], sizes[:-1])
    inside = np.ones(len(boxes), dtype=bool)
    inside[starts] = False
    cuts = np.flatnonzero(apart & inside[1:]) + 1
    if len(cuts):
        owner = np.searchsorted(starts, cuts, side="right") - 1
        cuts = cuts[cuts < stops[owner]]
        starts = np.sort(np.concatenate([starts, cuts]))
        stops = np.sort(np.concatenate([stops, cuts]))
    text = layer.text
    texts = [text[a:b] for a, b in zip(starts.tolist(), stops.tolist(), strict=True)]
    edges = np.stack([starts, stops], axis=1).reshape(-1)
    padded = np.concatenate([boxes, boxes[-1:]])
    lows = np.minimum.reduceat(padded[:, :2], edges)[::2]
    highs = np.maximum.reduceat(padded[:, 2:], edges)[::2]
    advance = centers[stops - 1] - centers[starts]
    turns = np.where(
        np.abs(advance[:, 0]) >= np.abs(advance[:, 1]),
        np.where(advance[:, 0] >= 0, 0, 2),
        np.where(advance[:, 1] >= 0, 1, 3),
    )
    turns[stops - starts == 1] = -1
    return LooseWords(texts, np.concatenate([lows, highs], axis=1), turns)


def garbled(texts: list[str]) -> bool:
    """Whether the text is no text: characters without a meaning."""
    joined = "".join(texts)
    if joined.isascii() and joined.isprintable():
        return False
    bad = sum(1 for sign in joined if sign == "\ufffd" or unicodedata.category(sign) in ("Co", "Cc", "Cn", "Cs"))
    return bad > 0.05 * len(joined)


def _arranged(words: LooseWords, page: PdfPage, index: int) -> Page:
    lengths = np.array([len(text) for text in words.texts])
    known = words.turns >= 0
    votes = np.bincount(words.turns[known], weights=lengths[known], minlength=4)
    turn = int(votes.argmax()) if known.any() else 0
    boxes, width, height = turn_boxes(words.boxes, page.width, page.height, turn)
    relative = np.where(known, (words.turns - turn) % 4, 0)
    sideways = relative % 2 == 1
    texts = words.texts
    if not all(map(str.isascii, texts)):
        texts = [
            text if text.isascii() else unicodedata.normalize("NFKC", text).replace("\u00ad", "") for text in texts
        ]
        texts = ["".join(text.split()) for text in texts]
        kept = [i for i, text in enumerate(texts) if text]
        if len(kept) < len(texts):
            texts, boxes, sideways = [texts[i] for i in kept], boxes[kept], sideways[kept]
    return arrange(texts, boxes, index=index, width=width, height=height, rotation=(4 - turn) % 4 * 90, turned=sideways)


def turn_boxes(boxes: Numbers, width: float, height: float, turn: int) -> tuple[Numbers, float, float]:
    """Boxes of a page whose text runs `turn` quarter turns clockwise from upright, on the page set upright.

    Returns:
        The boxes, and the upright page's width and height.
    """
    x0, y0, x1, y1 = boxes.T
    if turn == 0:
        return boxes, width, height
    if turn == 1:  # text runs down: turn the page counter-clockwise
        return np.stack([y0, width - x1, y1, width - x0], axis=1), height, width
    if turn == 2:
        return np.stack([width - x1, height - y1, width - x0, height - y0], axis=1), width, height
    return np.stack([height - y1, x0, height - y0, x1], axis=1), height, width
