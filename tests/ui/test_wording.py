from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.ui import wording


def test_names_from_outside_show_no_controls_and_no_turned_around_text() -> None:
    assert wording.one_line("a\nb\tc") == "a b c"
    assert wording.one_line("invoice\u202egpj.exe") == "invoice\ufffdgpj.exe"
    assert wording.one_line("\x1b[31mred") == "\ufffd[31mred"


def test_broken_names_can_be_shown() -> None:
    shown = wording.one_line(b"caf\xe9.pdf".decode("utf-8", "surrogateescape"))
    assert shown == "caf\ufffd.pdf"
    assert shown.encode()


@given(st.text(alphabet=st.characters(), max_size=400))
def test_any_text_becomes_one_printable_line(text: str) -> None:
    shown = wording.one_line(text)
    assert len(shown) <= 300
    assert "\n" not in shown
    shown.encode()


def test_tips_and_menus_take_names_literally() -> None:
    assert wording.tooltip("<b>x</b>").endswith("&lt;b&gt;x&lt;/b&gt;</p>")
    assert wording.tooltip("") == ""
    assert wording.menu_text("Tom & Co") == "Tom && Co"


@pytest.mark.parametrize(
    ("size_bytes", "words"),
    [
        (None, ""),
        (0, "0 B"),
        (999, "999 B"),
        (83_600, "84 KB"),
        (2_340_000, "2.3 MB"),
        (999_600, "1.0 MB"),
        (5e12, "5.0 TB"),
    ],
)
def test_sizes(size_bytes: int | None, words: str) -> None:
    assert wording.size(size_bytes) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (0.04, "0.0 s"), (9.94, "9.9 s"), (59.4, "59 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")],
)
def test_durations(seconds: float | None, words: str) -> None:
    assert wording.took(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (10, "less than a minute left"),
        (61, "about 1 min left"),
        (240, "about 4 min left"),
        (3600, "about 1 h left"),
        (5400, "about 1 h 30 min left"),
    ],
)
def test_time_left(seconds: float, words: str) -> None:
    assert wording.time_left(seconds) == words


def test_percent_is_never_rounded_up_to_certainty() -> None:
    assert wording.percent(0.9999) == "99 %"
    assert wording.percent(1.0) == "100 %"
    assert wording.percent(0.855) == "86 %"
    assert wording.percent(None) == ""


def test_counts_and_lists() -> None:
    assert wording.count(1, "duplicate") == "1 duplicate"
    assert wording.count(1200, "document") == "1,200 documents"
    assert wording.sentence_list(["a"]) == "a"
    assert wording.sentence_list(["a", "b", "c"]) == "a, b and c"
    assert wording.sentence_list([]) == ""
