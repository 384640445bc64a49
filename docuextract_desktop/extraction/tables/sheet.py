"""A page as the table code wants it: plain lists in the page's own units, words marked by what they look like."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import Final

from docuextract_desktop.documents.models import Box, Page
from docuextract_desktop.templates.types.currency import CODES, PATTERN

_SIGN = rf"(?:{PATTERN})"
_NUMBER: Final = re.compile(
    rf"[(\[]?[-+−–]?{_SIGN}?[-+−–]?[(]?(?:\d[\d.,'’]*\d|\d|[.,]\d+)(?:,[-–—]+)?[)]?[-−]?{_SIGN}?[)\].,;*]?", re.ASCII
)
_PERCENT: Final = re.compile(r"[(]?[-+]?\d[\d.,]*\s?%[)]?[.,;*]?")
_DATE: Final = re.compile(r"[(]?\d{1,4}([./-])\d{1,2}\1(?:\d{2,4})?[).,;]?")
_TIME: Final = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:[AaPp][Mm]?)?")
_WITH_UNIT: Final = re.compile(r"[-+]?\d[\d.,]*(?:x|X|[A-Za-zµ²³°]{1,4}\.?)")
_RULE: Final = re.compile(r"[-_=.·*~+|—–]{4,}")  # a line drawn with characters


class Look(IntEnum):
    """What a single word looks like."""

    TEXT = 0
    NUMBER = 1
    PERCENT = 2
    DATE = 3
    SIGN = 4
    """A currency's sign or code, or a dash that stands for an empty cell."""


@lru_cache(maxsize=65536)
def look_of(text: str) -> Look:
    """What the word looks like."""
    if text[0].isalpha() and text[-1].isalpha():
        return Look.SIGN if text.upper() in CODES or re.fullmatch(_SIGN, text) else Look.TEXT
    if _DATE.fullmatch(text) and not re.fullmatch(r"\d{1,3}(?:\.\d{3})+", text):
        return Look.DATE
    if _NUMBER.fullmatch(text):
        return Look.NUMBER
    if _PERCENT.fullmatch(text):
        return Look.PERCENT
    if re.fullmatch(_SIGN, text) or text in ("-", "–", "—", "--", "−", "+", "%", "*"):
        return Look.SIGN
    return Look.TEXT


def is_amount_shaped(text: str) -> bool:
    """Whether a number is printed with decimals or groups, as amounts are."""
    return re.search(r"\d[.,]\d", text) is not None


@dataclass(slots=True)
class Sheet:
    """One page.

    Attributes:
        page: the page itself.
        x0, y0, x1, y1: of each word in the page's own units (points or pixels), so that widths and heights compare.
        looks: of each word.
        lines: (start, stop) of the words of each line, top to bottom; lines of sideways text, and such as are drawn
            with characters, are left out.
        tops, bottoms: of each line in `lines`, medians over its words.
        em: the page's usual height of a word.
        space: the page's usual white space between two words of running text, in heights of a word.
    """

    page: Page
    x0: list[float]
    y0: list[float]
    x1: list[float]
    y1: list[float]
    looks: list[Look]
    lines: list[tuple[int, int]]
    tops: list[float]
    bottoms: list[float]
    em: float
    space: float = 0.28
    folded: list[str] = field(default_factory=list)

    def text(self, start: int, stop: int) -> str:
        """Words `start` to `stop`, joined by spaces."""
        return " ".join(self.page.texts[start:stop])

    def gap(self, left: int, right: int) -> float:
        """White space between two words of a line, in heights of the smaller one."""
        height = min(self.y1[left] - self.y0[left], self.y1[right] - self.y0[right])
        return (self.x0[right] - self.x1[left]) / max(height, 0.2 * self.em, 1e-6)

    def box(self, words: list[int]) -> Box:
        """Around the words, in fractions of the page."""
        part = self.page.boxes[words]
        x0, y0 = part[:, :2].min(axis=0)
        x1, y1 = part[:, 2:].max(axis=0)
        return Box(float(x0), float(y0), float(x1), float(y1))


def make_sheet(page: Page) -> Sheet:
    """Prepare a page."""
    count = len(page)
    x0 = (page.boxes[:, 0] * page.width).tolist()
    y0 = (page.boxes[:, 1] * page.height).tolist()
    x1 = (page.boxes[:, 2] * page.width).tolist()
    y1 = (page.boxes[:, 3] * page.height).tolist()
    heights = sorted(b - a for a, b in zip(y0, y1, strict=True))
    em = max(heights[len(heights) // 2], 1e-6) if heights else 1.0
    starts = page.line_starts.tolist()
    lines: list[tuple[int, int]] = []
    tops: list[float] = []
    bottoms: list[float] = []
    for start, stop in itertools.pairwise(starts):
        if _sideways(x0, y0, x1, y1, start, stop, em) or all(_RULE.fullmatch(t) for t in page.texts[start:stop]):
            continue
        ups, downs = sorted(y0[start:stop]), sorted(y1[start:stop])
        middle = (stop - start) // 2
        lines.append((start, stop))
        tops.append(ups[middle])
        bottoms.append(downs[middle])
    order = sorted(range(len(lines)), key=lambda k: tops[k] + bottoms[k])
    gaps = sorted(
        gap
        for start, stop in lines
        for i in range(start + 1, stop)
        if 0.05 < (gap := (x0[i] - x1[i - 1]) / max(y1[i] - y0[i], 0.2 * em)) < 1.0
    )
    return Sheet(
        page=page,
        x0=x0,
        y0=y0,
        x1=x1,
        y1=y1,
        looks=[look_of(page.texts[i]) for i in range(count)],
        lines=[lines[k] for k in order],
        tops=[tops[k] for k in order],
        bottoms=[bottoms[k] for k in order],
        em=em,
        space=gaps[len(gaps) // 2] if gaps else 0.28,
    )


def _sideways(
    x0: list[float], y0: list[float], x1: list[float], y1: list[float], start: int, stop: int, em: float
) -> bool:
    """Whether a line's words run up or down the page."""
    tall = sum(y1[i] - y0[i] > 2.5 * em and y1[i] - y0[i] > 1.5 * (x1[i] - x0[i]) for i in range(start, stop))
    return 2 * tall > stop - start


def clean_number(sheet: Sheet, words: Sequence[int]) -> bool:
    """Whether the words are a number with at most a unit or a currency beside it."""
    numbers = texts = letters = 0
    for i in words:
        look = sheet.looks[i]
        if look in (Look.NUMBER, Look.PERCENT):
            numbers += 1
        elif look == Look.TEXT:
            texts += 1
            letters += len(sheet.page.texts[i])
            if not numbers and len(sheet.page.texts[i]) > 3:
                return False
    return 0 < numbers <= 3 and texts <= 3 and letters <= 14
