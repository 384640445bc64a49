"""Calendar days in all lines of a document at once: where they can stand is found first, and only there is looked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from docuextract_desktop.templates.types.date_spellings import (
    MAYBE_NUMERIC,
    MONTH_NAMES,
    Found,
    find_dates,
    find_with_names,
    search_dates,
    tree,
)

# What every date with the name of a month holds, in lower case: the name, and a number soon behind it. Before the name
# stands no letter but one of "1st", "4th" and so on, or a day "l"
_LOWER_NAMES: Final = tree(MONTH_NAMES, str)
_MAYBE_NAMED_IN_LOWER = re.compile(
    rf"[^abcefgjkmnpqsuvwxyz]{_LOWER_NAMES}(?![a-z])[ .,/\-–']{{0,4}}(?:(?:del?|of) )?[\doil]"
)
# What every day in figures holds, whatever its spelling; by what follows its first figures
_MARK: Final = r"[./\-–|t,~\\]"
_MAYBE_IN_FIGURES = re.compile(
    rf"[\dOoIl](?:{_MARK}(?: ?[\dOoIl]{{1,2}} ?{_MARK} ?[\dOoIl]|\d\d[./\- ]?(?:19|20)\d\d|\d{{1,2}}1\d\d"
    r"| ?\d\d[1/t]\d\d[1/t]\d\d)"
    rf"| (?:{_MARK} ?(?:[\dOoIl]{{1,2}} ?{_MARK} ?[\dOoIl]|\d\d[1/t]\d\d[1/t]\d\d)|\d\d? ?(?:19|20)\d\d)"
    r"|[\dOoIl](?:[\dOoIl]{2} [\dOoIl]{1,2} [\dOoIl]|\d[./\- ]?(?:19|20)\d\d|(?<=[12][09])\d\d[01]\d[0-3]\d"
    r"|(?<=1)\d\d?[/t]\d\d))"
)
_EDGES: Final = frozenset("0123456789OoIl./-–|t~\\,")
"""What a word begins or ends with where a day in figures goes on in the word beside it."""
_REST_OF_ISLAND = re.compile(r"[^ \n]*(?:(?<=[\dOoIl./\-–|t~\\,]) (?=[\dOoIl./\-–|t~\\,])[^ \n]*)*")
# A day that nothing beside it can belong to: no mark, and no year with a month behind it ("2018 04 05/06/20")
_ALONE = re.compile(
    r"(?<![^ \n])(?<![./\-–|t,~\\] )(?<![\dOoIl] [\dOoIl] )(?<![\dOoIl] [\dOoIl]{2} )"
    r"[0-9]{1,2}([./])[0-9]{1,2}\1(?:[12][0-9]{3}|[0-9]{2})(?![^ \n])(?! [./\-–|t,~\\])"
)
_SLIP = re.compile(r"[OoIl]")


@lru_cache(maxsize=1)  # the vote and the search of one document look at the same lines
def find_in_lines(text: str) -> tuple[tuple[int, Found], ...]:
    """All dates of lines that newlines part, each with where the text begins that it was found in.

    Days in figures lie in islands: words that begin and end as such days go on with. A document and the next one print
    the same islands many times, and what stands between them need not be looked at.

    Args:
        text: the lines.
    """
    dates: list[tuple[int, Found]] = []
    at = line_end = 0
    line_numeric = False
    for begin, end, named in [*_lines_with_names(text), (len(text), len(text), ())]:
        for start, stop in _islands(text, at, begin):
            plain, numeric = _dates_of_island(text[start:stop])
            if plain is not numeric:
                if start >= line_end:
                    line, line_end = _line_at(text, start)
                    line_numeric = MAYBE_NUMERIC.search(text, line, line_end) is not None
                if line_numeric:
                    plain = numeric
            dates += [(start, found) for found in plain]
        dates += [(begin, found) for found in named]
        at = end
    return tuple(dates)


def _lines_with_names(text: str) -> list[tuple[int, int, tuple[Found, ...]]]:
    """Lines that may hold a date with the name of a month, where each begins and ends, and all dates of each."""
    lower = "\n" + text.lower().replace("ı", "i").replace("ſ", "s")
    places: list[tuple[int, int]] = []
    if len(lower) == len(text) + 1:
        for name in _MAYBE_NAMED_IN_LOWER.finditer(lower):
            at = name.start()  # that of the name in `text`
            if not places or at >= places[-1][1]:
                places.append(_line_at(text, at))
    else:  # an odd capital: places in the two texts differ
        places = [line.span() for line in re.finditer("[^\n]+", text)]
    lines = [(begin, end, find_with_names(text[begin:end])) for begin, end in places]
    return [(begin, end, named) for begin, end, named in lines if named is not None]


def _line_at(text: str, at: int) -> tuple[int, int]:
    end = text.find("\n", at)
    return text.rfind("\n", 0, at) + 1, end if end >= 0 else len(text)


def _islands(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Runs of words that may hold a day in figures, where each begins and ends."""
    while (seen := _MAYBE_IN_FIGURES.search(text, begin, end)) is not None:
        start, stop = seen.span()
        before = _gap_before(text, begin, start)
        alone = _ALONE.match(text, before + 1, end)
        if alone is not None:
            start, begin = alone.span()
            yield start, begin
            continue
        while before > begin and text[before] == " " and _goes_on(text[before - 1]) and _goes_on(text[before + 1]):
            before = _gap_before(text, begin, before)
        start = before + 1
        rest = _REST_OF_ISLAND.match(text, stop, end)
        begin = rest.end() if rest is not None else stop
        yield start, begin


def _gap_before(text: str, begin: int, end: int) -> int:
    return max(text.rfind(" ", begin, end), text.rfind("\n", begin, end), begin - 1)


def _goes_on(character: str) -> bool:
    return character in _EDGES or character.isdecimal()


@lru_cache(maxsize=8192)
def _dates_of_island(text: str) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
    """The dates of an island by itself, and those where something else on its line looks like a day in figures."""
    found = find_dates(text)
    if _SLIP.search(text) is None or MAYBE_NUMERIC.search(text) is not None:
        return found, found
    others = tuple(search_dates(text, numeric=True))
    return found, (found if others == found else others)
