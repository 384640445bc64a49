"""Printed numbers, as every type of number reads them: grouping, decimal marks, signs, slips of text recognition.

"1.471,60", "1,471.60", "1 471,60" and "1'471.60" are the same number. "1.471" can be two numbers: the document's own
decimal mark decides, and the other reading is kept as an alternative.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from docuextract_desktop.templates.models import DecimalMark

MAX_DIGITS: Final = 18
"""Longer runs of digits are numbers of something, not amounts."""

_SLIPS = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "|": "1", "S": "5", "B": "8"})
_SLIP_LETTERS = frozenset("OolI|SB")

# A run begins with a digit, or with a letter that is easily read for one, if it begins a word and a digit follows soon.
ATOM: Final = re.compile(
    r"\d[0-9OoIlSB]*(?:[.,'’´`][0-9OoIlSB]+)*|(?<![^\W_])[OoIlSB][0-9OoIl]?[.,]?\d[0-9OoIl]*(?:[.,'’][0-9OoIl]+)*"
)
_GROUP_MARKS = str.maketrans("", "", "  \u00a0\u202f\u2009'’´`")
# Most of the numbers on paper, which can be read in one way only
_USUAL = re.compile(r"([0-9]{1,15})(?:([.,])([0-9]{2}))?")
_GROUPED = re.compile(r"([0-9]{1,3}(?:(?:,[0-9]{3}){1,4}(?=\.)|(?:\.[0-9]{3}){1,4}(?=,)))[.,]([0-9]{2})")
_SHAPE = re.compile(r"[0-9.,  \u00a0\u202f\u2009'’´`]+")


class Numeral(NamedTuple):
    """A number without sign: plain decimal digits, the other readings of the same print, and how well it is formed."""

    value: str
    alternatives: tuple[str, ...]
    quality: float


@lru_cache(maxsize=8192)  # the same short numbers stand all over a page, and are looked at for several types
def read_numeral(text: str, decimal: DecimalMark = "auto", *, money: bool = True) -> Numeral | None:
    """Read an unsigned printed number.

    Args:
        text: digits with separators, nothing else around them; letters that look like digits are tolerated.
        decimal: the document's decimal mark, or "auto".
        money: prefer a grouping to three decimals where both are possible and `decimal` is "auto".
    """
    quality = 1.0
    text = text.strip()
    usual = _USUAL.fullmatch(text)
    if usual is not None:
        whole, mark, part = usual.groups()
        return _numeral(whole, part or "", (), 1.0 if mark is None or decimal in ("auto", mark) else 0.8)
    grouped = _GROUPED.fullmatch(text)
    if grouped is not None:
        return _numeral(grouped[1].replace(",", "").replace(".", ""), grouped[2], (), 1.0)
    if not text.isascii() or _SHAPE.fullmatch(text) is None:
        letters = sum(c in _SLIP_LETTERS for c in text)
        digits = sum(c.isdigit() for c in text)
        if digits < letters or not digits:
            return None
        if letters:
            text = text.translate(_SLIPS)
            quality = 0.6
        if _SHAPE.fullmatch(text) is None:
            return None
    joined, spaced = _join(text)
    if joined is None:
        return None
    quality *= spaced
    digits = sum(c.isdigit() for c in joined)
    if not 0 < digits <= MAX_DIGITS:
        return None
    return _split(joined, decimal, quality, money=money)


def _join(text: str) -> tuple[str | None, float]:
    """Take out spaces and apostrophes; (None, 0) where they stand at no place for them, else the text and a quality."""
    if text.isdigit() or not any(c in " \u00a0\u202f\u2009'’´`" for c in text):
        return text, 1.0
    if re.search(r"[.,] \d|\d [.,]", text):  # "12. 30", "1,234 .50": a gap that recognition saw inside a number
        text = re.sub(r" ?([.,]) ?", r"\1", text)
        quality = 0.7
    else:
        quality = 1.0
    head = re.split(r"[.,](?=[^.,]*\Z)", text, maxsplit=1)[0]
    groups = re.split(r"[  \u00a0\u202f\u2009'’´`.,]", head)
    if len(groups) > 1 and not (1 <= len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:])):
        return None, 0.0
    return text.translate(_GROUP_MARKS), quality


def _split(text: str, decimal: DecimalMark, quality: float, *, money: bool) -> Numeral | None:
    points, commas = text.count("."), text.count(",")
    if not points and not commas:
        return _numeral(text, "", (), quality)
    if text[-1] in ".,":
        return _split(text[:-1], decimal, quality * 0.8, money=money) if len(text) > 1 else None
    last = max(text.rfind("."), text.rfind(","))
    mark = text[last]
    whole, part = text[:last], text[last + 1 :]
    if points and commas:
        other = "," if mark == "." else "."
        if mark in whole:
            # "1,234.567,89" is none; "1,234,567.00" was read above with the point last and once.
            return None
        if not _grouped(whole, other):
            return None
        return _numeral(whole.replace(other, ""), part, (), quality)
    if text.count(mark) > 1:
        if _grouped(text, mark):
            return _numeral(text.replace(mark, ""), "", (), quality)
        if len(part) == 2 and _grouped(whole, mark):  # "1.471.60": one of the marks was misread
            return _numeral(whole.replace(mark, ""), part, (), quality * 0.5)
        return None
    return _one_mark(whole, part, mark, decimal, quality, money=money)


def _one_mark(whole: str, part: str, mark: str, decimal: DecimalMark, quality: float, *, money: bool) -> Numeral | None:
    if not whole:
        return _numeral("0", part, (), quality * 0.8)
    groupable = len(part) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    if not groupable:
        odd = decimal not in ("auto", mark)
        return _numeral(whole, part, (), quality * (0.8 if odd else 1.0))
    grouping = whole + part
    fraction = f"{whole}.{part}"
    if decimal == mark:
        # Three decimals are rare in money, and a comma is easily read for a point.
        return _numeral(whole, part, (grouping,), quality * (0.7 if money else 0.9))
    if decimal == "auto":
        return _numeral(grouping, "", (fraction,), quality * 0.8)
    return _numeral(grouping, "", (fraction,), quality)


def _grouped(text: str, mark: str) -> bool:
    groups = text.split(mark)
    if not groups[0] or (len(groups[0]) > 3 and len(groups) > 1):
        return False
    if all(len(g) == 3 for g in groups[1:]):
        return True
    # The Indian way: 1,23,456
    return len(groups) > 2 and len(groups[-1]) == 3 and all(len(g) == 2 for g in groups[1:-1]) and len(groups[0]) <= 2


def _numeral(whole: str, part: str, alternatives: tuple[str, ...], quality: float) -> Numeral:
    whole = whole.lstrip("0") or "0"
    return Numeral(f"{whole}.{part}" if part else whole, alternatives, round(quality, 3))


def to_decimal(value: str) -> Decimal | None:
    """A normalised value as a number, or None where it is none."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def same_number(a: str, b: str) -> bool:
    """Whether two normalised numbers are equal: "20" and "20.00" are."""
    x, y = to_decimal(a), to_decimal(b)
    if x is None or y is None:
        return a == b
    return x == y


def display_number(value: str, decimal: DecimalMark) -> str:
    """A normalised number with groups of three and the decimal mark of the locale (a point for "auto")."""
    if to_decimal(value) is None:
        return value
    sign, digits = ("-", value[1:]) if value.startswith("-") else ("", value)
    whole, _, part = digits.partition(".")
    if not whole.isdigit() or not (part.isdigit() or not part):
        return value
    mark, group = (",", ".") if decimal == "," else (".", ",")
    if len(part) == 3 and len(whole) <= 3:
        part += "0"  # "1.471" would be read as a grouping
    shown = f"{int(whole):,}".replace(",", group)
    return f"{sign}{shown}{mark}{part}" if part else f"{sign}{shown}"


# No more groups than a number has: every group of an endless row of them can be the first
_VOTE = re.compile(
    r"(?<![\d.,/\-])\d{1,3}(?:\d*|(?:(?P<group>[.,'’  \u00a0])\d{3}){1,8})(?P<mark>[.,])\d{2}(?![\d/]|[.,]\d)"
)


def vote_decimal_mark(texts: Iterable[str]) -> Literal[".", ","] | None:
    """The decimal mark that a document's own amounts show, or None where none or as many of each do.

    Args:
        texts: lines of the document.
    """
    votes = {".": 0, ",": 0}
    for text in texts:
        for match in _VOTE.finditer(text):
            mark, group = match["mark"], match["group"]
            if group == mark:
                continue
            votes[mark] += 3 if group in (".", ",") else 1  # a grouping of the other kind leaves no doubt
    if votes["."] == votes[","]:
        return None
    return "." if votes["."] > votes[","] else ","


JOINT_GROUP = re.compile(r"\d{3}(?![0-9])")
_DECIMALS = re.compile(r"\d{2}(?![0-9.,])")


@lru_cache(maxsize=2048)  # several types look at the same lines
def chains(text: str) -> tuple[tuple[int, int], ...]:
    """Numbers in a line, where each begins and ends: runs of digits and marks, and runs that may be one over a space.

    "3 191,00" gives "3", "191,00" and the whole; "12. 30" gives the whole as well.
    """
    atoms = [m.span() for m in ATOM.finditer(text)]
    found: list[tuple[int, int]] = []
    longest = len(text)
    for i, atom in enumerate(atoms):
        found.append(atom)
        start, end = atom
        if end >= longest:
            break
        behind = text[end]
        if behind in ".,":  # "12. 30"
            if text[end + 1 : end + 2] == " ":
                found += _decimals_behind(text, atoms, i)
            continue
        if behind not in " \u00a0\u202f":
            continue
        if behind == " " and end + 2 < longest and text[end + 1] in ".,":  # "1,234 .50"
            found += _decimals_behind(text, atoms, i)
            continue
        if end - start > 3 or not text[start:end].isdigit():
            continue
        last = i
        while (
            last + 1 < len(atoms)
            and last - i < 4
            and text[atoms[last][1] : atoms[last + 1][0]] in (" ", "\u00a0", "\u202f")
            and JOINT_GROUP.match(text, atoms[last + 1][0])
        ):
            last += 1
            found.append((start, atoms[last][1]))
            if not text[atoms[last][0] : atoms[last][1]].isdigit():
                break
    return tuple(found)


def _decimals_behind(text: str, atoms: list[tuple[int, int]], i: int) -> list[tuple[int, int]]:
    """Atom `i` together with the next, where that stands two characters on and is two digits long."""
    start, end = atoms[i]
    if i + 1 < len(atoms) and atoms[i + 1][0] == end + 2 and _DECIMALS.fullmatch(text, *atoms[i + 1]):
        return [(start, atoms[i + 1][1])]
    return []
