"""Watched folders: each file becomes a document once, in a standing batch, whatever happens to program and folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from queue_trial import TEMPLATE, FakeClock, outcome_for, request_for

from docuextract_desktop.errors import ExtractionFailedError, RequestError, TemplateNotFoundError
from docuextract_desktop.jobs import folders as folders_module
from docuextract_desktop.jobs import watcher as watcher_module
from docuextract_desktop.jobs.events import EventKind
from docuextract_desktop.jobs.folders import FolderNotFoundError, WatchedFolders
from docuextract_desktop.jobs.housekeeping import apply_retention, purge
from docuextract_desktop.jobs.models import BatchState, ItemState, WatchedFolder
from docuextract_desktop.jobs.queue import Queue
from docuextract_desktop.jobs.watcher import FolderWatch
from docuextract_desktop.settings import Limits
from docuextract_desktop.storage.items import stored_path

DAY_S = 86_400.0


@dataclass
class Watching:
    """A folder that one program watches."""

    queue: Queue
    path: Path
    done_folder: str | None = None
    folder: WatchedFolder = field(init=False)
    taken: int = 0

    def __post_init__(self) -> None:
        self.path.mkdir(exist_ok=True)
        self.folders = WatchedFolders(self.queue)
        self.folder = self.folders.add(self.path, "note", done_folder=self.done_folder)
        self.start()

    def start(self) -> None:
        """As after a start of the program."""
        self.watch = FolderWatch(self.folders, self.folder.id, self._took, settle_s=0.0)

    def _took(self) -> None:
        self.taken += 1

    def put(self, name: str, content: str = "%PDF-1.4 some words") -> Path:
        path = self.path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(content)
        return path

    def look(self) -> list[str]:
        """Look twice, so that files settle; the names of all documents of the standing batch."""
        self.watch.look()
        self.watch.look()
        return self.names()

    def now(self) -> WatchedFolder:
        found = self.folders.get(self.folder.id)
        assert found is not None
        return found

    def names(self) -> list[str]:
        batch = self.now().batch_id
        return [] if batch is None else [item.filename for item in self.queue.items(batch)]

    def finish(self, count: int = 1, *, flagged: bool = False) -> None:
        for _ in range(count):
            claim = self.queue.claim()
            assert claim is not None
            assert self.queue.finish(claim, outcome_for(claim, flagged=flagged))

    def files(self) -> list[str]:
        return sorted(p.relative_to(self.path).as_posix() for p in self.path.rglob("*") if p.is_file())


@pytest.fixture
def watching(queue: Queue, tmp_path: Path) -> Watching:
    return Watching(queue, tmp_path / "in")


@pytest.fixture
def moving(queue: Queue, tmp_path: Path) -> Watching:
    return Watching(queue, tmp_path / "in", "done")


# ---- taking


def test_files_become_documents_of_one_standing_batch(watching: Watching) -> None:
    watching.put("a.pdf", "%PDF-1 a")
    assert watching.look() == ["in/a.pdf"]
    first = watching.now().batch_id
    watching.put("sub/b.pdf", "%PDF-1 b")
    watching.put("c.pdf", "%PDF-1 c")
    assert watching.look() == ["in/a.pdf", "in/c.pdf", "in/sub/b.pdf"]
    assert watching.now().batch_id == first
    assert first is not None
    batch = watching.queue.batch(first)
    assert (batch.total, batch.state, batch.watched) == (3, BatchState.PENDING, True)
    assert [item.position for item in watching.queue.items(first)] == [0, 1, 2]
    assert watching.now().taken == 3
    assert watching.taken == 2


def test_nothing_is_taken_twice_not_after_a_restart_nor_when_only_its_time_changed(watching: Watching) -> None:
    path = watching.put("a.pdf")
    watching.look()
    watching.look()
    watching.start()
    assert watching.look() == ["in/a.pdf"]
    os.utime(path, ns=(5, 5))
    assert watching.look() == ["in/a.pdf"]
    watching.start()
    assert watching.look() == ["in/a.pdf"]


def test_a_changed_file_and_a_copy_under_another_name_are_documents_of_their_own(watching: Watching) -> None:
    watching.put("a.pdf", "%PDF-1 first")
    watching.look()
    watching.put("a.pdf", "%PDF-1 second")
    watching.put("b.pdf", "%PDF-1 first")
    assert watching.look() == ["in/a.pdf", "in/a.pdf", "in/b.pdf"]


def test_a_changed_file_that_was_waiting_fails_and_its_new_content_is_done(watching: Watching) -> None:
    watching.put("a.pdf", "%PDF-1 first")
    watching.look()
    watching.put("a.pdf", "%PDF-1 second")
    watching.look()
    batch = watching.now().batch_id
    assert batch is not None
    assert len({item.sha256 for item in watching.queue.items(batch)}) == 2


def test_events_tell_of_every_document_that_is_added(watching: Watching) -> None:
    watching.put("a.pdf", "%PDF-1 a")
    watching.look()
    cursor = watching.queue.cursor()
    watching.put("b.pdf", "%PDF-1 b")
    watching.look()
    (event,) = watching.queue.events_since(cursor)
    assert (event.kind, event.state, event.batch_id) == (
        EventKind.ITEM_CHANGED,
        ItemState.PENDING,
        watching.now().batch_id,
    )


def test_a_batch_that_had_ended_runs_again_with_the_next_document(watching: Watching) -> None:
    watching.put("a.pdf", "%PDF-1 a")
    watching.look()
    watching.finish()
    batch = watching.now().batch_id
    assert batch is not None
    assert watching.queue.batch(batch).state is BatchState.COMPLETED
    watching.put("b.pdf", "%PDF-1 b")
    watching.look()
    assert watching.queue.batch(batch).state is BatchState.RUNNING
    watching.finish()
    assert watching.queue.batch(batch).state is BatchState.COMPLETED


def test_a_file_that_is_too_large_is_taken_once_and_says_so(watching: Watching) -> None:
    watching.queue.settings.update(limits=Limits(max_file_bytes=20).model_dump())
    watching.put("large.pdf", "%PDF-1 " + "x" * 100)
    assert watching.look() == ["in/large.pdf"]
    assert watching.look() == ["in/large.pdf"]


def test_a_new_version_of_the_template_begins_a_new_batch(make_queue: Callable[..., Queue], tmp_path: Path) -> None:
    template = [TEMPLATE]
    watching = Watching(make_queue(load_template=lambda _: template[0]), tmp_path / "in")
    watching.put("a.pdf", "%PDF-1 a")
    watching.look()
    first = watching.now().batch_id
    template[0] = TEMPLATE.model_copy(update={"version": 2})
    watching.put("b.pdf", "%PDF-1 b")
    assert watching.look() == ["in/b.pdf"]
    second = watching.now().batch_id
    assert first is not None
    assert second is not None
    assert watching.queue.batch(second).template_version == 2
    assert not watching.queue.batch(first).watched


def test_a_full_a_cancelled_and_a_deleted_batch_are_followed_by_a_new_one(watching: Watching) -> None:
    watching.queue.settings.update(limits=Limits(max_documents=2).model_dump())
    batches: list[str | None] = []
    for number in range(3):
        watching.put(f"{number}.pdf", f"%PDF-1 {number}")
        watching.look()
        batches.append(watching.now().batch_id)
    assert batches[0] == batches[1] != batches[2]
    assert batches[2] is not None
    watching.queue.cancel(batches[2])
    watching.put("3.pdf", "%PDF-1 3")
    watching.look()
    after_cancel = watching.now().batch_id
    assert after_cancel not in (None, batches[2])
    assert watching.queue.batch(batches[2]).state is BatchState.CANCELLED
    assert after_cancel is not None
    watching.queue.delete(after_cancel)
    assert watching.now().batch_id is None
    watching.put("4.pdf", "%PDF-1 4")
    assert watching.look() == ["in/4.pdf"], "what was deleted is not taken again"


# ---- what stands against it


def test_the_allowance_keeps_documents_waiting_until_there_is_some(watching: Watching) -> None:
    watching.queue.settings.update(page_allowance=1)
    for name in ("a.pdf", "b.pdf"):
        watching.put(name, f"%PDF-1 {name}")
    assert watching.look() == []
    assert watching.now().trouble.startswith("2 documents wait: This batch has 2 pages")
    watching.queue.settings.update(page_allowance=2)
    assert watching.look() == ["in/a.pdf", "in/b.pdf"]
    assert watching.now().trouble == ""


def test_a_template_that_is_gone_is_told_and_documents_wait(make_queue: Callable[..., Queue], tmp_path: Path) -> None:
    there = [True]

    def load(_: str) -> object:
        if not there[0]:
            raise TemplateNotFoundError("There is no template 'note'.")
        return TEMPLATE

    watching = Watching(make_queue(load_template=load), tmp_path / "in")
    there[0] = False
    watching.put("a.pdf")
    assert watching.look() == []
    assert "1 document waits: There is no template 'note'." in watching.now().trouble
    there[0] = True
    assert watching.look() == ["in/a.pdf"]


def test_a_folder_that_goes_away_is_told_and_watched_again_when_it_is_back(watching: Watching, tmp_path: Path) -> None:
    watching.put("a.pdf")
    watching.look()
    watching.path.rename(tmp_path / "elsewhere")
    watching.watch.look()
    assert watching.now().trouble == "The folder is not there. It is watched again as soon as it is back."
    (tmp_path / "elsewhere").rename(watching.path)
    watching.put("b.pdf", "%PDF-1 b")
    assert watching.look() == ["in/a.pdf", "in/b.pdf"]
    assert watching.now().trouble == ""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(13, "Permission denied"), "may not be read"),
        (OSError(112, "Host is down"), "cannot be read now (Host is down)"),
        (NotADirectoryError(20, "Not a directory"), "is not there"),
    ],
)
def test_every_trouble_with_a_folder_has_its_words(
    watching: Watching, monkeypatch: pytest.MonkeyPatch, error: OSError, words: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(watcher_module, "list_folder", fail)
    watching.watch.look()
    assert words in watching.now().trouble


def test_a_file_that_may_not_be_read_is_named_and_taken_when_it_may(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching.put("a.pdf", "%PDF-1 a")
    watching.put("b.pdf", "%PDF-1 b")
    opened = Path.open

    def refuse(path: Path, *arguments: object, **others: object) -> object:
        if path.name == "a.pdf":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **others)  # type: ignore[call-overload]

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        assert watching.look() == ["in/b.pdf"]
        assert watching.now().trouble == "May not be read: a.pdf."
    assert watching.look() == ["in/b.pdf", "in/a.pdf"]
    assert watching.now().trouble == ""


def test_a_file_that_changes_while_its_content_is_hashed_waits(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = watching.put("a.pdf", "%PDF-1 a")
    fingerprint = watcher_module.fingerprint

    def growing(files: object, **others: object) -> object:
        done = fingerprint(files, **others)  # type: ignore[arg-type]
        with path.open("a") as stream:
            stream.write("more")
        return done

    with monkeypatch.context() as patched:
        patched.setattr(watcher_module, "fingerprint", growing)
        assert watching.look() == []
    assert watching.look() == ["in/a.pdf"]


# ---- done documents


def test_done_documents_are_moved_and_their_items_know_it(moving: Watching) -> None:
    moving.put("a.pdf", "%PDF-1 a")
    moving.put("sub/b.pdf", "%PDF-1 b")
    moving.look()
    moving.finish(flagged=True)
    moving.watch.look()
    assert moving.files() == ["done/a.pdf", "sub/b.pdf"]
    moving.finish()
    moving.look()
    assert moving.files() == ["done/a.pdf", "done/sub/b.pdf"]
    batch = moving.now().batch_id
    assert batch is not None
    assert [item.path.relative_to(moving.path).as_posix() for item in moving.queue.items(batch)] == [
        "done/a.pdf",
        "done/sub/b.pdf",
    ]
    path, _ = moving.queue.page_source(moving.queue.items(batch)[0].id)
    assert path.read_text() == "%PDF-1 a"
    moving.queue.run_again(batch)
    moving.finish(2)


def test_failed_documents_stay_where_they_are_until_they_are_done(moving: Watching) -> None:
    moving.put("a.pdf")
    moving.look()
    claim = moving.queue.claim()
    assert claim is not None
    moving.queue.fail(claim, ExtractionFailedError("It is damaged."))
    moving.look()
    assert moving.files() == ["a.pdf"]
    moving.queue.retry(claim.batch_id)
    moving.finish()
    moving.look()
    assert moving.files() == ["done/a.pdf"]


def test_the_same_document_dropped_again_is_moved_again_and_not_read_again(moving: Watching) -> None:
    moving.put("a.pdf")
    moving.look()
    moving.finish()
    moving.look()
    shutil.copyfile(moving.path / "done" / "a.pdf", moving.path / "a.pdf")
    assert moving.look() == ["in/a.pdf"]
    assert moving.files() == ["done/a (2).pdf", "done/a.pdf"]


def test_a_document_that_was_changed_after_it_was_done_is_not_moved_but_read(moving: Watching) -> None:
    moving.put("a.pdf", "%PDF-1 first")
    moving.look()
    moving.finish()
    moving.put("a.pdf", "%PDF-1 second")
    assert moving.look() == ["in/a.pdf", "in/a.pdf"]
    assert moving.files() == ["a.pdf"]
    moving.finish()
    moving.look()
    assert (moving.path / "done" / "a.pdf").read_text() == "%PDF-1 second"


def test_a_file_that_another_batch_is_about_to_read_stays_until_then(moving: Watching) -> None:
    path = moving.put("a.pdf")
    moving.look()
    moving.finish()
    (file,) = moving.queue.scan([path])
    other = moving.queue.create_batch(request_for((file,), force=True))
    moving.watch.look()
    assert moving.files() == ["a.pdf"]
    moving.finish()
    moving.watch.look()
    assert moving.files() == ["done/a.pdf"]
    assert moving.queue.items(other)[0].path == moving.path / "done" / "a.pdf"


@pytest.mark.parametrize("moment", ["before the move", "after the move"])
def test_a_program_killed_while_moving_leaves_one_file_and_the_next_finishes(
    moving: Watching, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    class KilledError(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise KilledError

    moving.put("a.pdf")
    moving.look()
    moving.finish()
    with monkeypatch.context() as patched:
        if moment == "before the move":
            patched.setattr(os, "link", killed)
        else:
            patched.setattr(moving.folders, "end_move", killed)
        with pytest.raises(KilledError):
            moving.watch.look()
    moving.start()
    assert moving.look() == ["in/a.pdf"]
    assert moving.files() == ["done/a.pdf"]
    batch = moving.now().batch_id
    assert batch is not None
    assert moving.queue.items(batch)[0].path == moving.path / "done" / "a.pdf"


def test_a_done_folder_that_cannot_be_made_is_told_and_documents_are_still_read(moving: Watching) -> None:
    (moving.path / "done").write_text("a file")
    moving.put("a.pdf", "%PDF-1 a")
    moving.look()
    moving.finish()
    moving.put("b.pdf", "%PDF-1 b")
    assert moving.look() == ["in/a.pdf", "in/b.pdf"]
    assert "cannot be moved to 'done'" in moving.now().trouble
    (moving.path / "done").unlink()
    moving.look()
    assert moving.files() == ["b.pdf", "done/a.pdf"]
    assert moving.now().trouble == ""


# ---- two programs


def test_of_two_programs_one_watches_and_the_other_takes_over_when_it_ends(
    make_queue: Callable[..., Queue], clock: FakeClock, tmp_path: Path
) -> None:
    first = Watching(make_queue(), tmp_path / "in")
    second_folders = WatchedFolders(make_queue())
    second = FolderWatch(second_folders, first.folder.id, lambda: None, settle_s=0.0)
    first.put("a.pdf", "%PDF-1 a")
    for _ in range(3):
        second.look()
        first.watch.look()
    assert first.now().holder == second_folders.queue.owner.id
    assert first.names() == ["in/a.pdf"]
    second_folders.let_go()
    first.put("b.pdf", "%PDF-1 b")
    for _ in range(3):
        first.watch.look()
        second.look()
    assert first.now().holder == first.queue.owner.id
    assert first.names() == ["in/a.pdf", "in/b.pdf"]
    clock.advance(31)  # the first gave no sign of life since
    first.put("c.pdf", "%PDF-1 c")
    second.look()
    second.look()
    assert first.now().holder == second_folders.queue.owner.id
    assert first.names() == ["in/a.pdf", "in/b.pdf", "in/c.pdf"]


def test_a_program_that_slept_and_lost_the_folder_takes_nothing_twice(
    make_queue: Callable[..., Queue], clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its look and its transaction another program took over, and took the very file."""
    slow = Watching(make_queue(), tmp_path / "in")
    quick_folders = WatchedFolders(make_queue())
    quick = FolderWatch(quick_folders, slow.folder.id, lambda: None, settle_s=0.0)
    slow.watch.look()
    take = slow.folders.take

    def sleep(*arguments: object) -> bool:
        clock.advance(31)
        quick.look()
        quick.look()
        return take(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(slow.folders, "take", sleep)
    slow.put("a.pdf")
    assert slow.look() == ["in/a.pdf"]
    assert slow.now().holder == quick_folders.queue.owner.id


# ---- keeping


def test_a_standing_batch_is_kept_while_its_folder_is_watched(watching: Watching, clock: FakeClock) -> None:
    watching.queue.settings.update(retention_days=1)
    watching.put("a.pdf")
    watching.look()
    watching.finish()
    clock.advance(3 * DAY_S)
    assert apply_retention(watching.queue) == 0
    watching.folders.change(watching.folder.id, enabled=False)
    assert apply_retention(watching.queue) == 1


def test_purging_forgets_names_but_not_that_a_file_was_taken(watching: Watching) -> None:
    watching.put("a very private name.pdf")
    watching.look()
    batch = watching.now().batch_id
    assert batch is not None
    watching.finish()
    assert purge(watching.queue, [batch]) == 1
    assert watching.look() == []
    database = watching.queue.database
    database.checkpoint()
    held = b"".join(path.read_bytes() for path in database.path.parent.glob("docuextract.db*"))
    assert b"very private" not in held


# ---- front ends


def test_folders_are_added_changed_found_and_removed(watching: Watching) -> None:
    folder = watching.folder
    assert watching.folders.find(str(watching.path)) == folder
    assert watching.folders.find(folder.id[:3]) == folder
    changed = watching.folders.change(folder.id, done_folder="done", enabled=False)
    assert (changed.done_folder, changed.enabled, changed.template_id) == ("done", False, "note")
    watching.put("a.pdf")
    assert watching.look() == []
    assert watching.folders.change(folder.id, done_folder="", enabled=True).done_folder is None
    assert watching.look() == ["in/a.pdf"]
    batch = watching.now().batch_id
    watching.folders.remove(folder.id)
    assert watching.watch.look() is False
    assert batch is not None
    assert not watching.queue.batch(batch).watched
    with pytest.raises(FolderNotFoundError):
        watching.folders.find(folder.id)
    with pytest.raises(FolderNotFoundError):
        watching.folders.remove(folder.id)


@pytest.mark.parametrize("where", ["in", "in/sub", "."])
def test_folders_that_lie_in_each_other_are_refused(watching: Watching, tmp_path: Path, where: str) -> None:
    (tmp_path / "in" / "sub").mkdir()
    with pytest.raises(RequestError):
        watching.folders.add(tmp_path / where, "note")
    assert len(watching.folders.all()) == 1


def test_the_same_folder_through_a_link_is_the_same_folder(watching: Watching, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(watching.path)
    with pytest.raises(RequestError, match="watched already"):
        watching.folders.add(tmp_path / "link", "note")


def test_a_path_that_is_no_folder_a_hidden_done_folder_and_a_template_file_are_refused(
    watching: Watching, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "file").touch()
    for path, template, done in (("file", "note", None), ("other", "note", "../out"), ("other", "note.json", None)):
        with pytest.raises(RequestError):
            watching.folders.add(tmp_path / path, template, done_folder=done)
    assert len(watching.folders.all()) == 1


@pytest.mark.skipif(os.name != "posix", reason="file names as POSIX has them")
def test_a_folder_whose_name_is_no_utf8_is_watched(queue: Queue, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff in"))
    watching = Watching(queue, path, "done")
    watching.put("a.pdf")
    assert len(watching.look()) == 1
    watching.finish()
    watching.look()
    assert watching.files() == ["done/a.pdf"]
    assert isinstance(stored_path(path), bytes)
    assert folders_module.WatchedFolders(queue).all()[0].path == path
