"""What lies in a watched folder, and when a file has arrived: every file that copying programs leave on their way."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from docuextract_desktop.jobs.arrivals import Arrivals, list_folder, seen_now

PDF = b"%PDF-1.4 something"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


def put(folder: Path, name: str, content: bytes = PDF) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def names(folder: Path, done_folder: str | None = None) -> list[str]:
    return [seen.name.as_posix() for seen in list_folder(folder, done_folder).files]


def settled(arrivals: Arrivals, folder: Path, now_s: float) -> list[str]:
    return [seen.name.as_posix() for seen in arrivals.settled(list_folder(folder, None), now_s)]


def test_files_at_any_depth_are_seen_in_natural_order_but_not_those_that_are_done(folder: Path) -> None:
    for name in ("b 10.pdf", "b 2.pdf", "sub/deep/c.pdf", "done/d.pdf", "sub/done/e.pdf"):
        put(folder, name)
    assert names(folder, "done") == ["b 2.pdf", "b 10.pdf", "sub/deep/c.pdf", "sub/done/e.pdf"]
    assert "done/d.pdf" in names(folder, None)


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.pdf",
        ".hidden/a.pdf",
        "a.pdf.part",
        "a.pdf.crdownload",
        "a.pdf.PARTIAL",
        "a.pdf.download/a.pdf",
        "a.tmp",
        "~$a.pdf",
        "~lock.pdf",
        ".~lock.a.pdf#",
        ".a.pdf.Xy12z3",
    ],
)
def test_what_is_hidden_or_still_being_written_is_left_out(folder: Path, name: str) -> None:
    put(folder, name)
    assert names(folder) == []


def test_an_empty_file_is_one_that_has_not_arrived(folder: Path) -> None:
    put(folder, "a.pdf", b"")
    assert names(folder) == []
    put(folder, "a.pdf")
    assert names(folder) == ["a.pdf"]


@pytest.mark.skipif(os.name != "posix", reason="FIFOs, sockets and links as POSIX has them")
def test_fifos_sockets_and_links_are_left_out_and_no_link_leads_out_or_in_a_circle(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(folder / "fifo.pdf")
    monkeypatch.chdir(folder)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind("socket.pdf")
    (folder / "device.pdf").symlink_to("/dev/zero")
    (folder / "circle").symlink_to(folder)
    put(tmp_path / "elsewhere", "secret.pdf")
    (folder / "outside").symlink_to(tmp_path / "elsewhere")
    (folder / "secret.pdf").symlink_to(tmp_path / "elsewhere" / "secret.pdf")
    put(folder, "real.pdf")
    assert names(folder) == ["real.pdf"]


@pytest.mark.skipif(sys.platform != "linux", reason="file names as Linux has them")
@pytest.mark.parametrize(
    "name",
    [
        b"line\nbreak.pdf", "right\u202eto left.pdf".encode(), b"<b>bold<b>.pdf", b"\xff\xfe no utf-8.pdf",
        b"n" * 251 + b".pdf",
    ],
    ids=["newline", "right to left", "HTML", "invalid UTF-8", "255 bytes"],
)  # fmt: skip
def test_odd_names_are_names(folder: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.path.join(os.fsencode(folder), name)))  # noqa: PTH118  bytes
    path.write_bytes(PDF)
    (seen,) = list_folder(folder, None).files
    assert os.fsencode(seen.name) == name
    assert seen_now(folder, seen.name) == seen


def test_a_folder_that_is_not_there_is_an_error_and_a_subfolder_that_may_not_be_read_is_counted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileNotFoundError):
        list_folder(folder / "gone", None)
    put(folder, "a.pdf")
    put(folder, "locked/b.pdf")
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    listing = list_folder(folder, None)
    assert [seen.name.as_posix() for seen in listing.files] == ["a.pdf"]
    assert listing.unreadable == 1


def test_a_file_has_arrived_when_it_has_stopped_changing(folder: Path) -> None:
    arrivals = Arrivals(folder, settle_s=4.0)
    path = put(folder, "a.pdf")
    assert settled(arrivals, folder, 100.0) == []
    assert settled(arrivals, folder, 103.9) == []
    with path.open("ab") as stream:
        stream.write(b" and more")  # it grows
    assert settled(arrivals, folder, 104.1) == []
    assert settled(arrivals, folder, 108.0) == []
    os.utime(path, ns=(1, 1))  # of the same size, but written
    assert settled(arrivals, folder, 108.2) == []
    assert settled(arrivals, folder, 112.2) == ["a.pdf"]


def test_one_look_is_never_enough(folder: Path) -> None:
    """However long ago the last look was: the file may have begun to arrive just before this one."""
    arrivals = Arrivals(folder, settle_s=0.0)
    put(folder, "a.pdf")
    assert settled(arrivals, folder, 100.0) == []
    assert settled(arrivals, folder, 100.0) == ["a.pdf"]


def test_a_file_that_was_replaced_by_another_begins_anew(folder: Path) -> None:
    arrivals = Arrivals(folder, settle_s=1.0)
    path = put(folder, "a.pdf")
    settled(arrivals, folder, 0.0)
    other = put(folder, ".b.pdf")
    status = path.stat()
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)
    assert settled(arrivals, folder, 5.0) == []
    assert settled(arrivals, folder, 6.0) == ["a.pdf"]


def test_only_what_may_be_a_document_is_taken(folder: Path) -> None:
    arrivals = Arrivals(folder, settle_s=0.0)
    for name, content in (("no ending", PDF), ("notes.txt", b"words"), ("named.pdf", b"no PDF"), ("a.csv", PDF)):
        put(folder, name, content)
    settled(arrivals, folder, 0.0)
    assert settled(arrivals, folder, 0.0) == ["a.csv", "named.pdf", "no ending"]
