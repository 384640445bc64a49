"""Taught layouts: a candidate that stands where the right one stood on a document of the same form is likely right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.features.slots import Slots
from docuextract_desktop.extraction.words.tokens import Floats

if TYPE_CHECKING:
    from docuextract_desktop.extraction.features.prepared import Prepared

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


# --- again and again ------------------------------------------------------------------------------------------------
#
# A batch is proposed anew after every decision, and mostly one taught document has come or changed since. What is kept
# here per prepared document gives exactly what asking afresh gives; a race between threads costs the work twice.

Alike = Sequence[tuple[float, Remembered]]
_Layouts = dict[int, NDArray[np.uint32]]


@dataclass(frozen=True, slots=True)
class _Known:
    """The layouts that a document was compared with, by their identity, and those of them that share enough with it."""

    layouts: _Layouts
    similar: dict[int, float]


_known: WeakKeyDictionary[Prepared, _Known] = WeakKeyDictionary()
_recalled: WeakKeyDictionary[Prepared, dict[str, tuple[object, Floats]]] = WeakKeyDictionary()


class Neighbours:
    """The taught documents, for asking which of them look most like one document after another.

    Args:
        taught: all of them.
    """

    def __init__(self, taught: Sequence[Remembered]) -> None:
        self._layouts: _Layouts = {id(one.layout): one.layout for one in taught}
        self._by_layout: dict[int, list[tuple[int, Remembered]]] = {}
        for place, one in enumerate(taught):
            self._by_layout.setdefault(id(one.layout), []).append((place, one))
        # What came and went since some earlier state, which is mostly the same for every document of a batch.
        self._since: tuple[_Layouts, tuple[int, ...], tuple[int, ...]] = ({}, tuple(self._layouts), ())

    def of(self, prepared: Prepared) -> Alike:
        """Those that look most like a document, with their similarity, the most alike first; itself left out."""
        known = _known.get(prepared)
        similar = self._similar(prepared, known)
        if known is None or known.layouts is not self._layouts:
            _known[prepared] = _Known(self._layouts, similar)
        found = [
            (-similarity, place, one)
            for key, similarity in similar.items()
            for place, one in self._by_layout[key]
            if one.document_id != prepared.document_id
        ]
        found.sort(key=lambda entry: entry[:2])
        return [(-negative, one) for negative, _, one in found[:_NEIGHBOURS]]

    def _similar(self, prepared: Prepared, known: _Known | None) -> dict[int, float]:
        if known is None:
            came, similar = tuple(self._layouts), {}
        elif known.layouts is self._layouts:
            return known.similar
        else:
            before, came, gone = self._since
            if before is not known.layouts:
                before = known.layouts
                came = tuple(key for key in self._layouts if key not in before)
                gone = tuple(key for key in before if key not in self._layouts)
                self._since = (before, came, gone)
            similar = dict(known.similar)
            for key in gone:
                similar.pop(key, None)
        for key in came:
            similarity = layout_similarity(prepared.layout, self._layouts[key])
            if similarity >= _LEAST:
                similar[key] = similarity
        return similar


def recall_again(prepared: Prepared, field: str, slots: Slots, alike: Alike) -> Floats:
    """As `recall`, for the candidates of a field of a prepared document; the result is not to be written to."""
    asked = tuple(
        (similarity, None if (right := one.right.get(field)) is None else (right.shape, right[:3].tobytes()))
        for similarity, one in alike
    )
    kept = _recalled.setdefault(prepared, {})
    found = kept.get(field)
    if found is None or found[0] != asked:
        memory = recall(field, slots, alike)
        memory.flags.writeable = False
        found = kept[field] = (asked, memory)
    return found[1]
