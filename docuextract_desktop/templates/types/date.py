"""Calendar days in the spellings of documents, in seven languages, with the slips of text recognition.

"03/04/2025" has two readings. The locale decides; where it says "auto", the day comes first and the other reading is
kept as an alternative. `vote_date_order` finds out what a document's own dates say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Final, Literal

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.base import AUTO_LOCALE, BaseType, Parsed, Span

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
_NAMES: Final = "|".join(sorted({*_MONTH_OF, *_ACCENTED}, key=len, reverse=True))

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
    rf"(?P<m>(?i:{_NAMES}))(?![^\W\d_])(?:[.,] ?|[ /\-–']){{0,2}}(?i:de |del |of )?(?P<y>{_YEAR})(?![\d])"
)
# March 5, 2018; MAR 05 2018; Feb13/20
_MONTH_DAY = re.compile(
    rf"(?<![^\W\d_])(?P<m>(?i:{_NAMES}))(?![^\W\d_])[ .\-–/]{{0,3}}(?P<a>{_DAY})(?i:st|nd|rd|th)?"
    rf"(?:[,./\-–'] ?| ,? ?)(?P<y>{_YEAR})(?![\d])"
)
# 2018-Mar-05, 2018 March 5
_YEAR_MONTH = re.compile(
    rf"{_LEFT}(?P<y>(?:19|20)\d{{2}})[ .,/\-–]{{1,2}}(?P<m>(?i:{_NAMES}))(?![^\W\d_])[ .,/\-–]{{0,3}}"
    r"(?P<a>\d{1,2})(?![\d])"
)


def _cased(names: Iterable[str]) -> str:
    """A pattern for any of plain lower-case words in either case, as a tree: the first letter that fails ends it."""
    rest: dict[str, list[str]] = {}
    for name in names:
        rest.setdefault(name[:1], []).append(name[1:])
    branches = [
        f"[{letter}{letter.upper()}]{_cased(tails)}" if letter.isalpha() else f"{letter}{_cased(tails)}"
        for letter, tails in rest.items()
        if letter
    ]
    if not branches:
        return ""
    return f"(?:{'|'.join(branches)}){'?' if '' in rest else ''}"


# What every date with a month's name holds, in a text of plain letters: the name, and a number soon behind it
_MAYBE_NAMED = re.compile(
    _cased(n for n in _MONTH_OF if n.isascii()) + r"(?![A-Za-z])[ .,/\-–']{0,4}(?:[dD][eE][lL]? |[oO][fF] )?[0-9OoIl]"
)
# What `_YEAR_FIRST`, `_SPACED` and `_STROKES` need, and `_SOLID` and `_MERGED`
_MAYBE_YEAR_FIRST = re.compile(rf"[12I]{_D}{{3}}[ ./\-–|]{{1,3}}{_D}")
_MAYBE_SPACED = re.compile(r"\d \d{1,2} (?:19|20)\d\d")
_MAYBE_STROKES = re.compile(r"\d(?:[/t]\d{1,2}1\d\d(?!\d)|1\d{1,2}[/t]\d\d(?!\d)| ?- ?\d\d[1/t]\d\d[1/t]\d\d)")
_MAYBE_RUN = re.compile(r"\d{4}(?:\d\d|[./\- ]\d{4})")
_HAS_DIGITS = re.compile(r"\d")
# Cheap looks at a line that spare most lines the patterns above
_MAYBE_NUMERIC = re.compile(r"\d[./\-–|t~\\, 1]{1,3}[\dOoIl]{1,2}[./\-–|t~\\, 1]{1,3}[\dOoIl]{1,2}")
_LETTERS = re.compile(r"[^\W\d_]{3,10}|0[Cc][Tt]|[Nn]0[Vv]|[Jj][Uu]1")
_MONTH_STARTS: Final = frozenset(word[:3] for word in (*_MONTH_OF, *_ACCENTED))
_MAX_LENGTH: Final = 80
_SURE_ENOUGH: Final = 0.5
"""Dates printed worse than this do not vote on the order: they may be numbers of something."""
_SLIPS = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1", "|": "1"})
_OLDEST, _NEWEST = 1900, 2100


_Readings = tuple[tuple[Order | None, date], ...]
"""Possible days, each with the order that it supposes; None: the print leaves no choice."""


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    readings: _Readings
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


@lru_cache(maxsize=8192)  # the vote, the search and the reading of one document look at the same lines
def _find(text: str) -> tuple[_Found, ...]:
    """All dates of a text, a place at most once, likelier spellings first."""
    if _HAS_DIGITS.search(text) is None:
        return ()
    numeric = _MAYBE_NUMERIC.search(text) is not None
    textual = not _MONTH_STARTS.isdisjoint([word.lower()[:3] for word in _LETTERS.findall(text)]) and (
        not text.isascii() or _MAYBE_NAMED.search(text) is not None
    )
    return tuple(_search(text, numeric=numeric, textual=textual))


def _search(text: str, *, numeric: bool, textual: bool) -> Iterator[_Found]:
    taken: list[tuple[int, int]] = []
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
            if taken and any(a < end and start < b for a, b in taken):
                continue
            readings, print_quality = _read(spelling, match)
            if not readings:
                continue
            taken.append((start, end))
            yield _Found(start, end, readings, quality * print_quality)


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


def _read(spelling: _Spelling, match: re.Match[str]) -> tuple[_Readings, float]:
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
def _read_named(day: str, month: str, year: str) -> tuple[_Readings, float]:
    number = _MONTH_OF.get(_plain(month))
    read = _day(_year(year), number, _number(day)) if number else None
    return ((None, read),) if read else (), _print_quality(day, None, year)


@lru_cache(maxsize=4096)  # a page prints the same days again and again
def _read_numbers(day: str, month: str, year: str, *, year_first: bool, short_year: bool) -> tuple[_Readings, float]:
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


def _both_orders(year: int, first: int, second: int) -> _Readings:
    readings: list[tuple[Order | None, date]] = []
    orders: tuple[tuple[Order, int, int], ...] = (("day-first", second, first), ("month-first", first, second))
    for order, month, number in orders:
        day = _day(year, month, number)
        if day is not None:
            readings.append((order, day))
    if len(readings) == 2 and readings[0][1] == readings[1][1]:
        return ((None, readings[0][1]),)
    return tuple(readings)


class DateType(BaseType):
    """A calendar day; a time behind it is passed over."""

    name = "date"
    needs_digit = True

    def recognise(self, text: str) -> list[Span]:
        """Every date of the line; both dates of a range."""
        return sorted(Span(found.start, found.end) for found in _find(text))

    def parse(self, text: str, locale: Locale = AUTO_LOCALE) -> Parsed | None:
        """Read the first date of `text` as ISO 8601.

        Where day and month can change places, the locale's order decides ("auto": the day first) and the other day is
        an alternative. Where the locale's order is impossible, the other one is taken, at lower quality.
        """
        if len(text) > _MAX_LENGTH:
            return None
        found = min(_find(text), key=lambda f: f.start, default=None)
        if found is None:
            return None
        quality = found.quality
        readings = found.readings
        if len(readings) == 2:
            wanted = "month-first" if locale.dates == "month-first" else "day-first"
            chosen, other = sorted(readings, key=lambda r: r[0] != wanted)
            if locale.dates == "auto":
                quality *= 0.7
            return Parsed(chosen[1].isoformat(), None, (other[1].isoformat(),), round(quality, 3))
        order, day = readings[0]
        if order is not None and locale.dates not in ("auto", order):
            quality *= 0.6
        return Parsed(day.isoformat(), None, (), round(quality, 3))

    def same(self, a: str, b: str) -> bool:
        """The same ISO date."""
        return a.strip() == b.strip()

    def display(self, value: str, locale: Locale = AUTO_LOCALE, currency: str | None = None) -> str:  # noqa: ARG002
        """By the order of the locale: 25/05/2018 or 05/25/2018; ISO 8601 for "auto"."""
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return value
        if locale.dates == "day-first":
            return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"
        if locale.dates == "month-first":
            return f"{day.month:02d}/{day.day:02d}/{day.year:04d}"
        return day.isoformat()


_DAY_FIRST_HINT = re.compile(
    r"€|£|\bRM ?\d|\bEUR\b|\bGBP\b|\bCHF\b|\bMYR\b|\bSdn\b|MwSt|USt|\bTVA\b|\bIVA\b|\bBTW\b|\bGST\b|\bRechnung|"
    r"\bFacture\b|\bFactura\b|\bFattura\b|\bFactuur\b|\bFatura\b|\bIBAN\b",
    re.IGNORECASE,
)
_MONTH_FIRST_HINT = re.compile(
    r"\bUSD\b|US\$|\bU\.S\.|\b(?:A[LKZR]|C[AOT]|D[CE]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|"
    r"T[NX]|UT|V[TA]|W[AVIY])\.?,? \d{5}(?:-\d{4})?\b|(?<!\w)\(\d{3}\) ?\d{3}-\d{4}\b|\$ ?\d"
)


def vote_date_order(texts: Iterable[str]) -> Order | None:
    """Whether a document writes the day or the month first.

    Dates that can be read one way only decide (a day over 12). Without any, dotted dates and words of European and
    Malaysian papers speak for the day, US addresses, telephone numbers and dollars for the month.

    Args:
        texts: lines of the document.

    Returns:
        None where nothing speaks for either, or as much for both.
    """
    lines = list(texts)
    votes: dict[Order, float] = {"day-first": 0.0, "month-first": 0.0}
    ambiguous = dotted = False
    for line in lines:
        for found in _find(line):
            if found.quality < _SURE_ENOUGH:
                continue
            if len(found.readings) == 2:
                ambiguous = True
                dotted = dotted or "." in line[found.start : found.end]
            elif found.readings[0][0] is not None:
                votes[found.readings[0][0]] += found.quality
    if votes["day-first"] != votes["month-first"]:
        return "day-first" if votes["day-first"] > votes["month-first"] else "month-first"
    if votes["day-first"] or not ambiguous:
        return None
    if dotted:
        return "day-first"
    day_hints = sum(_DAY_FIRST_HINT.search(line) is not None for line in lines)
    month_hints = sum(_MONTH_FIRST_HINT.search(line) is not None for line in lines)
    if day_hints == month_hints:
        return None
    return "day-first" if day_hints > month_hints else "month-first"
