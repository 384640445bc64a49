"""The command: documents, `truth.jsonl` and `fields.json` into a folder."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from generator import layouts_blind, layouts_test, layouts_train, pictures
from generator.canvas import Canvas
from generator.kinds import delivery, invoice, order, receipt, statement
from generator.sheet import Sheet
from generator.voice import LANGUAGES, Family, Voice, lexicon

Compose = Callable[[Voice, random.Random], Sheet]
KINDS: dict[str, tuple[Compose, dict[str, str]]] = {
    "invoice": (invoice.compose, invoice.FIELDS),
    "receipt": (receipt.compose, receipt.FIELDS),
    "purchase_order": (order.compose, order.FIELDS),
    "delivery_note": (delivery.compose, delivery.FIELDS),
    "bank_statement": (statement.compose, statement.FIELDS),
}


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and write the documents."""
    parser = argparse.ArgumentParser(prog="generate.py", description=__doc__)
    parser.add_argument("--kind", choices=sorted(KINDS), default="invoice")
    parser.add_argument("--family", choices=("train", "test", "blind"), default="train", help="which layouts and names")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--per-issuer", type=int, default=3, help="documents that share issuer and layout")
    parser.add_argument("--languages", default=",".join(LANGUAGES), help="comma-separated, of those known")
    parser.add_argument("--pictures", type=float, default=0.0, metavar="SHARE", help="0..1: share written as scans")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    count = write(
        options.out, kind=options.kind, family=options.family, count=options.count, per_issuer=options.per_issuer,
        languages=tuple(options.languages.split(",")), pictures_share=options.pictures, seed=options.seed,
    )  # fmt: skip
    print(f"{count} documents in {options.out}")
    return 0


def write(
    out: Path,
    *,
    kind: str,
    family: Family,
    count: int,
    per_issuer: int,
    languages: tuple[str, ...],
    pictures_share: float,
    seed: int,
) -> int:
    """Write `count` documents with their truth into `out`; the same arguments give the same bytes."""
    out.mkdir(parents=True, exist_ok=True)
    if family == "blind":
        return _write_blind(out, count=count, per_issuer=per_issuer, seed=seed)
    compose, fields = KINDS[kind]
    lines = []
    for number in range(count):
        issuer = f"{seed}/{family}/{kind}/{number // max(per_issuer, 1)}"
        choice = random.Random(issuer)  # noqa: S311
        language = choice.choice(languages)
        country = choice.choice(_countries(language, kind))
        voice = Voice(issuer, language, country, family)
        rng = random.Random(f"{issuer}/{number}")  # noqa: S311
        sheet = compose(voice, rng)
        canvas = draw(sheet, voice)
        name = f"{kind}-{number:05d}"
        data = canvas.pdf()
        if rng.random() < pictures_share:
            one_page = canvas.page_count == 1
            data = pictures.scan(data, seed=f"{issuer}/{number}", kind="JPEG" if one_page else "PDF",
                                 wear=pictures.PHONE if kind == "receipt" else pictures.SCANNER)  # fmt: skip
            name += ".jpg" if one_page else ".pdf"
        else:
            name += ".pdf"
        (out / name).write_bytes(data)
        lines.append(json.dumps(truth(sheet, canvas, name, issuer), ensure_ascii=False))
    (out / "truth.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (out / "fields.json").write_text(json.dumps(fields, indent=1) + "\n", encoding="utf-8")
    return count


def _write_blind(out: Path, *, count: int, per_issuer: int, seed: int) -> int:
    """Invoices of the blind family: in its own languages, as PDFs alone."""
    lines = []
    for number in range(count):
        issuer = f"{seed}/blind/invoice/{number // max(per_issuer, 1)}"
        facts, canvas, layout = layouts_blind.make(issuer, random.Random(f"{issuer}/{number}"))  # noqa: S311
        name = f"invoice-{number:05d}.pdf"
        (out / name).write_bytes(canvas.pdf())
        lines.append(json.dumps(truth(facts, canvas, name, issuer) | {"layout": layout}, ensure_ascii=False))
    (out / "truth.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (out / "fields.json").write_text(json.dumps(invoice.FIELDS, indent=1) + "\n", encoding="utf-8")
    return count


def _countries(language: str, kind: str) -> list[str]:
    known: list[str] = sorted(lexicon(language)["dates"])
    if kind == "receipt":
        return known + ["MY"] * (3 if "MY" in known else 0)
    return [country for country in known if country != "MY"]  # only receipts know that country's habits


def draw(sheet: Sheet, voice: Voice) -> Canvas:
    """Lay the document out with the layouts of the voice's family."""
    return layouts_train.draw(sheet, voice) if voice.family == "train" else layouts_test.draw(sheet, voice)


def truth(sheet: Sheet | layouts_blind.Facts, canvas: Canvas, filename: str, issuer: str) -> dict[str, Any]:
    """One line of `truth.jsonl`: values that were really printed, and where (`places`, `row_places`).

    A place is [0-based page, x0, y0, x1, y1, text], the box as fractions of the page from its top left.
    """
    places: dict[str, list[list[Any]]] = {}
    rows: dict[int, dict[str, list[list[Any]]]] = {}
    for mark in canvas.marks:
        place: list[Any] = [mark.page_index, *(round(v, 5) for v in mark.box), mark.text]
        parts = mark.tag.split(".")
        if len(parts) == 3:
            rows.setdefault(int(parts[1]), {}).setdefault(parts[2], []).append(place)
        else:
            places.setdefault(mark.tag, []).append(place)
    fields = {name: value if name in places else None for name, value in sheet.fields.items()}
    shown: dict[str, Any] = {"filename": filename, "fields": fields, "currency": sheet.currency}
    if sheet.items:
        shown[sheet.table_tag] = sheet.items
    shown |= {"language": sheet.language, "issuer": issuer, "kind": sheet.kind, "places": places}
    shown["row_places"] = [rows.get(k, {}) for k in range(len(sheet.items))]
    return shown
