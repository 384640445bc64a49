"""Transactions, threads, and the errors that happen to any database."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from docuextract_desktop.errors import ExitCode, StorageUnavailableError
from docuextract_desktop.storage.database import SCHEMA_VERSION, Database
from docuextract_desktop.storage.opening import DATABASE_NAME, open_database


def put(database: Database, *names: str, durable: bool = True) -> None:
    with database.transaction(durable=durable) as session:
        for name in names:
            session.execute("INSERT INTO settings (name, value) VALUES (?, '1')", (name,))


def names(database: Database) -> list[str]:
    with database.reading() as session:
        return [row[0] for row in session.all("SELECT name FROM settings ORDER BY name")]


def test_a_new_database_is_set_up_as_promised(database: Database, home: Path) -> None:
    with database.reading() as session:
        assert session.value("PRAGMA journal_mode") == "wal"
        assert session.value("PRAGMA foreign_keys") == 1
        assert session.value("PRAGMA secure_delete") == 1
        assert session.value("PRAGMA user_version") == SCHEMA_VERSION
    for path in home.glob("docuextract.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600 or os.name != "posix"


def test_a_transaction_is_all_or_nothing(database: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        put(database, "a", "a")
    assert names(database) == []
    put(database, "b")
    assert names(database) == ["b"]


def test_a_transaction_inside_another_belongs_to_it(database: Database) -> None:
    def outer() -> None:
        with database.transaction():
            put(database, "inner")
            assert names(database) == ["inner"]
            raise KeyError

    with pytest.raises(KeyError):
        outer()
    assert names(database) == []


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)])
def test_what_a_person_decided_is_flushed_to_the_disk(database: Database, durable: bool, level: int) -> None:
    with database.transaction(durable=durable) as session:
        assert session.value("PRAGMA synchronous") == level


def test_every_thread_has_its_own_transaction(database: Database) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def other() -> None:
        with database.transaction() as session:
            session.execute("INSERT INTO settings (name, value) VALUES ('other', '1')")
            inside.set()
            go_on.wait(10)
        database.release_thread()

    thread = threading.Thread(target=other)
    thread.start()
    assert inside.wait(10)
    assert names(database) == [], "readers do not wait, and do not see what is not committed"
    go_on.set()
    thread.join()
    assert names(database) == ["other"]


def test_a_closed_database_says_so(home: Path) -> None:
    database = open_database(home)
    database.close()
    with pytest.raises(StorageUnavailableError), database.reading():
        pass


def test_a_mistake_of_ours_is_not_dressed_up_as_bad_luck(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError), database.reading() as session:
        session.all("SELECT nonsense FROM nowhere")
    with pytest.raises(sqlite3.IntegrityError), database.transaction() as session:
        session.execute("INSERT INTO settings (name) VALUES ('without a value')")


# ---- what can happen to any database


def test_locked_by_another_program(home: Path) -> None:
    open_database(home).close()
    database = open_database(home, busy_timeout_s=0.05)
    other = sqlite3.connect(home / DATABASE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StorageUnavailableError, match="locked by another program") as caught:
            put(database, "a")
        assert names(database) == [], "reading is possible all the same"
    finally:
        other.execute("ROLLBACK")
        other.close()
    put(database, "a")
    assert (caught.value.http_status, caught.value.exit_code) == (503, ExitCode.STORAGE_UNAVAILABLE)
    database.close()


def test_a_full_disk_harms_nothing_that_was_stored(home: Path) -> None:
    database = open_database(home)
    put(database, "before")
    with database.transaction() as session:
        pages = session.value("PRAGMA page_count")
        # As SQLite's own tests do: a file that may not grow answers as a full disk does.
        session.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StorageUnavailableError, match=r"disk .* is full"):
        put(database, *(f"{number}{'x' * 4000}" for number in range(1000)))
    assert names(database) == ["before"]
    with database.transaction() as session:
        session.execute("PRAGMA max_page_count=1000000")
    put(database, "after")
    assert names(database) == ["after", "before"]
    assert database.problems() == []
    database.close()


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on written bytes as on Linux")
def test_a_file_that_cannot_grow_any_more(home: Path) -> None:
    """A real refusal by the operating system, in a process of its own: writing fails with EFBIG, as a quota would."""
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from docuextract_desktop.storage.opening import open_database\n"
        "from docuextract_desktop.errors import StorageUnavailableError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "database = open_database(Path(sys.argv[1]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))\n"
        "done = 0\n"
        "try:\n"
        "    for number in range(1000):\n"
        "        with database.transaction() as session:\n"
        "            session.execute('INSERT INTO settings VALUES (?, ?)', (str(number), 'x' * 4000))\n"
        "        done += 1\n"
        "except StorageUnavailableError as error:\n"
        "    print(done, error.message)\n"
        "database.close()\n"
    )
    told = subprocess.run([sys.executable, "-c", code, str(home)], capture_output=True, text=True, check=True)
    done, _, message = told.stdout.strip().partition(" ")
    assert "disk" in message, told.stdout
    database = open_database(home)
    assert len(names(database)) == int(done), "everything that was said to be stored is there, and nothing else"
    assert database.problems() == []
    database.close()


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_may_not_be_written(home: Path) -> None:
    home.chmod(0o500)
    try:
        with pytest.raises(StorageUnavailableError, match="cannot be written"):
            open_database(home)
    finally:
        home.chmod(0o700)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailableError):
        open_database(tmp_path / "nowhere")
    with pytest.raises(StorageUnavailableError, match="no data"):
        open_database(tmp_path, create=False)
    assert list(tmp_path.iterdir()) == [], "nothing was made"


def test_a_read_only_database(home: Path) -> None:
    database = open_database(home)
    with database.transaction() as session:
        session.execute("PRAGMA query_only=ON")
    with pytest.raises(StorageUnavailableError, match="cannot be written"):
        put(database, "a")
    database.close()


def test_a_file_that_is_no_database_any_more(home: Path) -> None:
    (home / DATABASE_NAME).write_bytes(b"this was a database once" * 100)
    with pytest.raises(StorageUnavailableError, match="damaged") as caught:
        open_database(home)
    assert "backups" in caught.value.hint


def test_a_damaged_database_is_noticed(home: Path) -> None:
    database = open_database(home)
    for number in range(300):
        put(database, f"name {number}", durable=False)
    database.checkpoint()
    database.close()
    path = home / DATABASE_NAME
    data = bytearray(path.read_bytes())
    for at in range(4096 * 2, len(data), 4096):
        data[at : at + 400] = b"\xff" * 400
    path.write_bytes(bytes(data))

    def use() -> None:
        damaged = open_database(home)
        try:
            names(damaged)
        finally:
            damaged.close()

    with pytest.raises(StorageUnavailableError, match="damaged"):
        use()


def test_a_database_of_another_program_is_left_alone(home: Path) -> None:
    other = sqlite3.connect(home / DATABASE_NAME)
    other.execute("CREATE TABLE theirs (a)")
    other.commit()
    other.close()
    with pytest.raises(StorageUnavailableError, match="another program"):
        open_database(home)
    other = sqlite3.connect(home / DATABASE_NAME)
    assert [row[0] for row in other.execute("SELECT name FROM sqlite_master")] == ["theirs"]
    other.close()


def test_io_errors_are_expected_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_database(home)
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR | (3 << 8)  # SQLITE_IOERR_WRITE
    with pytest.raises(StorageUnavailableError, match="failed to read or write"), database.reading():
        raise error
    database.close()
