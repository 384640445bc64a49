"""Deleted means gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from queue_trial import FakeClock, outcome_for, request_for

from docuextract_desktop.jobs.housekeeping import apply_retention, keep_house, purge, trim_prepared
from docuextract_desktop.jobs.models import InputFile
from docuextract_desktop.jobs.queue import Queue
from docuextract_desktop.storage import lessons, prepared
from docuextract_desktop.storage.lessons import LessonRow
from docuextract_desktop.storage.opening import backup_folder
from docuextract_desktop.storage.prepared import PreparedKey

Files = Callable[..., tuple[InputFile, ...]]
PRIVATE = "Zyxwvutsrq"


def finished(queue: Queue, files: tuple[InputFile, ...], value: str = "x") -> str:
    batch = queue.create_batch(request_for(files, name=f"batch of {value}"))
    while (claim := queue.claim()) is not None:
        queue.finish(claim, outcome_for(claim, value=value))
    return batch


def stored_bytes(queue: Queue) -> Iterator[bytes]:
    return (path.read_bytes() for path in Path(queue.database.path.parent).glob("docuextract.db*"))


def test_nothing_of_a_purged_batch_can_be_read_from_the_files(queue: Queue, make_files: Files) -> None:
    batch = finished(queue, make_files(3), PRIVATE)
    kept = finished(queue, make_files(contents=[b"kept"]), "visible")
    copy = backup_folder(queue.database.path.parent) / "before-schema-9.db"
    queue.database.backup(copy)
    assert any(PRIVATE.encode() in data for data in stored_bytes(queue))
    assert purge(queue, [batch, "no such batch"]) == 1
    assert not any(PRIVATE.encode() in data for data in stored_bytes(queue))
    assert any(b"visible" in data for data in stored_bytes(queue))
    assert not copy.exists()
    assert [summary.id for summary in queue.batches()] == [kept]
    assert {event.kind.value for event in queue.events_since(0) if event.batch_id == batch} == {"batch_deleted"}


def test_copies_made_by_a_person_stay(queue: Queue, make_files: Files) -> None:
    batch = finished(queue, make_files(1))
    copy = backup_folder(queue.database.path.parent) / "copy-mine.db"
    queue.database.backup(copy)
    purge(queue, [batch])
    assert copy.exists()


def test_what_was_taught_stays_unless_it_is_to_go(queue: Queue, make_files: Files) -> None:
    files = make_files(2)
    first, second = finished(queue, files[:1]), finished(queue, files[1:])
    for batch in (first, second):
        sha256 = queue.items(batch)[0].sha256
        with queue.database.transaction() as session:
            for origin in ("decided", "imported") if batch == first else ("decided",):
                lessons.keep(session, LessonRow("note", sha256 or "", origin, 1, "a.pdf", "", "ann", 1.0))  # type: ignore[arg-type]
            lessons.copy_words(session, "note", sha256 or "", "any")

    def taught() -> list[tuple[str, int]]:
        with queue.database.reading() as session:
            found = lessons.of_template(session, "note")
            return sorted((one.origin, len(lessons.words(session, "note", one.sha256))) for one in found)

    purge(queue, [first])
    assert taught() == [("decided", 1), ("decided", 1), ("imported", 1)]
    purge(queue, [first], taught=True)
    assert taught() == [("decided", 1), ("imported", 1)], "what came from a file is no batch's to forget"


def test_finished_batches_go_after_the_time_set(queue: Queue, clock: FakeClock, make_files: Files) -> None:
    old = finished(queue, make_files(contents=[b"old"]))
    waiting = queue.create_batch(request_for(make_files(contents=[b"never run"])))
    clock.advance(10 * 86_400)
    queue.cancel_items([])
    new = queue.create_batch(request_for(make_files(contents=[b"new"])))
    assert apply_retention(queue) == 0, "nothing is deleted unless a time is set"
    queue.settings.update(retention_days=9)
    assert apply_retention(queue) == 1
    left = {summary.id for summary in queue.batches()}
    assert left == {waiting, new}
    assert old not in left


def test_old_events_are_forgotten_and_numbers_go_on_rising(queue: Queue, clock: FakeClock, make_files: Files) -> None:
    finished(queue, make_files(1))
    last = queue.cursor()
    clock.advance(60 * 86_400)
    apply_retention(queue)
    assert queue.events_since(0) == []
    finished(queue, make_files(contents=[b"later"]))
    assert queue.events_since(0)[0].number == last + 1


def prepare(queue: Queue, batch: str, size_bytes: int, *, position: int = 0, content: bytes = b"p") -> str:
    """Store something as the prepared document of an item; its SHA-256."""
    sha256 = queue.items(batch)[position].sha256
    assert sha256 is not None
    with queue.database.transaction() as session:
        prepared.keep(session, PreparedKey(sha256, "note", 1, "", "methods"), (content * size_bytes)[:size_bytes])
    return sha256


def on_the_shelf(queue: Queue) -> set[str]:
    with queue.database.reading() as session:
        return {one.sha256 for one in prepared.least_needed_first(session)}


def test_the_oldest_that_are_done_go_first(queue: Queue, clock: FakeClock, make_files: Files) -> None:
    batches = []
    for name in ("teaches", "old", "waits", "new"):
        batch = queue.create_batch(request_for(make_files(contents=[name.encode()])))
        claim = queue.claim()
        assert claim is not None
        queue.finish(claim, outcome_for(claim, flagged=name == "waits"))
        batches.append(batch)
        clock.advance(60)
    teaches, old, waits, new = (prepare(queue, batch, 1_000) for batch in batches)
    with queue.database.transaction() as session:
        lessons.keep(session, LessonRow("note", teaches, "decided", 1, "a.pdf", "", "ann", 1.0))
    queue.settings.update(prepared_bytes=4_000)
    assert trim_prepared(queue) == 0, "just what is allowed"
    left = [{teaches, waits, new}, {teaches, waits}, {teaches}, set()]
    for most, expected in zip((3_999, 2_999, 1_999, 0), left, strict=True):
        queue.settings.update(prepared_bytes=most)
        assert trim_prepared(queue) == 1
        assert on_the_shelf(queue) == expected
    assert old not in on_the_shelf(queue)


def test_trimming_leaves_room_for_a_while(queue: Queue, make_files: Files) -> None:
    batch = finished(queue, make_files(20))
    for position in range(20):
        prepare(queue, batch, 1_000, position=position)
    queue.settings.update(prepared_bytes=19_500)
    keep_house(queue)
    assert len(on_the_shelf(queue)) == 17, "down to nine tenths"
    keep_house(queue)
    assert len(on_the_shelf(queue)) == 17


def test_prepared_documents_go_with_their_batch(queue: Queue, make_files: Files) -> None:
    batch = finished(queue, make_files(1))
    prepare(queue, batch, 1_000, content=PRIVATE.encode())
    assert any(PRIVATE.encode() in data for data in stored_bytes(queue))
    purge(queue, [batch])
    assert on_the_shelf(queue) == set()
    assert not any(PRIVATE.encode() in data for data in stored_bytes(queue))
