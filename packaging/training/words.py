"""Collect the words that OCR slips are mended to: printed on documents of at least three issuers, letters only.

    python packaging/training/words.py CORPORA [-o resources/knowledge/words.json]

Reads the printed lines beside the receipts (`*.boxes.csv`: eight corner numbers, then the text).
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from pathlib import Path

_WORD = re.compile(r"[^\W\d_]{4,}")
_CORNERS = 8


def collect(folder: Path, least: int = 3) -> list[str]:
    """Words of the receipts' printed lines that at least `least` issuers print, upper case, sorted."""
    issuers: dict[str, set[str]] = defaultdict(set)
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        boxes = folder / f"{Path(row['filename']).stem}.boxes.csv"
        for printed in boxes.read_text(encoding="utf-8", errors="replace").splitlines():
            text = printed.split(",", _CORNERS)[-1]
            for word in _WORD.findall(text.upper()):
                issuers[word].add(str(row["fields"]["company"]).upper()[:12])
    return sorted(word for word, of in issuers.items() if len(of) >= least)


def main() -> int:
    """Write the list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("resources/knowledge/words.json"))
    args = parser.parse_args()
    words = collect(args.corpora / "receipts")
    args.output.write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
    print(f"{len(words)} words")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
