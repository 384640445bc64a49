"""Files and folders on their way into a batch, friendly and hostile ones."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from docuextract_desktop.errors import InputNotFoundError, RequestError
from docuextract_desktop.jobs.intake import fingerprint, scan
from docuextract_desktop.jobs.models import InputFile
from docuextract_desktop.jobs.page_ranges import parse_page_ranges
from docuextract_desktop.storage.items import loaded_path, stored_path

POSIX = pytest.mark.skipif(os.name != "posix", reason="links, FIFOs and odd names as on POSIX")
PDF = b"%PDF-1.4 made up"


def put(folder: Path, *names: str, content: bytes = PDF) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def names(folder: Path) -> list[str]:
    return [file.filename for file in scan([folder])]


def test_folders_are_expanded_in_the_order_people_count(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    put(folder, "page 10.pdf", "page 2.pdf", "Page 1.PDF", "b/2.png", "b/10.png", "a/x.tiff")
    assert names(folder) == [
        "in/Page 1.PDF",
        "in/page 2.pdf",
        "in/page 10.pdf",
        "in/a/x.tiff",
        "in/b/2.png",
        "in/b/10.png",
    ]


def test_only_what_may_be_a_document_is_taken_from_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    put(folder, "by content", "really.dat", content=PDF)
    put(folder, "by name.pdf", content=b"a text that calls itself a PDF")
    put(folder, "empty.jpg", content=b"")
    put(folder, "notes.txt", "truth.csv", "Thumbs.db", content=b"no document")
    put(folder, ".hidden.pdf", ".folder/inside.pdf")
    assert names(folder) == ["in/by content", "in/by name.pdf", "in/empty.jpg", "in/really.dat"]


def test_named_files_are_taken_whatever_they_are_and_once(tmp_path: Path) -> None:
    put(tmp_path, "notes.txt", ".hidden.pdf", "sub/a.pdf")
    found = scan([tmp_path / "notes.txt", tmp_path / ".hidden.pdf", tmp_path / "sub", tmp_path / "sub" / "a.pdf"])
    assert [file.filename for file in found] == ["notes.txt", ".hidden.pdf", "sub/a.pdf"]
    assert all(file.path.is_absolute() for file in found)


def test_a_named_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputNotFoundError, match="nothing here"):
        scan([tmp_path / "nothing here"])


@POSIX
def test_links_in_circles_fifos_and_devices_do_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    put(folder, "a.pdf", "sub/b.pdf")
    (folder / "sub" / "up").symlink_to(folder)
    (folder / "self.pdf").symlink_to(folder / "self.pdf")
    (folder / "dangling.pdf").symlink_to(folder / "gone.pdf")
    os.mkfifo(folder / "fifo.pdf")
    (folder / "device.pdf").symlink_to("/dev/zero")
    assert names(folder) == ["in/a.pdf", "in/sub/b.pdf"]


@POSIX
def test_a_named_fifo_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.pdf")
    (file,) = scan([tmp_path / "fifo.pdf"])
    assert fingerprint([file], max_bytes=100)[0].sha256 is None


@POSIX
@pytest.mark.parametrize(
    "name",
    [
        b"new\nline.pdf",
        "right \u202efdp.to left.pdf".encode(),
        b"<b>bold</b>.pdf",
        b"x" * 251 + b".pdf",
        b"bad \xff.pdf",
    ],
    ids=["newline", "right-to-left mark", "HTML", "255 bytes", "invalid UTF-8"],
)
def test_any_name_is_carried_and_stored(tmp_path: Path, name: bytes) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    path = Path(os.fsdecode(os.fsencode(folder) + b"/" + name))
    try:
        path.write_bytes(PDF)
    except OSError:
        pytest.skip("this file system does not take such a name")
    (file,) = fingerprint(scan([folder]), max_bytes=1000)
    assert file.path == path
    assert file.sha256 == hashlib.sha256(PDF).hexdigest()
    file.filename.encode()
    assert loaded_path(stored_path(file.path)) == path


def test_fingerprints(tmp_path: Path) -> None:
    put(tmp_path, "small.pdf")
    put(tmp_path, "large.pdf", content=b"x" * 2000)
    files = [InputFile(tmp_path / name, name) for name in ("small.pdf", "large.pdf", "gone.pdf")]
    known = InputFile(tmp_path / "small.pdf", "known", sha256="known")
    told: list[tuple[int, int]] = []
    small, large, gone, kept = fingerprint([*files, known], max_bytes=1000, progress=lambda *at: told.append(at))
    assert (small.sha256, small.size_bytes) == (hashlib.sha256(PDF).hexdigest(), len(PDF))
    assert (large.sha256, large.size_bytes) == (None, 2000)
    assert gone.sha256 is None
    assert kept.sha256 == "known"
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize(
    ("ranges", "pages"),
    [
        ("1", [0]),
        ("1-3,5", [0, 1, 2, 4]),
        (" 2 - 3 , 2", [1, 2]),
        ("4-", [3, 4, 5]),
        ("-1", [5]),
        ("-2,1", [0, 4]),
        ("5-9", [4, 5]),
        ("7", []),
        ("-9", []),
    ],
)
def test_page_ranges_of_a_document_of_six_pages(ranges: str, pages: list[int]) -> None:
    assert list(parse_page_ranges(ranges, 6)) == pages


@pytest.mark.parametrize("ranges", ["", "a", "3-1", "0", "0-2", "-0", "-", "1,,2", "1.5", "1;2", "9" * 30])
def test_what_is_no_page_range_is_refused(ranges: str) -> None:
    with pytest.raises(RequestError, match="page"):
        parse_page_ranges(ranges, 6)
