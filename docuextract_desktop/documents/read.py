"""Reading a document: bytes in, pages of words out. The road that every front end takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from docuextract_desktop.documents.image import PictureFile, RgbArray
from docuextract_desktop.documents.judge import OVERLAY_WORDS, SCAN_SHARE, LineReader, agrees, garbled
from docuextract_desktop.documents.models import Document, DocumentKind, Page
from docuextract_desktop.documents.ocr import OcrEngine, default_engine
from docuextract_desktop.documents.pdf import POINTS_PER_INCH, PdfFile
from docuextract_desktop.documents.recognise import page_from_picture
from docuextract_desktop.documents.sniff import read_source
from docuextract_desktop.documents.text_layer import cut_words, page_from_words
from docuextract_desktop.errors import ExtractionFailedError
from docuextract_desktop.settings import Limits

OCR_DPI = 200.0
OCR_MAX_PIXELS = 12_000_000


@dataclass(frozen=True)
class Probe:
    """What can be said about a document without reading its words.

    Attributes:
        kind: by magic bytes.
        page_count: pages in the file.
        size_bytes: of the file.
        sha256: of the file's bytes, hexadecimal.
    """

    kind: DocumentKind
    page_count: int
    size_bytes: int
    sha256: str


def probe(source: str | Path | bytes, passwords: Sequence[str] = (), limits: Limits | None = None) -> Probe:
    """Look at a document cheaply: kind, pages, size, hash.

    Raises:
        ItemError: as `read_document`, as far as it can be known without reading words.
    """
    limits = limits or Limits()
    found = read_source(source, limits)
    with _open(found.data, found.kind, passwords, limits) as opened:
        return Probe(found.kind, opened.page_count, len(found.data), found.sha256)


def read_document(
    source: str | Path | bytes,
    *,
    pages: Sequence[int] | None = None,
    passwords: Sequence[str] = (),
    limits: Limits | None = None,
    ocr: OcrEngine | None = None,
    progress: Callable[[int, int], None] | None = None,
    partial: bool = False,
) -> Document:
    """Read a document into pages of words.

    Args:
        source: a path, or the bytes themselves.
        pages: 0-based indices of the pages wanted, or None for all; those beyond the end are left out.
        passwords: tried one after another on an encrypted PDF.
        limits: sizes, pages, pixels.
        ocr: what recognises pictures; None for the engine that ships, loaded on first need.
        progress: called with (pages done, pages wanted) after each page.
        partial: the other pages are read elsewhere, so that it is no error when nothing legible is on these.

    Raises:
        UploadMissingError: the file is not there, or may not be read.
        UnsupportedInputError: no format that we read.
        DocumentTooLargeError: too many bytes or pixels.
        PageLimitExceededError: too many pages.
        PasswordRequiredError: encrypted, and no password fits.
        ExtractionFailedError: damaged, or nothing legible in it.
        OcrProviderError: the OCR engine failed or is not there.
    """
    limits = limits or Limits()
    found = read_source(source, limits)
    with _open(found.data, found.kind, passwords, limits) as opened:
        wanted = _wanted(pages, opened.page_count)
        warnings = list(opened.warnings)
        if pages is not None and len(wanted) < len(set(pages)):
            warnings.append(f"The document has only {opened.page_count} pages; pages beyond were left out.")
        engine = _Lazy(ocr)
        read: list[Page] = []
        damage: ExtractionFailedError | None = None
        for done, index in enumerate(wanted, start=1):
            try:
                read.append(_page(opened, index, engine))
            except ExtractionFailedError as error:  # one bad page does not take the others with it
                damage = error
                warnings.append(f"Page {index + 1} is damaged and was left out.")
            if progress is not None:
                progress(done, len(wanted))
        if damage is not None and not read and not partial:
            raise damage
        if not partial and not any(len(page) for page in read):
            raise ExtractionFailedError(
                "Nothing legible was found in the document.",
                hint="Scan it again, sharper or in a higher resolution.",
            )
        return Document(found.sha256, found.kind, opened.page_count, tuple(read), tuple(warnings))


class _Lazy:
    """The OCR engine, made when a page first needs it and kept for the process."""

    _shared: OcrEngine | None = None

    def __init__(self, given: OcrEngine | None) -> None:
        self._given = given

    def get(self) -> OcrEngine:
        if self._given is not None:
            return self._given
        if _Lazy._shared is None:
            _Lazy._shared = default_engine()
        return _Lazy._shared


def _open(data: bytes, kind: DocumentKind, passwords: Sequence[str], limits: Limits) -> PdfFile | PictureFile:
    return PdfFile(data, passwords, limits) if kind == "pdf" else PictureFile(data, kind, limits)


def _wanted(pages: Sequence[int] | None, page_count: int) -> list[int]:
    if pages is None:
        return list(range(page_count))
    wanted = sorted({index for index in pages if 0 <= index < page_count})
    if not wanted:
        raise ExtractionFailedError(
            f"None of the chosen pages exists: the document has {page_count}.", hint="Choose other pages."
        )
    return wanted


def _page(opened: PdfFile | PictureFile, index: int, engine: _Lazy) -> Page:
    if isinstance(opened, PdfFile):
        return _pdf_page(opened, index, engine)
    return page_from_picture(opened.rgb(index), engine.get(), index=index, size=opened.size(index))


def _pdf_page(file: PdfFile, index: int, engine: _Lazy) -> Page:
    """One page: from its text layer where that can be trusted, else recognised."""
    with file.page(index) as page:
        layer = page.text_layer()
        words = cut_words(layer)
        rgb: RgbArray | None = None
        if len(words) and not garbled(words.texts, layer.unmapped):
            trusted = page.picture_share() <= SCAN_SHARE
            if not trusted and len(words) >= OVERLAY_WORDS:
                reader = engine.get()
                if reader.availability().ok:
                    rgb = page.render(scale=OCR_DPI / POINTS_PER_INCH, max_pixels=OCR_MAX_PIXELS)
                    trusted = isinstance(reader, LineReader) and agrees(words, rgb, page.width, reader)
                else:
                    trusted = True  # nothing better is to be had here
            if trusted:
                return page_from_words(words, index=index, width=page.width, height=page.height)
        if rgb is None:
            rgb = page.render(scale=OCR_DPI / POINTS_PER_INCH, max_pixels=OCR_MAX_PIXELS)
        recognised = page_from_picture(rgb, engine.get(), index=index, size=(page.width, page.height))
        if len(recognised) or not len(words):
            return recognised
        return page_from_words(words, index=index, width=page.width, height=page.height)
