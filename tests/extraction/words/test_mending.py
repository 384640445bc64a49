"""Slips of text recognition in names and addresses."""

from __future__ import annotations

import pytest

from docuextract_desktop.extraction.words.mending import mend, uses_accents

KNOWN = frozenset({"HARDWARE", "JALAN", "TAMAN", "POINT"})


@pytest.mark.parametrize(
    ("read", "kind", "printed"),
    [
        ("NORTH HARDWARÉ", "text", "NORTH HARDWARE"),
        ("5 Jaian Utama", "address", "5 Jalan Utama"),
        ("12 TANAN SARI", "address", "12 TAMAN SARI"),
        ("NO 7. SIMPANG. KUALA", "address", "NO 7, SIMPANG, KUALA"),
        ("NO. 7, JLN. SATU", "address", "NO. 7, JLN. SATU"),
        ("NO.5 , JALAN", "address", "NO.5, JALAN"),
        ("NORTH STAR SDN.BHD.", "text", "NORTH STAR SDN. BHD."),
        ("NORTH STAR SON BHD", "text", "NORTH STAR SDN BHD"),
        ("NORTH STAR 5/B", "text", "NORTH STAR S/B"),
        ("BIk G, JIn Satu", "address", "Blk G, Jln Satu"),
        ("Northpoint Office", "text", "Northpoint Office"),
        ("NORTH ( STAR ) MOTOR", "text", "NORTH (STAR) MOTOR"),
        ("L.ot 3, Jalan Satu", "address", "Lot 3, Jalan Satu"),
        ("Level'6, Menara", "address", "Level 6, Menara"),
        ("B.Caves, St.George, Men's Wear 7", "address", "B.Caves, St.George, Men's Wear 7"),
    ],
)
def test_slips_are_mended(read: str, kind: str, printed: str) -> None:
    words = read.split(" ")
    assert mend(read, kind, [0.9] * len(words), False, KNOWN) == printed


def test_what_recognition_was_sure_of_is_left_alone() -> None:
    assert mend("5 JAIAN", "address", [1.0, 1.0], False, KNOWN) == "5 JAIAN"


def test_known_words_and_numbers_stay() -> None:
    assert mend("POINT 81200 1851-A", "address", [0.5] * 3, False, KNOWN) == "POINT 81200 1851-A"


def test_accents_stay_where_the_document_uses_them() -> None:
    assert uses_accents(["Ärzte", "Größe", "für", "Mühle", "über"])
    assert not uses_accents(["HARDWARÉ", "TRADING"])
    assert mend("Café Mühle", "text", [0.9, 0.9], True, KNOWN) == "Café Mühle"
