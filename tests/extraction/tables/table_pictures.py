"""Pages drawn as text: every character is a cell of a grid, so that a test shows the table that it is about."""

from __future__ import annotations

import re

import numpy as np

from docuextract_desktop.documents.layout import arrange
from docuextract_desktop.documents.models import Document, Page

CHARACTER_WIDTH = 5.0
CHARACTER_HEIGHT = 9.0
LINE_HEIGHT = 12.0


def page_of(picture: str, index: int = 0, *, width: float = 0.0, height: float = 0.0) -> Page:
    """A page from a picture of it; runs of two and more spaces part its columns.

    An empty line is white space of one line's height; a line that begins with "~" stands half a line higher than it
    otherwise would, as cells that are centred in their row do.
    """
    texts: list[str] = []
    boxes: list[tuple[float, float, float, float]] = []
    y = 20.0
    widest = 0.0
    for line in picture.strip("\n").split("\n"):
        if line.startswith("~"):
            y -= LINE_HEIGHT / 2
            line = " " + line[1:]
        for match in re.finditer(r"\S+", line):
            x0, x1 = 20 + match.start() * CHARACTER_WIDTH, 20 + match.end() * CHARACTER_WIDTH
            # A printed space is narrower than a character of a typewriter.
            texts.append(match.group())
            boxes.append((x0, y, x1 - 2.0, y + CHARACTER_HEIGHT))
            widest = max(widest, x1)
        y += LINE_HEIGHT
    return arrange(
        texts,
        np.array(boxes, dtype=np.float64).reshape(-1, 4),
        index=index,
        width=max(width, widest + 20.0),
        height=max(height, y + 20.0),
    )


def document_of(*pictures: str) -> Document:
    """A document of such pages, all of the same size."""
    pages = [page_of(p, n) for n, p in enumerate(pictures)]
    width, height = max(p.width for p in pages), max(p.height for p in pages)
    pages = [page_of(p, n, width=width, height=height) for n, p in enumerate(pictures)]
    return Document("0" * 64, "pdf", len(pages), tuple(pages))
