"""Write the sample documents that ship with the program: `python packaging/make_samples.py`.

Fictional, small, and always the same bytes for the same versions of reportlab and Pillow: six invoices in as many
languages, one of them scanned, and six receipts as pictures. The first command of the README runs on them.
"""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from generator import pictures
from generator.cli import KINDS, draw, truth
from generator.voice import Voice

SAMPLES = Path(__file__).resolve().parent.parent / "resources" / "samples"


@dataclass(frozen=True)
class Sample:
    """One document: which issuer writes it, and in which form it is kept."""

    kind: str
    language: str
    country: str
    seed: str
    form: str = "pdf"


CHOSEN = (
    Sample("invoice", "en", "GB", "a"),
    Sample("invoice", "de", "DE", "a"),
    Sample("invoice", "fr", "FR", "a"),
    Sample("invoice", "es", "ES", "a"),
    Sample("invoice", "it", "IT", "c"),
    Sample("invoice", "nl", "NL", "a", "jpg"),
    Sample("receipt", "en", "MY", "a", "jpg"),
    Sample("receipt", "en", "MY", "b", "jpg"),
    Sample("receipt", "de", "DE", "a", "jpg"),
    Sample("receipt", "en", "GB", "a", "jpg"),
    Sample("receipt", "fr", "FR", "a", "jpg"),
    Sample("receipt", "pt", "PT", "a", "jpg"),
)


def main() -> int:
    """Write all samples with their true values beside them."""
    for kind in sorted({sample.kind for sample in CHOSEN}):
        folder = SAMPLES / f"{kind}s"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        lines = []
        for number, sample in enumerate((s for s in CHOSEN if s.kind == kind), 1):
            issuer = f"sample/{sample.kind}/{sample.language}/{sample.country}/{sample.seed}"
            voice = Voice(issuer, sample.language, sample.country, "train")
            sheet = KINDS[kind][0](voice, random.Random(issuer))  # noqa: S311  (fictional documents, no secrets)
            canvas = draw(sheet, voice)
            name = f"{kind}-{number}-{sample.language}.{sample.form}"
            data = canvas.pdf()
            if sample.form == "jpg":
                wear = replace(pictures.SCANNER, dpi=150, quality=55, noise=5)
                data = pictures.scan(data, seed=issuer, wear=replace(wear, dpi=190) if kind == "receipt" else wear)
            (folder / name).write_bytes(data)
            known = truth(sheet, canvas, name, issuer)
            kept = {key: known[key] for key in ("filename", "fields", "currency", sheet.table_tag) if key in known}
            lines.append(json.dumps(kept, ensure_ascii=False))
        (folder / "truth.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "fields.json").write_text(json.dumps(KINDS[kind][1], indent=1) + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in SAMPLES.rglob("*"))
    print(f"{len(CHOSEN)} samples, {size / 1e6:.2f} MB, in {SAMPLES}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
