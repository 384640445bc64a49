"""Schemas of older and newer programs, and copies made before anything is changed."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Migrations

from docuextract_desktop.errors import StorageUnavailableError
from docuextract_desktop.storage import database as database_module
from docuextract_desktop.storage import knowledge, lessons, migrations, opening
from docuextract_desktop.storage.opening import (
    DATABASE_NAME,
    KEPT_AUTOMATIC_BACKUPS,
    automatic_backups,
    open_database,
)

DATABASES = Path(__file__).parent.parent / "data" / "databases"


NOW = database_module.SCHEMA_VERSION
LATER = NOW + 1


def later_program(monkeypatch: pytest.MonkeyPatch, *, fails: bool = False) -> None:
    """Pretend to be a later version of the program, with one more migration."""
    steps = Migrations("docuextract_desktop")
    for step in migrations.steps._migrations:
        steps(name=step.name)(step.fn)

    @steps(name=f"{LATER:04}_later")
    def later(database: Any) -> None:
        database.execute("CREATE TABLE later (a TEXT)")
        database.execute(f"PRAGMA user_version={LATER}")
        if fails:
            raise RuntimeError("the migration has a bug")

    monkeypatch.setattr(migrations, "steps", steps)
    monkeypatch.setattr(opening, "SCHEMA_VERSION", LATER)
    monkeypatch.setattr(database_module, "SCHEMA_VERSION", LATER)


def tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    try:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    finally:
        connection.close()


def schema(path: Path) -> set[tuple[str, str]]:
    connection = sqlite3.connect(path)
    try:
        return {(name, sql) for name, sql in connection.execute("SELECT name, sql FROM sqlite_master") if sql}
    finally:
        connection.close()


def test_the_version_is_the_number_of_the_last_step() -> None:
    numbers = [int(step.name[:4]) for step in migrations.steps._migrations]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == NOW


def test_opening_again_changes_nothing(home: Path) -> None:
    open_database(home).close()
    before = (home / DATABASE_NAME).read_bytes()
    open_database(home).close()
    assert (home / DATABASE_NAME).read_bytes() == before
    assert automatic_backups(home) == []


def test_an_older_database_is_copied_and_then_brought_up_to_date(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = open_database(home)
    with old.transaction() as session:
        session.execute("INSERT INTO settings (name, value) VALUES ('lanes', '3')")
    old.close()
    later_program(monkeypatch)
    new = open_database(home)
    with new.reading() as session:
        assert session.value("PRAGMA user_version") == LATER
        assert session.value("SELECT value FROM settings") == "3"
    new.close()
    (copy,) = automatic_backups(home)
    assert "later" in tables(home / DATABASE_NAME)
    assert "later" not in tables(copy)
    connection = sqlite3.connect(copy)
    assert connection.execute("SELECT value FROM settings").fetchone() == ("3",)
    connection.close()


def test_a_migration_that_fails_leaves_everything_as_it_was(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_database(home).close()
    later_program(monkeypatch, fails=True)
    with pytest.raises(RuntimeError, match="has a bug"):
        open_database(home)
    assert "later" not in tables(home / DATABASE_NAME)
    monkeypatch.undo()
    database = open_database(home)
    with database.reading() as session:
        assert session.value("PRAGMA user_version") == NOW
        assert session.value("SELECT COUNT(*) FROM _sqlite_migrations") == len(migrations.steps._migrations)
    database.close()


def test_only_the_newest_automatic_copies_are_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_database(home).close()
    folder = home / "backups"
    folder.mkdir()
    for number in range(6):
        (folder / f"before-old-{number}.db").write_bytes(b"")
    (folder / "copy-of-the-user.db").write_bytes(b"")
    later_program(monkeypatch)
    open_database(home).close()
    assert len(automatic_backups(home)) == KEPT_AUTOMATIC_BACKUPS
    assert (folder / "copy-of-the-user.db").exists()


def test_a_database_of_a_newer_program_is_refused_and_untouched(home: Path) -> None:
    open_database(home).close()
    connection = sqlite3.connect(home / DATABASE_NAME)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    before = (home / DATABASE_NAME).read_bytes()
    with pytest.raises(StorageUnavailableError, match="newer version of the program"):
        open_database(home)
    assert (home / DATABASE_NAME).read_bytes() == before


def test_programs_may_create_the_database_at_once(home: Path) -> None:
    """Many times over: they get in each other's way in one of ten or so."""
    problems: list[BaseException] = []

    def create(folder: Path) -> None:
        try:
            open_database(folder).close()
        except BaseException as error:
            problems.append(error)

    for attempt in range(20):
        folder = home / str(attempt)
        folder.mkdir()
        threads = [threading.Thread(target=create, args=(folder,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []
        database = open_database(folder)
        with database.reading() as session:
            assert session.value("SELECT COUNT(*) FROM _sqlite_migrations") == len(migrations.steps._migrations)
        database.close()


@pytest.mark.parametrize("released", sorted(DATABASES.glob("*.db")), ids=lambda path: path.stem)
def test_a_database_of_each_released_schema_opens(home: Path, released: Path) -> None:
    (home / DATABASE_NAME).write_bytes(released.read_bytes())
    database = open_database(home)
    with database.reading() as session:
        assert session.value("PRAGMA user_version") == database_module.SCHEMA_VERSION
        assert session.value("SELECT COUNT(*) FROM items") == 6
        assert session.value("PRAGMA foreign_key_check") is None
        (lesson,) = lessons.of_template(session, "note")
        assert lesson.answers["title"]["value"] == "Another title"
        assert lessons.words(session, "note", lesson.sha256) == [(0, b"words")]
        kept = knowledge.fitted(session, "note", 1)
        assert kept is not None
        assert kept.body == b"weights"
    assert database.problems() == []
    database.close()
    fresh = home / "fresh"
    fresh.mkdir()
    open_database(fresh).close()
    assert schema(home / DATABASE_NAME) == schema(fresh / DATABASE_NAME), (
        "an older database does not end with the schema of a new one: was a released step changed?"
        " (Before its release, make the database anew: see make_database.py.)"
    )
