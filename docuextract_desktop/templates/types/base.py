"""What a value type can do: find its values in a line of text, read them, and write them again.

The types look at text only. Where words stand on the page, and which value belongs to which field, is decided by
`extraction`.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol, runtime_checkable

from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types.lines import Lines

AUTO_LOCALE = Locale()


class Span(NamedTuple):
    """A part of a line's text: characters `start` (inclusive) to `end` (exclusive)."""

    start: int
    end: int


class Parsed(NamedTuple):
    """A value that was read from printed text.

    Attributes:
        value: normalised, see `FieldValue.value` in `extraction.models`.
        currency: ISO 4217 code where it is printed or given by the locale; money only.
        alternatives: other values that the same text could stand for, likelier ones first.
        quality: how well the text is formed, 0..1: 1.0 is exactly as such values are printed; lower where letters had
            to be taken for digits, where separators are odd, or where several readings are possible.
    """

    value: str
    currency: str | None = None
    alternatives: tuple[str, ...] = ()
    quality: float = 1.0


@runtime_checkable
class ValueType(Protocol):
    """One type of value.

    Attributes:
        name: as in a template's `type`.
        needs_digit: whether no text without a digit can hold a value; such lines are not even looked at.
    """

    @property
    def name(self) -> str:
        """As in a template's `type`."""
        ...

    @property
    def needs_digit(self) -> bool:
        """Whether `recognise` finds nothing in a text without a digit."""
        ...

    def recognise(self, text: str) -> list[Span]:
        """Spans of one line's text (words joined by single spaces) that could be a value; they may overlap."""
        ...

    def recognise_all(self, lines: Lines) -> list[tuple[int, int]] | None:
        """What `recognise` finds in each of the lines, in any order, as places in `lines.text`.

        None where the type has no faster way than to look at one line after the other.
        """
        ...

    def parse(self, text: str, locale: Locale = AUTO_LOCALE) -> Parsed | None:
        """Read `text` as one value of this type; None where it is none. Never raises."""
        ...

    def normalise(self, text: str, locale: Locale = AUTO_LOCALE) -> str | None:
        """The normalised value of `text`, or None."""
        ...

    def same(self, a: str, b: str) -> bool:
        """Whether two normalised values are the same for a reader."""
        ...

    def display(self, value: str, locale: Locale = AUTO_LOCALE, currency: str | None = None) -> str:
        """The normalised value as a person in that locale would type it; `parse` reads it back to the same value."""
        ...


class BaseType:
    """What all types share: normalising through `parse`, and the plain ways to compare and to display."""

    name = "text"
    needs_digit = False

    def recognise_all(self, lines: Lines) -> list[tuple[int, int]] | None:  # noqa: ARG002
        """See `ValueType.recognise_all`."""
        return None

    def parse(self, text: str, locale: Locale = AUTO_LOCALE) -> Parsed | None:
        """See `ValueType.parse`."""
        raise NotImplementedError

    def normalise(self, text: str, locale: Locale = AUTO_LOCALE) -> str | None:
        """See `ValueType.normalise`."""
        parsed = self.parse(text, locale)
        return parsed.value if parsed else None

    def same(self, a: str, b: str) -> bool:
        """Equal but for case and runs of space."""
        return collapse(a).casefold() == collapse(b).casefold()

    def display(self, value: str, locale: Locale = AUTO_LOCALE, currency: str | None = None) -> str:  # noqa: ARG002
        """The value itself."""
        return value


_SPACES = re.compile(r"\s+")


def collapse(text: str) -> str:
    """`text` without space around it and with single spaces inside."""
    return _SPACES.sub(" ", text).strip()
