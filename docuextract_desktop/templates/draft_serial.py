"""Drafts as JSON text and back, to be kept until they are saved: whole, also where they are no valid template yet."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from docuextract_desktop.templates.drafting import Draft

FORM: Final = 1
"""Counted up where an older program could not read the text."""


def draft_to_text(draft: Draft) -> str:
    """A draft as JSON text. Keys of entries are left out: they mean nothing in another process."""
    plain = _adapter().dump_python(draft, mode="json")
    plain["entries"] = [_without_keys(entry) for entry in plain["entries"]]
    return json.dumps({"form": FORM, "draft": plain}, ensure_ascii=False)


def draft_from_text(text: str) -> Draft | None:
    """Inverse of `draft_to_text`, with new keys; None for text of another form, or damaged text."""
    try:
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("form") != FORM:
            return None
        return _adapter().validate_python(data["draft"])
    except (ValueError, KeyError, ValidationError):
        return None


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Draft]:
    return TypeAdapter(Draft)


def _without_keys(entry: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in entry.items() if name != "key"}
    kept["columns"] = [_without_keys(column) for column in entry["columns"]]
    return kept
