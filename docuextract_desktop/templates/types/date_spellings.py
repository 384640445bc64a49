"""How calendar days are spelled on paper, in seven languages, and with the slips of text recognition: finding them."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Final, Literal

Order = Literal["day-first", "month-first"]

_MONTHS: Final[tuple[str, ...]] = (
    # English, German, French, Spanish, Italian, Dutch, Portuguese; accents are taken away before the look-up
    "jan january januar jänner janner janv janvier ene enero gen gennaio januari janeiro",
    "feb february februar feber fev fevr fevrier febrero febbraio febr februari fevereiro",
    "mar march mrz maerz marz mär mars marzo mrt maart marco",
    "apr april avr avril abr abril aprile",
    "may mai mayo mag maggio mei maio",
    "jun june juni juin junio giu giugno junho",
    "jul july juli juil juillet julio lug luglio julho",
    "aug august aout ago agosto augustus agos",
    "sep sept september septembre septiembre setiembre set settembre setembro",
    "oct october okt oktober octobre octubre ott ottobre out outubro",
    "nov november novembre noviembre novembro",
    "dec december dez dezember decembre dic diciembre dicembre dezembro",
)


def _plain(word: str) -> str:
    """Lower case, without accents and points."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in decomposed if c.isalpha() or c.isdigit())


def _month_words() -> dict[str, int]:
    words: dict[str, int] = {}
    for number, names in enumerate(_MONTHS, 1):
        for name in names.split():
            plain = _plain(name)
            words[plain] = number
            if len(plain) == 3:  # what recognition makes of short ones: N0V, 0CT, JU1
                for letter, slip in (("o", "0"), ("l", "1"), ("i", "1"), ("i", "l"), ("l", "i")):
                    words.setdefault(plain.replace(letter, slip), number)
    return words


_MONTH_OF: Final = _month_words()
_ACCENTED: Final = ("jänner", "märz", "mär", "février", "févr", "fév", "août", "março", "décembre", "déc", "marz")


def _any_case(letter: str) -> str:
    """A set of what `re.IGNORECASE` takes for the letter."""
    return f"[{letter}{letter.upper()}{_ALSO.get(letter, '')}]" if letter.isalpha() else letter


_ALSO: Final = {"i": "ıİ", "s": "ſ", "k": "\u212a"}


def tree(names: Iterable[str], letter_pattern: Callable[[str], str] = _any_case) -> str:
    """A pattern for any of plain lower-case words, in either case, as a tree: the first letter that fails ends it."""
    rest: dict[str, list[str]] = {}
    for name in names:
        rest.setdefault(name[:1], []).append(name[1:])
    branches = [f"{letter_pattern(letter)}{tree(tails, letter_pattern)}" for letter, tails in rest.items() if letter]
    if not branches:
        return ""
    return f"(?:{'|'.join(branches)}){'?' if '' in rest else ''}"


MONTH_NAMES: Final = tuple(sorted({*_MONTH_OF, *_ACCENTED}))
"""Names of months in lower case, with and without accents, and what recognition makes of the short ones."""
_NAMES: Final = tree(MONTH_NAMES)

_D: Final = "[0-9OoIl]"
_DAY: Final = rf"(?:{_D}{{1,2}})"
_YEAR: Final = rf"(?:[12I]{_D}{{3}}(?!:\d)|{_D}{{2}})"
_LEFT: Final = r"(?<![\d])(?<![^\W_][./])(?<!\d[,:])"
_TIME: Final = r"(?=\d{2}:\d{2})"
_RIGHT: Final = rf"(?:(?![\d])|{_TIME})"
_SEP: Final = r" ?[./\-–|] ?"

# 05.03.2018, 12/30/19, 1-4-2020, "05 . 03 . 2018"; both separators alike
_NUMERIC = re.compile(rf"{_LEFT}(?P<a>{_DAY})(?P<s>{_SEP})(?P<b>{_DAY})(?P=s)(?P<y>{_YEAR}){_RIGHT}")
# the separators differ or were misread ("05t19t20", "05/19.20", "05 /03/2018")
_MIXED = re.compile(
    rf"{_LEFT}(?<![^\W\d_])(?P<a>\d{{1,2}})(?P<s>[./\-–|t,~\\]| [./\-] ?|[./\-] )(?P<b>\d{{1,2}})"
    rf"(?: ?[./\-–|t,~\\] ?)(?P<y>{_YEAR}){_RIGHT}"
)
# a stroke read as a one: "5/8120", and, behind the dash of a range only, "06/01/20 -06108120"
_STROKES = re.compile(
    r"(?<![\d.,/])(?P<a>\d{1,2})(?:[/t](?P<b>\d{1,2})1|1(?P<c>\d{1,2})[/t])(?P<y>\d{2})(?!\d)"
    r"|(?:(?<=\d-)|(?<=\d -)|(?<=\d- )|(?<=\d - ))(?P<d>\d{2})[1/t](?P<e>\d{2})[1/t](?P<z>\d{2})(?!\d)"
)
# a separator that was not read: "27 032018", "2703/2018", "27032018"
_MERGED = re.compile(
    r"(?<![\w.,/\-])(?P<a>\d{2})(?:[./\- ]?(?P<b>\d{2})|(?P<c>\d{2})[./\- ])(?P<y>(?:19[5-9]|20[0-6])\d)(?![\w./\-])"
)
# 05 03 2018
_SPACED = re.compile(rf"{_LEFT}(?P<a>\d{{1,2}}) (?P<b>\d{{1,2}}) (?P<y>(?:19|20)\d{{2}}){_RIGHT}")
# 2018-03-05, 2018/3/5, 2018.03.05, 2018 03 05
_YEAR_FIRST = re.compile(rf"{_LEFT}(?P<y>[12I]{_D}{{3}})(?P<s>{_SEP}| )(?P<b>{_DAY})(?P=s)(?P<a>{_DAY})(?![\d])")
# 20180305
_SOLID = re.compile(r"(?<![\w.,])(?P<y>(?:19|20)\d{2})(?P<b>0[1-9]|1[0-2])(?P<a>0[1-9]|[12]\d|3[01])(?![\w,.]\d|\w)")
# 5. März 2018, 25May2018, 18-MAR-18, 1er janvier 2019, 3 de mayo de 2018, 05/MAR/2018
_DAY_MONTH = re.compile(
    rf"{_LEFT}(?<!/)(?P<a>{_DAY})(?i: ?(?:st|nd|rd|t ?h)|er|ª|º|°|o)?(?:[.,] ?|[ /\-–])?"
    r"(?i:(?:day )?o[fr] |de |di |d')?"
    rf"(?P<m>{_NAMES})(?![^\W\d_])(?:[.,] ?|[ /\-–']){{0,2}}(?i:de |del |of )?(?P<y>{_YEAR})(?![\d])"
)
# March 5, 2018; MAR 05 2018; Feb13/20
_MONTH_DAY = re.compile(
    rf"(?<![^\W\d_])(?P<m>{_NAMES})(?![^\W\d_])[ .\-–/]{{0,3}}(?P<a>{_DAY})(?i:st|nd|rd|th)?"
    rf"(?:[,./\-–'] ?| ,? ?)(?P<y>{_YEAR})(?![\d])"
)
# 2018-Mar-05, 2018 March 5
_YEAR_MONTH = re.compile(
    rf"{_LEFT}(?P<y>(?:19|20)\d{{2}})[ .,/\-–]{{1,2}}(?P<m>{_NAMES})(?![^\W\d_])[ .,/\-–]{{0,3}}"
    r"(?P<a>\d{1,2})(?![\d])"
)


# What every date with a month's name holds, in a text of plain letters: the name, and a number soon behind it
_MAYBE_NAMED = re.compile(
    tree(n for n in _MONTH_OF if n.isascii()) + r"(?![A-Za-z])[ .,/\-–']{0,4}(?:[dD][eE][lL]? |[oO][fF] )?[0-9OoIl]"
)
# What `_YEAR_FIRST`, `_SPACED` and `_STROKES` need, and `_SOLID` and `_MERGED`
_MAYBE_YEAR_FIRST = re.compile(rf"[12I]{_D}{{3}}[ ./\-–|]{{1,3}}{_D}")
_MAYBE_SPACED = re.compile(r"\d \d{1,2} (?:19|20)\d\d")
_MAYBE_STROKES = re.compile(r"\d(?:[/t]\d{1,2}1\d\d(?!\d)|1\d{1,2}[/t]\d\d(?!\d)| ?- ?\d\d[1/t]\d\d[1/t]\d\d)")
_MAYBE_RUN = re.compile(r"\d{4}(?:\d\d|[./\- ]\d{4})")
_HAS_DIGITS = re.compile(r"\d")
# What days in figures hold that signs or spaces part: a cheap look that spares most texts the patterns above
MAYBE_NUMERIC = re.compile(r"\d[./\-–|t~\\, 1]{1,3}[\dOoIl]{1,2}[./\-–|t~\\, 1]{1,3}[\dOoIl]{1,2}")
_USUAL = re.compile(r"([0-9]{1,2})([./\-])([0-9]{1,2})\2([12][0-9]{3}|[0-9]{2})")
_LETTERS = re.compile(r"[^\W\d_]{3,10}|0[Cc][Tt]|[Nn]0[Vv]|[Jj][Uu]1")
_MONTH_STARTS: Final = frozenset(word[:3] for word in (*_MONTH_OF, *_ACCENTED))
_SLIPS = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1", "|": "1"})
_OLDEST, _NEWEST = 1900, 2100


Readings = tuple[tuple[Order | None, date], ...]
"""Possible days, each with the order that it supposes; None: the print leaves no choice."""


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text: characters `start` to `end`, the days that it can stand for, and how well it is printed."""

    start: int
    end: int
    readings: Readings
    quality: float


def _number(text: str) -> int:
    return int(text if text.isdecimal() else text.translate(_SLIPS))


def _year(text: str) -> int:
    number = _number(text)
    if len(text) > 2:
        return number
    return 1900 + number if number > 68 else 2000 + number  # the pivot of POSIX strptime


def _day(year: int, month: int, day: int) -> date | None:
    if not _OLDEST <= year <= _NEWEST:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=8192)  # the vote, the search and the reading of one document look at the same texts
def find_dates(text: str) -> tuple[Found, ...]:
    """All dates of a text, a place at most once, likelier spellings first."""
    usual = _USUAL.fullmatch(text)
    if usual is not None:
        day, month, year = usual.group(1, 3, 4)
        readings, quality = _read_numbers(day, month, year, year_first=False, short_year=len(year) == 2)
        if readings:
            return (Found(0, len(text), readings, quality),)
    named = find_with_names(text)
    return named if named is not None else tuple(search_dates(text, numeric=MAYBE_NUMERIC.search(text) is not None))


@lru_cache(maxsize=2048)  # the head of each page
def find_with_names(text: str) -> tuple[Found, ...] | None:
    """All dates of a text that may hold one with the name of a month; None where it can hold only days in figures."""
    if _HAS_DIGITS.search(text) is None:
        return ()
    if _MONTH_STARTS.isdisjoint([word.lower()[:3] for word in _LETTERS.findall(text)]):
        return None
    if text.isascii() and _MAYBE_NAMED.search(text) is None:
        return None
    return tuple(search_dates(text, numeric=MAYBE_NUMERIC.search(text) is not None, textual=True))


def search_dates(text: str, *, numeric: bool, textual: bool = False) -> Iterator[Found]:
    """Dates of a text, likelier spellings first; none lies over one before.

    Args:
        text: to search.
        numeric: whether to look for days in figures that signs or spaces part, too.
        textual: whether to look for days with the name of a month, too.
    """
    taken: list[tuple[int, int]] = []  # ascending, none over another
    may_run: bool | None = None
    for spelling in _spellings(numeric=numeric, textual=textual):
        pattern, need, quality = spelling.pattern, spelling.need, spelling.quality
        if need is _MAYBE_RUN:  # two of the spellings need the same
            if may_run is None:
                may_run = need.search(text) is not None
            if not may_run:
                continue
        elif need is not None and need.search(text) is None:
            continue
        for match in pattern.finditer(text):
            start, end = match.span()
            place = bisect_left(taken, (start, end))
            if (place and taken[place - 1][1] > start) or (place < len(taken) and taken[place][0] < end):
                continue
            readings, print_quality = _read(spelling, match)
            if not readings:
                continue
            taken.insert(place, (start, end))
            yield Found(start, end, readings, quality * print_quality)


@dataclass(frozen=True, slots=True, eq=False)
class _Spelling:
    """One way to write a date: how to find it, what a text must hold for it (cheaper to look for), and its quality."""

    pattern: re.Pattern[str]
    need: re.Pattern[str] | None
    quality: float


_SOLID_DATES = _Spelling(_SOLID, _MAYBE_RUN, 0.8)
_MERGED_DATES = _Spelling(_MERGED, _MAYBE_RUN, 0.3)
_NAMED_DATES = tuple([_Spelling(pattern, None, 1.0) for pattern in (_DAY_MONTH, _MONTH_DAY, _YEAR_MONTH)])
_YEAR_FIRST_DATES = _Spelling(_YEAR_FIRST, _MAYBE_YEAR_FIRST, 1.0)
_NUMERIC_DATES = _Spelling(_NUMERIC, None, 1.0)
_MIXED_DATES = _Spelling(_MIXED, None, 0.5)
_STROKE_DATES = _Spelling(_STROKES, _MAYBE_STROKES, 0.3)
_WITHOUT_SIGNS = (_SOLID_DATES, _MERGED_DATES)
_WITH_SIGNS = (
    _YEAR_FIRST_DATES,
    _NUMERIC_DATES,
    *_WITHOUT_SIGNS,
    _Spelling(_SPACED, _MAYBE_SPACED, 0.7),
    _MIXED_DATES,
    _STROKE_DATES,
)


@cache
def _spellings(*, numeric: bool, textual: bool) -> tuple[_Spelling, ...]:
    """What to look for, likelier spellings first."""
    return (*(_NAMED_DATES if textual else ()), *(_WITH_SIGNS if numeric else _WITHOUT_SIGNS))


def _read(spelling: _Spelling, match: re.Match[str]) -> tuple[Readings, float]:
    """The days that a match can stand for, and how well its digits are printed."""
    if spelling in _NAMED_DATES:
        return _read_named(*match.group("a", "m", "y"))
    day, month, year = match.group("a", "b", "y")
    if spelling is _MERGED_DATES:
        readings = _both_orders(_year(year), _number(day), _number(month or match["c"]))
        return readings, _print_quality(day, month, year)
    if spelling is _STROKE_DATES:
        a, b, y = (match[x] or match[z] for x, z in (("a", "d"), ("b", "e"), ("y", "z")))
        return _both_orders(_year(y), _number(a), _number(b or match["c"])), _print_quality(day, month, year)
    year_first = spelling in (_YEAR_FIRST_DATES, _SOLID_DATES)
    short_year = len(year) == 2 and spelling in (_NUMERIC_DATES, _MIXED_DATES)
    return _read_numbers(day, month, year, year_first=year_first, short_year=short_year)


@lru_cache(maxsize=4096)
def _read_named(day: str, month: str, year: str) -> tuple[Readings, float]:
    number = _MONTH_OF.get(_plain(month))
    read = _day(_year(year), number, _number(day)) if number else None
    return ((None, read),) if read else (), _print_quality(day, None, year)


@lru_cache(maxsize=4096)  # a page prints the same days again and again
def _read_numbers(day: str, month: str, year: str, *, year_first: bool, short_year: bool) -> tuple[Readings, float]:
    quality = _print_quality(day, month, year)
    if short_year and quality == 1:
        quality = 0.95  # a year of two digits leaves a doubt
    if not year_first:
        return _both_orders(_year(year), _number(day), _number(month)), quality
    read = _day(_year(year), _number(month), _number(day))
    return ((None, read),) if read else (), quality


def _print_quality(*numbers: str | None) -> float:
    """How well the digits are printed: letters among them are slips."""
    return 1.0 if all((number or "0").isdigit() for number in numbers) else 0.7


def _both_orders(year: int, first: int, second: int) -> Readings:
    readings: list[tuple[Order | None, date]] = []
    orders: tuple[tuple[Order, int, int], ...] = (("day-first", second, first), ("month-first", first, second))
    for order, month, number in orders:
        day = _day(year, month, number)
        if day is not None:
            readings.append((order, day))
    if len(readings) == 2 and readings[0][1] == readings[1][1]:
        return ((None, readings[0][1]),)
    return tuple(readings)
