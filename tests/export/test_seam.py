from __future__ import annotations

import io
import os
import tempfile
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from docuextract_desktop.errors import ExitCode
from docuextract_desktop.export.models import (
    ExportExistsError,
    ExportFormatError,
    ExportTargetError,
    ExportWriteError,
    ItemResult,
)
from docuextract_desktop.export.seam import (
    FORMATS,
    check_target,
    export_batch,
    export_files,
    format_for,
    format_named,
)
from docuextract_desktop.jobs.models import BatchSummary, ItemState
from docuextract_desktop.templates.models import Template

ALL_FORMATS = pytest.mark.parametrize("fmt", list(FORMATS))


class GivenUpError(Exception):
    pass


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files, empty."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def target_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("name", "fmt"),
    [("a.csv", "csv"), ("a.JSON", "json"), ("a.b.xlsx", "xlsx"), ("a.html", "html"), ("a.htm", "html")],
)
def test_format_is_told_from_the_name(name: str, fmt: str) -> None:
    assert format_for(Path(name)).name == fmt


@pytest.mark.parametrize("name", ["a", "a.txt", ".csv", "csv"])
def test_format_that_cannot_be_told(name: str) -> None:
    with pytest.raises(ExportFormatError):
        format_for(Path(name))


def test_format_that_does_not_exist() -> None:
    with pytest.raises(ExportFormatError, match="'pdf' is not an export format"):
        format_named("pdf")


def test_files_of_an_export(template: Template) -> None:
    def files(name: str, fmt: str) -> list[str]:
        return [path.name for path in export_files(Path(name), template, format_named(fmt)).values()]

    assert files("out.csv", "csv") == ["out.csv", "out.line_items.csv"]
    assert files("out", "csv") == ["out", "out.line_items.csv"]
    assert files("out.json", "csv") == ["out.json", "out.json.line_items.csv"]
    assert files("out.json", "json") == ["out.json"]


def test_files_of_tables_whose_names_differ_in_case_alone(template: Template) -> None:
    upper = template.fields[-1].model_copy(update={"name": "Line_Items"})
    files = export_files(
        Path("o.csv"), template.model_copy(update={"fields": (*template.fields, upper)}), FORMATS["csv"]
    )
    assert [path.name for path in files.values()] == ["o.csv", "o.line_items.csv", "o.Line_Items_2.csv"]


@ALL_FORMATS
def test_writes_the_files_that_it_names_and_nothing_else(
    fmt: str, template: Template, batch: BatchSummary, results: list[ItemResult], target_folder: Path, scratch: Path
) -> None:
    target = target_folder / f"out{FORMATS[fmt].suffix}"
    written = export_batch(iter(results), template, batch, target)
    assert written == tuple(export_files(target, template, FORMATS[fmt]).values())
    assert names(target_folder) == sorted(path.name for path in written)
    assert names(scratch) == []
    assert all(path.stat().st_size for path in written)


@ALL_FORMATS
def test_a_file_and_a_stream_get_the_same(
    fmt: str,
    template: Template,
    batch: BatchSummary,
    results: list[ItemResult],
    target_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("docuextract_desktop.export.seam.time.time", lambda: 1_700_000_000.0)
    stream = io.BytesIO()
    assert export_batch(results, template, batch, stream, fmt) == ()
    export_batch(results, template, batch, target_folder / "out", fmt)
    if fmt == "xlsx":  # holds the time of its making
        assert stream.getvalue()[:4] == (target_folder / "out").read_bytes()[:4] == b"PK\x03\x04"
    else:
        assert stream.getvalue() == (target_folder / "out").read_bytes()


@ALL_FORMATS
def test_never_overwrites_without_being_told(
    fmt: str, template: Template, batch: BatchSummary, results: list[ItemResult], target_folder: Path
) -> None:
    target = target_folder / f"out{FORMATS[fmt].suffix}"
    target.write_text("mine")
    with pytest.raises(ExportExistsError) as caught:
        export_batch(results, template, batch, target)
    assert caught.value.http_status == 409
    assert target.read_text() == "mine"
    export_batch(results, template, batch, target, overwrite=True)
    assert target.read_bytes() != b"mine"


def test_does_not_overwrite_a_companion_either(
    template: Template, batch: BatchSummary, results: list[ItemResult], target_folder: Path
) -> None:
    (target_folder / "out.line_items.csv").write_text("mine")
    with pytest.raises(ExportExistsError, match=r"'out\.line_items\.csv' exists already"):
        export_batch(results, template, batch, target_folder / "out.csv")
    assert names(target_folder) == ["out.line_items.csv"]


def test_file_that_appears_meanwhile_is_not_overwritten(
    template: Template, batch: BatchSummary, results: list[ItemResult], target_folder: Path
) -> None:
    target = target_folder / "out.json"

    def quicker() -> Iterator[ItemResult]:
        yield results[0]
        target.write_text("mine")

    with pytest.raises(ExportExistsError):
        export_batch(quicker(), template, batch, target)
    assert names(target_folder) == ["out.json"]
    assert target.read_text() == "mine"


def test_targets_that_are_refused(template: Template, target_folder: Path) -> None:
    document = target_folder / "scan.csv"
    document.touch()
    for target, inputs in (
        (target_folder, ()),
        (target_folder / "missing" / "out.csv", ()),
        (document, (document,)),
        (target_folder / "sub" / ".." / "scan.csv", (document,)),
    ):
        with pytest.raises(ExportTargetError) as caught:
            check_target(target, template, FORMATS["csv"], overwrite=True, inputs=inputs)
        assert caught.value.exit_code is ExitCode.BAD_REQUEST


@ALL_FORMATS
@pytest.mark.parametrize("existing", [True, False])
def test_nothing_is_left_when_reading_ends_half_way(
    fmt: str,
    existing: bool,
    template: Template,
    batch: BatchSummary,
    results: list[ItemResult],
    target_folder: Path,
    scratch: Path,
) -> None:
    target = target_folder / f"out{FORMATS[fmt].suffix}"
    if existing:
        target.write_text("mine")

    def broken() -> Iterator[ItemResult]:
        yield from results
        raise GivenUpError

    with pytest.raises(GivenUpError):
        export_batch(broken(), template, batch, target, overwrite=True)
    assert names(target_folder) == ([target.name] if existing else [])
    assert not existing or target.read_text() == "mine"
    assert names(scratch) == []


def test_an_error_of_reading_is_not_taken_for_one_of_writing(
    template: Template, batch: BatchSummary, target_folder: Path
) -> None:
    def broken() -> Iterator[ItemResult]:
        raise ConnectionError("the database's")
        yield

    with pytest.raises(ConnectionError):
        export_batch(broken(), template, batch, target_folder / "out.json")


class Counted(ItemResult):
    """A document that can be looked for in memory (unlike `ItemResult`, which has no room for weak references)."""


class FullDisk(io.FileIO):
    """Takes a little, then has no space left."""

    room = 200

    def write(self, data: Any) -> int:
        if self.tell() + len(memoryview(data).cast("B")) > self.room:
            raise OSError(28, "No space left on device")
        return super().write(data)


@ALL_FORMATS
def test_full_disk_leaves_nothing_and_says_so(
    fmt: str,
    template: Template,
    batch: BatchSummary,
    results: list[ItemResult],
    target_folder: Path,
    scratch: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = target_folder / f"out{FORMATS[fmt].suffix}"
    target.write_text("mine")
    opened = Path.open

    def open_on_full_disk(self: Path, mode: str = "r", *args: Any, **kwargs: Any) -> BinaryIO | Any:
        return FullDisk(self, mode) if self.suffix == ".part" and "w" in mode else opened(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", open_on_full_disk)
    with pytest.raises(ExportWriteError, match="No space left on device") as caught:
        export_batch(results, template, batch, target, overwrite=True)
    assert caught.value.exit_code is ExitCode.STORAGE_UNAVAILABLE
    assert names(target_folder) == [target.name]
    assert target.read_text() == "mine"
    assert names(scratch) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_of_temporary_files_leaves_nothing(
    template: Template,
    batch: BatchSummary,
    many: Callable[[int], Iterator[ItemResult]],
    target_folder: Path,
    scratch: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "mkstemp", lambda dir=None: (os.open(os.devnull, os.O_RDONLY), "/dev/full"))
    with pytest.raises(ExportWriteError):
        export_batch(many(500), template, batch, target_folder / "out.xlsx")
    assert names(target_folder) == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_folder_that_may_not_be_written_to(
    template: Template, batch: BatchSummary, results: list[ItemResult], target_folder: Path
) -> None:
    target_folder.chmod(0o500)
    with pytest.raises(ExportWriteError, match="Permission denied"):
        export_batch(results, template, batch, target_folder / "out.json")


@ALL_FORMATS
def test_documents_are_taken_one_by_one(
    fmt: str,
    template: Template,
    batch: BatchSummary,
    many: Callable[[int], Iterator[ItemResult]],
    target_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten times the documents need no more memory."""
    monkeypatch.setattr("docuextract_desktop.export.csv.ROWS_AT_A_TIME", 20)
    peaks = []
    for count in (40, 400):
        summary = replace(batch, counts={ItemState.COMPLETED: count})
        tracemalloc.start()
        export_batch(many(count), template, summary, target_folder / f"{count}{FORMATS[fmt].suffix}")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # Where the links of a workbook stand is kept until its end: at most 65,530 a sheet, here 2,160 more.
    allowance = 2_000_000 if fmt == "xlsx" else 250_000
    assert peaks[1] - peaks[0] < allowance


@ALL_FORMATS
def test_a_document_is_written_before_the_next_is_asked_for(
    fmt: str, template: Template, batch: BatchSummary, many: Callable[[int], Iterator[ItemResult]], target_folder: Path
) -> None:
    """No format holds more than a few documents at any time."""
    given: list[weakref.ref[Counted]] = []
    most = 0

    def counted() -> Iterator[ItemResult]:
        nonlocal most
        for result in many(60):
            tracked = Counted(result.item, result.extraction, result.template_id, result.template_version)
            given.append(weakref.ref(tracked))
            most = max(most, sum(ref() is not None for ref in given))
            yield tracked
            del tracked

    export_batch(counted(), template, batch, target_folder / f"out{FORMATS[fmt].suffix}")
    assert most <= 3
