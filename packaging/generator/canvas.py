"""A page to draw on that remembers where each tagged value was printed.

Coordinates here are points (1/72 inch) from the page's top left; `y` of a text is its baseline.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas as pdf_canvas

Align = Literal["left", "right", "center"]
Colour = tuple[float, float, float]
SPAN = " - "
"""Stands between the two ends of a printed period."""
BLACK: Colour = (0.0, 0.0, 0.0)
GREY: Colour = (0.45, 0.45, 0.45)
WHITE: Colour = (1.0, 1.0, 1.0)

FONTS: dict[str, tuple[str, str]] = {
    "helvetica": ("Helvetica", "Helvetica-Bold"),
    "times": ("Times-Roman", "Times-Bold"),
    "courier": ("Courier", "Courier-Bold"),
    "vera": ("Vera", "VeraBd"),
}
"""Family to (regular, bold). Only faces that every PDF reader or reportlab itself brings: the same on every machine."""


def register_fonts() -> None:
    """Make reportlab's own TrueType faces known; harmless when repeated."""
    folder = Path(reportlab.__file__).parent / "fonts"
    for name in ("Vera", "VeraBd"):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line; `tag` names the value it shows, or is empty."""

    text: str
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a tagged text was printed: 0-based page; box as fractions of the page from its top left."""

    tag: str
    page_index: int
    box: tuple[float, float, float, float]
    text: str


@dataclass(frozen=True, slots=True)
class _Text:
    x: float
    y: float
    text: str
    font: str
    size: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class _Shape:
    kind: Literal["line", "rect"]
    numbers: tuple[float, float, float, float]
    stroke: Colour | None
    fill: Colour | None
    width: float
    dashed: bool


class Canvas:
    """Pages of drawing commands.

    Attributes:
        width, height: of every page, in points.
        marks: what was printed with a tag, in drawing order.
        page_index: the page that is drawn on now; `select` changes it, so that footers can be added at the end.
    """

    def __init__(self, width: float, height: float, family: str, *, word_by_word: bool = False) -> None:
        register_fonts()
        self.width, self.height = width, height
        self.family = family
        self.marks: list[Mark] = []
        self.page_index = 0
        self._pages: list[list[_Text | _Shape]] = [[]]
        self._word_by_word = word_by_word

    @property
    def page_count(self) -> int:
        """Pages so far."""
        return len(self._pages)

    def new_page(self) -> None:
        """Add a page and draw on it."""
        self._pages.append([])
        self.page_index = len(self._pages) - 1

    def select(self, page_index: int) -> None:
        """Draw on an earlier page."""
        self.page_index = page_index

    def crop(self, height: float) -> None:
        """Cut all pages to `height`: for receipts, whose length is known at the end. Boxes are scaled with it."""
        scale = self.height / height
        self.marks = [
            Mark(m.tag, m.page_index, (m.box[0], m.box[1] * scale, m.box[2], m.box[3] * scale), m.text)
            for m in self.marks
        ]
        self.height = height

    def font(self, *, bold: bool = False, family: str | None = None) -> str:
        """Name of the face."""
        return FONTS[family or self.family][bold]

    def measure(self, text: str, size: float, *, bold: bool = False, family: str | None = None) -> float:
        """Width of `text` in points."""
        return float(pdfmetrics.stringWidth(text, self.font(bold=bold, family=family), size))

    def wrap(self, text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
        """Break `text` into lines of at most `width` points; a longer word gets a line of its own."""
        lines: list[str] = []
        for word in text.split(" "):
            if lines and self.measure(f"{lines[-1]} {word}", size, bold=bold) <= width:
                lines[-1] = f"{lines[-1]} {word}"
            else:
                lines.append(word)
        return lines

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        align: Align = "left",
        colour: Colour = BLACK,
        tag: str = "",
        family: str | None = None,
    ) -> float:
        """Print one line; gives back its width in points."""
        font = self.font(bold=bold, family=family)
        width = float(pdfmetrics.stringWidth(text, font, size))
        left = x - width if align == "right" else x - width / 2 if align == "center" else x
        page = self._pages[self.page_index]
        if self._word_by_word and " " in text:
            at = left
            for word in text.split(" "):
                page.append(_Text(at, y, word, font, size, colour))
                at += float(pdfmetrics.stringWidth(word + " ", font, size))
        else:
            page.append(_Text(left, y, text, font, size, colour))
        if tag and text.strip():
            self._mark(tag, left, y, text, font, size)
        return width

    def mark(self, x: float, y: float, text: str, size: float, tag: str) -> None:
        """Remember a value that was printed as a part of a longer line, beginning at `x`."""
        self._mark(tag, x, y, text, self.font(), size)

    def _mark(self, tag: str, left: float, y: float, text: str, font: str, size: float) -> None:
        """Remember a tagged text; a tag of two names joined by | marks the two parts of a text like "a - b"."""
        names, parts = tag.split("|"), [text]
        if len(names) > 1:
            parts = text.split(SPAN, 1)
        top, bottom = (y - 0.78 * size) / self.height, (y + 0.22 * size) / self.height
        for name, part in zip(names, parts, strict=False):
            before = text[: text.rindex(part)] if part is not parts[0] else ""
            x0 = left + float(pdfmetrics.stringWidth(before, font, size))
            x1 = x0 + float(pdfmetrics.stringWidth(part, font, size))
            box = (x0 / self.width, top, x1 / self.width, bottom)
            self.marks.append(Mark(name, self.page_index, box, part))

    def runs(
        self, x: float, y: float, runs: Iterable[Run], size: float, *, bold: bool = False, colour: Colour = BLACK
    ) -> float:
        """Print pieces after each other on one line; gives back where they end."""
        for run in runs:
            lead = len(run.text) - len(run.text.lstrip(" "))
            x += self.measure(" " * lead, size, bold=bold)
            x += self.text(x, y, run.text[lead:], size, bold=bold, colour=colour, tag=run.tag)
        return x

    def paragraph(self, x: float, y: float, runs: Sequence[Run], size: float, width: float, leading: float) -> float:
        """Print pieces as a wrapped paragraph; gives back the baseline after the last line."""
        at, space = x, self.measure(" ", size)
        for run in runs:
            for place, word in enumerate(run.text.split(" ")):
                at += space if place and at > x else 0.0
                if not word:
                    continue
                wide = self.measure(word, size)
                if at > x and at + wide > x + width:
                    at, y = x, y + leading
                self.text(at, y, word, size, tag=run.tag)
                at += wide
        return y + leading

    def line(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        *,
        width: float = 0.6,
        colour: Colour = BLACK,
        dashed: bool = False,
    ) -> None:
        """Draw a straight rule."""
        self._pages[self.page_index].append(_Shape("line", (x0, y0, x1, y1), colour, None, width, dashed))

    def rect(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        *,
        stroke: Colour | None = BLACK,
        fill: Colour | None = None,
        width: float = 0.6,
    ) -> None:
        """Draw a rectangle; what is printed later lies above it."""
        self._pages[self.page_index].append(_Shape("rect", (x0, y0, x1, y1), stroke, fill, width, dashed=False))

    def pdf(self) -> bytes:
        """The pages as a PDF; the same drawing gives the same bytes."""
        out = io.BytesIO()
        pdf = pdf_canvas.Canvas(out, pagesize=(self.width, self.height), invariant=1)
        for page in self._pages:
            for item in page:
                if isinstance(item, _Text):
                    pdf.setFillColorRGB(*item.colour)
                    pdf.setFont(item.font, item.size)
                    pdf.drawString(item.x, self.height - item.y, item.text)
                else:
                    self._shape(pdf, item)
            pdf.showPage()
        pdf.save()
        return out.getvalue()

    def _shape(self, pdf: pdf_canvas.Canvas, item: _Shape) -> None:
        x0, y0, x1, y1 = item.numbers
        pdf.setLineWidth(item.width)
        pdf.setDash([2, 2] if item.dashed else [])
        if item.stroke is not None:
            pdf.setStrokeColorRGB(*item.stroke)
        if item.kind == "line":
            pdf.line(x0, self.height - y0, x1, self.height - y1)
            return
        if item.fill is not None:
            pdf.setFillColorRGB(*item.fill)
        pdf.rect(
            x0, self.height - y1, x1 - x0, y1 - y0, stroke=int(item.stroke is not None), fill=int(item.fill is not None)
        )
