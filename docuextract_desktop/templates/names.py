"""Ids and names made of any text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Final

RESERVED: Final = frozenset({"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))})
"""Names that Windows keeps for devices, whatever their suffix."""

SAFE_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{0,63}")
"""Ids of templates and names of fields; safe as file names but for `RESERVED`."""

_SPELLED: Final = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "%": " percent ", "#": " no "})
_MAX: Final = 64


def _word(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower().translate(_SPELLED)).encode("ascii", "ignore").decode()
    return re.sub(r"_{2,}", "_", re.sub(r"[^a-z0-9_\-]+", "_", plain)).strip("_-")[:_MAX].rstrip("_-")


def safe_id(text: str) -> str:
    """An id of a template, safe as a file name: "Büro-Rechnung 2" gives "buro-rechnung_2"."""
    word = _word(text)
    if not word[:1].isalpha():
        word = f"template_{word}"[:_MAX].rstrip("_-")
    return f"{word}_template" if word in RESERVED else word


def safe_name(text: str, taken: Collection[str] = ()) -> str:
    """A name of a field that is not among `taken`: "Invoice No." gives "invoice_no", then "invoice_no_2"."""
    word = _word(text).replace("-", "_")
    if not word[:1].isalpha():
        word = f"field_{word}"[:_MAX].rstrip("_")
    name, number = word, 2
    while name in taken:
        suffix = f"_{number}"
        name, number = word[: _MAX - len(suffix)] + suffix, number + 1
    return name
