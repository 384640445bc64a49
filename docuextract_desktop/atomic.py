"""Files that are written whole or not at all.

A program that is killed while it writes leaves its temporary files. So that a later start can find and remove them,
what is being written is noted down in a journal, where the program was told to keep one.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Journal:
    """Where this process notes down which files it is writing, and what it notes down about itself."""

    folder: Path
    owner: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """The names that writing one file takes.

    Attributes:
        target: what is written.
        part: what it is called until it is whole.
        kept: a second name of what stood there before, while files that belong together are moved.
    """

    target: Path
    part: Path
    kept: Path


_journal: Journal | None = None


def keep_journal(journal: Journal | None) -> None:
    """From now on note down what this process writes; None for no longer."""
    global _journal
    _journal = journal


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Give a temporary path beside `target`; move it into place when the block ends well, remove it when it does not.

    The temporary file is on the same file system, so the move is atomic (POSIX rename(2), Windows MoveFileEx with
    replace). Content is flushed to the disk before the move. A new file gets the permissions that any new file gets
    (the umask), a replaced one keeps its own. Where `target` is a link, the file that it points to is replaced.
    """
    with atomic_paths((target,)) as (temporary,):
        yield temporary


@contextmanager
def atomic_paths(targets: Sequence[Path]) -> Iterator[tuple[Path, ...]]:
    """Like `atomic_path` for files that belong together: all of them are moved into place, or none.

    No file system moves several files at once. So all are written and flushed first, then moved in the order given;
    when a move fails, those already moved are put back as they were. Only a power cut between two moves can leave a
    mixture, and then of whole files.
    """
    files = [_names(Path(os.path.realpath(target))) for target in targets]
    with ExitStack() as cleanup:
        _note_down(files, cleanup)
        for file in files:
            _create(file)
            cleanup.callback(file.part.unlink, missing_ok=True)
        yield tuple(file.part for file in files)
        for file in files:
            with file.part.open("rb+") as stream:
                os.fsync(stream.fileno())
            with suppress(FileNotFoundError):
                file.part.chmod(stat.S_IMODE(file.target.stat().st_mode))
        _move_all(files)
        for folder in {file.target.parent for file in files}:
            _flush_folder(folder)


def _names(target: Path) -> Names:
    # The name's first 20 characters tell a person what it is, and stay under 255 bytes in any script.
    stem = f".{target.name[:20]}.{secrets.token_hex(6)}"
    return Names(target, target.with_name(f"{stem}.part"), target.with_name(f"{stem}.kept"))


def _note_down(files: Sequence[Names], cleanup: ExitStack) -> None:
    """Write the journal's note before there is anything to be noted; it goes when all is done."""
    if _journal is None:
        return
    note = _journal.folder / f"{secrets.token_hex(8)}.json"
    paths = [[os.fsencode(path).hex() for path in (file.target, file.part, file.kept)] for file in files]
    with suppress(OSError):  # without a note the file is still written whole or not at all
        _journal.folder.mkdir(mode=0o700, exist_ok=True)
        # Not flushed to the disk: it is for killed programs; after a power cut little of the file is there, either.
        note.write_text(json.dumps({"owner": dict(_journal.owner), "files": paths}), encoding="ascii")
        cleanup.callback(note.unlink, missing_ok=True)


def _create(file: Names) -> None:
    # Not tempfile.mkstemp: it makes files that nobody else may read, and the move would keep that. What replaces a
    # file must not be open to more people than that file, not even while it is written.
    mode = 0o600 if file.target.exists() else 0o666
    os.close(os.open(file.part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))


def _move_all(files: Sequence[Names]) -> None:
    if len(files) == 1:
        files[0].part.replace(files[0].target)
        return
    done: list[tuple[Names, bool]] = []
    try:
        for file in files:
            done.append((file, _keep(file)))
            file.part.replace(file.target)
    except BaseException:
        for file, kept in reversed(done):
            with suppress(OSError):
                if kept:
                    file.kept.replace(file.target)
                    # rename(2) does nothing where both are still names of the same file.
                    file.kept.unlink(missing_ok=True)
                else:
                    file.target.unlink(missing_ok=True)
        raise
    for file, kept in done:
        if kept:
            file.kept.unlink(missing_ok=True)


def _keep(file: Names) -> bool:
    """Give the file at the target a second name, to put it back; whether there is one.

    A hard link leaves the file in place meanwhile. File systems without hard links (FAT) get a rename instead.
    """
    if not file.target.exists():
        return False
    try:
        os.link(file.target, file.kept)
    except OSError:
        file.target.replace(file.kept)
    return True


def _flush_folder(folder: Path) -> None:
    # So that the new name, too, survives a power cut. Windows and some network file systems cannot do this.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
