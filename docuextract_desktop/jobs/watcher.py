"""Watches folders: whatever has arrived whole is put into the folder's standing batch. No Qt.

Each folder is looked into again and again, in a thread of its own, since a network share that hangs would hold up the
others. These threads are daemons: a program can always end, whatever a share does.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from docuextract_desktop.errors import PaymentRequiredError, RequestError, StorageUnavailableError
from docuextract_desktop.jobs.arrivals import SETTLE_S, Arrivals, Seen, list_folder, seen_now
from docuextract_desktop.jobs.folders import WatchedFolders
from docuextract_desktop.jobs.intake import fingerprint, shown_name
from docuextract_desktop.jobs.models import InputFile, WatchedFolder
from docuextract_desktop.jobs.moving import MoveError, finish_move, move_aside
from docuextract_desktop.storage.watching import DoneFile, KnownFile

LOOK_EVERY_S = 2.0
REPORT_EVERY_S = 30.0
"""A look without news is stored so often, for showing that the folder is watched."""

NO_ANSWER_AFTER_S = 60.0
TAKEN_AT_ONCE = 200
MOVED_AT_ONCE = 200
STOP_PATIENCE_S = 5.0

_log = logging.getLogger(__name__)


def path_key(name: Path) -> str:
    """A file's path inside its folder, as it is remembered: it names nobody, and is compared just as well."""
    return hashlib.sha256(os.fsencode(name)).hexdigest()


@dataclass
class FolderWatch:
    """Looks into one folder, again and again. Belongs to one thread.

    Attributes:
        taken: called after documents were put into the queue.
    """

    folders: WatchedFolders
    folder_id: str
    taken: Callable[[], None]
    monotonic: Callable[[], float] = time.monotonic
    settle_s: float = SETTLE_S
    _arrivals: Arrivals | None = None
    _known: dict[str, list[KnownFile]] = field(default_factory=lambda: defaultdict(list))
    _holding: bool = False
    _reported: tuple[str, float] | None = None

    def look(self) -> bool:
        """Look into the folder once and take what has arrived; False where the folder is watched no longer."""
        folder = self.folders.get(self.folder_id)
        if folder is None:
            return False
        if not folder.enabled:
            if self._holding:
                self.folders.let_go(self.folder_id)
            self._holding = False
            return True
        if not self._hold(folder):
            return True
        trouble = self._look_into(folder)
        self._report(folder, trouble)
        return True

    def _hold(self, folder: WatchedFolder) -> bool:
        mine = self.folders.queue.owner.id
        held = (folder.holder == mine and self._holding) or self.folders.hold(folder.id)
        if held and not self._holding:
            self._learn()
        self._holding = held
        return held

    def _learn(self) -> None:
        self._known.clear()
        for file in self.folders.known_files(self.folder_id):
            self._known[file.path_sha256].append(file)

    def _look_into(self, folder: WatchedFolder) -> str:
        """One look; what is wrong, in words."""
        troubles: list[str] = []
        if self._arrivals is None or self._arrivals.folder != folder.path:
            self._arrivals = Arrivals(folder.path, self.settle_s)
        try:
            listing = list_folder(folder.path, folder.done_folder)
        except OSError as error:
            self._arrivals = None  # what is there afterwards may be something else
            return folder_trouble(error)
        if listing.unreadable:
            troubles.append(f"{_counted(listing.unreadable, 'subfolder')} cannot be read.")
        new: list[tuple[InputFile, KnownFile]] = []
        back: list[Seen] = []
        unreadable: list[Seen] = []
        max_bytes = self.folders.queue.settings.get().limits.max_file_bytes
        for seen in self._arrivals.settled(listing, self.monotonic()):
            known = self._known_unchanged(seen)
            if known is None:
                found = _fingerprinted(folder, seen, max_bytes)
                if found is None:
                    continue  # it changed meanwhile: wait until it has settled again
                file, key = found
                if key is None:
                    unreadable.append(seen)
                    continue
                known = self._known_content(key)
                if known is None:
                    new.append((file, key))
                    continue
            if known.moved and folder.done_folder is not None:
                back.append(seen)
        if unreadable:
            names = ", ".join(shown_name(seen.name) for seen in unreadable[:3])
            more = f" and {len(unreadable) - 3:,} more" if len(unreadable) > 3 else ""
            troubles.append(f"May not be read: {names}{more}.")
        troubles += self._take(new)
        if folder.done_folder is not None:
            troubles += self._move(folder, folder.done_folder, back)
        return " ".join(troubles)

    def _known_unchanged(self, seen: Seen) -> KnownFile | None:
        return next(
            (
                file
                for file in self._known.get(path_key(seen.name), ())
                if (file.size_bytes, file.modified_ns) == (seen.size_bytes, seen.modified_ns)
            ),
            None,
        )

    def _known_content(self, key: KnownFile) -> KnownFile | None:
        """The known file of that path and content, its time of change brought up to date."""
        files = self._known.get(key.path_sha256, [])
        for place, file in enumerate(files):
            if file.sha256 == key.sha256:
                files[place] = replace(file, size_bytes=key.size_bytes, modified_ns=key.modified_ns)
                self.folders.touch(files[place])
                return files[place]
        return None

    def _take(self, new: list[tuple[InputFile, KnownFile]]) -> list[str]:
        """Put files into the queue, some at a time; what stood against it, in words."""
        for start in range(0, len(new), TAKEN_AT_ONCE):
            part = new[start : start + TAKEN_AT_ONCE]
            waiting = _counted(len(new) - start, "document")
            try:
                took = self.folders.take(self.folder_id, part)
            except PaymentRequiredError as error:
                return [f"{waiting} {_wait(len(new) - start)}: {error.message}"]
            except RequestError as error:
                return [f"{waiting} {_wait(len(new) - start)}: {error}"]
            finally:
                self._learn()
            if not took:
                self._holding = False
                return []
            _log.info("took %d documents from a watched folder", len(part))
            self.taken()
        return []

    def _move(self, folder: WatchedFolder, done_folder: str, back: Iterable[Seen]) -> list[str]:
        """Move away what is done, and what was done before and came back; what stood against it, in words."""
        moved = False
        try:
            for file in self.folders.done_files(folder.id, MOVED_AT_ONCE):
                self._move_one(folder, done_folder, file)
                moved = True
            for seen in back:
                move_aside(folder.path, seen.name, done_folder, begin=lambda _: None)
        except MoveError as error:
            return [str(error)]
        finally:
            if moved:
                self._learn()
        return []

    def _move_one(self, folder: WatchedFolder, done_folder: str, file: DoneFile) -> None:
        if file.moving_to is not None:
            if finish_move(file.path, file.moving_to):
                self.folders.end_move(file, file.moving_to)
                return
            self.folders.begin_move(file, None)
        try:
            name = file.path.relative_to(folder.path)
        except ValueError:  # somebody moved it out, and told us so
            self.folders.end_move(file, None)
            return
        seen = seen_now(folder.path, name)
        if seen is None or (seen.size_bytes, seen.modified_ns) != (file.size_bytes, file.modified_ns):
            # Gone, or another file by now, which becomes a document of its own.
            self.folders.end_move(file, None)
            return
        target = move_aside(folder.path, name, done_folder, begin=lambda to: self.folders.begin_move(file, to))
        self.folders.end_move(file, target)

    def _report(self, folder: WatchedFolder, trouble: str) -> None:
        now = self.monotonic()
        if self._reported is None or self._reported[0] != trouble or now - self._reported[1] >= REPORT_EVERY_S:
            self.folders.report(folder.id, trouble)
            self._reported = (trouble, now)


def _fingerprinted(folder: WatchedFolder, seen: Seen, max_bytes: int) -> tuple[InputFile, KnownFile | None] | None:
    """The file with the hash of its content, and how it is remembered (None: it may not be read).

    None where it changed while it was read.
    """
    shown = shown_name(Path(folder.path.name) / seen.name)
    (file,) = fingerprint((InputFile(folder.path / seen.name, shown),), max_bytes=max_bytes)
    if seen_now(folder.path, seen.name) != seen:
        return None
    content = file.sha256
    if content is None:
        if file.size_bytes is None:
            return file, None
        content = f"not read: {seen.size_bytes} bytes, {seen.modified_ns}"  # too large; its item says so
    return file, KnownFile(path_key(seen.name), content, seen.size_bytes, seen.modified_ns)


def folder_trouble(error: OSError) -> str:
    """Why a folder cannot be watched, for the user; it is looked for again all the time."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "The folder is not there. It is watched again as soon as it is back."
    if isinstance(error, PermissionError):
        return "The folder may not be read. Allow reading it; it is then watched again."
    words = error.strerror or type(error).__name__
    return f"The folder cannot be read now ({words}). It is watched again as soon as it can be."


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _wait(number: int) -> str:
    return "waits" if number == 1 else "wait"


class Watcher:
    """Watches all folders of a data folder that no other program watches, in threads of its own.

    `start` and `stop` from one thread; what it calls comes from its threads.

    Args:
        taken: called after documents were put into the queue.
        storage_failed: called with what happened when the database cannot be used; it is tried again.
    """

    def __init__(
        self,
        folders: WatchedFolders,
        *,
        taken: Callable[[], None],
        storage_failed: Callable[[StorageUnavailableError], None],
        look_every_s: float = LOOK_EVERY_S,
        settle_s: float = SETTLE_S,
        no_answer_after_s: float = NO_ANSWER_AFTER_S,
    ) -> None:
        self._folders = folders
        self._taken = taken
        self._storage_failed = storage_failed
        self._look_every_s = look_every_s
        self._settle_s = settle_s
        self._no_answer_after_s = no_answer_after_s
        self._stop = threading.Event()
        self._threads: dict[str, threading.Thread] = {}
        self._looking_since: dict[str, float] = {}
        self._overseer: threading.Thread | None = None

    def start(self) -> None:
        """Begin; without effect where it watches already."""
        if self._overseer is None:
            self._stop.clear()
            self._overseer = threading.Thread(target=self._oversee, name="watched folders", daemon=True)
            self._overseer.start()

    def stop(self) -> None:
        """End. A thread that hangs on a network share is left behind; it does nothing more."""
        self._stop.set()
        overseer, self._overseer = self._overseer, None
        if overseer is None:
            return
        patience = time.monotonic() + STOP_PATIENCE_S
        for thread in (overseer, *self._threads.values()):
            thread.join(max(0.0, patience - time.monotonic()))
        self._threads.clear()
        with contextlib.suppress(StorageUnavailableError):  # others see that this program is gone
            self._folders.let_go()

    def _oversee(self) -> None:
        """Have every folder looked into by a thread, and say of a folder that does not answer that it does not."""
        database = self._folders.queue.database
        try:
            while not self._stop.is_set():
                try:
                    for folder in self._folders.all():
                        self._see_to(folder)
                except StorageUnavailableError as error:
                    self._complain(error)
                self._stop.wait(self._look_every_s)
        finally:
            database.release_thread()

    def _see_to(self, folder: WatchedFolder) -> None:
        thread = self._threads.get(folder.id)
        if thread is None or not thread.is_alive():
            if folder.enabled:
                thread = threading.Thread(
                    target=self._watch, args=(folder.id,), name=f"watched folder {folder.id}", daemon=True
                )
                self._threads[folder.id] = thread
                thread.start()
            return
        since = self._looking_since.get(folder.id)
        if since is not None and time.monotonic() - since > self._no_answer_after_s:
            words = "The folder does not answer. It is watched again as soon as it does."
            if folder.trouble != words:
                self._folders.report(folder.id, words, looked=False)

    def _watch(self, folder_id: str) -> None:
        watch = FolderWatch(self._folders, folder_id, self._taken, settle_s=self._settle_s)
        try:
            while not self._stop.is_set():
                self._looking_since[folder_id] = time.monotonic()
                try:
                    if not watch.look():
                        return
                except StorageUnavailableError as error:
                    self._complain(error)
                except Exception:
                    # Our bug: the folder goes on being watched, and the log says what happened.
                    _log.exception("a watched folder could not be looked into")
                finally:
                    self._looking_since.pop(folder_id, None)
                self._stop.wait(self._look_every_s)
        finally:
            self._folders.queue.database.release_thread()

    def _complain(self, error: StorageUnavailableError) -> None:
        if not self._stop.is_set():
            _log.error("%s (%s)", error, error.detail)
            self._storage_failed(error)
