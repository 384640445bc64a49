from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docuextract_desktop.documents.serial import WORDS_VERSION
from docuextract_desktop.extraction.models import Extraction, FieldValue
from docuextract_desktop.jobs.models import BatchRequest, InputFile
from docuextract_desktop.jobs.queue import Queue
from docuextract_desktop.jobs.work import Claim, KeptPage, Outcome
from docuextract_desktop.storage.database import Database
from docuextract_desktop.storage.opening import open_database
from docuextract_desktop.storage.settings import SettingsStore
from docuextract_desktop.templates.models import Template, TemplateField

TEMPLATE = Template(
    id="note",
    name="Note",
    fields=(TemplateField(name="title", type="text"), TemplateField(name="total", type="money")),
)


class FakeClock:
    """Time that passes only when told to."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


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


def request_for(files: tuple[InputFile, ...], **others: object) -> BatchRequest:
    return BatchRequest(files=files, template="note", **others)  # type: ignore[arg-type]


def outcome_for(claim: Claim, *, value: str = "x", flagged: bool = False, pages: int = 1) -> Outcome:
    fields = (
        FieldValue("title", "text", value, value, 0.5 if flagged else 0.99, flagged),
        FieldValue("total", "money", None, None, 0.9),
    )
    return Outcome(
        sha256=claim.sha256 or "0" * 64,
        kind="pdf",
        size_bytes=10,
        page_count=pages,
        pages_read=pages,
        words_version=WORDS_VERSION,
        words=tuple(KeptPage(index, 100.0, 200.0, 0, "text_layer", b"words") for index in range(pages)),
        warnings=("a warning",),
        extraction=Extraction("note", 1, fields, "engine-1"),
    )
