"""How many words of each class of the lexicon a candidate holds."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from docuextract_desktop.extraction import lexicon
from docuextract_desktop.extraction.candidates import Spans
from docuextract_desktop.extraction.tokens import Bools, Ints, TokenView

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


_LABELLING = frozenset({TITLE, PARTICULAR})


@lru_cache(maxsize=2)
def classes_of_tokens(view: TokenView) -> Bools:
    """Which classes each token's word is in: bool (classes, t); kept for all that ask."""
    at = np.minimum(np.searchsorted(_KNOWN, view.token_hash), len(_KNOWN) - 1)
    within: Bools = _CLASSES_OF_KNOWN[:, at]
    within &= _KNOWN[at] == view.token_hash
    return within


@lru_cache(maxsize=2)
def words_before(view: TokenView) -> Ints:
    """How many words of each class stand before each token: int32 (classes, t + 1); kept for all kinds."""
    hit = classes_of_tokens(view).copy()
    hit[list(_LABELLING)] &= ~before_legal_form(view)
    before = np.zeros((len(_WORD_CLASSES), len(view.token) + 1), np.int32)
    np.cumsum(hit, axis=1, out=before[:, 1:])
    return before


@lru_cache(maxsize=2)
def before_legal_form(view: TokenView) -> Bools:
    """Words right before a legal form are names, whatever else they mean (`Kunden AG`): bool (t,)."""
    company = classes_of_tokens(view)[COMPANY]
    named = np.zeros(len(view.token), np.bool_)
    named[:-1] = company[1:] & (view.token_line[1:] == view.token_line[:-1])
    return named


def membership(view: TokenView, found: Spans) -> Ints:
    """How many tokens of each candidate belong to each class of words: int32 (classes, n)."""
    before, last = words_before(view), len(view.token)
    members: Ints = before[:, np.minimum(found.t1, last)] - before[:, np.minimum(found.t0, last)]
    return members


def only_titles(view: TokenView, found: Spans) -> Bools:
    """Which candidates say what the document is and nothing else (`TAX INVOICE`): bool (n,)."""
    return np.asarray(membership(view, found)[TITLE] >= np.maximum(found.t1 - found.t0, 1), np.bool_)
