"""Temporary files of programs that were killed while they wrote an export, a copy or a template: found and removed.

Only what a journal of this data folder names is touched, only where the program that wrote it has ended, and only where
name and kind are those of our temporary files.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import re
import stat
import time
from collections.abc import Sequence
from pathlib import Path

from docuextract_desktop.atomic import Journal, Names
from docuextract_desktop.atomic import keep_journal as keep_journal_of_process
from docuextract_desktop.jobs.owners import is_dead, this_program
from docuextract_desktop.storage.owners import OwnerRow

JOURNAL_FOLDER = "unfinished"

_TOKEN = re.compile(r"\.[0-9a-f]{12}\.(part|kept)\Z")

_log = logging.getLogger(__name__)


def keep_journal(home: Path) -> None:
    """Have this process note down in the data folder what it writes."""
    owner = dataclasses.asdict(this_program(time.time()))
    keep_journal_of_process(Journal(home / JOURNAL_FOLDER, owner))


def clean(home: Path) -> int:
    """Remove what dead programs left; how many files."""
    removed = 0
    for note in (home / JOURNAL_FOLDER).glob("*.json"):
        try:
            told = json.loads(note.read_text(encoding="ascii"))
            owner = OwnerRow(**told["owner"])
            files = [Names(*(Path(os.fsdecode(bytes.fromhex(path))) for path in paths)) for paths in told["files"]]
        except FileNotFoundError:
            continue  # its program has just finished
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            # Cut off: its program was killed before it had created anything, or is writing it this very moment.
            _forget_old(note)
            continue
        now = time.time()
        # No heartbeat here: a program that is alive may take its time.
        if is_dead(dataclasses.replace(owner, heartbeat=now), now=now):
            removed += _clean(files)
            note.unlink(missing_ok=True)
    if removed:
        _log.info("removed %d temporary files of programs that had been killed", removed)
    return removed


def _forget_old(note: Path) -> None:
    try:
        if time.time() - note.stat().st_mtime > 60:
            note.unlink(missing_ok=True)
    except OSError:
        return


def _clean(files: Sequence[Names]) -> int:
    ours = [file for file in files if _is_ours(file.part, file.target) and _is_ours(file.kept, file.target)]
    unfinished = any(_is_file(file.part) for file in ours)
    removed = 0
    for file in ours:
        try:
            removed += _put_back(file, unfinished=unfinished)
            for leftover in (file.part, file.part.with_name(f"{file.part.name}-journal"), file.kept):
                if _is_file(leftover):
                    leftover.unlink()
                    removed += 1
        except OSError as error:
            _log.warning("a temporary file could not be removed: %s", error.strerror)
    return removed


def _put_back(file: Names, *, unfinished: bool) -> int:
    """What stood there before, where it has lost its name, or where only some of the new files got theirs."""
    if not _is_file(file.kept):
        return 0
    if not os.path.lexists(file.target) or (unfinished and not file.kept.samefile(file.target)):
        file.kept.replace(file.target)
        return 1
    return 0


def _is_ours(path: Path, target: Path) -> bool:
    return (
        path.parent == target.parent
        and path.name.startswith(f".{target.name[:20]}.")
        and _TOKEN.fullmatch(path.name, len(target.name[:20]) + 1) is not None
    )


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False
