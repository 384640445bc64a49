from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from engines import AbsentEngine, FailingEngine, FakeEngine, FakeReader, RubbishEngine
from pdf_writer import PdfPageSpec, make_pdf, show
from PIL import Image, ImageDraw

from docuextract_desktop.documents.models import Document
from docuextract_desktop.documents.pdf import PdfFile, PdfPage
from docuextract_desktop.documents.read import OCR_MAX_PIXELS, probe, read_document
from docuextract_desktop.errors import (
    ExtractionFailedError,
    OcrProviderError,
    PageLimitExceededError,
    UploadMissingError,
)
from docuextract_desktop.settings import Limits

SPECKLED = (50, 50, bytes(np.random.default_rng(5).integers(0, 255, 2500, dtype=np.uint8)))
SCAN = "q 612 0 0 792 0 0 cm /P Do Q\n"


def scan(*layer: str) -> PdfPageSpec:
    """A page that is one picture, with an invisible text layer."""
    return PdfPageSpec(SCAN + "3 Tr\n" + "".join(layer), images={"P": SPECKLED})


def texts(document: Document) -> list[tuple[str, ...]]:
    return [page.texts for page in document.pages]


def test_a_text_pdf(tmp_path: Path) -> None:
    data = make_pdf(show(72, 700, "Invoice 17"), show(72, 700, "Page two"))
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    progress: list[tuple[int, int]] = []
    engine = FakeEngine()
    document = read_document(path, ocr=engine, progress=lambda done, wanted: progress.append((done, wanted)))
    assert (document.kind, document.page_count) == ("pdf", 2)
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert texts(document) == [("Invoice", "17"), ("Page", "two")]
    assert [page.method for page in document.pages] == ["text_layer", "text_layer"]
    assert progress == [(1, 2), (2, 2)]
    assert not engine.seen


def test_pages_asked_for() -> None:
    data = make_pdf(*[show(72, 700, f"Page {i}") for i in range(5)])
    document = read_document(data, pages=[3, 1, 3])
    assert [page.index for page in document.pages] == [1, 3]
    assert document.page_count == 5
    assert not document.warnings
    document = read_document(data, pages=[4, 17])
    assert [page.index for page in document.pages] == [4]
    assert "only 5 pages" in document.warnings[0]
    with pytest.raises(ExtractionFailedError, match="None of the chosen pages"):
        read_document(data, pages=[9])


def test_a_scan_is_recognised_in_the_page_s_own_units() -> None:
    engine = FakeEngine(("Total 9.50", 0.1, 0.5, 0.5, 0.02))
    document = read_document(make_pdf(scan()), ocr=engine)
    (page,) = document.pages
    assert page.method == "ocr"
    assert (page.width, page.height) == (612, 792)
    assert page.texts == ("Total", "9.50")
    assert page.boxes[0, 0] == pytest.approx(0.1, abs=1e-3)
    assert page.boxes[0, 1] == pytest.approx(0.5, abs=1e-3)


def test_page_by_page() -> None:
    engine = FakeEngine(("From the picture", 0.1, 0.5, 0.5, 0.02))
    document = read_document(make_pdf(show(72, 700, "From the layer"), scan(), ""), ocr=engine)
    assert [page.method for page in document.pages] == ["text_layer", "ocr", "ocr"]
    assert texts(document) == [("From", "the", "layer"), ("From", "the", "picture"), ()]
    assert len(engine.seen) == 1  # the blank page was not recognised


LINES = [f"This is line number {i} of the scanned letter" for i in range(20)]


def layer_of(lines: list[str]) -> str:
    return "".join(show(72, 720 - 30 * i, line) for i, line in enumerate(lines))


def reader_of(lines: list[str]) -> FakeReader:
    return FakeReader(*[(line, 70 / 612, (72 + 30 * i - 12) / 792, 0.5, 18 / 792) for i, line in enumerate(lines)])


def test_somebody_else_s_good_layer_is_kept() -> None:
    document = read_document(make_pdf(scan(layer_of(LINES))), ocr=reader_of(LINES))
    assert document.pages[0].method == "text_layer"


def test_somebody_else_s_bad_layer_is_replaced() -> None:
    garbage = [line.replace("number", "nurnber").replace("scanned", "5canne¢") for line in LINES]
    document = read_document(make_pdf(scan(layer_of(garbage))), ocr=reader_of(LINES))
    assert document.pages[0].method == "ocr"
    assert "number" in document.pages[0].texts


def test_somebody_else_s_layer_is_taken_where_no_engine_is_installed() -> None:
    document = read_document(make_pdf(scan(layer_of(LINES))), ocr=AbsentEngine())
    assert document.pages[0].method == "text_layer"
    with pytest.raises(OcrProviderError):
        read_document(make_pdf(scan()), ocr=AbsentEngine())


def test_a_stamp_over_a_scan_is_no_text_layer() -> None:
    stamp = "0 Tr\n" + show(72, 760, "Received 12 May 2020 by the office of the registrar at 9 o'clock in the morning")
    document = read_document(make_pdf(scan(stamp)), ocr=reader_of(LINES))
    assert document.pages[0].method == "ocr"


def test_text_over_a_background_picture_is_kept_without_ocr_where_the_picture_is_small() -> None:
    logo = PdfPageSpec("q 200 0 0 100 0 600 cm /P Do Q\n" + show(72, 400, "Hello world"), images={"P": SPECKLED})
    engine = FakeEngine()
    assert read_document(make_pdf(logo), ocr=engine).pages[0].texts == ("Hello", "world")
    assert not engine.seen


def test_a_garbled_layer_is_replaced() -> None:
    # A subset font whose codes mean nothing to a reader: drawn as boxes of Type 3, without a map to Unicode.
    scrambled = "Nqsfz Wjhmszsl Mfzuyxywfxxj Gjywfl Vnyyzsl Pzsij Xwjwgjs Mnsy Ktwr Ymjwj"
    words = " ".join(word.translate(str.maketrans("aeiouy", "bcdfgh")) for word in scrambled.split())
    content = "".join(show(72, 700 - 20 * i, words) for i in range(6))
    document = read_document(make_pdf(content), ocr=FakeEngine(("Plain words", 0.1, 0.1, 0.4, 0.02)))
    assert document.pages[0].method == "ocr"
    assert document.pages[0].texts == ("Plain", "words")


def test_a_garbled_layer_is_better_than_nothing() -> None:
    content = "".join(show(72, 700 - 20 * i, "Bcdfg Hjklm Npqrs Tvwxz Bcdfg Hjklm") for i in range(6))
    document = read_document(make_pdf(content), ocr=FakeEngine())
    assert document.pages[0].method == "text_layer"


def test_nothing_legible() -> None:
    with pytest.raises(ExtractionFailedError, match="Nothing legible") as caught:
        read_document(make_pdf("", ""))
    assert caught.value.hint
    with pytest.raises(ExtractionFailedError):
        read_document(make_pdf(scan()), ocr=FakeEngine())


def test_a_failing_engine_is_an_error_and_never_an_empty_page() -> None:
    with pytest.raises(OcrProviderError):
        read_document(make_pdf(show(72, 700, "Text"), scan()), ocr=FailingEngine())


def test_rubbish_from_an_engine_gives_sound_pages() -> None:
    (page,) = read_document(make_pdf(scan()), ocr=RubbishEngine()).pages
    assert ((page.boxes >= 0) & (page.boxes <= 1)).all()
    assert ((page.confidences >= 0) & (page.confidences <= 1)).all()


def test_a_huge_page_is_recognised_within_bounds() -> None:
    engine = FakeEngine(("Poster", 0.1, 0.1, 0.5, 0.1))
    huge = PdfPageSpec("q 14000 0 0 14000 0 0 cm /P Do Q\n", width=14_000, height=14_000, images={"P": SPECKLED})
    read_document(make_pdf(huge), ocr=engine)
    assert engine.seen[0][0] * engine.seen[0][1] <= OCR_MAX_PIXELS * 1.01


def test_truncated_pdf() -> None:
    data = make_pdf(*[show(72, 700, "Page") for _ in range(30)])
    with pytest.raises(ExtractionFailedError):
        read_document(data[:40])
    # Half a file is often mended by the reader; what it cannot mend is an error, not a crash.
    try:
        document = read_document(data[: len(data) // 2], ocr=FakeEngine())
    except ExtractionFailedError:
        return
    assert document.pages


def test_limits_and_missing_files(tmp_path: Path) -> None:
    data = make_pdf(*["" for _ in range(4)])
    with pytest.raises(PageLimitExceededError):
        read_document(data, limits=Limits(max_pages=3))
    with pytest.raises(PageLimitExceededError):
        probe(data, limits=Limits(max_pages=3))
    with pytest.raises(UploadMissingError):
        read_document(tmp_path / "gone.pdf")


def test_probe() -> None:
    data = make_pdf("", "", "")
    found = probe(data)
    assert (found.kind, found.page_count, found.size_bytes) == ("pdf", 3, len(data))
    assert found.sha256 == hashlib.sha256(data).hexdigest()


def test_pages_of_a_tiff_are_read_one_by_one() -> None:
    pictures = []
    for i in range(3):
        image = Image.new("L", (300, 200), 255)
        ImageDraw.Draw(image).rectangle((50, 50, 100 + i, 60), fill=0)
        pictures.append(image)
    stream = io.BytesIO()
    pictures[0].save(stream, "TIFF", save_all=True, append_images=pictures[1:])
    engine = FakeEngine(("word", 0.1, 0.1, 0.2, 0.1))
    document = read_document(stream.getvalue(), pages=[0, 2], ocr=engine)
    assert [page.index for page in document.pages] == [0, 2]
    assert (document.kind, document.page_count, document.pages[0].width) == ("tiff", 3, 300)


def test_where_all_pages_are_damaged_the_document_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: PdfFile, page_index: int) -> None:
        raise ExtractionFailedError(f"Page {page_index + 1} is damaged and could not be opened.")

    monkeypatch.setattr(PdfFile, "page", broken)
    with pytest.raises(ExtractionFailedError, match="damaged"):
        read_document(make_pdf("", ""))


def test_a_page_that_cannot_be_opened_is_left_out_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = PdfFile.page

    def second_broken(self: PdfFile, page_index: int) -> PdfPage:
        if page_index == 1:
            raise ExtractionFailedError("Page 2 is damaged and could not be opened.")
        return whole(self, page_index)

    monkeypatch.setattr(PdfFile, "page", second_broken)
    document = read_document(make_pdf(*[show(72, 700, f"Page {i}") for i in range(3)]))
    assert [page.index for page in document.pages] == [0, 2]
    assert document.page_count == 3
    assert document.warnings == ("Page 2 is damaged and was left out.",)
