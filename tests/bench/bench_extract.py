"""What finding fields costs: a command, not a test.

    python tests/bench/bench_extract.py FOLDER [-t TEMPLATE] [--documents N] [--rounds N] [--taught K]

Times, in one process and by processor time, alternating: PDFium's own plain text of each PDF in FOLDER that has a text
layer (the reference), words with boxes, words → candidates and features (`prepare`), scores → values (`propose`, what
proposing a document anew costs), and one fit after a correction with K taught documents.

In each round every document is new to the program, as in a user's batch: what earlier rounds left in caches is
forgotten, what the documents before it in its round left is there.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bench_words import plain_text, words_and_lines

from docuextract_desktop.documents.models import Document
from docuextract_desktop.documents.pdf import PdfFile
from docuextract_desktop.documents.text_layer import cut_words, page_from_words
from docuextract_desktop.extraction.candidates.labels import vocabulary_of
from docuextract_desktop.extraction.pipeline import prepare, propose
from docuextract_desktop.extraction.teaching.examples import Answer, make_example
from docuextract_desktop.extraction.teaching.learning import fit
from docuextract_desktop.settings import Limits
from docuextract_desktop.templates.library import load_template

LEAST_FOR_TEXTS = 512
"""A cache with room for so many holds what stands on documents; smaller ones hold what belongs to templates."""


def timed(work: Callable[[], object]) -> float:
    """Processor seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def forget_texts() -> int:
    """Empty the caches of texts that were looked at; how many there are. What is loaded once for all stays."""
    emptied = 0
    for name, module in list(sys.modules.items()):
        if not name.startswith("docuextract_desktop."):
            continue
        for thing in list(vars(module).values()):
            parameters = getattr(thing, "cache_parameters", None)
            if getattr(thing, "__module__", "") == name and parameters is not None:
                most = parameters()["maxsize"]
                if most is not None and most >= LEAST_FOR_TEXTS:
                    thing.cache_clear()
                    emptied += 1
    vocabulary_of.cache_clear()  # belongs to a template, but learns the words of documents
    return emptied


def unseen(document: Document) -> Document:
    """The same document without what its pages worked out and kept."""
    return replace(document, pages=tuple(replace(page) for page in document.pages))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("-t", "--template", default="tests/bench/templates/adbuy.json")
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--taught", type=int, default=50)
    args = parser.parse_args()
    named = Path(args.template)
    template = load_template(named if named.is_file() else args.template)
    read = [(path, _from_text_layer(path)) for path in sorted(args.folder.glob("*.pdf"))]
    files, documents = zip(*[(p, d) for p, d in read if d.pages][: max(args.documents, args.taught + 1)], strict=True)
    chosen = [(f.read_bytes(), d) for f, d in zip(files, documents, strict=True)][: args.documents]
    prepared = [prepare(document, template) for document in documents]
    propose(prepared[0], template)
    gc.freeze()  # as a worker does once it has started

    rounds: dict[str, list[float]] = {"PDFium's text": [], "words": [], "prepare": [], "propose": []}
    for _ in range(args.rounds):
        forget_texts()
        sums = dict.fromkeys(rounds, 0.0)
        for data, document in chosen:
            sums["PDFium's text"] += timed(lambda d=data: plain_text(d))  # type: ignore[misc]
            sums["words"] += timed(lambda d=data: words_and_lines(d))  # type: ignore[misc]
            fresh = unseen(document)
            sums["prepare"] += timed(lambda d=fresh: prepare(d, template))  # type: ignore[misc]
            ready = prepare(fresh, template)
            sums["propose"] += timed(lambda r=ready: propose(r, template))  # type: ignore[misc]
        for name, value in sums.items():
            rounds[name].append(value / len(chosen) * 1000)
    reference = statistics.median(rounds["PDFium's text"])
    for name, values in rounds.items():
        print(f"{name:<16}{statistics.median(values):8.2f} ms a document{statistics.median(values) / reference:8.2f} ×")
    whole = sum(statistics.median(rounds[n]) for n in ("words", "prepare", "propose"))
    print(f"{'words to fields':<16}{whole:8.2f} ms a document{whole / reference:8.2f} ×")

    examples = []
    for path, ready in zip(files, prepared, strict=True):
        answers = {v.name: Answer.of_value(v.value) for v in propose(ready, template) if v.value is not None}
        examples.append(make_example(ready, template, answers, path.name)[0])
    taught = examples[: args.taught]
    before = fit(template, taught)
    again = [timed(lambda: fit(template, examples[: args.taught + 1], warm_start=before)) for _ in range(args.rounds)]
    print(f"{'fit again':<16}{statistics.median(again) * 1000:8.0f} ms after one correction at {len(taught)} taught")
    return 0


def _from_text_layer(path: Path) -> Document:
    """The document by its text layer alone; without pages where one of them has no words."""
    pages = []
    with PdfFile(path.read_bytes(), (), Limits()) as file:
        for index in range(file.page_count):
            with file.page(index) as page:
                found = cut_words(page.text_layer())
                if not len(found.texts):
                    return Document(path.name, "pdf", file.page_count, ())
                pages.append(page_from_words(found, index=index, width=page.width, height=page.height))
    return Document(path.name, "pdf", len(pages), tuple(pages))


if __name__ == "__main__":
    raise SystemExit(main())
