"""Taught layouts: a candidate that stands where the right one stood on a document of the same form is likely right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.features import Slots
from docuextract_desktop.extraction.tokens import Floats

_NEIGHBOURS = 5
"""How many of the taught documents that look most alike are asked."""
_LEAST = 0.05
"""Layouts that share less than this are strangers."""


@dataclass(frozen=True, eq=False)
class Remembered:
    """What is kept of one taught document.

    Attributes:
        document_id: its SHA-256.
        layout: sorted uint32, see `Prepared.layout`.
        right: field name → slots of the right candidates, uint16 (k, slots); an empty array: said to be absent.
    """

    document_id: str
    layout: NDArray[np.uint32]
    right: dict[str, Slots]


def layout_similarity(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> float:
    """Share of words in the same places, 0..1 (Jaccard)."""
    if not len(a) or not len(b):
        return 0.0
    if len(a) > len(b):
        a, b = b, a
    at = np.minimum(np.searchsorted(b, a), len(b) - 1)  # both are sorted and without doubles
    common = int((b[at] == a).sum())
    return common / (len(a) + len(b) - common)


def nearest(
    layout: NDArray[np.uint32], taught: Sequence[Remembered], skip: str | None
) -> list[tuple[float, Remembered]]:
    """The taught documents that look most like `layout`, with their similarity; `skip` is left out."""
    alike = [(layout_similarity(layout, r.layout), r) for r in taught if r.document_id != skip]
    alike = [pair for pair in alike if pair[0] >= _LEAST]
    alike.sort(key=lambda pair: -pair[0])
    return alike[:_NEIGHBOURS]


def recall(field: str, slots: Slots, alike: Sequence[tuple[float, Remembered]]) -> Floats:
    """Memory of candidates, float32 (n, 2): the strongest recollection, and it again where it is the best."""
    n = len(slots)
    strength = np.zeros(n, np.float32)
    ones = np.ones(slots.shape[1], np.float32)  # a product counts what is equal in half the time of a mean
    for similarity, remembered in alike:
        right = remembered.right.get(field)
        if right is None or right.ndim != 2 or not len(right) or right.shape[1] != slots.shape[1]:
            continue
        for row in right[:3]:
            same = ((slots == row) @ ones).astype(np.float64) / len(ones)
            np.maximum(strength, np.sqrt(similarity) * same, out=strength)
    top = float(strength.max()) if n else 0.0
    return np.stack([strength, np.where(strength >= top - 1e-6, strength, 0) if top > 0 else strength], axis=1)
