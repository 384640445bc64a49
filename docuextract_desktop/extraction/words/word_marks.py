"""What each word can mean for where texts begin and end, and what it holds: looked up once a word, not once a use."""

from __future__ import annotations

import re
from collections.abc import Iterable

from docuextract_desktop.extraction.words.lexicon import FORM_WORDS, JOINING_WORDS, PARTICULAR_WORDS

LETTER, LETTER_OR_DIGIT = 1, 2
BEGINS = 4  # a text may begin in it or behind it: a colon, a dash, a number sign
CUTS = 8  # a text may end in it or before it: an opening bracket, a dash, punctuation at its end
FORM = 16  # it begins the next label
DIGIT = 32  # its first character is a digit
PARTICULAR = 64  # it only labels things
JOINS = 128  # no name ends in it: it goes on
JOINING_SIGN = 256  # it ends in a comma or a sign after which a text goes on
REACHED_AT = 512  # it holds a mail or web address
COLON_FIRST = 1024  # it begins with a colon: what stands before is a label
BARE_HUNDREDTHS = 2048  # it is a few hundredths without a digit before the mark (`.02`, `-.01`)

OPENERS = "([{<"
DASHES = frozenset({"-", "–", "—", "|", "/", "•", "·", "*", "="})
_NUMBER_SIGNS = frozenset({"#", "No.", "no.", "No", "Nr."})
_OPENING = frozenset(OPENERS)
_REACHED_AT = re.compile(r"@|\bwww\.|\bhttps?:", re.IGNORECASE)
_BARE_HUNDREDTHS = re.compile(r"[-+−–(]{0,2}[.,]0([1-4])\)?")


def hundredths_of(words: Iterable[str]) -> frozenset[int]:
    """How many hundredths words say that are a few of them without a digit before the mark (`BARE_HUNDREDTHS`)."""
    found = map(_BARE_HUNDREDTHS.fullmatch, words)
    return frozenset(int(match[1]) for match in found if match is not None)


def marks_of_word(word: str) -> int:
    """The marks of one word; those of a document's words are in its `TokenView`."""
    folded = word.casefold()
    marks = 0
    if word.isalpha():
        marks = LETTER | LETTER_OR_DIGIT
    elif word.isalnum() or any(map(str.isalnum, word)):
        marks = LETTER_OR_DIGIT
        if any(map(str.isalpha, word)):
            marks |= LETTER
    if word[0].isupper() and folded in FORM_WORDS:
        marks |= FORM
    if word[0].isdigit():
        marks |= DIGIT
    if folded.strip(":;.,#*") in PARTICULAR_WORDS:
        marks |= PARTICULAR
    if folded in JOINING_WORDS:
        marks |= JOINS
    if word in _NUMBER_SIGNS:
        marks |= BEGINS
    return marks if word.isalnum() else marks | _marks_of_signs(word, folded)


def _marks_of_signs(word: str, folded: str) -> int:
    """What the signs within a word say."""
    marks = 0
    last = word[-1]
    if ":" in word:
        marks = BEGINS | COLON_FIRST if word[0] == ":" else BEGINS
    if word in DASHES:
        marks |= BEGINS | CUTS
    elif last in ",;.:" or not _OPENING.isdisjoint(word):
        marks |= CUTS
    if last in ",&/+-":
        marks |= JOINING_SIGN
    if ("@" in word or "www." in folded or "http" in folded) and _REACHED_AT.search(word) is not None:
        marks |= REACHED_AT
    if len(word) < 7 and _BARE_HUNDREDTHS.fullmatch(word) is not None:
        marks |= BARE_HUNDREDTHS
    return marks
