"""The lines of a document, for types that look at all of them at once.

Asking line by line and type by type costs more than the looking itself, and a document prints the same few words again
and again. So a type may find its values in all lines in one go, from what it remembers of each word.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, eq=False, slots=True)
class Lines:
    """Lines of words; no word is empty or holds white space.

    Attributes:
        text: all words, joined by spaces within a line and by newlines between lines.
        words: the words.
        word_at: where in `text` each word begins.
        line_start: the first word of each line, and behind them the number of words.
        with_digit: the words that can hold a digit, ascending; no other word does.
    """

    text: str
    words: Sequence[str]
    word_at: Sequence[int]
    line_start: Sequence[int]
    with_digit: Sequence[int]

    def around(self, word: int) -> tuple[int, int]:
        """Where in `text` the line of a word begins and ends."""
        line = bisect_right(self.line_start, word)
        begin = self.word_at[self.line_start[line - 1]]
        following = self.line_start[line]
        return begin, self.word_at[following] - 1 if following < len(self.words) else len(self.text)
