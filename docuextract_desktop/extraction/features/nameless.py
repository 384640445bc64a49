"""Texts that are nobody's name, whatever stands around them: titles, labels, the names of columns."""

from __future__ import annotations

import numpy as np

from docuextract_desktop.extraction.candidates.find import Spans
from docuextract_desktop.extraction.features.word_classes import labelling_words_before
from docuextract_desktop.extraction.tables.lexicon import ROLE_WORDS, fold
from docuextract_desktop.extraction.words.tokens import Bools, TokenView

_COLUMN_NAMES = frozenset(name for names in ROLE_WORDS.values() for name in names)
_LONGEST = max(map(len, _COLUMN_NAMES))


def nobodys_name(view: TokenView, found: Spans) -> Bools:
    """Which candidates only say what the document is or what stands beside or below them: bool (n,).

    That is, `TAX INVOICE`, `Invoice No.`, `Unit price`; but not `Kunden AG`, whose last word makes it a firm.
    """
    before = labelling_words_before(view)
    labelling = before.take(found.t1, mode="clip") - before.take(found.t0, mode="clip")
    words = np.maximum(found.t1 - found.t0, 1)
    columns = [len(text) < 2 * _LONGEST and fold(text) in _COLUMN_NAMES for text in found.texts]
    return np.asarray((labelling >= words) | np.array(columns, np.bool_), np.bool_)
