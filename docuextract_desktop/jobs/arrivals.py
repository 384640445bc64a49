"""What lies in a watched folder, and which of it has arrived whole. Looks by polling, so that network shares work too.

Links are not followed: whoever may put files into a shared folder could otherwise have any file of this computer read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from docuextract_desktop.jobs.intake import may_be_document, natural_key

SETTLE_S = 4.0
"""A file that did not change for so long, over at least two looks, has arrived."""

UNFINISHED_SUFFIXES = frozenset(
    {".part", ".partial", ".filepart", ".crdownload", ".opdownload", ".download", ".tmp", ".temp", ".swp", ".lock"}
)
"""What browsers and copying programs call a file that they are still writing."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it lay there at one look; two that are equal are the same file, unchanged."""

    name: Path
    """Relative to the watched folder."""
    size_bytes: int
    modified_ns: int
    changed_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The regular files of a folder, and how many of its subfolders could not be listed."""

    files: tuple[Seen, ...]
    unreadable: int = 0


def seen_now(folder: Path, name: Path) -> Seen | None:
    """A file as it lies there now; None where it is none, or is gone."""
    try:
        status = os.lstat(folder / name)
    except OSError:
        return None
    return _seen(name, status) if stat.S_ISREG(status.st_mode) else None


def _seen(name: Path, status: os.stat_result) -> Seen:
    return Seen(name, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def list_folder(folder: Path, done_folder: str | None) -> Listing:
    """The files below `folder` that may be arriving, in natural order; not those in its folder of what is done.

    Left out are hidden files, what is still being written by its name, links, FIFOs and devices.

    Raises:
        OSError: the folder itself is not there or cannot be listed.
    """
    files: list[Seen] = []
    unreadable = 0
    waiting = [Path()]
    while waiting:
        below = waiting.pop()
        folders: list[Path] = []
        try:
            with os.scandir(folder / below) as entries:
                listed = sorted(entries, key=lambda entry: natural_key(entry.name))
        except OSError:
            if below == Path():
                raise
            unreadable += 1
            continue
        for entry in listed:
            if _passing(entry.name):
                continue
            name = below / entry.name
            try:
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    if done_folder is None or name != Path(done_folder):
                        folders.append(name)
                elif stat.S_ISREG(status.st_mode) and status.st_size and not _hidden(status):
                    # On Windows what scandir knows of a file may be older than the file: ask the file itself.
                    files.append(_seen(name, os.lstat(folder / name) if os.name == "nt" else status))
            except OSError:
                continue  # gone between two calls
        waiting.extend(reversed(folders))
    return Listing(tuple(files), unreadable)


def _passing(name: str) -> bool:
    return name.startswith((".", "~")) or os.path.splitext(name)[1].lower() in UNFINISHED_SUFFIXES  # noqa: PTH122


def _hidden(status: os.stat_result) -> bool:
    hidden: int = getattr(stat, "FILE_ATTRIBUTE_HIDDEN", 0)
    return bool(getattr(status, "st_file_attributes", 0) & hidden)


@dataclass
class Arrivals:
    """Remembers since when each file of a folder has been as it is. Belongs to one thread."""

    folder: Path
    settle_s: float = SETTLE_S
    _since: dict[Path, tuple[Seen, float]] = field(default_factory=dict)
    _documents: dict[Path, tuple[Seen, bool]] = field(default_factory=dict)

    def settled(self, listing: Listing, now_s: float) -> Iterator[Seen]:
        """Those files of a listing that have not changed for `settle_s` and may be documents."""
        since: dict[Path, tuple[Seen, float]] = {}
        for seen in listing.files:
            before = self._since.get(seen.name)
            since[seen.name] = before if before is not None and before[0] == seen else (seen, now_s)
        waited: Mapping[Path, tuple[Seen, float]] = self._since
        self._since = since
        self._documents = {name: known for name, known in self._documents.items() if name in since}
        for name, (seen, at) in since.items():
            if name in waited and now_s - at >= self.settle_s and self._is_document(seen):
                yield seen

    def _is_document(self, seen: Seen) -> bool:
        known = self._documents.get(seen.name)
        if known is None or known[0] != seen:
            known = (seen, may_be_document(self.folder / seen.name))
            self._documents[seen.name] = known
        return known[1]
