"""What a document is once it has been read: pages of words with boxes.

Coordinates everywhere: fractions of the page's width and height as the page is *shown* upright, origin top left.
Pages count from 0 (`page_index`) inside the program and from 1 (`page_number`) outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int32]

WordMethod = Literal["text_layer", "ocr"]
DocumentKind = Literal["pdf", "png", "jpeg", "tiff", "webp", "bmp", "gif", "heic"]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page; fractions of the shown page, origin top left, `x0 <= x1`, `y0 <= y1`."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Width as a fraction of the page's width."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height as a fraction of the page's height."""
        return self.y1 - self.y0

    @property
    def center(self) -> tuple[float, float]:
        """Middle of the box, (x, y)."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def union(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))

    def intersects(self, other: Box) -> bool:
        """Whether the two share any area."""
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1

    def contains(self, x: float, y: float) -> bool:
        """Whether the point lies inside or on the edge."""
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1

    def as_list(self) -> list[float]:
        """`[x0, y0, x1, y1]`, rounded to what an export needs."""
        return [round(float(v), 5) for v in (self.x0, self.y0, self.x1, self.y1)]

    @staticmethod
    def around(boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all of `boxes`.

        Raises:
            ValueError: there is none.
        """
        found = list(boxes)
        if not found:
            raise ValueError("no boxes")
        return Box(
            min(b.x0 for b in found), min(b.y0 for b in found), max(b.x1 for b in found), max(b.y1 for b in found)
        )


@dataclass(frozen=True, slots=True)
class Word:
    """One printed word with its place; `confidence` is 1.0 where the words come from a PDF's text layer."""

    text: str
    box: Box
    confidence: float = 1.0


@dataclass(frozen=True, eq=False)
class Page:
    """One page: its words as parallel arrays, so that later stages can work on all of them at once.

    Words stand in reading order: visual lines from top to bottom, within a line from left to right. A *segment* is a
    run of words of one line without a wide gap (a cell of a form, a column's share of the line).

    Attributes:
        index: 0-based.
        width, height: size as shown, in points (1/72 inch) for PDFs, in pixels for pictures.
        rotation: degrees clockwise (0, 90, 180, 270) by which the file's own display has to be turned to be upright;
            a PDF's /Rotate and a picture's EXIF orientation count as part of the file's own display.
        method: where the words came from.
        texts: n words, NFKC-normalised, never empty.
        boxes: float32 (n, 4): x0, y0, x1, y1.
        confidences: float32 (n,), 0..1.
        line_of: int32 (n,), index of each word's line, not decreasing, from 0 without gaps.
        segment_of: int32 (n,), index of each word's segment within the page, not decreasing, from 0 without gaps.
    """

    index: int
    width: float
    height: float
    rotation: int
    method: WordMethod
    texts: tuple[str, ...]
    boxes: FloatArray
    confidences: FloatArray
    line_of: IntArray
    segment_of: IntArray

    def __len__(self) -> int:
        return len(self.texts)

    def word(self, index: int) -> Word:
        """The word at `index` as an object."""
        return Word(self.texts[index], self.box_of(index, index + 1), float(self.confidences[index]))

    def words(self) -> Iterator[Word]:
        """All words as objects, in reading order. Convenient, not fast."""
        return (self.word(i) for i in range(len(self.texts)))

    def box_of(self, start: int, stop: int) -> Box:
        """The box around words `start` (inclusive) to `stop` (exclusive)."""
        part = self.boxes[start:stop]
        x0, y0 = part[:, :2].min(axis=0)
        x1, y1 = part[:, 2:].max(axis=0)
        return Box(float(x0), float(y0), float(x1), float(y1))

    @cached_property
    def line_starts(self) -> IntArray:
        """int32 (lines + 1,): line k holds the words `line_starts[k]:line_starts[k + 1]`."""
        return _starts(self.line_of)

    @cached_property
    def segment_starts(self) -> IntArray:
        """int32 (segments + 1,): segment k holds the words `segment_starts[k]:segment_starts[k + 1]`."""
        return _starts(self.segment_of)

    def line_text(self, line: int) -> str:
        """The words of a line, joined by spaces."""
        return " ".join(self.texts[self.line_starts[line] : self.line_starts[line + 1]])


def _starts(groups: IntArray) -> IntArray:
    count = int(groups[-1]) + 1 if len(groups) else 0
    return np.searchsorted(groups, np.arange(count + 1)).astype(np.int32)


@dataclass(frozen=True, eq=False)
class Document:
    """A document that was read.

    Attributes:
        sha256: of the file's bytes, hexadecimal.
        kind: from the magic bytes.
        page_count: pages in the file; `pages` may hold fewer (a page range was asked for).
        pages: the pages that were read, by rising `index`.
        warnings: sentences for the user about what was wrong but could be worked around.
    """

    sha256: str
    kind: DocumentKind
    page_count: int
    pages: tuple[Page, ...]
    warnings: tuple[str, ...] = field(default=())
