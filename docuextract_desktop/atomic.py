"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path


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
    final = [Path(os.path.realpath(target)) for target in targets]
    with ExitStack() as cleanup:
        temporary = []
        for target in final:
            path = _create_beside(target)
            cleanup.callback(path.unlink, missing_ok=True)
            temporary.append(path)
        yield tuple(temporary)
        for path, target in zip(temporary, final, strict=True):
            with path.open("rb+") as stream:
                os.fsync(stream.fileno())
            with suppress(FileNotFoundError):
                path.chmod(stat.S_IMODE(target.stat().st_mode))
        _move_all(list(zip(temporary, final, strict=True)))
        for folder in {target.parent for target in final}:
            _flush_folder(folder)


def _beside(target: Path, kind: str) -> Path:
    # The name's first 20 characters tell a person what it is, and stay under 255 bytes in any script.
    return target.with_name(f".{target.name[:20]}.{secrets.token_hex(6)}.{kind}")


def _create_beside(target: Path) -> Path:
    # Not tempfile.mkstemp: it makes files that nobody else may read, and the move would keep that. What replaces a
    # file must not be open to more people than that file, not even while it is written.
    mode = 0o600 if target.exists() else 0o666
    while True:
        path = _beside(target, "part")
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
        except FileExistsError:  # pragma: no cover - 48 random bits
            continue
        os.close(handle)
        return path


def _move_all(moves: list[tuple[Path, Path]]) -> None:
    if len(moves) == 1:
        moves[0][0].replace(moves[0][1])
        return
    done: list[tuple[Path, Path | None]] = []
    try:
        for temporary, target in moves:
            backup = _keep(target)
            done.append((target, backup))
            temporary.replace(target)
    except BaseException:
        for target, backup in reversed(done):
            with suppress(OSError):
                if backup is None:
                    target.unlink(missing_ok=True)
                else:
                    backup.replace(target)
                    # rename(2) does nothing where both are still names of the same file.
                    backup.unlink(missing_ok=True)
        raise
    for _, backup in done:
        if backup is not None:
            backup.unlink(missing_ok=True)


def _keep(target: Path) -> Path | None:
    """A second name for the file at `target`, to put it back; None where there is no file.

    A hard link leaves the file in place meanwhile. File systems without hard links (FAT) get a rename instead.
    """
    if not target.exists():
        return None
    backup = _beside(target, "kept")
    try:
        os.link(target, backup)
    except OSError:
        target.replace(backup)
    return backup


def _flush_folder(folder: Path) -> None:
    # So that the new name, too, survives a power cut. Windows and some network file systems cannot do this.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
