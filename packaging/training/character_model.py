"""Learn which characters follow which, for the OCR: `resources/ocr/characters.gz`.

    python packaging/training/character_model.py FOLDER... [--leave-out K/N] [-o resources/ocr/characters.gz]

FOLDERs hold PDFs with text layers (pages without are left out) and `NAME.boxes.csv` files (eight corner coordinates,
then the text of a printed line). A segment that is printed again and again counts five times at most in a folder, and
runs of text are kept only as counts of five characters, digits without their value. For measuring on documents that the
model has not seen, `--leave-out K/N` leaves out every N-th file from the K-th on.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from docuextract_desktop.documents.character_model import count_runs, save_counts
from docuextract_desktop.documents.ocr import Availability, OcrLine, RgbArray
from docuextract_desktop.documents.read import read_document
from docuextract_desktop.errors import ItemError, OcrProviderError

MOST_REPEATS = 5
LINES_OF_PICTURES_COUNT = 3
"""Lines from pictures are what the model is for, and there are few of them."""


class NoRecognition:
    """Refuses: only text that somebody typed is learnt from."""

    name = version = "none"

    def availability(self) -> Availability:
        """Never."""
        return Availability(False, "not wanted here")

    def recognise(self, rgb: RgbArray) -> list[OcrLine]:  # noqa: ARG002  (the seam's own signature)
        """Refuse."""
        raise OcrProviderError("No recognition while learning characters.")


def segments(path: Path) -> Iterator[str]:
    """The segments of all pages of a PDF that have a text layer of their own."""
    page_index = 0
    while True:
        try:
            document = read_document(path, pages=[page_index], ocr=NoRecognition())
        except ItemError as error:
            if not isinstance(error, OcrProviderError):
                return
        else:
            for page in document.pages:
                for start, stop in pairwise(page.segment_starts.tolist()):
                    yield " ".join(page.texts[start:stop])
            if page_index + 1 >= document.page_count:
                return
        page_index += 1


def lines_of(folder: Path, leave_out: tuple[int, int] | None) -> Iterator[str]:
    """All lines of a folder, with their repeats bounded."""
    seen: Counter[str] = Counter()
    names = sorted(path for path in folder.iterdir() if path.suffix == ".pdf" or path.name.endswith(".boxes.csv"))
    groups = {suffix: [path for path in names if path.suffix == suffix] for suffix in (".pdf", ".csv")}
    for suffix, paths in groups.items():
        for number, path in enumerate(paths):
            if leave_out is not None and number % leave_out[1] == leave_out[0]:
                continue
            if suffix == ".pdf":
                found = segments(path)
            else:
                rows = path.read_text(encoding="utf-8", errors="replace").splitlines()
                found = (row.split(",", 8)[8] for row in rows if row.count(",") >= 8)
            for line in found:
                seen[line] += 1
                if suffix == ".csv":
                    yield from [line] * LINES_OF_PICTURES_COUNT
                elif seen[line] <= MOST_REPEATS:
                    yield line


def main() -> None:
    """Learn and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--leave-out", help="K/N: every N-th file from the K-th on")
    parser.add_argument("-o", "--out", type=Path, default=Path("resources/ocr/characters.gz"))
    given = parser.parse_args()
    leave_out = None
    if given.leave_out:
        first, every = given.leave_out.split("/")
        leave_out = (int(first), int(every))
    counts: Counter[str] = Counter()
    for folder in given.folders:
        counts.update(count_runs(lines_of(folder, leave_out)))
    if not counts:
        sys.exit("no text there")
    given.out.parent.mkdir(parents=True, exist_ok=True)
    save_counts(counts, given.out)
    print(f"{len(counts):,} runs of characters, {given.out.stat().st_size / 1024:,.0f} KB")


if __name__ == "__main__":
    main()
