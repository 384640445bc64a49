"""The database file: opening it, transactions, backups, and the errors that a user can meet.

One connection per thread, all in WAL mode: readers never wait for a writer, and writers queue for at most the busy
timeout. Transactions that hold what a person decided are flushed to the disk before they return (`synchronous=FULL`);
claims and results, which can be had again, are not (`synchronous=NORMAL`: after a power cut the last of them may be
gone, the database is whole all the same).
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from docuextract_desktop.errors import StorageUnavailableError

SCHEMA_VERSION = 4
"""What this program reads and writes; kept in the file as PRAGMA user_version."""

APPLICATION_ID = 0x44457874
"""'DExt', kept in the file as PRAGMA application_id."""

BUSY_TIMEOUT_S = 15.0
_WAIT_FOR_OTHER_S = 0.01

Parameters = Sequence[Any] | Mapping[str, Any]

RESTORE_HINT = (
    "Restore it from a copy in the folder 'backups' of the data folder: `docuextract backup --list` lists them,"
    " `docuextract restore FILE` puts one back."
)

_EXPECTED: Mapping[int, tuple[str, str]] = {
    sqlite3.SQLITE_FULL: (
        "The disk that holds the data folder is full.",
        "Free some space; unfinished documents go on afterwards.",
    ),
    sqlite3.SQLITE_BUSY: (
        "The database is locked by another program.",
        "Close the other program, or wait until it has finished.",
    ),
    sqlite3.SQLITE_LOCKED: ("The database is locked.", "Try again in a moment."),
    sqlite3.SQLITE_READONLY: (
        "The database cannot be written.",
        "Check that you may write to the data folder and that its disk is not read-only.",
    ),
    sqlite3.SQLITE_PERM: ("The database may not be opened.", "Check the rights of the data folder."),
    sqlite3.SQLITE_CANTOPEN: (
        "The database file cannot be opened.",
        "Check that the data folder exists and that you may write to it.",
    ),
    sqlite3.SQLITE_IOERR: (
        "The disk that holds the data folder failed to read or write.",
        "Check the disk; if it is full, free some space.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "The database file is damaged.",
        RESTORE_HINT,
    ),
    sqlite3.SQLITE_NOTADB: (
        "The database file is damaged: it is not a database any more.",
        RESTORE_HINT,
    ),
}


@contextmanager
def expected_errors(path: Path) -> Iterator[None]:
    """Turn what can happen to any database into `StorageUnavailableError`; let everything else through as our bug."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        # The low byte is the primary result code (sqlite.org/rescode.html).
        sentence = _EXPECTED.get(code & 0xFF) if isinstance(code, int) else None
        if sentence is None:
            raise
        message, hint = sentence
        raise StorageUnavailableError(message, hint=hint, detail=f"{path}: {error} ({code})") from error


class Session:
    """What a transaction can do; valid inside its `with` block, in the thread that opened it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Run one statement; the number of rows it changed."""
        return self._connection.execute(sql, parameters).rowcount

    def insert(self, sql: str, parameters: Parameters = ()) -> int:
        """Run one INSERT; the row id of what it inserted."""
        row_id = self._connection.execute(sql, parameters).lastrowid
        return int(row_id or 0)

    def many(self, sql: str, rows: Iterable[Parameters]) -> int:
        """Run one statement for each of `rows`; the number of rows changed."""
        return self._connection.executemany(sql, rows).rowcount

    def all(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self._connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        row: sqlite3.Row | None = self._connection.execute(sql, parameters).fetchone()
        return row

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.one(sql, parameters)
        return None if row is None else row[0]


class _Local(threading.local):
    connection: sqlite3.Connection | None = None
    depth: int = 0


class Database:
    """The database of one data folder. Any thread may use it; each gets a connection of its own.

    Attributes:
        path: of the database file.
    """

    def __init__(self, path: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S, read_only: bool = False) -> None:
        self.path = path
        self._read_only = read_only
        self._busy_timeout_s = busy_timeout_s
        self._local = _Local()
        self._lock = threading.Lock()
        self._connections: list[sqlite3.Connection] = []
        self._closed = False

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Session]:
        """A write transaction: all of the block or nothing. Inside another one it becomes part of that.

        Args:
            durable: flushed to the disk before this returns. False for what can be computed again.

        Raises:
            StorageUnavailableError: disk full, locked for longer than the busy timeout, read-only, damaged.
        """
        with expected_errors(self.path):
            connection = self._connection()
            if self._local.depth:
                yield Session(connection)
                return
            connection.execute("PRAGMA synchronous=FULL" if durable else "PRAGMA synchronous=NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            self._local.depth = 1
            try:
                yield Session(connection)
                connection.execute("COMMIT")
            finally:
                self._local.depth = 0
                if connection.in_transaction:
                    # SQLite may have rolled back by itself (disk full); a second ROLLBACK would be an error.
                    with contextlib.suppress(sqlite3.Error):
                        connection.execute("ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A read transaction: all queries of the block see the same state. Keep it short."""
        with expected_errors(self.path):
            connection = self._connection()
            if self._local.depth:
                yield Session(connection)
                return
            connection.execute("BEGIN DEFERRED")
            self._local.depth = 1
            try:
                yield Session(connection)
            finally:
                self._local.depth = 0
                if connection.in_transaction:
                    connection.execute("COMMIT")

    def backup(self, target: Path) -> None:
        """Write a whole copy to `target` by SQLite's backup API, safe while others write. `target` is replaced."""
        from docuextract_desktop.atomic import atomic_path

        with expected_errors(self.path), atomic_path(target) as temporary:
            copy = sqlite3.connect(temporary)
            try:
                self._connection().backup(copy)
                # The copy is one file: without this it would want a -wal file beside it.
                copy.execute("PRAGMA journal_mode=DELETE")
            finally:
                copy.close()

    def checkpoint(self) -> None:
        """Move everything from the write-ahead log into the database file and empty the log."""
        with expected_errors(self.path):
            self._connection().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def problems(self) -> list[str]:
        """What SQLite's own quick check finds wrong; empty when the file is whole."""
        with expected_errors(self.path):
            rows = self._connection().execute("PRAGMA quick_check(20)").fetchall()
            return [str(row[0]) for row in rows if row[0] != "ok"]

    def dedicated_connection(self) -> sqlite3.Connection:
        """A connection of the caller's own, which the caller closes; for changing the schema."""
        return connect(self.path, self._busy_timeout_s)

    def release_thread(self) -> None:
        """Close the calling thread's connection; a thread that ends calls this."""
        connection, self._local.connection = self._local.connection, None
        if connection is not None:
            with self._lock:
                if connection in self._connections:
                    self._connections.remove(connection)
            connection.close()

    def close(self) -> None:
        """Close the connections of all threads. No thread may be inside a transaction."""
        with self._lock:
            self._closed = True
            connections, self._connections = self._connections, []
        for connection in connections:
            connection.close()

    def _connection(self) -> sqlite3.Connection:
        connection = self._local.connection
        if connection is not None and not self._closed:
            return connection
        if self._closed:
            raise StorageUnavailableError("The database was closed.", hint="")
        connection = connect(self.path, self._busy_timeout_s, read_only=self._read_only)
        with self._lock:
            self._connections.append(connection)
        self._local.connection = connection
        return connection


def connect(path: Path, busy_timeout_s: float, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection set up as all of ours are: WAL, foreign keys, deleted content overwritten, our own transactions."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro" if read_only else path,
        timeout=busy_timeout_s,
        isolation_level=None,
        check_same_thread=False,
        uri=read_only,
    )
    try:
        connection.row_factory = sqlite3.Row
        if not read_only:
            _write_ahead(connection, busy_timeout_s)
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA cache_size=-16000")
    except BaseException:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection, busy_timeout_s: float) -> None:
    """Switch to the write-ahead log, waiting for other programs that do the same.

    SQLite does not wait by itself here: programs that make one database at the same moment all hold it for reading,
    and each would wait for the others.
    """
    deadline = time.monotonic() + busy_timeout_s
    while not _switched(connection, give_up=time.monotonic() > deadline):
        time.sleep(_WAIT_FOR_OTHER_S)


def _switched(connection: sqlite3.Connection, *, give_up: bool) -> bool:
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        if give_up or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True
