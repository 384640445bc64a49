"""Files on their way into a batch: folders expanded, content hashed, requests checked before any work starts."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from docuextract_desktop.documents.sniff import PDF_HEADER_WINDOW, SUFFIXES, sniff
from docuextract_desktop.errors import InputNotFoundError
from docuextract_desktop.jobs.models import InputFile

_CHUNK_BYTES = 1 << 20
_DIGITS = re.compile(r"(\d+)")
_KNOWN_SUFFIXES = frozenset(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)


def scan(paths: Iterable[Path | str]) -> tuple[InputFile, ...]:
    """The files that `paths` stand for: files as they are, folders with all below them, in natural order.

    From folders only what may be a document is taken, by its name or by its first bytes; hidden files, FIFOs, devices
    and links that lead in circles are left out. Each file comes once.

    Raises:
        InputNotFoundError: a path that was named does not exist.
    """
    found: dict[Path, InputFile] = {}
    for named in paths:
        path = Path(os.path.abspath(Path(named).expanduser()))  # noqa: PTH100  resolve() would follow links
        if path.is_dir():
            for file in _documents_below(path):
                found.setdefault(file, InputFile(file, shown_name(file.relative_to(path.parent))))
        elif _exists(path):
            found.setdefault(path, InputFile(path, shown_name(Path(path.name))))
        else:
            raise InputNotFoundError(f"There is no file or folder {shown_name(path)}.")
    return tuple(found.values())


def shown_name(path: Path) -> str:
    """A path as text that can be stored and shown, also where the file system's name is no valid Unicode."""
    return os.fsencode(path).decode("utf-8", "replace")


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts 'page 2' before 'page 10', without regard to case."""
    return tuple(
        (0, int(part), part) if part.isdecimal() and len(part) < 19 else (1, 0, part.casefold())
        for part in _DIGITS.split(name)
        if part
    )


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except (OSError, ValueError):
        return False
    return True


def _documents_below(folder: Path) -> Iterator[Path]:
    """Regular files below `folder` that may be documents; each folder is visited once, whatever links say."""
    visited: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        try:
            status = current.stat()
            if (status.st_dev, status.st_ino) in visited and status.st_ino:
                continue
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(current) as entries:
                listed = sorted(entries, key=lambda entry: natural_key(entry.name))
        except OSError:
            continue  # vanished or may not be read: what cannot be listed holds no document for us
        folders: list[Path] = []
        for entry in listed:
            if entry.name.startswith("."):
                continue
            try:
                if entry.is_dir():
                    folders.append(Path(entry.path))
                elif entry.is_file() and may_be_document(Path(entry.path)):
                    yield Path(entry.path)
            except OSError:
                continue
        waiting.extend(reversed(folders))


def may_be_document(path: Path) -> bool:
    """Whether a regular file may be a document: by its name, or else by its first bytes."""
    if path.suffix.lower() in _KNOWN_SUFFIXES:
        return True
    try:
        with path.open("rb") as stream:
            return sniff(stream.read(PDF_HEADER_WINDOW)) is not None
    except OSError:
        return False


def fingerprint(
    files: Sequence[InputFile], *, max_bytes: int, progress: Callable[[int, int], None] | None = None
) -> tuple[InputFile, ...]:
    """The files with the hash and size of their content, where these are not known yet.

    What is no regular file, cannot be read or is over `max_bytes` stays without a hash: the worker says what is wrong.
    """
    done: list[InputFile] = []
    for number, file in enumerate(files, start=1):
        done.append(file if file.sha256 is not None else _fingerprint(file, max_bytes))
        if progress is not None:
            progress(number, len(files))
    return tuple(done)


def _fingerprint(file: InputFile, max_bytes: int) -> InputFile:
    try:
        # Asked before opening, since opening a FIFO would wait for ever.
        if not stat.S_ISREG(file.path.stat().st_mode):
            return file
        digest = hashlib.sha256()
        size = 0
        with file.path.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                size += len(chunk)
                if size > max_bytes:
                    return replace(file, size_bytes=file.path.stat().st_size)
                digest.update(chunk)
    except (OSError, ValueError):
        return file
    return replace(file, sha256=digest.hexdigest(), size_bytes=size)


def check_named(files: Iterable[InputFile]) -> None:
    """Refuse a request with files that do not exist.

    Raises:
        InputNotFoundError: with the first few of them.
    """
    missing = [file for file in files if not _exists(file.path)]
    if missing:
        names = ", ".join(shown_name(file.path) for file in missing[:3])
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        verb = "is" if len(missing) == 1 else "are"
        raise InputNotFoundError(f"{names}{more} {verb} not there.")
