"""Mends what text recognition does to names and addresses: stray accents, points for commas, letters taken for others.

Only values that were read by OCR are mended, only where the printed form is all but certain, and never a digit inside a
number. The text as recognised stays beside the mended value.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from itertools import product

from docuextract_desktop.extraction.words import lexicon
from docuextract_desktop.paths import resources_dir

_WORD = re.compile(r"[^\W_]+(?:['’!|][^\W_]+)*")
_ABBREVIATED = frozenset(
    [
        "no",
        "nos",
        "nr",
        "jln",
        "jl",
        "st",
        "p",
        "t",
        "d",
        "e",
        "blk",
        "bt",
        "kg",
        "tmn",
        "lrg",
        "sdn",
        "bhd",
        "mr",
        "mrs",
        "dr",
        "co",
        "hj",
        "ave",
        "rd",
        "bldg",
        "apt",
        "ste",
        "str",
        "jr",
        "sr",
        "ext",
        "tel",
        "off",
        "inc",
        "ltd",
        "hwy",
        "blvd",
    ]
)
_POINT = re.compile(r"([^\W_]+)\.(?= [^\W_])")
_TIGHT_FORM = re.compile(r"\b(SDN|Sdn)\.(?=BHD|Bhd)")
_SPACE_BEFORE_MARK = re.compile(r" +(?=[,;])")
_SPACE_IN_BRACKETS = re.compile(r"(?<=\() +(?=[^\W_])|(?<=[^\W_]) +(?=\))")
_STRAY_POINT = re.compile(r"\b([A-Z])\.(?=[a-z]{2,}\b)")  # "L.ot": no small word follows an initial without a space
_STRAY_QUOTE = re.compile(r"(?<=[^\W\d_]{3})['’‘](?=\d)")  # "Level'6"
_SDN = re.compile(r"\b[S5$][DOB0][NMH](?=\.? ?BHD\b)|(?<=\bSDN )[B8]H[DO0]\b|(?<=\bSDN\. )[B8]H[DO0]\b")
_CAPITAL_I_INSIDE = re.compile(r"(?<=[^\W\d_])I(?=[a-z])")  # "BIk", "JIn": no word has a capital there
_SMALL_L_BEFORE = re.compile(r"\bl(?=[bcdfghjkmnpqrstvwxz])")  # "lpoh": no word begins so
_DIGIT_BEFORE_LETTERS = re.compile(r"\b[015](?=[A-Z]{3})")
_DIGIT_AS_LETTER = {"0": "O", "1": "I", "5": "S"}
_SMALL_S_B = re.compile(r"(?<![^\W_])([S5])/([B8])(?![^\W_])")
_ALIKE = (
    "0O 0D OD OQ 1I 1L IL 5S 8B 2Z 6G GC EF UN NM HN MH VY JI JT AR PF UV KH 4A IT EB RK CO CE"  # pairs of look-alikes
)
_CERTAIN = 0.995  # words that recognition was this sure of are left alone
_DOUBTFUL = 0.95  # below this any one letter may be wrong, not only one that looks like another
_LOOKS_LIKE: dict[str, str] = {}
for _a, _b in map(tuple, _ALIKE.split()):
    _LOOKS_LIKE[_a] = _LOOKS_LIKE.get(_a, "") + _b
    _LOOKS_LIKE[_b] = _LOOKS_LIKE.get(_b, "") + _a


@cache
def known_words() -> frozenset[str]:
    """Words that documents of many issuers print, upper case; they name no one."""
    own = lexicon.COMPANY_WORDS | lexicon.BUSINESS_WORDS | lexicon.ADDRESS_WORDS
    words = {w.upper() for w in own if len(w) >= 3}
    path = resources_dir() / "knowledge" / "words.json"
    if path.is_file():
        words.update(json.loads(path.read_text(encoding="utf-8")))
    return frozenset(words)


def mend(text: str, kind: str, certainties: Sequence[float], accents: bool, known: frozenset[str] | None = None) -> str:
    """`text` as it was most likely printed.

    Args:
        text: recognised, a value of kind `text` or `address`, words separated by single spaces.
        kind: see `candidates.find.kind_of`.
        certainties: how sure recognition was of each word, 0..1.
        accents: whether the document's language uses accents.
        known: words that are never mended, and that slips are mended to; by default `known_words`.
    """
    words = known_words() if known is None else known
    plain = text if accents else _without_accents(text)
    pieces = plain.split(" ")
    sure = list(certainties) if len(certainties) == len(pieces) else [0.9] * len(pieces)
    mended = " ".join(_mend_piece(piece, certainty, words) for piece, certainty in zip(pieces, sure, strict=True))
    mended = _SPACE_BEFORE_MARK.sub("", mended)
    mended = _SPACE_IN_BRACKETS.sub("", mended)
    mended = _STRAY_QUOTE.sub(" ", _STRAY_POINT.sub(r"\1", mended))
    mended = _TIGHT_FORM.sub(r"\1. ", mended)
    mended = _SDN.sub(lambda m: "SDN" if m.group()[1] not in "H" else "BHD", mended)
    mended = _SMALL_S_B.sub(lambda m: "S/B" if m.start() > 0 else m.group(), mended)
    if kind == "address":
        mended = _POINT.sub(_comma, mended)
    return mended


def uses_accents(words: Collection[str]) -> bool:
    """Whether more than a stray word or two of a document carries an accent."""
    accented = sum(any(ord(c) > 191 and c.isalpha() for c in w) for w in words)
    return accented > max(3, 0.05 * len(words))


def _comma(match: re.Match[str]) -> str:
    word = match[1]
    if word.casefold() in _ABBREVIATED or (len(word) == 1 and word.isalpha()):
        return match.group()
    return f"{word},"


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    return "".join(c if ord(c) < 192 or not c.isalpha() else unicodedata.normalize("NFKD", c)[0] for c in text)


def _mend_piece(piece: str, certainty: float, known: frozenset[str]) -> str:
    level = 0 if certainty > _CERTAIN else 2 if certainty < _DOUBTFUL else 1
    return piece if level == 0 and not any(c in "Il" for c in piece) else _mend_cached(piece, level, known)


@lru_cache(maxsize=8192)
def _mend_cached(piece: str, level: int, known: frozenset[str]) -> str:
    mended = _CAPITAL_I_INSIDE.sub("l", piece) if not piece.isupper() else piece
    mended = _SMALL_L_BEFORE.sub("I", mended)
    if level == 0:
        return mended
    if level == 2:
        mended = _DIGIT_BEFORE_LETTERS.sub(lambda m: _DIGIT_AS_LETTER[m.group()], mended)
    return _WORD.sub(lambda m: _mend_word(m.group(), known, doubtful=level == 2), mended)


def _mend_word(word: str, known: frozenset[str], *, doubtful: bool) -> str:
    upper = word.upper()
    if upper in known or len(word) < 4:
        return word
    digits = sum(c.isdigit() for c in word)
    if digits > 1 or not any(c.isalpha() for c in word):
        return word
    found = {candidate for candidate in _slips(upper, doubtful=doubtful) if candidate in known}
    if len(found) != 1:
        return word
    target = found.pop()
    return target if word.isupper() or sum(c.isupper() for c in word) > len(word) / 2 else _cased_like(word, target)


def _cased_like(word: str, target: str) -> str:
    return target.capitalize() if word[:1].isupper() or not word[:1].isalpha() else target.lower()


def _slips(word: str, *, doubtful: bool) -> set[str]:
    """Words that recognition could have turned into `word`: a letter or two taken for look-alikes, or any one."""
    result = set()
    for at, c in enumerate(word):
        for other in _LOOKS_LIKE.get(c, ""):
            result.add(word[:at] + other + word[at + 1 :])
    if doubtful and len(word) >= 5:
        for at in range(len(word)):
            for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
                result.add(word[:at] + other + word[at + 1 :])
    if len(word) >= 6:
        places = [at for at, c in enumerate(word) if c in "015!|"]
        if 2 <= len(places) <= 3:
            for letters in product(*(_LOOKS_LIKE.get(word[at], word[at]) for at in places)):
                spelled = list(word)
                for at, letter in zip(places, letters, strict=True):
                    spelled[at] = letter
                result.add("".join(spelled))
    result.discard(word)
    return result
