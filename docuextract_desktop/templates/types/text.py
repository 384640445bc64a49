"""Free text: a line, a part of a line, what stands behind a colon."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.base import AUTO_LOCALE, BaseType, Parsed, Span, collapse

# Marks that part the pieces of a line: "Seller GmbH · Street 17 · 12345 Town"
_PARTS = re.compile(r"\s+[·•●|–—*/]+\s+|\s*[·•●|]\s*|\s+-\s+|\t+|\s{2,}")
_COLON = re.compile(r"(?<=[^\W\d_]):\s*|(?<=[).\]#]):\s*|\s:\s*")
_EDGE: Final = " \t\u00a0,;:·•●|*_~=<>\"'`"
_MAX_LENGTH: Final = 2_000
_MAX_COLONS: Final = 24
"""A line with more colons is no row of labels, and looking at all of them would cost the square of its length."""


def trimmed(text: str, start: int, end: int) -> Span | None:
    """The span without space and punctuation at its edges; None where nothing is left."""
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    if not any(c.isalnum() for c in text[start:end]):
        return None
    return Span(start, end)


def pieces(text: str) -> Iterator[tuple[int, int]]:
    """The whole line, its parts between marks such as "·", and what stands behind a label's colon."""
    yield 0, len(text)
    starts = [0]
    ends = []
    for match in _PARTS.finditer(text):
        ends.append(match.start())
        starts.append(match.end())
    ends.append(len(text))
    parts = list(zip(starts, ends, strict=True))
    if len(parts) > 1:
        yield from parts
    for match in islice(_COLON.finditer(text), _MAX_COLONS):
        if match.end() < len(text):
            end = next(e for s, e in parts if match.end() <= e)
            yield match.end(), end
            if end != len(text):
                yield match.end(), len(text)


def spans_of_pieces(text: str) -> list[Span]:
    """`pieces`, trimmed, each once."""
    found = dict.fromkeys(trimmed(text, start, end) for start, end in pieces(text))
    return [span for span in found if span is not None]


class TextType(BaseType):
    """Any text."""

    name = "text"

    def recognise(self, text: str) -> list[Span]:
        """The whole line, its parts, and what stands behind a colon."""
        return spans_of_pieces(text)

    def parse(self, text: str, locale: Locale = AUTO_LOCALE) -> Parsed | None:  # noqa: ARG002
        """The text with its spaces collapsed; None where there is no letter and no digit."""
        value = collapse(text[:_MAX_LENGTH])
        return Parsed(value) if any(c.isalnum() for c in value) else None
