"""What finding line items costs: `python tests/bench/bench_tables.py FOLDER [--template invoice] [--repeat 3]`.

One core; milliseconds a page for finding the table and, as the reference measured in the same run and alternating with
it, for reading the words of the same documents. Documents whose pages would have to be recognised are left out.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from docuextract_desktop.documents.read import read_document
from docuextract_desktop.errors import ItemError
from docuextract_desktop.extraction.tables import extract_table
from docuextract_desktop.templates.library import load_template


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--template", default="invoice")
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    field = next(f for f in load_template(arguments.template).fields if f.type == "table")
    reading: list[float] = []
    finding: list[float] = []
    rows = 0
    for path in sorted(arguments.folder.glob("*.pdf")):
        read_ms: list[float] = []
        find_ms: list[float] = []
        for _ in range(arguments.repeat):
            start = time.process_time()
            try:
                document = read_document(path, ocr=None)
            except ItemError:
                break
            middle = time.process_time()
            found = extract_table(document, field)
            end = time.process_time()
            pages = max(1, len(document.pages))
            read_ms.append(1e3 * (middle - start) / pages)
            find_ms.append(1e3 * (end - middle) / pages)
        else:
            reading.append(statistics.median(read_ms))
            finding.append(statistics.median(find_ms))
            rows += len(found.rows)
    if not finding:
        raise SystemExit(f"no PDF with a text layer in {arguments.folder}")
    ratio = statistics.fmean(finding) / statistics.fmean(reading)
    print(f"documents {len(finding)}, rows {rows}")
    print(f"reading words   {statistics.fmean(reading):7.2f} ms a page (median {statistics.median(reading):.2f})")
    print(f"finding tables  {statistics.fmean(finding):7.2f} ms a page (median {statistics.median(finding):.2f})")
    print(f"ratio           {ratio:7.2f}")


if __name__ == "__main__":
    main()
