"""Whether a regular expression of a template can take for ever on some text. Such patterns are refused when set.

Python's matcher tries one way after another. Where a text can be divided among repetitions in many ways, a text that
does not match in the end has it try them all: exponentially many where a repetition whose content may vary is itself
repeated ("(a|aa)*"), a power of the text's length where repetitions that take the same characters follow each other.
The check errs on the safe side: it may refuse a pattern that is harmless.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

MANY: Final = 6
"""Up to so many repetitions are tried out in no time."""

TEXT_LENGTH: Final = 200
MOST_WAYS: Final = 4 * TEXT_LENGTH**3
"""So many ways in which a text of that length can be divided are tried out in about a second."""

_Chars = frozenset[int]
_SAMPLE: Final[_Chars] = frozenset([*range(0x180), 0x391, 0x416, 0x5D0, 0x4E2D, 0x20AC, 0x2013, 0x2028])
"""Characters that stand for all: two classes that share none of these share hardly any."""

# The parsed form is the standard library's own; it has no public name since Python 3.11.
_parser: Any = importlib.import_module("re._parser")
_names: Any = importlib.import_module("re._constants")
_REPEATS = (_names.MAX_REPEAT, _names.MIN_REPEAT)


class _CanTakeForEverError(Exception):
    """The text says why, for the user."""


@dataclass(frozen=True)
class _Part:
    """A piece of a pattern: an open repetition of these characters, or a character that must stand there."""

    chars: _Chars
    repeats: bool


@dataclass
class _Ways:
    """In how many ways the small choices of a pattern can be made: what may be left out, and alternatives."""

    number: int = 1


def problem_of(pattern: str) -> str | None:
    """Why a pattern, which must be a valid one, can take for ever; None where it cannot."""
    ways = _Ways()
    try:
        parsed = _parser.parse(pattern)
        ignore_case = bool(parsed.state.flags & re.IGNORECASE) or "(?i" in pattern
        parts = list(_parts(list(parsed), ignore_case, ways))
    except _CanTakeForEverError as error:
        return str(error)
    except RecursionError:
        return "it is nested too deeply, and can take for ever"
    if ways.number * TEXT_LENGTH ** _longest_chain(parts) > MOST_WAYS:
        return "too many repetitions of the same characters, or alternatives, as in '.*.*.*.*', can take for ever"
    return None


def _longest_chain(parts: Sequence[_Part]) -> int:
    """How many open repetitions can pass characters on to each other."""
    chains: list[tuple[int, int]] = []  # (place of the last repetition, length)
    longest = 0
    for place, part in enumerate(parts):
        if not part.repeats:
            continue
        length = 1 + max((known for before, known in chains if _passes_on(parts, before, place)), default=0)
        chains.append((place, length))
        longest = max(longest, length)
    return longest


def _passes_on(parts: Sequence[_Part], before: int, after: int) -> bool:
    shared = parts[before].chars & parts[after].chars
    return bool(shared) and all(part.repeats or part.chars & shared for part in parts[before + 1 : after])


def _parts(items: Sequence[tuple[Any, Any]], ignore_case: bool, ways: _Ways) -> Iterator[_Part]:
    """The parts of a sequence; raises where a repetition in it is repeated dangerously."""
    for op, value in items:
        if op in _REPEATS:
            least, most, body = value
            yield from _repeated(least, most, body, ignore_case, ways)
        elif op is _names.BRANCH:
            if not _told_apart(value[1], ignore_case):
                ways.number *= len(value[1])
            for alternative in value[1]:
                yield from _optional(list(alternative), ignore_case, ways)
        elif op is _names.SUBPATTERN:
            yield from _parts(list(value[-1]), ignore_case, ways)
        elif op in (_names.ASSERT, _names.ASSERT_NOT):
            yield from _optional(list(value[1]), ignore_case, ways)
        elif op in (_names.GROUPREF, _names.GROUPREF_EXISTS):
            raise _CanTakeForEverError("a reference back to a group can take for ever")
        elif op is _names.POSSESSIVE_REPEAT:
            least, most, body = value
            repeated = list(_repeated(least, most, body, ignore_case, ways))
            yield from (part for part in repeated if part.repeats)
        elif op is _names.ATOMIC_GROUP:
            yield from _optional(list(value), ignore_case, ways)
        elif op is not _names.AT:
            yield _Part(_chars_of([(op, value)], ignore_case), repeats=False)


def _repeated(least: int, most: int, body: Any, ignore_case: bool, ways: _Ways) -> Iterator[_Part]:
    inside = list(body)
    if most > MANY:
        if not _one_way(inside, ignore_case):
            raise _CanTakeForEverError(
                "a repeated group whose content may vary, such as '(a+)+' or '(a|aa)*', can take for ever"
            )
        list(_parts(inside, ignore_case, _Ways()))  # what is inside is looked at, too
        if most - least > MANY:
            yield _Part(_chars_of(inside, ignore_case), repeats=True)
            return
        ways.number *= most - least + 1
        if least:
            yield from _parts(inside, ignore_case, _Ways())
        return
    ways.number *= most - least + 1
    for time in range(most):
        yield from _parts(inside, ignore_case, ways) if time < least else _optional(inside, ignore_case, ways)


def _optional(items: Sequence[tuple[Any, Any]], ignore_case: bool, ways: _Ways) -> Iterator[_Part]:
    """Parts of what need not be there: it separates nothing."""
    return (part for part in _parts(items, ignore_case, ways) if part.repeats)


def _one_way(body: Sequence[tuple[Any, Any]], ignore_case: bool) -> bool:
    """Whether a text can be divided among repetitions of `body` in at most one way (as far as can be told simply)."""
    body = _unwrapped(body)
    if _fixed_length(body):
        return True
    if len(body) == 1 and body[0][0] is _names.BRANCH:
        return _told_apart(body[0][1][1], ignore_case)
    parts: list[_Part] = []
    for op, value in body:
        if op in _REPEATS:
            least, most, inside = value
            if not _fixed_length(list(inside)):
                return False
            chars = _chars_of(list(inside), ignore_case)
            parts += [_Part(chars, repeats=False)] * bool(least) + [_Part(chars, repeats=True)] * (least != most)
        elif op in (_names.LITERAL, _names.NOT_LITERAL, _names.IN, _names.ANY, _names.CATEGORY):
            parts.append(_Part(_chars_of([(op, value)], ignore_case), repeats=False))
        elif op is not _names.AT:
            return False
    # Wherever a repetition may end, the next character must say whether it does, also at the end of `body`.
    return all(_ends_clearly([*parts[place:], *parts[:place]]) for place, part in enumerate(parts) if part.repeats)


def _ends_clearly(parts: Sequence[_Part]) -> bool:
    """Whether no part that may follow the first, which is open, takes a character that the first takes, too."""
    first, *others = parts
    for part in others:
        if part.chars & first.chars:
            return False
        if not part.repeats:
            return True
    return False


def _told_apart(alternatives: Sequence[Any], ignore_case: bool) -> bool:
    """Whether the first character says which alternative it is, and each takes so many characters."""
    firsts = []
    for alternative in alternatives:
        items = _unwrapped(list(alternative))
        if not _fixed_length(items):
            return False
        firsts.append(_chars_of(items[:1], ignore_case))
    return all(not firsts[i] & firsts[j] for i in range(len(firsts)) for j in range(i))


def _unwrapped(body: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Without groups that only hold things together."""
    flat: list[tuple[Any, Any]] = []
    for op, value in body:
        flat += _unwrapped(list(value[-1])) if op is _names.SUBPATTERN else [(op, value)]
    return flat


def _fixed_length(items: Sequence[tuple[Any, Any]]) -> int:
    """How many characters these always take; 0 where that varies (or they take none)."""
    total = 0
    for op, value in _unwrapped(items):
        if op in _REPEATS:
            least, most, body = value
            length = _fixed_length(list(body))
            if least != most or not length:
                return 0
            total += least * length
        elif op in (_names.LITERAL, _names.NOT_LITERAL, _names.IN, _names.ANY, _names.CATEGORY):
            total += 1
        elif op is not _names.AT:
            return 0
    return total


def _chars_of(items: Sequence[tuple[Any, Any]], ignore_case: bool) -> _Chars:
    """Every character that these can take, of the sample and those that are named."""
    found: set[int] = set()
    for op, value in items:
        if op is _names.LITERAL:
            found.add(value)
        elif op is _names.NOT_LITERAL:
            found |= _SAMPLE - {value}
        elif op is _names.ANY:
            found |= _SAMPLE
        elif op is _names.IN:
            found |= _class(value)
        elif op is _names.BRANCH:
            found = found.union(*(_chars_of(list(part), ignore_case) for part in value[1]))
        elif op in (_names.SUBPATTERN, _names.POSSESSIVE_REPEAT, *_REPEATS):
            found |= _chars_of(list(value[-1]), ignore_case)
        elif op is _names.ATOMIC_GROUP:
            found |= _chars_of(list(value), ignore_case)
    if ignore_case:
        found |= {ord(other) for char in found for other in (chr(char).lower(), chr(char).upper()) if len(other) == 1}
    return frozenset(found)


_CATEGORIES: Final = {
    _names.CATEGORY_DIGIT: r"\d",
    _names.CATEGORY_NOT_DIGIT: r"\D",
    _names.CATEGORY_SPACE: r"\s",
    _names.CATEGORY_NOT_SPACE: r"\S",
    _names.CATEGORY_WORD: r"\w",
    _names.CATEGORY_NOT_WORD: r"\W",
}


def _class(parts: Sequence[tuple[Any, Any]]) -> set[int]:
    found: set[int] = set()
    negated = False
    for op, value in parts:
        if op is _names.NEGATE:
            negated = True
        elif op is _names.LITERAL:
            found.add(value)
        elif op is _names.RANGE:
            first, last = value
            # Of a long range what is in the sample, and its ends, so that two long ranges that touch share something.
            found |= {char for char in _SAMPLE if first <= char <= last} | {first, last}
            if last - first < 1_000:
                found |= set(range(first, last + 1))
        elif op is _names.CATEGORY:
            found |= {char for char in _SAMPLE if re.match(_CATEGORIES[value], chr(char))}
    return set(_SAMPLE - found) if negated else found
