"""What words cost and how right they are: a command, not a test.

    python tests/bench/bench_words.py text FOLDER [--documents N] [--rounds N]
    python tests/bench/bench_words.py pictures FOLDER [--documents N] [--every K]

`text` times words and lines of PDFs with a text layer against PDFium's own plain text of the same pages, alternating,
in one process. `pictures` reads pictures beside which `NAME.boxes.csv` says what each printed line is (eight corner
coordinates, then its text), and counts words found, words right, and whole lines found when spaces are ignored.
"""

from __future__ import annotations

import argparse
import ctypes
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pypdfium2.raw as pdfium

from docuextract_desktop.documents.image import PictureFile
from docuextract_desktop.documents.judge import SCAN_SHARE, garbled
from docuextract_desktop.documents.ocr import default_engine
from docuextract_desktop.documents.pdf import PdfFile
from docuextract_desktop.documents.recognise import page_from_picture
from docuextract_desktop.documents.text_layer import cut_words, page_from_words
from docuextract_desktop.settings import Limits


def plain_text(data: bytes) -> int:
    """PDFium's own text of all pages, as cheaply as it can be had; the number of characters."""
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    characters = 0
    for index in range(pdfium.FPDF_GetPageCount(document)):
        page = pdfium.FPDF_LoadPage(document, index)
        text = pdfium.FPDFText_LoadPage(page)
        count = pdfium.FPDFText_CountChars(text)
        buffer = (ctypes.c_ushort * (count + 1))()
        pdfium.FPDFText_GetText(text, 0, count, buffer)
        characters += len(bytes(buffer).decode("utf-16-le", "replace"))
        pdfium.FPDFText_ClosePage(text)
        pdfium.FPDF_ClosePage(page)
    pdfium.FPDF_CloseDocument(document)
    return characters


def words_and_lines(data: bytes) -> int:
    """What the product does with a text layer that it trusts; the number of words."""
    words = 0
    with PdfFile(data, (), Limits()) as file:
        for index in range(file.page_count):
            with file.page(index) as page:
                layer = page.text_layer()
                found = cut_words(layer)
                garbled(found.texts, layer.unmapped)
                page.picture_share()
                words += len(page_from_words(found, index=index, width=page.width, height=page.height))
    return words


def is_born_digital(data: bytes) -> bool:
    """Whether every page has text and none is a scan."""
    with PdfFile(data, (), Limits()) as file:
        for index in range(file.page_count):
            with file.page(index) as page:
                if page.picture_share() > SCAN_SHARE or not page.text_layer().text.strip():
                    return False
    return True


def timed(work: Callable[[bytes], int], data: bytes) -> float:
    """Seconds."""
    start = time.perf_counter()
    work(data)
    return time.perf_counter() - start


def text(folder: Path, documents: int, rounds: int) -> None:
    """Time text layers."""
    chosen = [path.read_bytes() for path in sorted(folder.glob("*.pdf"))]
    chosen = [data for data in chosen if is_born_digital(data)][:documents]
    if not chosen:
        sys.exit("no PDF with text layers there")
    reference, ours = [], []
    for _ in range(rounds):
        plain = own = 0.0
        for data in chosen:
            plain += timed(plain_text, data)
            own += timed(words_and_lines, data)
        reference.append(plain / len(chosen))
        ours.append(own / len(chosen))
    ratio = statistics.median(b / a for a, b in zip(reference, ours, strict=True))
    print(f"documents: {len(chosen)}, rounds: {rounds}")
    print(f"PDFium's plain text: {1000 * statistics.median(reference):.2f} ms a document")
    print(f"words and lines: {1000 * statistics.median(ours):.2f} ms a document, ratio {ratio:.2f}")


def pictures(folder: Path, documents: int, every: int) -> None:
    """Recognise pictures and count what is right."""
    engine = default_engine()
    chosen = [path for path in sorted(folder.glob("*.jpg")) if path.with_suffix(".boxes.csv").exists()]
    chosen = chosen[::every][:documents]
    if not chosen:
        sys.exit("no NAME.jpg with a NAME.boxes.csv there")
    true_words = found_words = common = lines = whole = 0
    spent = 0.0
    for path in chosen:
        rows = path.with_suffix(".boxes.csv").read_text(encoding="utf-8", errors="replace").splitlines()
        truth = [row.split(",", 8)[8].upper() for row in rows if row.count(",") >= 8]
        start = time.process_time()
        with PictureFile(path.read_bytes(), "jpeg", Limits()) as file:
            page = page_from_picture(file.rgb(0), engine, index=0, size=file.size(0))
        spent += time.process_time() - start
        printed = Counter(word for line in truth for word in line.split())
        ours = Counter(word.upper() for word in page.texts)
        common += sum((printed & ours).values())
        true_words += sum(printed.values())
        found_words += sum(ours.values())
        joined = "".join(page.texts).upper()
        lines += len(truth)
        whole += sum("".join(line.split()) in joined for line in truth)
    print(f"pictures: {len(chosen)}, true words: {true_words}, engine: {engine.version}")
    print(f"words found {common / true_words:.3f}, words right {common / found_words:.3f}")
    print(f"lines found, spaces ignored: {whole / lines:.3f}")
    print(f"processor time: {spent / len(chosen):.2f} s a picture")


def main() -> None:
    """Run one of the two."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("text", "pictures"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--every", type=int, default=1, help="of the pictures, take each K-th")
    given = parser.parse_args()
    if given.what == "text":
        text(given.folder, given.documents, given.rounds)
    else:
        pictures(given.folder, given.documents, given.every)


if __name__ == "__main__":
    main()
