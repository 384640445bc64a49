"""Which unflagged values are put before a person: a random sample, the same whenever it is drawn again."""

from __future__ import annotations

import hashlib

from docuextract_desktop.extraction.models import Extraction


def sample(item_id: str, extraction: Extraction, share: float) -> list[str]:
    """Names of the fields to audit of a document that was done.

    Each value that was found and not flagged has the same chance, whatever the others do. Tables are left out: they
    are many values, and looking at them takes long.

    Args:
        item_id: made at random when the batch was; seeds the choice.
        extraction: its values.
        share: 0..1.
    """
    return [
        value.name
        for value in extraction.fields
        if value.value is not None and not value.needs_review and _draw(item_id, value.name) < share
    ]


def _draw(item_id: str, field: str) -> float:
    """A number from 0 to 1, without 1."""
    digest = hashlib.sha256(f"{item_id}/{field}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
