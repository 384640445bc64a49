"""What a template was taught, in the form that extraction uses: weights and remembered places.

Well under a megabyte, small enough to hand to every worker; as plain bytes, never pickle.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docuextract_desktop.extraction.features.slots import COLUMNS
from docuextract_desktop.extraction.packing import pack, unpack
from docuextract_desktop.extraction.ranking.memory import Neighbours, Remembered
from docuextract_desktop.extraction.ranking.ranker import WIDTH
from docuextract_desktop.extraction.words.tokens import Floats

KNOWLEDGE_VERSION = "knowledge-1"
MEMORY_START = (5.0, 2.0)
"""Weights of the memory before anything was fitted."""

_KNOWLEDGE = b"DXK1"


@dataclass(frozen=True, eq=False)
class Knowledge:
    """What a template was taught.

    Attributes:
        template_id, template_version: the template it was fitted for.
        weights: field name → float32 (WIDTH,), added to the shipped knowledge.
        taught: field name → number of documents that taught it.
        remembered: places in taught documents.
    """

    template_id: str
    template_version: int = 1
    weights: dict[str, Floats] = field(default_factory=dict)
    taught: dict[str, int] = field(default_factory=dict)
    remembered: tuple[Remembered, ...] = ()

    @cached_property
    def neighbours(self) -> Neighbours:
        """The taught documents, to be asked which of them look like another one."""
        return Neighbours(self.remembered)

    def to_bytes(self) -> bytes:
        """Plain bytes, small enough to hand to every worker."""
        arrays: dict[str, NDArray[Any]] = {}
        for number, weights in enumerate(self.weights.values()):
            at = np.flatnonzero(weights[:COLUMNS])
            arrays[f"at{number}"] = at.astype(np.uint16)
            arrays[f"by{number}"] = weights[at].astype(np.float32)
            arrays[f"dense{number}"] = weights[COLUMNS:].astype(np.float32)
        for number, seen in enumerate(self.remembered):
            arrays[f"layout{number}"] = seen.layout
            for place, (name, slots) in enumerate(seen.right.items()):
                arrays[f"right{number}/{place}"] = slots
                assert name == list(seen.right)[place]  # noqa: S101  (order is what ties the two together)
        plain = {
            "version": KNOWLEDGE_VERSION,
            "template": [self.template_id, self.template_version],
            "weights": list(self.weights),
            "taught": self.taught,
            "remembered": [[r.document_id, list(r.right)] for r in self.remembered],
        }
        return pack(_KNOWLEDGE, plain, arrays)

    @staticmethod
    def from_bytes(blob: bytes) -> Knowledge:
        """Inverse of `to_bytes`.

        Raises:
            ValueError: other bytes, damaged ones, or of another version.
        """
        plain, arrays = unpack(_KNOWLEDGE, blob)
        if plain["version"] != KNOWLEDGE_VERSION:
            raise ValueError("knowledge of another version of the program")
        weights = {}
        for number, name in enumerate(plain["weights"]):
            vector = np.zeros(WIDTH, np.float32)
            vector[arrays[f"at{number}"]] = arrays[f"by{number}"]
            vector[COLUMNS:] = arrays[f"dense{number}"]
            weights[name] = vector
        remembered = tuple(
            Remembered(
                document_id=document_id,
                layout=arrays[f"layout{number}"],
                right={name: arrays[f"right{number}/{place}"] for place, name in enumerate(names)},
            )
            for number, (document_id, names) in enumerate(plain["remembered"])
        )
        return Knowledge(plain["template"][0], plain["template"][1], weights, plain["taught"], remembered)
