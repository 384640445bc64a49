"""Where a page prints the labels of a template's fields: tolerant of case, punctuation, spacing and OCR slips."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from docuextract_desktop.extraction.tokens import Bools, Floats, Ints, TokenView, cut
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


@dataclass(frozen=True, slots=True)
class Phrase:
    """One label of one field as tokens; `weight` says how much it can be trusted, 0..1."""

    field: int
    tokens: tuple[str, ...]
    weight: float


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
    phrases: list[Phrase] = []
    for index, field in enumerate(fields):
        seen: set[tuple[str, ...]] = set()
        spoken = _CAMEL.sub(" ", field.name).replace("_", " ").replace("-", " ")
        for text, weight in (*((label, 1.0) for label in field.labels), (field.title or "", 0.95), (spoken, 0.9)):
            tokens = _tokens_of(text)
            if tokens and tokens not in seen and len(seen) < _PHRASES_LIMIT:
                seen.add(tokens)
                phrases.append(Phrase(index, tokens, weight))
    return phrases


def match_labels(view: TokenView, fields: Sequence[TemplateField]) -> LabelMatches:
    """Find every label of `fields` on the document."""
    phrases = phrases_of(fields)
    count = len(view.token)
    if not phrases or not count:
        return _nothing(len(fields), count)
    normal = ["#" if t in NUMBER_WORDS else t for t in view.token]
    printed = {t: i for i, t in enumerate(dict.fromkeys(normal))}
    printed_of = np.fromiter(map(printed.__getitem__, normal), np.int64, count)
    asked = {t: i for i, t in enumerate(dict.fromkeys(t for p in phrases for t in p.tokens))}
    glued = {"".join(p.tokens): None for p in phrases if len(p.tokens) > 1 and "#" not in p.tokens}
    for text in glued:
        asked.setdefault(text, len(asked))
    alike = _similarity(list(asked), list(printed))
    present = alike.max(axis=1) > 0

    found: list[tuple[int, int, int, float, float]] = []
    line = view.token_line
    for phrase in phrases:
        rows = [asked[t] for t in phrase.tokens]
        letters = float(sum(len(t) for t in phrase.tokens))
        size = len(rows)
        if all(present[r] for r in rows) and size <= count:
            quality = alike[rows[0]][printed_of[: count - size + 1]]
            for step, row in enumerate(rows[1:], 1):
                quality = np.minimum(quality, alike[row][printed_of[step : count - size + 1 + step]])
            if size > 1:
                quality = quality * (line[: count - size + 1] == line[size - 1 :])
            found += [
                (phrase.field, at, at + size, float(quality[at]) * phrase.weight, letters)
                for at in np.flatnonzero(quality > 0).tolist()
            ]
        if size > 1:
            glued_row = asked["".join(phrase.tokens)] if "#" not in phrase.tokens else None
            if glued_row is not None and present[glued_row] and letters >= 5:
                # Strict: half of a label of two words must not pass for the whole.
                here = np.where(alike[glued_row] >= _GLUED, alike[glued_row], 0)[printed_of] * phrase.weight
                found += [(phrase.field, at, at + 1, float(here[at]), letters) for at in np.flatnonzero(here).tolist()]
    found += _split_words(phrases, normal, line, printed, printed_of)
    table = np.array(found, np.float64).reshape(-1, 5)
    table = _best_per_place(table)
    start, stop = table[:, 1].astype(np.int32), table[:, 2].astype(np.int32)
    field = table[:, 0].astype(np.int32)
    length = table[:, 4].astype(np.float32)
    covers = (
        (start[None, :] <= start[:, None])
        & (stop[None, :] >= stop[:, None])
        & (field[None, :] != field[:, None])
        & (length[None, :] > length[:, None] + 1)
        & (table[None, :, 3] >= 0.85)
    )
    return LabelMatches(
        field=field,
        start=start,
        stop=stop,
        line=line[start] if len(start) else np.zeros(0, np.int32),
        quality=table[:, 3].astype(np.float32),
        length=length,
        inside_other=covers.any(axis=1) if len(start) else np.zeros(0, np.bool_),
        token_share=_token_shares(phrases, len(fields), asked, alike, printed_of),
    )


def _split_words(
    phrases: list[Phrase], normal: list[str], line: Ints, printed: dict[str, int], printed_of: NDArray[np.int64]
) -> list[tuple[int, int, int, float, float]]:
    """Labels of one word that the page prints as two (`Sub Total` for `subtotal`)."""
    single = {p.tokens[0]: p for p in phrases if len(p.tokens) == 1 and len(p.tokens[0]) >= 6}
    if not single:
        return []
    by_text: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        if len(phrase.tokens) == 1 and phrase.tokens[0] in single:
            by_text.setdefault(phrase.tokens[0], []).append(phrase)
    halves = {text[:cut_at] for text in by_text for cut_at in range(1, len(text))}
    is_half = np.fromiter(map(halves.__contains__, printed), np.bool_, len(printed))
    found = []
    for at in np.flatnonzero(is_half[printed_of[:-1]] & (line[:-1] == line[1:])).tolist():
        if normal[at] + normal[at + 1] in by_text:
            found += [
                (phrase.field, at, at + 2, phrase.weight, float(len(phrase.tokens[0])))
                for phrase in by_text.get(normal[at] + normal[at + 1], ())
            ]
    return found


def _similarity(asked: list[str], printed: list[str]) -> Floats:
    """(asked, printed) similarity of words; short words must agree exactly, others may hold an OCR slip."""
    scores = process.cdist(asked, printed, scorer=fuzz.ratio, score_cutoff=_SAME * 100, dtype=np.float32) / 100
    short = np.array([len(a) < 4 for a in asked])
    scores[short] = np.where(scores[short] >= 1, 1, 0)
    long_enough = np.array([len(p) >= 4 for p in printed])
    return np.where((scores >= 1) | long_enough[None, :], scores, 0).astype(np.float32)


def _best_per_place(table: np.ndarray) -> np.ndarray:
    """One match per field and place, the best; at most the 500 best in all."""
    if not len(table):
        return table
    order = np.lexsort((-table[:, 4], -table[:, 3]))
    seen: set[tuple[int, int, int]] = set()
    keep = []
    for row in order:
        place = (int(table[row, 0]), int(table[row, 1]), int(table[row, 2]))
        if place not in seen:
            seen.add(place)
            keep.append(row)
    best: np.ndarray = table[np.sort(np.array(keep[:500]))]
    return best


def _token_shares(
    phrases: list[Phrase], fields: int, asked: dict[str, int], alike: Floats, printed_of: NDArray[np.int64]
) -> Floats:
    """How telling each token of the document is for each field, by the label words it resembles.

    A word that many fields share in their labels (`date`, `amount`) tells less: its weight is one over the fields.
    """
    owners: dict[str, set[int]] = {}
    for phrase in phrases:
        for token in phrase.tokens:
            if token not in _EMPTY_WORDS and len(token) > 1:
                owners.setdefault(token, set()).add(phrase.field)
    shares = np.zeros((fields, alike.shape[1]), np.float32)
    for field in range(fields):
        own = [token for token, of in owners.items() if field in of]
        if own:
            weight = np.sqrt([len(owners[token]) for token in own])
            shares[field] = (alike[[asked[token] for token in own]] / weight[:, None]).max(axis=0)
    return shares[:, printed_of]


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
