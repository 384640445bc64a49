"""Which column a printed header names: the template's own labels and what is known of such tables in general."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz, process

from docuextract_desktop.extraction.tables.lexicon import (
    GROSS_TOKENS,
    HEADER_TOKENS,
    NOISE_TOKENS,
    ROLE_WORDS,
    fold,
)
from docuextract_desktop.templates.models import Column

NUMERIC_TYPES: Final = frozenset({"money", "number", "integer", "percent"})

_ROLE_TYPES: Final[dict[str, frozenset[str]]] = {
    "position": frozenset({"integer", "number", "id", "text"}),
    "article": frozenset({"id", "text", "name"}),
    "description": frozenset({"text", "name", "address"}),
    "quantity": frozenset({"number", "integer", "money"}),
    "unit": frozenset({"text", "choice", "id"}),
    "unit_price": frozenset({"money", "number"}),
    "price_basis": frozenset({"number", "integer"}),
    "discount": frozenset({"money", "number", "percent"}),
    "tax_rate": frozenset({"percent", "number"}),
    "tax_amount": frozenset({"money", "number"}),
    "tax_base": frozenset({"money", "number"}),
    "amount": frozenset({"money", "number"}),
    "gross": frozenset({"money", "number"}),
    "date": frozenset({"date"}),
    "value_date": frozenset({"date"}),
    "debit": frozenset({"money", "number"}),
    "credit": frozenset({"money", "number"}),
    "balance": frozenset({"money", "number"}),
}
_TAX_WORDS: Final = frozenset(
    [
        "vat",
        "ust",
        "mwst",
        "umsatzsteuer",
        "mehrwertsteuer",
        "tva",
        "iva",
        "btw",
        "tax",
        "gst",
        "moms",
        "steuer",
        "taxes",
    ]
)
_EXCLUDING: Final = frozenset(
    [
        "excl",
        "exkl",
        "exclusive",
        "excluding",
        "exc",
        "ex",
        "ohne",
        "hors",
        "sans",
        "senza",
        "sin",
        "sem",
        "zonder",
        "zzgl",
    ]
)
_SPLIT: Final = re.compile(r"[\s/:()\[\]|,;]+")

_HYPHENS: Final = ("-", "\u00ad", "\ufffe")

SURE: Final = 0.7
"""A match of at least this names the column."""


def own_key(index: int) -> str:
    """Key of a template column whose role is none of the known ones."""
    return f"column:{index}"


def roles_of(columns: Sequence[Column]) -> tuple[str, ...]:
    """For each template column its key: the known role that its name, title or labels show, else its own.

    No two columns get the same key: the first one keeps the role, since one printed column cannot feed both.
    """
    keys: list[str] = []
    for index, column in enumerate(columns):
        role = _role_of(column)
        keys.append(role if role is not None and role not in keys else own_key(index))
    return tuple(keys)


def _role_of(column: Column) -> str | None:
    for text in (column.name, column.title or ""):
        folded = fold(text)
        for role, types in _ROLE_TYPES.items():
            if folded and column.type in types and (folded == fold(role) or folded in ROLE_WORDS[role]):
                return role
    votes = {
        role: sum(fold(label) in ROLE_WORDS[role] for label in column.labels)
        for role, types in _ROLE_TYPES.items()
        if column.type in types
    }
    best = max(votes, key=lambda r: votes[r], default=None)
    return best if best is not None and 2 * votes[best] > len(column.labels) else None


class LabelBook:
    """Matches printed headers against the template's columns and the known roles.

    Attributes:
        keys: for each template column its key, see `roles_of`.
        asked: the same as a set.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.keys = roles_of(columns)
        self.asked = frozenset(self.keys)
        phrases: dict[str, dict[str, float]] = {}
        for role, words in ROLE_WORDS.items():
            for word in words:
                phrases.setdefault(word, {})[role] = 0.95
        for key, column in zip(self.keys, columns, strict=True):
            for label in (*column.labels, column.title or "", column.name):
                folded = fold(label)
                if folded:
                    # The template's own words rule out other readings of the same print, but for short ones.
                    if len(folded) > 2:
                        others = phrases.get(folded, {})
                        phrases[folded] = {
                            k: s * (0.9 if k == "article" else 0.8) for k, s in others.items() if k != key
                        }
                    phrases.setdefault(folded, {})[key] = 1.0
        for folded in [p for p, found in phrases.items() if len(found) > 1]:
            wanted = {k: s for k, s in phrases[folded].items() if k in self.asked}
            if wanted:  # an asked column before one that nobody asked for
                for key in phrases[folded]:
                    if key not in wanted:
                        phrases[folded][key] -= 0.1
        self._phrases = phrases
        self._long = [p for p in phrases if len(p) >= 4]
        self._cache: dict[tuple[str, bool], dict[str, float]] = {}

    def knows(self, folded: str) -> bool:
        """Whether a folded word is by itself the name of a column."""
        return folded in self._phrases

    def may_continue(self, folded: str) -> bool:
        """Whether a folded word may stand in the second line of a column's name."""
        return folded in self._phrases or folded in HEADER_TOKENS or folded in NOISE_TOKENS or len(folded) <= 1

    def match(self, text: str, *, tolerant: bool = True) -> dict[str, float]:
        """Keys that the printed header `text` may name, with how well it does, 0..1.

        Args:
            text: words of one header cell, joined by spaces.
            tolerant: also look for slips of recognition; slower.
        """
        found = self._cache.get((text, tolerant))
        if found is None:
            if len(self._cache) > 20_000:
                self._cache.clear()
            found = self._cache[text, tolerant] = self._match(text, tolerant)
        return found

    def _match(self, text: str, tolerant: bool) -> dict[str, float]:
        folded = fold(text)
        if not folded or len(folded) > 48:
            return {}
        if text.endswith(_HYPHENS) and len(text) > 1 and folded not in self._phrases:
            return {}  # the word goes on in the next line
        if folded in self._phrases:
            return self._phrases[folded]
        tokens = [t for t in (fold(w) for w in _SPLIT.split(text)) if t]
        if any(t.isdigit() for t in tokens):
            return {}
        gross = any(t in GROSS_TOKENS for t in tokens)
        excluding = any(t in _EXCLUDING for t in tokens)
        core = [
            t
            for t in tokens
            if t not in NOISE_TOKENS
            and t not in GROSS_TOKENS
            and not ((gross or excluding) and t in _TAX_WORDS and len(tokens) > 2)
        ]
        joined = "".join(core)
        result: dict[str, float] = {}
        if joined and joined in self._phrases:
            result = {k: s * 0.97 for k, s in self._phrases[joined].items()}
        if not result and len(core) > 1:
            result = self._by_tokens(core)
        if not result:
            result = self._by_ending(joined or folded)
        if not result and len(tokens) == 1 and text.rstrip(" :").endswith("."):
            result = self._by_abbreviation(folded)
        if not result and tolerant and len(folded) >= 4:
            result = self._by_likeness(joined if len(joined) >= 4 else folded)
        if gross and result.get("amount", 0.0) >= SURE and "gross" not in self.asked:
            result = {**result, "gross": result["amount"], "amount": result["amount"] * 0.8}
        return result

    def _by_tokens(self, tokens: list[str]) -> dict[str, float]:
        """The longest run of the header's words that is a known name; the more of it is covered the better."""
        if len(tokens) == 2:
            price, unit = (self._phrases.get(t, {}) for t in tokens)
            if "unit_price" in price and "unit" in unit:
                return {"unit_price": 0.95}
        whole = sum(map(len, tokens))
        for size in range(len(tokens) - 1, 0, -1):
            found: dict[str, float] = {}
            for start in range(len(tokens) - size, -1, -1):
                run = "".join(tokens[start : start + size])
                if len(run) < 3:
                    continue
                left = tokens[:start] + tokens[start + size :]
                rest: dict[str, float] = {}
                for other in ("".join(left), *left):
                    rest.update(self._phrases.get(other, {}))
                for key, score in self._phrases.get(run, {}).items():
                    if key != "other":
                        # "Quantity Price" are two names, not a longer one.
                        doubt = 0.75 if rest and key not in rest and "other" not in rest else 1.0
                        share = 0.6 + 0.27 * len(run) / whole
                        found[key] = max(found.get(key, 0.0), doubt * score * share)
            if found:
                return found
        return {}

    def _by_ending(self, folded: str) -> dict[str, float]:
        """German and Dutch compounds end in what they are: "Artikelbezeichnung", "Rechnungsbetrag"."""
        for size in range(len(folded) - 1, 4, -1):
            found = self._phrases.get(folded[-size:])
            if found:
                share = 0.6 + 0.3 * size / len(folded)
                return {k: s * share for k, s in found.items() if k != "other"}
        return {}

    def _by_abbreviation(self, folded: str) -> dict[str, float]:
        """An abbreviation such as "Aant." is short for the names that begin so, if these mean one thing."""
        if len(folded) < 3:
            return {}
        keys = {k for p, found in self._phrases.items() if p.startswith(folded) and len(p) <= 16 for k in found}
        keys -= {"other"}
        wanted = keys & self.asked or keys
        return dict.fromkeys(wanted, 0.8) if len(wanted) == 1 else {}

    def _by_likeness(self, folded: str) -> dict[str, float]:
        best = process.extractOne(folded, self._long, scorer=fuzz.ratio, score_cutoff=80.0)
        if best is None:
            return {}
        return {k: s * 0.9 * best[1] / 100.0 for k, s in self._phrases[best[0]].items()}


@lru_cache(maxsize=64)
def label_book(columns: tuple[Column, ...]) -> LabelBook:
    """The book of a template's columns; made once."""
    return LabelBook(columns)
