"""What goes: batches, on demand or after the time set for keeping them, with their words, and really; and caches."""

from __future__ import annotations

import logging
from collections.abc import Collection

from docuextract_desktop.errors import StorageUnavailableError
from docuextract_desktop.jobs.queue import Queue
from docuextract_desktop.storage import batches, events, lessons, prepared
from docuextract_desktop.storage.opening import automatic_backups

EVENTS_KEPT_S = 30 * 86_400.0
"""Events older than this are forgotten: no cursor is that old."""

TRIMMED_TO = 0.9
"""Where prepared documents take more than they may, they are cut down to this share of it, so that it lasts a while."""
TRIMMED_AT_ONCE = 250
"""So many are deleted in one transaction: what is deleted is overwritten, and nobody should wait long for that."""

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


def trim_prepared(queue: Queue) -> int:
    """Delete prepared documents where they take more than the settings allow; how many.

    Nothing is lost by it: they are prepared anew from their words when they are wanted.
    """
    most = queue.settings.get().prepared_bytes
    with queue.database.reading() as session:
        taken = prepared.total_bytes(session)
        if taken <= most:
            return 0
        all_of_them = prepared.least_needed_first(session)
    going: list[prepared.PreparedSize] = []
    for one in all_of_them:
        if taken <= most * TRIMMED_TO:
            break
        going.append(one)
        taken -= one.size_bytes
    for start in range(0, len(going), TRIMMED_AT_ONCE):
        with queue.database.transaction(durable=False) as session:
            prepared.forget(session, going[start : start + TRIMMED_AT_ONCE])
        queue.heartbeat()  # others must not take this program for dead meanwhile
    _log.info("deleted %d prepared documents, to be prepared anew when they are wanted", len(going))
    return len(going)


def keep_house(queue: Queue) -> None:
    """Both of these, for whoever calls it by the hour: what goes wrong is logged and tried again later."""
    try:
        apply_retention(queue)
        trim_prepared(queue)
    except StorageUnavailableError as error:
        _log.warning("what is old was not deleted: %s", error)
