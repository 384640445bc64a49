"""Words with boxes → visual lines and segments, in reading order.

All lengths inside are in the page's own units (points or pixels), so that widths and heights compare; the result is in
fractions of the page. Only the walk over the words sorted by height is a Python loop; the rest is numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.documents.models import Page, WordMethod

Numbers = NDArray[np.float64]

LINE_REACH = 0.5
"""Two words share a line where their middles are nearer than this share of the smaller one's height."""

SEGMENT_GAP = 1.0
"""A gap wider than this share of the line's height parts two segments. A printed space is about 0.25 of it, a justified
one up to 0.7; the boxes of words are about 1.15 of the font size high."""

SEGMENT_OVERLAP = 0.2
"""Words of one line that overlap by more than this share of the height belong to columns that run into each other."""


def arrange(
    texts: Sequence[str],
    boxes: NDArray[np.floating],
    confidences: NDArray[np.floating] | None = None,
    *,
    index: int,
    width: float,
    height: float,
    rotation: int = 0,
    method: WordMethod = "text_layer",
    middles: NDArray[np.floating] | None = None,
    turned: NDArray[np.bool_] | None = None,
) -> Page:
    """Order words into lines and segments.

    Args:
        texts: n words without white space in them.
        boxes: (n, 4) x0, y0, x1, y1 in the page's units, origin top left of the upright page.
        confidences: (n,), or None for 1.0.
        index: 0-based number of the page.
        width: of the upright page.
        height: of the upright page.
        rotation: see `Page`.
        method: see `Page`.
        middles: (n,) heights at which the words stand once skew is taken out, or None for the middles of their boxes.
        turned: (n,) words that run up or down while the page's others run across; each column of them becomes lines
            of its own after all others.
    """
    count = len(texts)
    boxes = np.asarray(boxes, dtype=np.float64).reshape(count, 4)
    if middles is None:
        middles = (boxes[:, 1] + boxes[:, 3]) * 0.5
    if turned is not None and turned.any():
        order, line_of, segment_of = _order_with_turned(boxes, np.asarray(middles, np.float64), turned)
    else:
        order, line_of, segment_of = _order(boxes, np.asarray(middles, np.float64))
    ordered = boxes.T.take(order, axis=1)
    ordered /= np.array([[width], [height], [width], [height]], dtype=np.float64)
    return Page(
        index=index,
        width=float(width),
        height=float(height),
        rotation=rotation,
        method=method,
        texts=tuple([texts[i] for i in order.tolist()]),
        boxes=ordered.clip(0.0, 1.0).T.astype(np.float32, order="C"),
        confidences=(
            np.ones(count, dtype=np.float32)
            if confidences is None
            else np.clip(confidences[order], 0.0, 1.0).astype(np.float32)
        ),
        line_of=line_of,
        segment_of=segment_of,
    )


def order_by(first: NDArray[Any], then: Numbers) -> NDArray[np.intp]:
    """As `np.lexsort((then, first))` in half the time: complex numbers sort by the one part, then the other."""
    both = np.empty(len(first), dtype=np.complex128)
    both.real, both.imag = first, then
    return both.argsort(kind="stable")


def _order(boxes: Numbers, middles: Numbers) -> tuple[NDArray[np.intp], NDArray[np.int32], NDArray[np.int32]]:
    """Reading order of upright words, and for each word in that order its line and its segment."""
    count = len(boxes)
    if not count:
        return np.zeros(0, np.intp), np.zeros(0, np.int32), np.zeros(0, np.int32)
    x0, y0, x1, y1 = boxes.T
    heights = np.maximum(y1 - y0, 1e-6)
    lines = _lines(middles, heights)
    order = order_by(lines, x0)
    line_of = lines.take(order)
    tall = heights.take(order)
    breaks = np.zeros(count, dtype=bool)  # the first segment is number 0
    if count > 1:
        gaps = x0.take(order[1:]) - x1.take(order[:-1])
        size = np.minimum(tall[1:], tall[:-1])
        wide = (gaps > SEGMENT_GAP * size) | (gaps < -SEGMENT_OVERLAP * size)
        np.logical_or(wide, line_of[1:] != line_of[:-1], out=breaks[1:])
    return order, line_of, breaks.cumsum(dtype=np.int32)


def _lines(middles: Numbers, heights: Numbers) -> NDArray[np.int32]:
    """For each word the number of its line, from the top.

    Words are walked from top to bottom; a word joins the line whose running middle it is near enough to. Two lines stay
    open at a time, since a tall word of the next line may come before the last small one of this.
    """
    order = middles.argsort(kind="stable")
    found = np.empty(len(middles), dtype=np.int32)
    numbers: list[int] = []
    middle_a = middle_b = -1e18  # the newest line and the one before
    height_a = height_b = 0.0
    size_a = size_b = 0
    last = -1
    for middle, height in zip(middles.take(order).tolist(), heights.take(order).tolist(), strict=True):
        away = middle - middle_a
        if away == 0.0 and height == height_a:  # most words of most lines: nothing moves
            size_a += 1
            numbers.append(last)
        elif away < LINE_REACH * (height_a if height_a < height else height):
            size_a += 1
            middle_a += away / size_a
            height_a += (height - height_a) / size_a
            numbers.append(last)
        elif middle - middle_b < LINE_REACH * (height_b if height_b < height else height):
            size_b += 1
            middle_b += (middle - middle_b) / size_b
            height_b += (height - height_b) / size_b
            numbers.append(last - 1)
        else:
            middle_b, height_b, size_b = middle_a, height_a, size_a
            middle_a, height_a, size_a = middle, height, 1
            last += 1
            numbers.append(last)
    found[order] = numbers
    return found


def _order_with_turned(
    boxes: Numbers, middles: Numbers, turned: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.int32], NDArray[np.int32]]:
    upright, sideways = np.flatnonzero(~turned), np.flatnonzero(turned)
    order_a, line_a, segment_a = _order(boxes[upright], middles[upright])
    across = boxes[sideways][:, [1, 0, 3, 2]]  # x and y change places
    order_b, line_b, segment_b = _order(across, (across[:, 1] + across[:, 3]) * 0.5)
    first_line = int(line_a[-1]) + 1 if len(line_a) else 0
    first_segment = int(segment_a[-1]) + 1 if len(segment_a) else 0
    return (
        np.concatenate([upright[order_a], sideways[order_b]]),
        np.concatenate([line_a, line_b + first_line]).astype(np.int32),
        np.concatenate([segment_a, segment_b + first_segment]).astype(np.int32),
    )


def turn_boxes(boxes: Numbers, width: float, height: float, turn: int) -> tuple[Numbers, float, float]:
    """Boxes of a page whose text runs `turn` quarter turns clockwise from upright, on the page set upright.

    Args:
        boxes: (n, 4) on the page as it lies.
        width: of the page as it lies.
        height: of the page as it lies.
        turn: 0 text runs to the right, 1 downwards, 2 to the left, 3 upwards.

    Returns:
        The boxes, and the upright page's width and height.
    """
    x0, y0, x1, y1 = boxes.T
    if turn == 0:
        return boxes, width, height
    if turn == 1:
        return np.stack([y0, width - x1, y1, width - x0], axis=1), height, width
    if turn == 2:
        return np.stack([width - x1, height - y1, width - x0, height - y0], axis=1), width, height
    return np.stack([height - y1, x0, height - y0, x1], axis=1), height, width
