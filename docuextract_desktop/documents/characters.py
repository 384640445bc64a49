"""The characters of a PDF page with their boxes, and what is odd about them: text drawn over text, spaces made up.

Sides of boxes come as (4, n), so that each of x0, y0, x1, y1 lies in one piece: numpy is several times as fast on that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Indices = NDArray[np.intp]

OVERLAP = 0.2
"""Two characters that share more than this part of the size of type overlap. Kerning reaches 0.1."""

USUAL_SPACE = 0.22
NARROW_SPACE = 0.13
"""Shares of the size of type. Real pages have their median space at .15 or, nearly all, at .25 to .28; where it is
above the first, spaces within a run that PDFium made up and that are below the second were all wrong (38 documents)."""


@dataclass(frozen=True, eq=False)
class TextLayer:
    """The characters of a page's text layer, in PDFium's order.

    Attributes:
        text: all characters, among them the spaces and line ends that PDFium sees.
        inked: intp (n,), rising, which of them have a box: all but spaces and line ends.
        sides: float64 (4, n): x0, y0, x1, y1 in points of the page as its own /Rotate shows it, origin top left; with
            the font's full height and the character's full advance, so that all of a line are equally high.
        over: int8 (n,), 1 for characters that are drawn over the one before by another drawing operation (those of a
            ligature, which share a box, are not), 2 where both operations draw several characters: two runs of text
            that collide, while single ones may just have a font with wrong widths.
        unmapped: share of the characters (of a sample) whose font does not say what they mean.
    """

    text: str
    inked: Indices
    sides: Numbers
    over: NDArray[np.int8]
    unmapped: float = 0.0


def drawn_over(inked: Indices, steps: Indices, sides: Numbers, run_of: Callable[[int], int | None]) -> NDArray[np.int8]:
    """See `TextLayer.over`.

    Args:
        inked: see `TextLayer`.
        steps: (n - 1,), from one of `inked` to the next: 1 where no space is between.
        sides: see `TextLayer`.
        run_of: the drawing operation that shows a character; asked only about those that overlap the one before.
    """
    over = np.zeros(sides.shape[1], dtype=np.int8)
    x0, _, x1, _ = sides
    overlap_x = np.minimum(x1[:-1], x1[1:])
    overlap_x -= np.maximum(x0[:-1], x0[1:])
    width = x1[1:] - x0[1:]
    # Few overlap so much of the width, which is no more than the size of type.
    at = (overlap_x > OVERLAP * width).nonzero()[0]
    at = at[steps[at] == 1]
    if not len(at):
        return over
    one, other, overlap_x, width = sides.take(at, axis=1), sides.take(at + 1, axis=1), overlap_x[at], width[at]
    size = np.maximum(width, other[3] - other[1])
    overlap_y = np.minimum(one[3], other[3]) - np.maximum(one[1], other[1])
    at = at[np.minimum(overlap_x, overlap_y) > OVERLAP * size] + 1
    for place, index in zip(at.tolist(), inked[at].tolist(), strict=True):
        last, first = run_of(index - 1), run_of(index)
        if first != last:
            over[place] = 2 if run_of(index - 2) == last and run_of(index + 1) == first else 1
    return over


def invented_spaces(
    text: str,
    inked: Indices,
    steps: Indices,
    sides: Numbers,
    run_of: Callable[[int], int | None],
    is_generated: Callable[[int], int],
) -> list[int]:
    """Spaces inside words, which PDFium makes up where a font's widths are a little wrong ("ser vices").

    They are far narrower than the page's other spaces, and no character of the file.

    Args:
        text: see `TextLayer`.
        inked: see `TextLayer`.
        steps: see `drawn_over`.
        sides: see `TextLayer`.
        run_of: see `drawn_over`.
        is_generated: 1 for a character that is none of the file.
    """
    pairs = (steps == 2).nonzero()[0]
    if not len(pairs):
        return []
    before_x0, before_y0, before_x1, before_y1 = sides.take(pairs, axis=1)
    after_x0, after_y0, after_x1, after_y1 = sides.take(pairs + 1, axis=1)
    size = np.maximum(np.maximum(before_x1 - before_x0, before_y1 - before_y0), 1e-3)
    gaps_x = np.maximum(after_x0 - before_x1, before_x0 - after_x1) / size
    gaps_y = np.maximum(after_y0 - before_y1, before_y0 - after_y1) / size
    along = np.maximum(gaps_x, gaps_y)
    beside = along > -0.1
    narrow = beside & (along < NARROW_SPACE)
    if not narrow.any():
        return []
    level = beside & (np.minimum(gaps_x, gaps_y) < -0.7) & (along < 0.6)
    narrow &= level
    if not narrow.any() or median(along[level]) < USUAL_SPACE:
        return []
    return [
        index
        for index in (inked[pairs[narrow]] + 1).tolist()
        if text[index - 1].isalpha()
        and text[index + 1].isalpha()
        and (text[index + 1].islower() or text[index - 1].isupper())
        and is_generated(index) == 1
        and run_of(index - 1) == run_of(index + 1)
    ]


def median(numbers: Numbers) -> float:
    """As `np.median`, of at least one number: for a few hundred it costs a third."""
    ordered = np.sort(numbers)
    middle = len(ordered) // 2
    if np.isnan(ordered[-1]):
        return float("nan")
    if len(ordered) % 2:
        return float(ordered[middle])
    return float((ordered[middle - 1] + ordered[middle]) / 2.0)
