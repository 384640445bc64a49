from __future__ import annotations

import io
import os
from pathlib import Path

import pillow_heif
import pytest
from pdf_writer import make_pdf, show
from PIL import Image

from docuextract_desktop.documents.sniff import KIND_TITLES, SUFFIXES, read_source, sniff
from docuextract_desktop.errors import (
    DocumentTooLargeError,
    ExtractionFailedError,
    UnsupportedInputError,
    UploadMissingError,
)
from docuextract_desktop.settings import Limits


def picture_bytes(format_: str) -> bytes:
    stream = io.BytesIO()
    picture = Image.new("RGB", (40, 30), "white")
    if format_ == "HEIF":
        pillow_heif.from_pillow(picture).save(stream)
    else:
        picture.save(stream, format_)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("format_", "kind"),
    [
        ("PNG", "png"),
        ("JPEG", "jpeg"),
        ("TIFF", "tiff"),
        ("WEBP", "webp"),
        ("BMP", "bmp"),
        ("GIF", "gif"),
        ("HEIF", "heic"),
    ],
)
def test_kind_by_magic_bytes(format_: str, kind: str) -> None:
    assert sniff(picture_bytes(format_)[:1024]) == kind
    assert read_source(picture_bytes(format_), Limits()).kind == kind


def test_pdf_may_follow_junk() -> None:
    assert sniff(b"\r\n junk " * 20 + b"%PDF-1.4") == "pdf"
    assert sniff(b" " * 2000 + b"%PDF-1.4") is None


def test_every_kind_has_a_title_and_a_suffix() -> None:
    assert set(KIND_TITLES) == set(SUFFIXES)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"BM is how this letter begins, and it is long enough.", "a text file"),
        (b"PK\x03\x04" + bytes(60), "ZIP"),
        (b"<!doctype HTML><p>", "web page"),
        (b"\x00\x01\x02\x03garbage", "unknown"),
    ],
)
def test_other_kinds_are_refused_with_what_they_are(data: bytes, words: str) -> None:
    with pytest.raises(UnsupportedInputError) as caught:
        read_source(data, Limits())
    assert words in caught.value.message
    assert caught.value.hint


def test_the_name_decides_nothing(tmp_path: Path) -> None:
    lying = tmp_path / "photo.jpg"
    lying.write_bytes(make_pdf(show(72, 700, "Hello")))
    assert read_source(lying, Limits()).kind == "pdf"
    lying.write_text("only text")
    with pytest.raises(UnsupportedInputError):
        read_source(lying, Limits())


def test_empty_file(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pdf"
    empty.write_bytes(b"")
    with pytest.raises(ExtractionFailedError, match="empty"):
        read_source(empty, Limits())


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(UploadMissingError, match="not there"):
        read_source(tmp_path / "gone.pdf", Limits())
    with pytest.raises(UploadMissingError):
        read_source(tmp_path / "null\0byte.pdf", Limits())
    with pytest.raises(UnsupportedInputError):
        read_source(tmp_path, Limits())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this platform has no FIFOs")
def test_a_fifo_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    with pytest.raises(UnsupportedInputError, match="ordinary"):
        read_source(tmp_path / "pipe.pdf", Limits())


def test_size_limit_names_both_sizes(tmp_path: Path) -> None:
    big = tmp_path / "big.pdf"
    big.write_bytes(b"%PDF-1.4" + bytes(3 * 1024 * 1024))
    for source in (big, big.read_bytes()):
        with pytest.raises(DocumentTooLargeError) as caught:
            read_source(source, Limits(max_file_bytes=1024 * 1024))
        assert "3 MB" in caught.value.message
        assert "1 MB" in caught.value.message


def test_a_file_that_grows_while_it_is_read_is_not_read_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When it was asked for its size it was small; since then somebody writes to it without end."""
    growing = tmp_path / "growing.pdf"
    growing.write_bytes(b"%PDF-1.4 ")
    asked = Path.stat

    def grows(path: Path, **others: bool) -> os.stat_result:
        found = asked(path, **others)
        if path == growing:
            with growing.open("ab") as stream:
                stream.write(bytes(5_000))
        return found

    monkeypatch.setattr(Path, "stat", grows)
    with pytest.raises(DocumentTooLargeError):
        read_source(growing, Limits(max_file_bytes=1_000))
    growing.write_bytes(b"%PDF-1.4 ")
    assert len(read_source(growing, Limits(max_file_bytes=10_000)).data) == 5_009
