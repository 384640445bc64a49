"""Templates that are being written and were not saved yet, as JSON text; each goes when it is saved or given up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from docuextract_desktop.storage.database import Database


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A draft as it was when it was changed last.

    Attributes:
        id: of the piece of work that it belongs to.
        template_id: of the template that it changes; empty for a new one.
        base_version: the version that it changes; None for a new template.
        body: as `templates.draft_serial` writes it.
        changed_at: UNIX seconds.
    """

    id: str
    template_id: str
    base_version: int | None
    body: str
    changed_at: float


class DraftStore:
    """The unsaved drafts of one data folder. Any thread may use it."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def keep(self, draft_id: str, template_id: str, base_version: int | None, body: str) -> None:
        """Store a draft in place of what was stored under its id; see `KeptDraft`.

        Raises:
            StorageUnavailableError: it could not be stored.
        """
        with self._database.transaction() as session:
            session.execute(
                "INSERT INTO template_drafts (id, template_id, base_version, body, changed_at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET template_id = excluded.template_id,"
                " base_version = excluded.base_version, body = excluded.body, changed_at = excluded.changed_at",
                (draft_id, template_id, base_version, body, self._clock()),
            )

    def newest(self, template_id: str, *, but: str = "") -> KeptDraft | None:
        """The draft of a template that was changed last, or None.

        Args:
            template_id: empty for those of new templates.
            but: id of a draft that does not count.
        """
        with self._database.reading() as session:
            row = session.one(
                "SELECT id, template_id, base_version, body, changed_at FROM template_drafts"
                " WHERE template_id = ? AND id <> ? ORDER BY changed_at DESC, id LIMIT 1",
                (template_id, but),
            )
        return None if row is None else KeptDraft(*row)

    def forget(self, *draft_ids: str) -> None:
        """Delete drafts: they were saved or given up."""
        with self._database.transaction() as session:
            session.many("DELETE FROM template_drafts WHERE id = ?", [(draft_id,) for draft_id in draft_ids])

    def forget_template(self, template_id: str) -> None:
        """Delete all drafts of a template: it was deleted itself."""
        with self._database.transaction() as session:
            session.execute("DELETE FROM template_drafts WHERE template_id = ?", (template_id,))
