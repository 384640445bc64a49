"""Batches that go: deleted on demand or after the time set for keeping them, with their words, and really."""

from __future__ import annotations

import logging
from collections.abc import Collection

from docuextract_desktop.errors import StorageUnavailableError
from docuextract_desktop.jobs.queue import Queue
from docuextract_desktop.storage import batches, events, lessons, prepared
from docuextract_desktop.storage.opening import automatic_backups

EVENTS_KEPT_S = 30 * 86_400.0
"""Events older than this are forgotten: no cursor is that old."""

_log = logging.getLogger(__name__)


def purge(queue: Queue, batch_ids: Collection[str], *, taught: bool = False) -> int:
    """Delete batches so that nothing of their documents can be read from the data folder any more.

    Deleted content is overwritten in the database (secure_delete), the write-ahead log is emptied, and copies that the
    program made by itself go, too. What was taught stays, with its words, unless `taught`. Copies that a person
    made stay. The files themselves were never copied and are not touched.

    Args:
        queue: of the data folder.
        batch_ids: those that do not exist are passed over.
        taught: also forget what the documents taught their templates, unless another batch holds them.

    Returns:
        How many batches were deleted.
    """
    deleted = 0
    with queue.database.transaction() as session:
        for batch_id in batch_ids:
            if batches.exists(session, batch_id):
                events.forget_batch(session, batch_id)
                queue.delete(batch_id)
                deleted += 1
        if taught:
            lessons.forget_unused(session)
            prepared.forget_unused(session)
    if deleted:
        for copy in automatic_backups(queue.database.path.parent):
            copy.unlink(missing_ok=True)
        queue.database.checkpoint()
        _log.info("deleted %d batches with their words and values", deleted)
    return deleted


def apply_retention(queue: Queue) -> int:
    """Delete what has ended longer ago than the settings keep it; how many batches. Without such a setting, none."""
    now = queue.clock()
    days = queue.settings.get().retention_days
    with queue.database.transaction(durable=False) as session:
        events.forget_before(session, now - EVENTS_KEPT_S)
        old = [] if days is None else batches.ended_before(session, now - days * 86_400.0)
    return purge(queue, old) if old else 0


def keep_house(queue: Queue) -> None:
    """`apply_retention` for whoever calls it by the hour: what goes wrong is logged and tried again later."""
    try:
        apply_retention(queue)
    except StorageUnavailableError as error:
        _log.warning("old batches were not deleted: %s", error)
