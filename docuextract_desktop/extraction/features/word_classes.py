"""How many words of each class of the lexicon a candidate holds."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from docuextract_desktop.extraction.candidates.find import Spans
from docuextract_desktop.extraction.words import lexicon
from docuextract_desktop.extraction.words.tokens import Bools, Ints, TokenView

COMPANY, BUSINESS, ADDRESS, CONTACT, TOTAL, TITLE, PARTICULAR, ROUNDING = range(8)
_WORD_CLASSES = (
    lexicon.COMPANY_HASHES,
    lexicon.BUSINESS_HASHES,
    lexicon.ADDRESS_HASHES,
    lexicon.CONTACT_HASHES,
    lexicon.TOTAL_HASHES,
    lexicon.TITLE_HASHES,
    lexicon.PARTICULAR_HASHES,
    lexicon.ROUNDING_HASHES,
)
_KNOWN = np.array(sorted(frozenset().union(*_WORD_CLASSES)), np.uint32)
_CLASSES_OF_KNOWN = np.array([[word in words for word in _KNOWN.tolist()] for words in _WORD_CLASSES])

_LOWER_HALF = np.uint32(0xFFFF)
_LOWER_HALVES = np.zeros(0x10000, np.bool_)  # which lower halves hashes of known words have
_LOWER_HALVES[_KNOWN & _LOWER_HALF] = True

_LABELLING = frozenset({TITLE, PARTICULAR})


@lru_cache(maxsize=2)
def classes_of_tokens(view: TokenView) -> Bools:
    """Which classes each token's word is in: bool (classes, t); kept for all that ask."""
    within = np.zeros((len(_WORD_CLASSES), len(view.token)), np.bool_)
    maybe = _LOWER_HALVES.take(view.token_hash & _LOWER_HALF).nonzero()[0]  # most words are in no class
    hashes = view.token_hash[maybe]
    at = np.minimum(_KNOWN.searchsorted(hashes), len(_KNOWN) - 1)
    within[:, maybe] = _CLASSES_OF_KNOWN.take(at, axis=1) & (_KNOWN[at] == hashes)
    return within


@lru_cache(maxsize=2)
def words_before(view: TokenView) -> Ints:
    """How many words of each class stand before each token: int32 (classes, t + 1); kept for all kinds."""
    hit = classes_of_tokens(view).copy()
    hit[list(_LABELLING)] &= ~before_legal_form(view)
    before = np.zeros((len(_WORD_CLASSES), len(view.token) + 1), np.int32)
    np.cumsum(hit, axis=1, out=before[:, 1:])
    return before


def labelling_words_before(view: TokenView) -> Ints:
    """How many words that title or label things stand before each token: int32 (t + 1,)."""
    labels = classes_of_tokens(view)[list(_LABELLING)].any(axis=0) & ~before_legal_form(view)
    return np.concatenate([[0], np.cumsum(labels)]).astype(np.int32)


@lru_cache(maxsize=2)
def before_legal_form(view: TokenView) -> Bools:
    """Words right before a legal form are names, whatever else they mean (`Kunden AG`): bool (t,)."""
    company = classes_of_tokens(view)[COMPANY]
    named = np.zeros(len(view.token), np.bool_)
    named[:-1] = company[1:] & (view.token_line[1:] == view.token_line[:-1])
    return named


def membership(view: TokenView, found: Spans) -> Ints:
    """How many tokens of each candidate belong to each class of words: int32 (classes, n)."""
    before = words_before(view)
    members: Ints = before.take(found.t1, axis=1, mode="clip")  # a candidate without tokens begins behind the last one
    members -= before.take(found.t0, axis=1, mode="clip")
    return members
