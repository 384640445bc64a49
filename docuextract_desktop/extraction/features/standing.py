"""What a candidate is in the make-up of the document: a label, a title, a party in its block, a code of known form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.candidates.find import CandidateSet, Spans
from docuextract_desktop.extraction.candidates.labels import LabelMatches
from docuextract_desktop.extraction.features.arithmetic import AMOUNT_KINDS, amounts_of, coin_rounding, sums_of
from docuextract_desktop.extraction.features.blocks import again_in_small_print, blocks_of
from docuextract_desktop.extraction.features.edges import edge_slots
from docuextract_desktop.extraction.features.ranks import repeats_of
from docuextract_desktop.extraction.features.steps import steps
from docuextract_desktop.extraction.features.word_classes import (
    ADDRESS,
    COMPANY,
    PARTICULAR,
    ROUNDING,
    TITLE,
    before_legal_form,
    membership,
    words_before,
)  # fmt: skip
from docuextract_desktop.extraction.words.codes import VAT, code_form
from docuextract_desktop.extraction.words.tokens import Bools, Floats, Ints, TokenView
from docuextract_desktop.extraction.words.word_marks import BARE_HUNDREDTHS, hundredths_of


@dataclass(frozen=True, eq=False)
class Labels:
    """What of each candidate is itself a label of the template.

    Attributes:
        share: float32 (n,), how much of its tokens labels are made of.
        covers: int32 (n,): 0 it begins with none, 1 a label begins it, 2 a label is the whole of it.
    """

    share: Floats
    covers: Ints

    def of(self, rows: NDArray[np.intp]) -> Labels:
        """Those of some candidates."""
        return Labels(self.share[rows], self.covers[rows])


def labels_in(view: TokenView, found: Spans, matches: LabelMatches) -> Labels:
    """Find labels, of whichever field, that candidates begin with or consist of."""
    n, count = len(found), len(view.token)
    covers = np.zeros(n, np.int32)
    if not n or not count:
        return Labels(np.zeros(n, np.float32), covers)
    t0, t1 = np.minimum(found.t0, count - 1), np.minimum(found.t1, count)
    word = matches.token_share.max(axis=0) if len(matches.token_share) else np.zeros(count)
    named = before_legal_form(view)
    before = _counted((word > 0.45) & ~named)
    share = ((before[t1] - before[t0]) / np.maximum(t1 - t0, 1)).astype(np.float32)
    reach = np.zeros(count, np.int64)  # where the longest label that begins at a token ends
    good = (matches.quality >= 0.8) & ~named[matches.stop - 1]
    np.maximum.at(reach, matches.start[good], matches.stop[good])
    reach = reach[t0]
    begins = reach > 0
    covers[begins & (reach <= t1)] = 1
    covers[begins & (reach >= t1)] = 2
    return Labels(share, covers)


def _counted(hit: Bools) -> Ints:
    """How many are hit before each: int32 (hits + 1,)."""
    before = np.zeros(len(hit) + 1, np.int32)
    np.cumsum(hit, out=before[1:])
    return before


def _any_within(hit: Bools, found: Spans) -> Bools:
    """Whether one of its tokens is hit, of each candidate: bool (n,)."""
    before = _counted(hit)
    return before.take(found.t1, mode="clip") > before.take(found.t0, mode="clip")


def standing_slots(view: TokenView, found: CandidateSet, labels: Labels) -> list[tuple[NDArray[Any], ...]]:
    """Slots that name no words and serve one kind of value: for each slot a few small numbers, each (n,)."""
    n = len(found)
    if found.kind in ("text", "address"):
        members = membership(view, found)
        company, address = members[COMPANY], members[ADDRESS]
        title, particular = members[TITLE], members[PARTICULAR]
        blocks = blocks_of(view)
        tokens = np.maximum(found.t1 - found.t0, 1)
        first, last = found.first_part, found.last_part
        begins, ends = view.word_segment[first[:, 0]], view.word_segment[last[:, 1] - 1]
        place, reach, over = blocks.place[ends], blocks.contact[ends], blocks.over[begins]
        own_place = np.minimum(blocks.place[begins], 1)
        again = again_in_small_print(view, found, blocks)
        known = _any_within(blocks.in_address, found)
        wordy = steps(title / tokens, 0.01, 0.5, 0.99)
        said = steps(particular / tokens, 0.01, 0.34, 0.6, 0.99)
        label = steps(labels.share, 0.01, 0.34, 0.6, 0.99)
        return [
            (wordy, np.minimum(tokens, 3)),
            (said, np.minimum(tokens, 3)),
            (label, np.minimum(tokens, 3)),
            (labels.covers,),
            (place,),
            (place, np.minimum(over, 2)),
            (place, reach),
            (over,),
            (own_place, np.minimum(address, 1)),
            (again,),
            (again, known),
            (known, place < 5),
            (place < 5, again, company > 0),
            (place < 5, np.minimum(over, 2), labels.covers > 0, wordy, said > 2),
            *edge_slots(view, found),
        ]
    if found.kind == "id":
        form = np.array(list(map(code_form, found.texts)), np.int32)
        among_vat = np.full(n, bool((form == VAT).any()))
        return [(form,), (form, among_vat), (form, np.minimum(_nth_of_its_kind(form), 2)), (labels.covers,)]
    if found.kind in AMOUNT_KINDS:
        bare = (view.word_marks & BARE_HUNDREDTHS).nonzero()[0].tolist()
        rounding = coin_rounding(amounts_of(found), hundredths_of(view.words[word] for word in bare))
        repeated = repeats_of(found) > 1
        paid = sums_of(found)[3]
        return [
            (rounding,),
            (rounding, repeated),
            (rounding, paid, repeated),
            (_on_line_of_rounding(view, found), amounts_of(found) >= 1, rounding > 0),
            (rounding > 0, rounding < 3, repeated | (paid > 0)),
        ]
    return []


_TERMS = (7, 8, 10, 14, 15, 20, 21, 28, 30, 31, 42, 45, 60, 61, 90)  # days within which bills are to be paid
_TERM_OF_DAYS = np.zeros(92, np.int32)  # the last one for all that is longer
_TERM_OF_DAYS[list(_TERMS)] = [2 if days > 21 else 1 for days in _TERMS]


def _nth_of_its_kind(form: Ints) -> Ints:
    """How many of the same form stand before each."""
    result = np.zeros(len(form), np.int32)
    for kind in set(form.tolist()):
        own = (form == kind).nonzero()[0]
        result[own] = np.arange(len(own))
    return result


def terms_between(found: CandidateSet) -> tuple[Ints, Ints]:
    """Whether another date lies a usual term of payment before, or after: 0 no, 1 days of 7 to 21, 2 longer ones."""
    days = []
    for at, value in enumerate(found.values):
        try:
            days.append(date.fromisoformat(value[:10]).toordinal())
        except ValueError:
            days.append(-(10**6) - 1000 * at)  # farther than any term from all others
    day = np.array(days, np.int64)
    apart = np.minimum(np.maximum(day[:, None] - day, 0), len(_TERM_OF_DAYS) - 1)
    term = _TERM_OF_DAYS[apart]
    return term.max(axis=1, initial=0), term.max(axis=0, initial=0)


def _on_line_of_rounding(view: TokenView, found: CandidateSet) -> Bools:
    """Whether a word for rounding stands before the candidate on its line: bool (n,)."""
    before = words_before(view)[ROUNDING]
    first = view.line_token_start[found.line]
    at = np.minimum(found.t0, len(view.token))
    return np.asarray(before[at] > before[np.minimum(first, at)], np.bool_)
