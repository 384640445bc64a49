"""Moving done documents into a subfolder of the watched folder: nothing is overwritten, nothing leaves it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath

from docuextract_desktop.errors import RequestError

MOST_NAMES_TRIED = 10_000


class MoveError(Exception):
    """A file could not be moved; the text is for the user."""


def check_done_folder(name: str) -> str:
    """The name of a subfolder for done documents, tidied up.

    Raises:
        RequestError: not the plain name of a subfolder.
    """
    tidy = name.strip()
    path = PurePath(tidy)
    if not tidy or len(path.parts) != 1 or tidy in (".", "..") or path.is_absolute() or set(tidy) & set("/\\:\0"):
        raise RequestError(
            f"'{name}' is not the name of a subfolder.", hint="Give a plain name such as 'done', without a path."
        )
    if tidy.startswith((".", "~")):
        raise RequestError(f"'{name}' would be a hidden folder.", hint="Give a plain name such as 'done'.")
    return tidy


def move_aside(folder: Path, name: Path, done_folder: str, *, begin: Callable[[Path], None]) -> Path:
    """Move the file `name` of the watched folder to the same place below its `done_folder`; where it is now.

    Args:
        folder: the watched folder.
        name: of the file, relative to it.
        done_folder: name of the subfolder.
        begin: called with the path before the file is moved there, to remember it.

    Raises:
        MoveError: it stayed where it was.
    """
    into = folder
    try:
        for part in (done_folder, *name.parent.parts):
            into /= part
            if into.is_symlink():
                raise MoveError(f"'{into.name}' is a link; done documents are not moved through links.")
            into.mkdir(exist_ok=True)
        for target in _names(into / name.name):
            if os.path.lexists(target):
                continue
            begin(target)
            if _move(folder / name, target):
                return target
    except OSError as error:
        raise MoveError(
            f"Done documents cannot be moved to '{done_folder}': {error.strerror or type(error).__name__}."
        ) from error
    raise MoveError(f"Done documents cannot be moved to '{done_folder}': too many files of one name are there.")


def _names(target: Path) -> Iterator[Path]:
    numbered = (target.with_name(f"{target.stem} ({n}){target.suffix}") for n in range(2, MOST_NAMES_TRIED))
    return itertools.chain((target,), numbered)


def _move(source: Path, target: Path) -> bool:
    """Give the file its new name; False where another file got that name first.

    rename(2) would replace a file that appeared meanwhile; a second name (hard link) cannot. Where there are no hard
    links (FAT, many network shares) the name is taken first, by an empty file, and the file then moved onto that.
    """
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        return False
    except (OSError, NotImplementedError):
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return False
        try:
            source.replace(target)
        except OSError:
            target.unlink(missing_ok=True)
            raise
        return True
    source.unlink()
    return True


def finish_move(source: Path, target: Path) -> bool:
    """Finish a move that was cut short; whether the file is at `target` now, and there alone."""
    if not os.path.lexists(target):
        return False
    if not os.path.lexists(source):
        return True
    try:
        if source.samefile(target):
            source.unlink()
            return True
        if target.stat().st_size == 0:  # only the name was taken
            target.unlink()
    except OSError as error:
        raise MoveError(f"'{source.name}' cannot be moved: {error.strerror or type(error).__name__}.") from error
    return False
