"""Copies on demand, and going back to one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from docuextract_desktop.errors import StorageUnavailableError
from docuextract_desktop.storage.database import Database
from docuextract_desktop.storage.opening import (
    DATABASE_NAME,
    backup_now,
    list_backups,
    open_database,
    restore,
)


def put(database: Database, name: str) -> None:
    with database.transaction() as session:
        session.execute("INSERT INTO settings (name, value) VALUES (?, '1')", (name,))


def names(home: Path) -> list[str]:
    database = open_database(home)
    try:
        with database.reading() as session:
            return [row[0] for row in session.all("SELECT name FROM settings ORDER BY name")]
    finally:
        database.close()


def test_a_copy_is_whole_one_file_and_made_while_others_write(home: Path) -> None:
    database = open_database(home)
    put(database, "kept")
    other = sqlite3.connect(home / DATABASE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO settings (name, value) VALUES ('not committed', '1')")
    copy = backup_now(database, home)
    other.execute("COMMIT")
    other.close()
    database.close()
    assert list_backups(home) == [copy]
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]
    connection = sqlite3.connect(copy)
    assert connection.execute("SELECT name FROM settings").fetchall() == [("kept",)]
    connection.close()


def test_a_copy_can_be_put_anywhere(home: Path, tmp_path: Path) -> None:
    database = open_database(home)
    target = tmp_path / "elsewhere.db"
    assert backup_now(database, home, target) == target
    database.close()
    assert target.exists()


def test_restoring_brings_back_what_was_and_keeps_what_is(home: Path) -> None:
    database = open_database(home)
    put(database, "old")
    copy = backup_now(database, home)
    put(database, "new")
    database.close()
    copied = copy.read_bytes()
    replaced = restore(home, copy)
    assert names(home) == ["old"]
    assert copy.read_bytes() == copied
    assert replaced is not None
    connection = sqlite3.connect(replaced)
    assert connection.execute("SELECT COUNT(*) FROM settings").fetchone() == (2,)
    connection.close()


def test_a_damaged_database_can_be_replaced(home: Path) -> None:
    database = open_database(home)
    put(database, "old")
    copy = backup_now(database, home)
    database.close()
    for beside in home.glob("docuextract.db-*"):
        beside.unlink()
    (home / DATABASE_NAME).write_bytes(b"rubbish" * 1000)
    with pytest.raises(StorageUnavailableError, match="damaged"):
        open_database(home)
    restore(home, copy)
    assert names(home) == ["old"]


def test_a_log_of_the_replaced_database_is_not_mixed_into_the_copy(home: Path) -> None:
    database = open_database(home)
    put(database, "old")
    copy = backup_now(database, home)
    put(database, "new")
    # As after a power cut: the log was not moved into the file.
    database_bytes = (home / DATABASE_NAME).read_bytes()
    log_bytes = (home / f"{DATABASE_NAME}-wal").read_bytes()
    database.close()
    (home / DATABASE_NAME).write_bytes(database_bytes)
    (home / f"{DATABASE_NAME}-wal").write_bytes(log_bytes)
    restore(home, copy)
    assert names(home) == ["old"]


@pytest.mark.parametrize("kind", ["missing", "rubbish", "newer", "foreign"])
def test_a_copy_that_is_no_good_is_refused_and_nothing_changed(home: Path, tmp_path: Path, kind: str) -> None:
    database = open_database(home)
    put(database, "kept")
    copy = tmp_path / "copy.db"
    if kind != "missing":
        backup_now(database, home, copy)
    database.close()
    if kind == "rubbish":
        copy.write_bytes(b"rubbish" * 1000)
    elif kind != "missing":
        connection = sqlite3.connect(copy)
        connection.execute("PRAGMA user_version=99" if kind == "newer" else "PRAGMA application_id=7")
        connection.close()
    with pytest.raises(StorageUnavailableError):
        restore(home, copy)
    assert names(home) == ["kept"]
    assert [path.name for path in home.iterdir() if path.name.startswith(".")] == []


def test_a_power_cut_at_any_moment_loses_nothing_that_was_flushed(home: Path, tmp_path: Path) -> None:
    """The database file and its log, copied between any two transactions, open and hold all of the earlier ones."""
    database = open_database(home)
    for number in range(12):
        put(database, f"{number:02}")
        moment = tmp_path / f"moment {number}"
        moment.mkdir()
        for name in (DATABASE_NAME, f"{DATABASE_NAME}-wal"):
            (moment / name).write_bytes((home / name).read_bytes())
        if number == 5:
            database.checkpoint()
    database.close()
    for number in range(12):
        assert names(tmp_path / f"moment {number}") == [f"{n:02}" for n in range(number + 1)]


def test_a_log_cut_off_in_the_middle_opens_with_whole_transactions(home: Path, tmp_path: Path) -> None:
    database = open_database(home)
    for number in range(6):
        put(database, f"{number:02}")
    main, log = ((home / name).read_bytes() for name in (DATABASE_NAME, f"{DATABASE_NAME}-wal"))
    database.close()
    for cut in range(0, len(log), 4099):
        moment = tmp_path / f"cut {cut}"
        moment.mkdir()
        (moment / DATABASE_NAME).write_bytes(main)
        (moment / f"{DATABASE_NAME}-wal").write_bytes(log[:cut])
        found = names(moment)
        assert found == [f"{n:02}" for n in range(len(found))]
