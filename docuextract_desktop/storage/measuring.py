"""Proposals beside what people decided: what accuracy is measured from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from docuextract_desktop.storage.database import Session


@dataclass(frozen=True, slots=True)
class ReviewedValue:
    """A value of a document about which a person decided something.

    Attributes:
        original: the value as it was proposed when the document was read, as plain data.
        decided: the value that the newest standing decision about it made, or None where nobody decided about it.
    """

    template_version: int
    item_id: str
    field: str
    original: Any
    decided: Any


def reviewed_values(session: Session, template_id: str) -> list[ReviewedValue]:
    """Every value of the documents of a template with at least one standing decision.

    The original is what the first decision found, unless a correction elsewhere had changed it before that; what nobody
    changed is its own original. Of a document that was done anew, only decisions since then count.
    """
    rows = session.all(
        "SELECT t.version, v.item_id, v.name, v.body,"
        " (SELECT d.before FROM decisions AS d WHERE d.item_id = v.item_id AND d.field = v.name"
        "   AND d.made_at >= r.stored_at ORDER BY d.id LIMIT 1) AS first_before,"
        " (SELECT d.after FROM decisions AS d WHERE d.item_id = v.item_id AND d.field = v.name"
        "   AND d.undone_by IS NULL AND d.action <> 'undo' AND d.made_at >= r.stored_at ORDER BY d.id DESC LIMIT 1)"
        "   AS decided,"
        " (SELECT c.before FROM reproposal_changes AS c JOIN reproposals AS p ON p.id = c.reproposal_id"
        "   WHERE c.item_id = v.item_id AND c.field = v.name AND p.made_at >= r.stored_at ORDER BY c.id LIMIT 1)"
        "   AS reproposed_before"
        " FROM results AS r JOIN items AS i ON i.id = r.item_id JOIN batches AS b ON b.id = i.batch_id"
        " JOIN template_versions AS t ON t.id = b.template_version_id"
        " JOIN field_values AS v ON v.item_id = r.item_id"
        " WHERE t.template_id = ? AND EXISTS (SELECT 1 FROM decisions AS d WHERE d.item_id = r.item_id"
        "   AND d.undone_by IS NULL AND d.action <> 'undo' AND d.made_at >= r.stored_at)"
        " ORDER BY t.version, i.sequence, v.position",
        (template_id,),
    )
    found = []
    for row in rows:
        # A document is not proposed anew where a person has decided, so what came first is what was proposed first.
        original = row["reproposed_before"] or row["first_before"] or row["body"]
        decided = row["decided"]
        found.append(
            ReviewedValue(
                template_version=row["version"],
                item_id=row["item_id"],
                field=row["name"],
                original=json.loads(original),
                decided=None if decided is None else json.loads(decided),
            )
        )
    return found
