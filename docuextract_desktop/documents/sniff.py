"""What kind of file this is, by its first bytes; its name is only advice. Reads the bytes once, within the limits."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from pathlib import Path

from docuextract_desktop.documents.models import DocumentKind
from docuextract_desktop.errors import (
    DocumentTooLargeError,
    ExtractionFailedError,
    UnsupportedInputError,
    UploadMissingError,
)
from docuextract_desktop.settings import Limits

PDF_HEADER_WINDOW = 1024
"""A PDF's header may follow some junk; readers look for it in the first 1024 bytes (ISO 32000-1, Annex H, note 13)."""

KIND_TITLES: dict[DocumentKind, str] = {
    "pdf": "PDF",
    "png": "PNG picture",
    "jpeg": "JPEG picture",
    "tiff": "TIFF picture",
    "webp": "WebP picture",
    "bmp": "BMP picture",
    "gif": "GIF picture",
    "heic": "HEIC picture",
}

SUFFIXES: dict[DocumentKind, tuple[str, ...]] = {
    "pdf": (".pdf",),
    "png": (".png",),
    "jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "tiff": (".tif", ".tiff"),
    "webp": (".webp",),
    "bmp": (".bmp", ".dib"),
    "gif": (".gif",),
    "heic": (".heic", ".heif"),
}
"""File name endings that usually go with each kind; used for offering files, never for deciding how to read them."""

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"})

_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an older office document"),
    (b"{\\rtf", "a rich text document"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"<!DOCTYPE html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML file"),
    (b"%!PS", "a PostScript file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)


@dataclass(frozen=True)
class Source:
    """The bytes of one document, read once, so that a file that changes meanwhile does no harm.

    Attributes:
        data: the whole file.
        kind: by magic bytes.
        sha256: of `data`, hexadecimal.
        name: the file's name for messages, or an empty string.
    """

    data: bytes
    kind: DocumentKind
    sha256: str
    name: str = ""


def sniff(head: bytes) -> DocumentKind | None:
    """The kind of a file whose first bytes (1 KB is enough) are `head`, or None where it is none that we read."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")):
        return "tiff"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return "heic"
    # The BMP magic is only two letters: the size of the second header, a small number, tells it from text.
    if head.startswith(b"BM") and len(head) >= 18 and 12 <= int.from_bytes(head[14:18], "little") <= 256:
        return "bmp"
    if b"%PDF-" in head[:PDF_HEADER_WINDOW]:
        return "pdf"
    return None


def read_source(source: str | Path | bytes, limits: Limits) -> Source:
    """Read a document's bytes and find out its kind.

    Args:
        source: a path, or the bytes themselves.
        limits: `max_file_bytes` holds.

    Raises:
        UploadMissingError: there is no such file any more, or it may not be read.
        UnsupportedInputError: no format that we read, or not a regular file.
        DocumentTooLargeError: over the size limit.
        ExtractionFailedError: the file is empty.
    """
    if isinstance(source, bytes):
        data, name = source, ""
        if len(data) > limits.max_file_bytes:
            raise _too_large(len(data), limits)
    else:
        path = Path(source)
        data, name = _read_file(path, limits), path.name
    if not data:
        raise ExtractionFailedError("The file is empty.", hint="Get the document again from where it came from.")
    kind = sniff(data[:PDF_HEADER_WINDOW])
    if kind is None:
        raise UnsupportedInputError(
            f"This is {_describe(data[:64])}, not a PDF or a picture.",
            hint="Save or print it as PDF, or as a PNG, JPEG, TIFF, WebP, BMP, GIF or HEIC picture.",
            detail=f"first bytes {data[:16].hex()}",
        )
    return Source(data, kind, hashlib.sha256(data).hexdigest(), name)


def _read_file(path: Path, limits: Limits) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a FIFO would block for ever, a device might never end
            raise UnsupportedInputError(
                "This is not an ordinary file.", hint="Choose a PDF or a picture.", detail=f"mode {status.st_mode:o}"
            )
        if status.st_size > limits.max_file_bytes:
            raise _too_large(status.st_size, limits)
        with path.open("rb") as stream:
            data = stream.read(limits.max_file_bytes + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UploadMissingError(
            "The file is not there any more.",
            hint="It was moved, renamed or deleted; put it back and retry, or add it again.",
            detail=repr(error),
        ) from error
    except PermissionError as error:
        raise UploadMissingError(
            "The file may not be read.", hint="Allow reading it, then retry.", detail=repr(error)
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a name with a null byte
        raise UploadMissingError(
            "The file could not be read.", hint="Check the drive or the network folder, then retry.", detail=repr(error)
        ) from error
    if len(data) > limits.max_file_bytes:  # it grew while it was read
        raise _too_large(len(data), limits)
    return data


def _too_large(size_bytes: int, limits: Limits) -> DocumentTooLargeError:
    megabyte = 1024 * 1024
    return DocumentTooLargeError(
        f"The file has {size_bytes / megabyte:,.0f} MB; the limit is {limits.max_file_bytes / megabyte:,.0f} MB.",
        hint="Split it, save it smaller, or raise the limit in Settings.",
    )


def _describe(head: bytes) -> str:
    stripped = head.lstrip()
    for magic, title in _FOREIGN:
        if stripped[: len(magic)].lower() == magic.lower():
            return title
    if b"\x00" not in head and all(byte >= 32 or byte in b"\t\n\r\f" for byte in head):
        return "a text file"
    return "a file of an unknown kind"
