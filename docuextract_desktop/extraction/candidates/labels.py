"""Where a page prints the labels of a template's fields: tolerant of case, punctuation, spacing and OCR slips."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from docuextract_desktop.extraction.words.tokens import Bools, Floats, Ints, TokenView, cut
from docuextract_desktop.templates.models import TemplateField

NUMBER_WORDS = frozenset({"no", "nr", "num", "number", "numero", "nummer", "nro", "numer", "nummern", "#", "№"})
"""Ways to say 'number' on forms; they stand for one another in labels (`Invoice #`, `Rechnungs-Nr.`)."""

_EMPTY_WORDS = frozenset(
    [
        "the",
        "of",
        "a",
        "an",
        "and",
        "or",
        "for",
        "to",
        "from",
        "in",
        "on",
        "at",
        "by",
        "de",
        "des",
        "der",
        "die",
        "das",
        "den",
        "du",
        "la",
        "le",
        "les",
        "el",
        "los",
        "il",
        "lo",
        "van",
        "het",
        "da",
        "do",
        "dos",
        "di",
        "und",
        "et",
        "y",
        "e",
        "o",
        "con",
        "per",
        "no",
        "nr",
        "num",
        "number",
        "#",
        "is",
    ]
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SAME = 0.8  # two tokens of four letters or more are the same label word from this similarity on
_GLUED = 0.9  # the same for a label of several words that is printed as one
_PHRASES_LIMIT = 400
_MATCHES_LIMIT = 500
_WORDS_LIMIT = 1 << 14  # printed words of which it is remembered what they resemble
_LEARNT_AT_ONCE = 1 << 12  # printed words that are compared with all words of labels in one go


@dataclass(frozen=True, slots=True)
class Phrase:
    """One label of one field as tokens; `weight` says how much it can be trusted, 0..1."""

    field: int
    tokens: tuple[str, ...]
    weight: float


_Names = tuple[str, str | None, tuple[str, ...]]
"""What a field is called: its name, its title, its labels."""
_Found = tuple[int, int, int, float, float]
"""A match: field, first token and one past the last, quality, letters."""


@dataclass(frozen=True, eq=False)
class LabelMatches:
    """Places where labels stand; m matches as parallel arrays, and per field how label-like each token is.

    Attributes:
        field, start, stop, line: int32 (m,); tokens `start:stop` of the document.
        quality: float32 (m,), 0..1: how exactly the words agree, times the phrase's own weight.
        length: float32 (m,), letters matched, a measure of how telling the label is.
        inside_other: bool (m,): a longer label of another field covers this one (`Subtotal` covers `total`).
        token_share: float32 (fields, tokens): how much one token belongs to the field's label words, 0..1.
    """

    field: Ints
    start: Ints
    stop: Ints
    line: Ints
    quality: Floats
    length: Floats
    inside_other: Bools
    token_share: Floats


@lru_cache(maxsize=512)
def _tokens_of(text: str) -> tuple[str, ...]:
    return tuple("#" if t[2] in NUMBER_WORDS else t[2] for t in cut_text(text))


def cut_text(text: str) -> list[tuple[int, int, str, int, int]]:
    """Tokens of a text with spaces; offsets are within each word."""
    return [token for word in text.split() for token in cut(word)]


def phrases_of(fields: Sequence[TemplateField]) -> list[Phrase]:
    """All phrases by which the fields are known: their labels, titles and names."""
    return _phrases(_names_of(fields))


def _names_of(fields: Sequence[TemplateField]) -> tuple[_Names, ...]:
    return tuple([(field.name, field.title, field.labels) for field in fields])


def _phrases(fields: Sequence[_Names]) -> list[Phrase]:
    phrases: list[Phrase] = []
    for index, (name, title, labels) in enumerate(fields):
        seen: set[tuple[str, ...]] = set()
        spoken = _CAMEL.sub(" ", name).replace("_", " ").replace("-", " ")
        for text, weight in (*((label, 1.0) for label in labels), (title or "", 0.95), (spoken, 0.9)):
            tokens = _tokens_of(text)
            if tokens and tokens not in seen and len(seen) < _PHRASES_LIMIT:
                seen.add(tokens)
                phrases.append(Phrase(index, tokens, weight))
    return phrases


class _Vocabulary:
    """The words of all labels of a template, and which printed words resemble them.

    Forms of one kind print the same words again and again, and most words resemble no label. So what a printed word
    resembles is worked out when it is met for the first time, and a document costs what its few label words cost.

    Attributes:
        phrases: all phrases of all fields.
    """

    def __init__(self, fields: Sequence[_Names]) -> None:
        self.phrases = _phrases(fields)
        asked = {t: i for i, t in enumerate(dict.fromkeys(t for p in self.phrases for t in p.tokens))}
        for phrase in self.phrases:
            if len(phrase.tokens) > 1 and "#" not in phrase.tokens:
                asked.setdefault("".join(phrase.tokens), len(asked))
        self._asked = list(asked)
        self._rows = [[asked[t] for t in p.tokens] for p in self.phrases]
        self._letters = [float(sum(map(len, p.tokens))) for p in self.phrases]
        self._begun_by: dict[int, list[int]] = {}  # row of a word → phrases that begin with it
        self._glued_as: dict[int, list[int]] = {}  # row of a label printed as one word → phrases
        self._alone: dict[str, list[Phrase]] = {}  # long labels of one word, which pages may print as two
        for number, phrase in enumerate(self.phrases):
            self._begun_by.setdefault(self._rows[number][0], []).append(number)
            if len(phrase.tokens) > 1 and "#" not in phrase.tokens and self._letters[number] >= 5:
                self._glued_as.setdefault(asked["".join(phrase.tokens)], []).append(number)
            if len(phrase.tokens) == 1 and len(phrase.tokens[0]) >= 6:
                self._alone.setdefault(phrase.tokens[0], []).append(phrase)
        self._rests: dict[str, set[str]] = {}  # first half of such a label → its second halves
        for text in self._alone:
            for cut_at in range(1, len(text)):
                self._rests.setdefault(text[:cut_at], set()).add(text[cut_at:])
        self._weigh_words(asked, len(fields))
        self._lock = Lock()
        self._forget()

    def _weigh_words(self, asked: dict[str, int], fields: int) -> None:
        """How telling each word of each field's labels is.

        A word that many fields share in their labels (`date`, `amount`) tells less: its weight is one over the root of
        their number.
        """
        owners: dict[str, set[int]] = {}
        for phrase in self.phrases:
            for token in phrase.tokens:
                if token not in _EMPTY_WORDS and len(token) > 1:
                    owners.setdefault(token, set()).add(phrase.field)
        own = [[token for token, of in owners.items() if field in of] for field in range(fields)]
        words = [token for tokens in own for token in tokens]
        self._fields = fields
        self._weighed = [field for field, tokens in enumerate(own) if tokens]
        self._weighed_start = np.cumsum([0, *(len(own[field]) for field in self._weighed)])[:-1]
        self._weighed_rows = [asked[token] for token in words]
        self._weights = np.sqrt([len(owners[token]) for token in words])[:, None]

    def _forget(self) -> None:
        self._number: dict[str, int] = {}  # printed word → its number; 0: resembles nothing
        self._alike: list[list[tuple[int, float]]] = [[]]  # by number, the rows of the words that it resembles
        self._share = np.zeros((self._fields, 64), np.float32)  # by field and number

    def look_up(self, tokens: Sequence[str]) -> tuple[NDArray[np.intp], list[list[tuple[int, float]]], Floats]:
        """What the tokens of a document resemble.

        Returns:
            intp (tokens,), the number of each, 0 where it resembles nothing; by number, which words of labels it
            resembles, and how closely; float32 (fields, numbers), how telling it is for each field.
        """
        with self._lock:
            met = set(tokens).difference(self._number)
            if met:
                if len(self._number) + len(met) > _WORDS_LIMIT:
                    self._forget()
                    met = set(tokens)
                printed = sorted(met)
                for first in range(0, len(printed), _LEARNT_AT_ONCE):
                    self._learn(printed[first : first + _LEARNT_AT_ONCE])
            number = np.fromiter(map(self._number.__getitem__, tokens), np.intp, len(tokens))
            return number, self._alike, self._share

    def _learn(self, printed: list[str]) -> None:
        alike = _similarity(self._asked, ["#" if t in NUMBER_WORDS else t for t in printed])
        telling = np.flatnonzero(alike.any(axis=0))
        alike = np.ascontiguousarray(alike[:, telling])
        first, stop = len(self._alike), len(self._alike) + len(telling)
        resembled: list[list[tuple[int, float]]] = [[] for _ in range(len(telling))]
        rows, columns = np.nonzero(alike)
        for row, column, how in zip(rows.tolist(), columns.tolist(), alike[rows, columns].tolist(), strict=True):
            resembled[column].append((row, how))
        if stop > self._share.shape[1]:
            more = np.zeros((self._fields, 2 * stop), np.float32)
            more[:, :first] = self._share[:, :first]
            self._share = more
        if len(telling) and self._weighed:
            weighed = alike[self._weighed_rows] / self._weights
            self._share[self._weighed, first:stop] = np.maximum.reduceat(weighed, self._weighed_start)
        # Numbers come last: where memory runs out before, the words are met anew by the next document.
        self._alike = [*self._alike, *resembled]
        self._number.update(dict.fromkeys(printed, 0))
        self._number.update(zip([printed[at] for at in telling.tolist()], range(first, stop), strict=True))

    def phrases_among(self, places: dict[int, dict[int, float]], line: list[int]) -> Iterable[_Found]:
        """Matches, phrase by phrase.

        Args:
            places: row of a label word → tokens of the document that resemble it, ascending, and how closely.
            line: of each token.
        """
        numbers = {number for row in places for number in self._begun_by.get(row, ())}
        glued = {number: row for row in places for number in self._glued_as.get(row, ())}
        for number in sorted(numbers.union(glued)):
            phrase, rows, letters = self.phrases[number], self._rows[number], self._letters[number]
            size = len(rows)
            if size == 1:
                for at, how in places[rows[0]].items():
                    yield phrase.field, at, at + 1, how * phrase.weight, letters
            elif all(map(places.__contains__, rows)):
                others = [(step, places[row]) for step, row in enumerate(rows[1:], 1)]
                for at, how in places[rows[0]].items():
                    for step, place in others:
                        how = min(how, place.get(at + step, 0.0))
                    if how and line[at] == line[at + size - 1]:
                        yield phrase.field, at, at + size, how * phrase.weight, letters
            if number in glued:
                for at, how in places[glued[number]].items():
                    alike = np.float32(how)  # the product below is rounded as the similarity is
                    # Strict: half of a label of two words must not pass for the whole.
                    if alike >= _GLUED:
                        yield phrase.field, at, at + 1, float(alike * phrase.weight), letters

    def split_words_among(self, tokens: Sequence[str], line: list[int]) -> list[_Found]:
        """Labels of one word that the page prints as two (`Sub Total` for `subtotal`)."""
        printed = set(tokens) - NUMBER_WORDS
        halves = {half for half in printed.intersection(self._rests) if not printed.isdisjoint(self._rests[half])}
        if not halves:
            return []
        return [
            (phrase.field, at, at + 2, phrase.weight, float(len(phrase.tokens[0])))
            for at, half in enumerate(tokens[:-1])
            if half in halves and tokens[at + 1] not in NUMBER_WORDS and line[at] == line[at + 1]
            for phrase in self._alone.get(half + tokens[at + 1], ())
        ]


@lru_cache(maxsize=8)  # each may grow to a few megabytes, and while a template is edited each draft has its own
def vocabulary_of(fields: tuple[_Names, ...]) -> _Vocabulary:
    """The words of the labels of these fields, with what was found out of printed words that resemble them."""
    return _Vocabulary(fields)


def match_labels(view: TokenView, fields: Sequence[TemplateField]) -> LabelMatches:
    """Find every label of `fields` on the document."""
    vocabulary = vocabulary_of(_names_of(fields))
    count = len(view.token)
    if not vocabulary.phrases or not count:
        return _nothing(len(fields), count)
    number, alike, share = vocabulary.look_up(view.token)
    places: dict[int, dict[int, float]] = {}
    telling = np.flatnonzero(number)
    for at, word in zip(telling.tolist(), number[telling].tolist(), strict=True):
        for row, how in alike[word]:
            places.setdefault(row, {})[at] = how
    line = view.token_line.tolist()
    found = [*vocabulary.phrases_among(places, line), *vocabulary.split_words_among(view.token, line)]
    table = np.array(_best_per_place(found), np.float64).reshape(-1, 5).T
    field, start, stop = table[:3].astype(np.int32)
    length = table[4].astype(np.float32)
    covers = (
        (start <= start[:, None])
        & (stop >= stop[:, None])
        & (field != field[:, None])
        & (length > length[:, None] + 1)
        & (table[3] >= 0.85)
    )
    return LabelMatches(
        field=field,
        start=start,
        stop=stop,
        line=view.token_line[start],
        quality=table[3].astype(np.float32),
        length=length,
        inside_other=covers.any(axis=1),
        token_share=share.take(number, axis=1),
    )


def _similarity(asked: list[str], printed: list[str]) -> Floats:
    """(asked, printed) similarity of words; short words must agree exactly, others may hold an OCR slip."""
    scores = process.cdist(asked, printed, scorer=fuzz.ratio, score_cutoff=_SAME * 100, dtype=np.float32) / 100
    short = np.array([len(a) < 4 for a in asked])
    scores[short] = np.where(scores[short] >= 1, 1, 0)
    long_enough = np.array([len(p) >= 4 for p in printed])
    return np.where((scores >= 1) | long_enough[None, :], scores, 0).astype(np.float32)


def _best_per_place(found: list[_Found]) -> list[_Found]:
    """One match per field and place, the best; at most the 500 best in all."""
    best: dict[tuple[int, int, int], int] = {}
    for row, (field, start, stop, quality, letters) in enumerate(found):
        before = best.setdefault((field, start, stop), row)
        if (quality, letters) > found[before][3:]:
            best[field, start, stop] = row
    rows = sorted(best.values())
    if len(rows) > _MATCHES_LIMIT:
        rows = sorted(sorted(rows, key=lambda row: (-found[row][3], -found[row][4]))[:_MATCHES_LIMIT])
    return [found[row] for row in rows]


def _nothing(fields: int, tokens: int) -> LabelMatches:
    none = np.zeros(0, np.int32)
    return LabelMatches(
        field=none,
        start=none,
        stop=none,
        line=none,
        quality=np.zeros(0, np.float32),
        length=np.zeros(0, np.float32),
        inside_other=np.zeros(0, np.bool_),
        token_share=np.zeros((fields, tokens), np.float32),
    )
