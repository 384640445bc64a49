from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdf_writer import PdfPageSpec, make_pdf, show

from docuextract_desktop.documents.characters import TextLayer, median
from docuextract_desktop.documents.models import Page
from docuextract_desktop.documents.pdf import PdfFile
from docuextract_desktop.documents.text_layer import cut_words, page_from_words
from docuextract_desktop.settings import Limits


def read(*specs: PdfPageSpec | str, **more: object) -> Page:
    with PdfFile(make_pdf(*specs, **more), (), Limits()) as file, file.page(0) as page:  # type: ignore[arg-type]
        return page_from_words(cut_words(page.text_layer()), index=0, width=page.width, height=page.height)


def lines_of(page: Page) -> list[str]:
    return [page.line_text(line) for line in range(len(page.line_starts) - 1)]


def test_order_is_by_place_not_by_the_file() -> None:
    page = read(show(300, 600, "9.50") + show(72, 700, "Shop") + show(72, 600, "Total due") + show(300, 700, "No. 17"))
    assert lines_of(page) == ["Shop No. 17", "Total due 9.50"]


def test_letters_set_one_by_one_are_joined_by_their_distance() -> None:
    # Helvetica 12: each advance is about 6.7; no space character anywhere in the file.
    widths = {"T": 7.33, "o": 6.67, "t": 3.33, "a": 6.67, "l": 2.67, "n": 6.67, "e": 6.67}
    x, content = 72.0, ""
    for word in ("Total", "net"):
        for letter in word:
            content += show(x, 700, letter)
            x += widths[letter]
        x += 4
    assert read(content).texts == ("Total", "net")


TURNS = {0: "1 0 0 1", 90: "0 1 -1 0", 180: "-1 0 0 -1", 270: "0 -1 1 0"}


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_rotation_is_voted_by_the_text_whatever_the_page_says(degrees: int, rotate: int) -> None:
    """Text turned `degrees` counter-clockwise on the sheet, and a /Rotate that may or may not know it."""
    places = {
        0: ((100, 400), (100, 370)),
        90: ((300, 100), (330, 100)),
        180: ((500, 400), (500, 430)),
        270: ((300, 500), (270, 500)),
    }[degrees]
    content = "".join(
        show(x, y, text, matrix=TURNS[degrees])
        for (x, y), text in zip(places, ("First line here", "Second line 22"), strict=True)
    )
    page = read(PdfPageSpec(content, width=600, height=600, rotate=rotate))
    assert lines_of(page) == ["First line here", "Second line 22"]
    assert page.rotation == (degrees - rotate) % 360
    for line in range(2):
        box = page.box_of(int(page.line_starts[line]), int(page.line_starts[line + 1]))
        assert box.width > box.height


def test_a_sideways_note_does_not_disturb_the_lines() -> None:
    body = "".join(show(150, 700 - 20 * i, f"Line number {i} of the text") for i in range(5))
    page = read(body + show(60, 400, "Printed by a machine", matrix=TURNS[90]))
    assert lines_of(page)[:5] == [f"Line number {i} of the text" for i in range(5)]
    assert page.rotation == 0
    assert set(page.texts[30:]) == {"Printed", "by", "a", "machine"}


def test_words_drawn_twice_appear_once() -> None:
    line = show(72, 700, "Bold heading") + show(72.4, 700, "Bold heading") + show(72.2, 699.8, "Bold heading")
    assert read(line + show(72, 650, "plain plain")).texts == ("Bold", "heading", "plain", "plain")


def test_glyphs_drawn_twice_one_by_one_appear_once() -> None:
    x, content = 72.0, ""
    for letter, width in (("T", 7.33), ("o", 6.67), ("t", 3.33), ("a", 6.67), ("l", 2.67)):
        content += show(x, 700, letter) + show(x + 0.4, 700, letter)
        x += width
    assert read(content).texts == ("Total",)


def test_double_letters_stay() -> None:
    assert read(show(72, 700, "Betreff Mitte 1100")).texts == ("Betreff", "Mitte", "1100")


def test_columns_that_collide_are_parted() -> None:
    # The second run begins inside the last letter of the first.
    page = read(show(72, 700, "House") + show(72 + 31, 700, "National") + show(300, 700, "far"))
    assert page.texts == ("House", "National", "far")
    assert page.segment_of.tolist() == [0, 1, 2]


def test_ligatures_and_compatibility_characters_are_spelt_out() -> None:
    fonts = {
        "F2": "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding << /Type /Encoding /Differences "
        "[65 /fi /fl /onehalf /Euro] >> >>"
    }
    page = read(show(72, 700, "AX BX C D", font="F2"), fonts=fonts)
    assert page.texts == ("fiX", "flX", "1⁄2", "€")


def test_soft_hyphens_zero_widths_and_no_break_spaces() -> None:
    text = "EUR\u00a05,00 Rech\u00adnung Posi\ufffe \u200bx\u200b \u200b"
    boxes = np.array([[72 + 6 * i, 100, 78 + 6 * i, 110] for i in range(len(text))], dtype=float)
    words = cut_words(TextLayer(text, np.arange(len(text)), boxes.T, np.zeros(len(text), np.int8)))
    assert words.texts == ["EUR", "5,00", "Rechnung", "Posi-", "x"]


def test_the_box_of_a_word_goes_around_an_accent_that_comes_behind_a_space() -> None:
    sides = np.array([[72, 100, 78, 110], [78, 100, 84, 110], [0, 0, 0, 0], [74, 98, 80, 101]], dtype=float).T
    words = cut_words(TextLayer("xe \u0301", np.array([0, 1, 3]), sides[:, [0, 1, 3]], np.zeros(3, np.int8)))
    assert words.texts == ["x\u00e9"]
    assert words.boxes.tolist() == [[72, 98, 84, 110]]


_SHIFTS = st.sampled_from([0.0, 0.0, 0.0, 0.1, -3.0, 9.0])
_CHARACTERS = st.sampled_from(["letter", "letter", " ", "\u0301"])


@given(st.lists(st.tuples(_CHARACTERS, _SHIFTS, _SHIFTS, st.sampled_from([4.0, 10.0])), max_size=20))
def test_the_box_of_a_word_goes_around_all_its_characters(drawn: list[tuple[str, float, float, float]]) -> None:
    text, boxes, x, y = "", [], 50.0, 50.0
    for at, (sign, right, down, height) in enumerate(drawn):
        text += chr(ord("\u4e00") + at) if sign == "letter" else sign  # no two alike, none that is one with its accent
        x, y = x + 5 + right, y + down
        boxes.append((x, y, x + 5, y + height))
    inked = np.array([at for at, sign in enumerate(text) if sign != " "], np.intp)
    sides = np.array(boxes).reshape(-1, 4)[inked]
    words = cut_words(TextLayer(text, inked, np.ascontiguousarray(sides.T), np.zeros(len(inked), np.int8)))
    assert "".join(words.texts) == text.replace(" ", "")
    ends = np.cumsum([0, *map(len, words.texts)]).tolist()
    for (begin, end), box in zip(pairwise(ends), words.boxes.tolist(), strict=True):
        assert box == [*sides[begin:end, :2].min(axis=0), *sides[begin:end, 2:].max(axis=0)]


@pytest.mark.parametrize("text", ["   ", "\t\r\n", "\u00a0\u2028", "\x01\x02\x7f"])
def test_a_layer_without_anything_to_see_has_no_words(text: str) -> None:
    inked = np.array([at for at, sign in enumerate(text) if sign > " "], np.intp)
    words = cut_words(TextLayer(text, inked, np.ones((4, len(inked))), np.zeros(len(inked), np.int8)))
    assert len(page_from_words(words, index=0, width=600, height=800)) == 0


def test_empty_layer() -> None:
    assert len(read("")) == 0


def test_a_page_of_thousands_of_characters_has_each_in_its_place() -> None:
    line = "Quantity " * 10
    content = "".join(show(40, 760 - 9 * row, line, size=8) for row in range(80))
    with PdfFile(make_pdf(content), (), Limits()) as file, file.page(0) as page:
        layer = page.text_layer()
    assert layer.inked.tolist() == [at for at, sign in enumerate(layer.text) if not sign.isspace()]
    assert len(layer.inked) == 80 * 80
    rows = layer.sides.T.reshape(80, 80, 4)
    expected = rows[:1] + 9.0 * np.arange(80)[:, None, None] * np.array([0.0, 1.0, 0.0, 1.0])
    np.testing.assert_allclose(rows, expected, atol=1e-3)
    words = cut_words(layer)
    assert words.texts == ["Quantity"] * 800


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=40))
def test_the_median_is_numpys(numbers: list[float]) -> None:
    assert median(np.array(numbers)) == np.median(numbers)
