"""Labels and choices as a person writes them: on one line, with commas between."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final


def words_line(words: Sequence[str]) -> str:
    """Labels or choices on one line, with commas between; one that holds a comma stands in quotes."""
    return ", ".join(f'"{w}"' if "," in w or ";" in w else w for w in words)


_PART: Final = re.compile(r'\s*(?:"([^"]*)"|([^,;\n]*))\s*(?:[,;\n]|$)')


def words_of_line(text: str) -> tuple[str, ...]:
    """The words of such a line, each once; commas, semicolons and line breaks part them, quotes hold them together."""
    found: dict[str, None] = {}
    for match in _PART.finditer(text):
        word = " ".join((match[1] if match[1] is not None else match[2]).split())
        if word:
            found.setdefault(word)
    return tuple(found)
