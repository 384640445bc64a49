"""Template versions: a batch keeps the very template that it started with."""

from __future__ import annotations

import hashlib

from docuextract_desktop.storage.database import Session
from docuextract_desktop.templates.models import Template


def keep(session: Session, template: Template, *, now: float) -> int:
    """Store `template` where this very content is not stored yet; its row id."""
    body = template.model_dump_json()
    digest = hashlib.sha256(body.encode()).hexdigest()
    found = session.value(
        "SELECT id FROM template_versions WHERE template_id = ? AND version = ? AND body_sha256 = ?",
        (template.id, template.version, digest),
    )
    if found is not None:
        return int(found)
    return session.insert(
        "INSERT INTO template_versions (template_id, version, name, body, body_sha256, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (template.id, template.version, template.name, body, digest, now),
    )


def newest_body(session: Session, template_id: str, version: int) -> str | None:
    """The template of that id and version, as JSON, as a batch kept it last; None where none did."""
    found = session.value(
        "SELECT body FROM template_versions WHERE template_id = ? AND version = ? ORDER BY id DESC LIMIT 1",
        (template_id, version),
    )
    return None if found is None else str(found)


def forget_unused(session: Session) -> int:
    """Delete the versions that no batch refers to; how many."""
    return session.execute("DELETE FROM template_versions WHERE id NOT IN (SELECT template_version_id FROM batches)")
