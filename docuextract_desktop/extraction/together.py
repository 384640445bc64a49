"""The candidates of all kinds of a document as one set: what does not depend on the kind is worked out once for all.

A kind has fifty candidates or a few hundred; on so few most of the time of a step goes into calling it. So a document's
kinds are laid end to end, looked at together, and taken apart again by rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from docuextract_desktop.extraction.candidates import CandidateSet


@dataclass(frozen=True, eq=False)
class Together:
    """The candidates of some kinds, end to end.

    Attributes:
        kinds: each kind by itself.
        every: all of them as one set, whose own `kind` means nothing; reading order holds within a kind only.
        rows: per kind the rows of `every` that are its own.
    """

    kinds: tuple[CandidateSet, ...]
    every: CandidateSet
    rows: tuple[slice, ...]

    @classmethod
    def of(cls, kinds: Sequence[CandidateSet]) -> Together:
        """Lay `kinds`, one or more, end to end."""
        ends = np.cumsum([len(found) for found in kinds]).tolist()
        rows = tuple(slice(end - len(found), end) for found, end in zip(kinds, ends, strict=True))
        return cls(tuple(kinds), kinds[0] if len(kinds) == 1 else _end_to_end(kinds), rows)


def _end_to_end(kinds: Sequence[CandidateSet]) -> CandidateSet:
    parts_before = np.cumsum([0, *(len(found.part) for found in kinds)]).tolist()
    starts = [found.part_start[:-1] + before for found, before in zip(kinds, parts_before, strict=False)]
    return CandidateSet(
        kind="",
        parts=tuple(chain.from_iterable(found.parts for found in kinds)),
        texts=tuple(chain.from_iterable(found.texts for found in kinds)),
        values=tuple(chain.from_iterable(found.values for found in kinds)),
        currencies=tuple(chain.from_iterable(found.currencies for found in kinds)),
        page=np.concatenate([found.page for found in kinds]),
        line=np.concatenate([found.line for found in kinds]),
        box=np.concatenate([found.box for found in kinds]),
        part=np.concatenate([found.part for found in kinds]),
        part_box=np.concatenate([found.part_box for found in kinds]),
        part_start=np.concatenate([*starts, parts_before[-1:]]).astype(np.int32),
        t0=np.concatenate([found.t0 for found in kinds]),
        t1=np.concatenate([found.t1 for found in kinds]),
        confidence=np.concatenate([found.confidence for found in kinds]),
        readings=np.concatenate([found.readings for found in kinds]),
        quality=np.concatenate([found.quality for found in kinds]),
    )
