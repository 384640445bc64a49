"""The generator of fictional documents: repeatable, true to what it prints, families without a common firm."""

from __future__ import annotations

import json
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from generator import cli, pictures
from generator.people import iban
from generator.voice import LANGUAGES, Voice

from docuextract_desktop.documents.read import read_document
from docuextract_desktop.templates.library import load_template

KINDS = sorted(cli.KINDS)


def generated(folder: Path, **changes: Any) -> list[dict[str, Any]]:
    options: dict[str, Any] = {
        "kind": "invoice", "family": "train", "count": 8, "per_issuer": 1, "languages": LANGUAGES,
        "pictures_share": 0.0, "seed": 5,
    }  # fmt: skip
    cli.write(folder, **(options | changes))
    return [json.loads(line) for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()]


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        generated(tmp_path / name, count=3, seed=seed, pictures_share=0.4)
    files = {p.name: p.read_bytes() for p in (tmp_path / "a").iterdir()}
    assert files == {p.name: p.read_bytes() for p in (tmp_path / "b").iterdir()}
    assert files != {p.name: p.read_bytes() for p in (tmp_path / "c").iterdir()}


@pytest.mark.parametrize("family", ["train", "test"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_the_truth_says_is_printed_where_it_says(kind: str, family: str, tmp_path: Path) -> None:
    rows = generated(tmp_path, kind=kind, family=family, count=10)
    for row in rows:
        document = read_document(tmp_path / row["filename"])
        pages = [" ".join(page.texts) for page in document.pages]
        for name, places in row["places"].items():
            for page, x0, y0, x1, y1, text in places:
                # A drawn word can run over the edge of its column, never over the paper's.
                assert -0.01 <= x0 < x1 <= 1.03, (row["filename"], name, text)
                assert 0 <= y0 < y1 <= 1.0, (row["filename"], name, text)
                assert squeezed(text) in squeezed(pages[page]), (row["filename"], name, text)
        for name, value in row["fields"].items():
            assert (value is not None) <= (name in row["places"]), (row["filename"], name)


def squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.parametrize("kind", ["invoice", "purchase_order"])
def test_sums_are_right(kind: str, tmp_path: Path) -> None:
    for row in generated(tmp_path, kind=kind, count=25):
        fields = {name: Decimal(v) for name, v in row["fields"].items() if v and name in ("subtotal", "tax", "total")}
        if len(fields) == 3:
            assert fields["subtotal"] + fields["tax"] == fields["total"]
        for item in row["line_items"]:
            if {"quantity", "unit_price"} <= set(item) and item["amount"] != "0.00":
                part = Decimal(item["quantity"]) * Decimal(item["unit_price"])
                assert Decimal("0.84") <= Decimal(item["amount"]) / part <= Decimal("1.01")  # a discount of up to 15 %


def test_a_number_of_a_register_stands_beside_the_vat_id_and_is_never_the_truth(tmp_path: Path) -> None:
    beside = 0
    for row in generated(tmp_path, count=24, languages=("fr",)):
        tax_id = row["fields"]["seller_tax_id"]
        assert tax_id is None or tax_id[:2] in ("FR", "BE"), row["filename"]
        text = " ".join(" ".join(page.texts) for page in read_document(tmp_path / row["filename"]).pages)
        beside += tax_id is not None and ("SIRET" in text or "SIREN" in text)
    assert beside


@pytest.mark.parametrize("kind", KINDS)
def test_field_names_are_those_of_the_shipped_template(kind: str, tmp_path: Path) -> None:
    template = load_template(kind)
    known = {field.name for field in template.fields}
    row = generated(tmp_path, kind=kind, count=1)[0]
    assert set(row["fields"]) <= known
    tables = [name for name in ("line_items", "transactions") if name in row]
    columns = {column.name for name in tables for column in template.field(name).columns}
    shown = {name for table in tables for item in row[table] for name in item}
    assert shown - {"unit"} <= columns


def test_families_share_no_firm(tmp_path: Path) -> None:
    sellers = {
        family: {row["fields"]["seller"] for row in generated(tmp_path / family, family=family, count=60)}
        for family in ("train", "test")
    }
    assert not sellers["train"] & sellers["test"]


def test_documents_of_one_issuer_share_its_habits(tmp_path: Path) -> None:
    rows = generated(tmp_path, count=6, per_issuer=3)
    assert [row["issuer"] for row in rows[:3]] == [rows[0]["issuer"]] * 3
    assert len({row["fields"]["seller"] for row in rows[:3]}) == 1
    assert rows[0]["issuer"] != rows[3]["issuer"]


@pytest.mark.parametrize("country", ["DE", "FR", "GB", "ES", "IT", "NL", "PT", "AT", "BE", "CH", "IE"])
def test_ibans_have_right_check_digits(country: str) -> None:
    found = iban(Voice("x", "en", "GB", "train").rng(country), country)
    turned = found[4:] + found[:4]
    assert int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def test_a_scan_has_the_size_of_200_dpi_and_no_text_layer(tmp_path: Path) -> None:
    row = generated(tmp_path, count=1)[0]
    clean = (tmp_path / row["filename"]).read_bytes()
    scanned = pictures.scan(clean, seed="1", kind="PDF")
    assert scanned == pictures.scan(clean, seed="1", kind="PDF")
    assert scanned != pictures.scan(clean, seed="2", kind="PDF")
    before, after = (pictures.render(data, 72)[0].size for data in (clean, scanned))
    assert abs(before[0] - after[0]) <= 1
    assert abs(before[1] - after[1]) <= 1


def test_the_blind_family_is_repeatable_and_prints_what_its_truth_says(tmp_path: Path) -> None:
    rows = generated(tmp_path / "a", family="blind", count=4)
    generated(tmp_path / "b", family="blind", count=4)
    assert len(rows) == 4
    for row in rows:
        name = row["filename"]
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
        printed = squeezed(" ".join(t for page in read_document(tmp_path / "a" / name).pages for t in page.texts))
        assert squeezed(row["fields"]["seller"]) in printed
