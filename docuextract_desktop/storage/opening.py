"""Opening the database of a data folder: made, brought up to date after a backup, or refused with words."""

from __future__ import annotations

import logging
import sqlite3
import time
from pathlib import Path

from docuextract_desktop.errors import StorageUnavailableError
from docuextract_desktop.storage.database import (
    APPLICATION_ID,
    BUSY_TIMEOUT_S,
    SCHEMA_VERSION,
    Database,
    expected_errors,
)

DATABASE_NAME = "docuextract.db"
BACKUP_FOLDER = "backups"
KEPT_AUTOMATIC_BACKUPS = 3

_log = logging.getLogger(__name__)


def open_database(home: Path, *, create: bool = True, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Database:
    """The database of the data folder `home`, made where there is none, its schema brought up to date.

    Before an existing database is changed it is copied to `home`/backups.

    Raises:
        StorageUnavailableError: it cannot be opened, is damaged, is newer than the program, or is no database of ours;
            or there is none and `create` is False.
    """
    path = home / DATABASE_NAME
    if not create and not path.exists():
        raise StorageUnavailableError(
            f"There is no data in {home} yet.", hint="Start a batch first, or name another data folder."
        )
    _make_private(path)
    database = Database(path, busy_timeout_s=busy_timeout_s)
    try:
        version = _checked_version(database)
        if version < SCHEMA_VERSION:
            if version:
                _backup_before_migration(database, home, version)
            # Imported only when there is something to do: sqlite-utils loads pandas where that is installed.
            from docuextract_desktop.storage.migrations import migrate

            migrate(database)
    except BaseException:
        database.close()
        raise
    return database


def _make_private(path: Path) -> None:
    """Create the file readable by its owner only (SQLite gives its -wal and -shm files the same rights)."""
    try:
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        # An existing file that may only be read is opened all the same: its own error comes with the first write.
        if path.exists():
            return
        raise StorageUnavailableError(
            f"The data folder {path.parent} cannot be written.",
            hint="Check its rights, or name another data folder with DOCUEXTRACT_HOME or --home.",
            detail=str(error),
        ) from error


def _checked_version(database: Database) -> int:
    with database.reading() as session:
        version = int(session.value("PRAGMA user_version"))
        application = int(session.value("PRAGMA application_id"))
        tables = int(session.value("SELECT COUNT(*) FROM sqlite_master"))
    if application not in (0, APPLICATION_ID) or (application == 0 and tables):
        raise StorageUnavailableError(
            f"{database.path} is a database of another program.", hint="Move it away, or name another data folder."
        )
    if version > SCHEMA_VERSION:
        raise StorageUnavailableError(
            "The database was written by a newer version of the program.",
            hint="Install that version again, or restore an older copy: `docuextract backup --list` lists them,"
            " `docuextract restore FILE` puts one back.",
            detail=f"{database.path}: schema {version}, the program knows {SCHEMA_VERSION}",
        )
    return version


def backup_folder(home: Path) -> Path:
    """Folder of the copies, made where there is none."""
    folder = home / BACKUP_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _backup_before_migration(database: Database, home: Path, version: int) -> None:
    folder = backup_folder(home)
    target = folder / f"before-schema-{SCHEMA_VERSION}-from-{version}-{time.strftime('%Y%m%d-%H%M%S')}.db"
    database.backup(target)
    _log.info("copied the database to %s before changing its schema", target)
    for old in automatic_backups(home)[:-KEPT_AUTOMATIC_BACKUPS]:
        old.unlink(missing_ok=True)


def automatic_backups(home: Path) -> list[Path]:
    """Copies made by the program itself, oldest first."""
    return sorted((home / BACKUP_FOLDER).glob("before-*.db"), key=lambda path: path.stat().st_mtime)


def list_backups(home: Path) -> list[Path]:
    """All copies in the data folder, newest first."""
    return sorted((home / BACKUP_FOLDER).glob("*.db"), key=lambda path: path.stat().st_mtime, reverse=True)


def backup_now(database: Database, home: Path, target: Path | None = None) -> Path:
    """Copy the database to `target`, or to a file named by the time in `home`/backups; where it went."""
    target = target or backup_folder(home) / f"copy-{time.strftime('%Y%m%d-%H%M%S')}.db"
    try:
        database.backup(target)
    except OSError as error:
        raise StorageUnavailableError(
            f"The copy could not be written to {target}.",
            hint="Check the folder and the space on its disk.",
            detail=repr(error),
        ) from error
    return target


def restore(home: Path, copy: Path) -> Path | None:
    """Put `copy` in the place of the database; what stood there is kept and its new path given back.

    No program may have the database open.

    Raises:
        StorageUnavailableError: `copy` is missing, damaged, newer than the program, or no database of ours; nothing
            was changed.
    """
    path = home / DATABASE_NAME
    if not copy.is_file():
        raise StorageUnavailableError(f"There is no copy at {copy}.", hint="")
    candidate = home / f".restore-{time.time_ns()}.db"
    source = Database(copy, read_only=True)
    try:
        _checked_version(source)
        problems = source.problems()
        if problems:
            raise StorageUnavailableError(
                "That copy is damaged, too.", hint="Choose another one.", detail="; ".join(problems)
            )
        source.backup(candidate)
    finally:
        source.close()
    replaced: Path | None = None
    if path.exists():
        replaced = backup_folder(home) / f"before-restore-{time.strftime('%Y%m%d-%H%M%S')}.db"
        _set_aside(path, replaced)
    candidate.chmod(0o600)
    candidate.replace(path)
    return replaced


def _set_aside(path: Path, target: Path) -> None:
    """Move a database that may be damaged, with what its log still holds, out of the way."""
    try:
        with expected_errors(path):
            connection = sqlite3.connect(path, timeout=1)
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                connection.close()
    except (StorageUnavailableError, sqlite3.Error):
        _log.warning("the database that is replaced could not be read; kept as it was")
    path.replace(target)
    for suffix in ("-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.replace(target.with_name(target.name + suffix))
