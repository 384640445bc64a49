"""Make scans of born-digital documents: `python packaging/degrade.py IN_DIR OUT_DIR [--seed N]`.

Every PDF becomes a PDF of the same name whose pages are 200-dpi grey pictures, slightly turned and noisy;
`truth.jsonl` and `fields.json` are copied, so that the same scoring applies. The same seed gives the same pictures.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from generator.pictures import scan


def main() -> int:
    """Convert a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, metavar="IN_DIR")
    parser.add_argument("target", type=Path, metavar="OUT_DIR")
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()
    options.target.mkdir(parents=True, exist_ok=True)
    documents = sorted(options.source.glob("*.pdf"))
    for path in documents:
        picture = scan(path.read_bytes(), seed=f"{options.seed}/{path.name}", kind="PDF")
        (options.target / path.name).write_bytes(picture)
    for name in ("truth.jsonl", "fields.json"):
        if (options.source / name).exists():
            shutil.copy(options.source / name, options.target / name)
    print(f"{len(documents)} documents in {options.target}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
