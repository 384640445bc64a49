"""Files on their way into a new batch: folders expanded, duplicates and unreadable kinds found. No Qt.

Runs off the window's thread, and opens no document: only the first bytes are looked at, and content is hashed where two
files have the same size.
"""

from __future__ import annotations

import stat
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from docuextract_desktop.jobs.intake import fingerprint, scan, sniff  # type: ignore[attr-defined]
from docuextract_desktop.jobs.models import InputFile
from docuextract_desktop.settings import Limits
from docuextract_desktop.ui.wording import count, one_line, size

_KIND_TITLES = {"webp": "WebP"}
_HEAD_BYTES = 1024

Standing = Literal["ready", "duplicate", "unreadable"]


@dataclass(frozen=True, slots=True)
class Collected:
    """One file of the list.

    Attributes:
        kind: in words, or an empty string.
        standing: `duplicate` is read once and shown twice; `unreadable` would only fail.
        reason: why it is not simply ready.
    """

    file: InputFile
    kind: str = ""
    size_bytes: int | None = None
    standing: Standing = "ready"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the looking has come."""

    done: int
    total: int


def collect(
    paths: Iterable[Path],
    known: Sequence[Collected],
    limits: Limits,
    *,
    report: Callable[[Progress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[Collected, ...]:
    """`known` and the files of `paths`, each looked at once; files that are in the list already are not added again.

    Raises:
        InputNotFoundError: one of `paths` does not exist.
    """
    have = {entry.file.path for entry in known}
    found = [file for file in scan(paths) if file.path not in have]
    entries = list(known)
    for number, file in enumerate(found, start=1):
        if stopped():
            return tuple(known)
        entries.append(look_at(file, limits))
        if number % 20 == 0:
            report(Progress(number, len(found)))
    return mark_duplicates(entries, stopped=stopped)


def look_at(file: InputFile, limits: Limits) -> Collected:
    """What can be said about a file without opening it as a document."""

    def unreadable(reason: str, kind: str = "") -> Collected:
        return Collected(file, kind, size_bytes, "unreadable", reason)

    size_bytes: int | None = None
    try:
        status = file.path.stat()
        if not stat.S_ISREG(status.st_mode):  # opening a FIFO would wait for ever
            return unreadable("Not an ordinary file")
        size_bytes = status.st_size
        with file.path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except (OSError, ValueError) as error:
        return unreadable(f"Cannot be read: {getattr(error, 'strerror', None) or 'the name is not valid'}")
    if not head:
        return unreadable("The file is empty")
    kind = sniff(head)
    if kind is None:
        return unreadable("Not a PDF or a picture")
    title = _KIND_TITLES.get(kind, kind.upper())
    if size_bytes > limits.max_file_bytes:
        return unreadable(f"Larger than the limit of {size(limits.max_file_bytes)}", title)
    return Collected(replace(file, size_bytes=size_bytes), title, size_bytes)


def mark_duplicates(
    entries: Sequence[Collected], *, stopped: Callable[[], bool] = lambda: False
) -> tuple[Collected, ...]:
    """The entries with every later file of the same content marked; hashes only where sizes are equal."""
    by_size: dict[int | None, list[int]] = defaultdict(list)
    for place, entry in enumerate(entries):
        if entry.standing != "unreadable":
            by_size[entry.size_bytes].append(place)
    made = list(entries)
    for places in by_size.values():
        firsts: dict[str, str] = {}
        for place in places:
            entry = made[place]
            if len(places) > 1 and entry.file.sha256 is None and not stopped():
                entry = replace(entry, file=fingerprint([entry.file], max_bytes=1 << 62)[0])
            content = entry.file.sha256
            if content is not None and content in firsts:
                same = one_line(firsts[content], 80)
                made[place] = replace(entry, standing="duplicate", reason=f"Duplicate of {same}, read once")
            else:
                made[place] = replace(entry, standing="ready", reason="")
                if content is not None:
                    firsts[content] = entry.file.filename
    return tuple(made)


def summary(entries: Sequence[Collected]) -> str:
    """`168 documents, 2 duplicates will be read once, 1 cannot be read`."""
    if not entries:
        return "No documents yet"
    by_standing: dict[str, int] = defaultdict(int)
    for entry in entries:
        by_standing[entry.standing] += 1
    parts = [count(len(entries), "document")]
    if number := by_standing["duplicate"]:
        parts.append(f"{count(number, 'duplicate')} will be read once")
    if number := by_standing["unreadable"]:
        parts.append(f"{number:,} cannot be read")
    return ", ".join(parts)


def suggest_template(names: Iterable[str], templates: Sequence[tuple[str, str]]) -> str | None:
    """The id of the template whose name most of the file and folder names hold, or None where none stands out.

    Args:
        names: of dropped files and folders, in any form.
        templates: (id, name) of each.
    """
    votes: dict[str, int] = defaultdict(int)
    total = 0
    for name in names:
        total += 1
        squeezed = "".join(c for c in name.casefold() if c.isalnum())
        hits = {
            template_id
            for template_id, title in templates
            for word in (template_id, title)
            if len(plain := "".join(c for c in word.casefold() if c.isalnum())) >= 4 and plain in squeezed
        }
        if len(hits) == 1:
            votes[hits.pop()] += 1
    if not votes:
        return None
    best = max(votes, key=lambda key: votes[key])
    return best if votes[best] * 2 > total and list(votes.values()).count(votes[best]) == 1 else None
