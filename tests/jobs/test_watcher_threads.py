"""The threads that watch folders: a share that hangs holds up nobody, and the end of the program is never late."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from docuextract_desktop.errors import StorageUnavailableError
from docuextract_desktop.jobs import watcher as watcher_module
from docuextract_desktop.jobs.folders import WatchedFolders
from docuextract_desktop.jobs.queue import Queue
from docuextract_desktop.jobs.watcher import Watcher

WAIT_S = 60.0


class Watched:
    """A watcher with quick looks, that notes what it said."""

    def __init__(self, queue: Queue) -> None:
        self.folders = WatchedFolders(queue)
        self.taken = threading.Event()
        self.complaints: list[StorageUnavailableError] = []
        self.watcher = Watcher(
            self.folders,
            taken=self.taken.set,
            storage_failed=self.complaints.append,
            look_every_s=0.01,
            settle_s=0.0,
            no_answer_after_s=0.0,
        )

    def until(self, true: Callable[[], bool]) -> None:
        """Until something is so; the watcher's own looks are what changes it."""
        asked = threading.Event()
        for _ in range(int(WAIT_S / 0.01)):
            if true():
                return
            asked.wait(0.01)
        pytest.fail("it did not come about")


def make(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_folders_that_come_go_and_change_are_noticed_while_it_watches(queue: Queue, tmp_path: Path) -> None:
    watched = Watched(queue)
    watched.watcher.start()
    try:
        folder = watched.folders.add(make(tmp_path / "in"), "note")
        (folder.path / "a.pdf").write_text("%PDF-1 a")
        assert watched.taken.wait(WAIT_S)
        watched.folders.change(folder.id, enabled=False)
        watched.until(lambda: watched.folders.all()[0].holder is None)
        watched.taken.clear()
        (folder.path / "b.pdf").write_text("%PDF-1 b")
        watched.folders.change(folder.id, enabled=True)
        assert watched.taken.wait(WAIT_S)
        watched.folders.remove(folder.id)
    finally:
        watched.watcher.stop()
    assert watched.complaints == []
    assert [thread for thread in threading.enumerate() if thread.name.startswith("watched folder")] == []


def test_a_folder_that_hangs_holds_up_neither_the_others_nor_the_end(
    queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, answers = make(tmp_path / "hangs"), make(tmp_path / "answers")
    released = threading.Event()
    listing = watcher_module.list_folder

    def hang(folder: Path, done_folder: str | None) -> object:
        if folder == hanging:
            released.wait(WAIT_S)
        return listing(folder, done_folder)

    monkeypatch.setattr(watcher_module, "list_folder", hang)
    monkeypatch.setattr(watcher_module, "STOP_PATIENCE_S", 0.0)
    watched = Watched(queue)
    first = watched.folders.add(hanging, "note")
    watched.folders.add(answers, "note")
    (answers / "a.pdf").write_text("%PDF-1 a")
    watched.watcher.start()
    assert watched.taken.wait(WAIT_S)
    watched.until(lambda: "does not answer" in next(f.trouble for f in watched.folders.all() if f.id == first.id))
    watched.watcher.stop()
    assert not released.is_set(), "it ended although the folder still hangs"
    assert {folder.holder for folder in watched.folders.all()} == {None}
    left = [thread for thread in threading.enumerate() if thread.name.startswith("watched folder")]
    assert all(thread.daemon for thread in left), "and would keep no program from ending"
    released.set()
    for thread in left:
        thread.join(WAIT_S)


def test_a_database_that_cannot_be_used_is_told_and_tried_again(
    queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(queue)
    folder = watched.folders.add(make(tmp_path / "in"), "note")
    (folder.path / "a.pdf").write_text("%PDF-1 a")
    take = watched.folders.take
    failed = threading.Event()

    def fail_once(*arguments: object) -> bool:
        if not failed.is_set():
            failed.set()
            raise StorageUnavailableError("The disk is full.")
        return take(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(watched.folders, "take", fail_once)
    watched.watcher.start()
    assert watched.taken.wait(WAIT_S)
    watched.watcher.stop()
    assert [error.message for error in watched.complaints] == ["The disk is full."]
