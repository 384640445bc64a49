from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from queue_trial import TEMPLATE, FakeClock

from docuextract_desktop.jobs.models import InputFile
from docuextract_desktop.jobs.queue import Queue
from docuextract_desktop.storage.database import Database
from docuextract_desktop.storage.opening import open_database
from docuextract_desktop.storage.settings import SettingsStore


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def make_queue(database: Database, clock: FakeClock) -> Callable[..., Queue]:
    """Each call is another program on the same database."""

    def make(**others: object) -> Queue:
        arguments: dict[str, object] = {"load_template": lambda _: TEMPLATE, "clock": clock}
        return Queue(database, SettingsStore(database), **(arguments | others))  # type: ignore[arg-type]

    return make


@pytest.fixture
def queue(make_queue: Callable[..., Queue]) -> Queue:
    made = make_queue()
    made.heartbeat()
    return made


@pytest.fixture
def make_files(tmp_path: Path) -> Callable[..., tuple[InputFile, ...]]:
    """Files with different contents, or with the contents given."""
    folder = tmp_path / "files"
    folder.mkdir()

    def make(count: int = 1, *, contents: list[bytes] | None = None, **others: object) -> tuple[InputFile, ...]:
        wanted = contents or [f"content {number}".encode() for number in range(count)]
        made = []
        for content in wanted:
            path = folder / f"file {len(list(folder.iterdir()))}.pdf"
            path.write_bytes(content)
            made.append(InputFile(path, path.name, **others))  # type: ignore[arg-type]
        return tuple(made)

    return make
