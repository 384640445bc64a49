"""Lines that follow an address are told by what they begin with."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.extraction.words.lexicon import is_contact_line


@pytest.mark.parametrize(
    "line", ["Tel: 03-12", "- (Fax) 1", "mail@example.com", "GST No. 12", "12/03/2020", "*** www.a.b"]
)
def test_what_follows_an_address_is_told(line: str) -> None:
    assert is_contact_line(line)


@pytest.mark.parametrize("line", ["", "Main Street 5", "To the Fax", "...", "a @", "@ a"])
def test_what_is_part_of_an_address_is_left(line: str) -> None:
    assert not is_contact_line(line)


@given(text=st.text("@-. xz_é\n", max_size=12))
def test_a_mail_address_begins_behind_signs_or_in_them(text: str) -> None:
    assert is_contact_line(text) == (re.match(r"\W*\S+@\S+", text) is not None)


@pytest.mark.parametrize("sign", ["-", "· ", "x", "co. "])
def test_endless_signs_are_looked_at_once(sign: str) -> None:
    assert not is_contact_line(sign * 1_000_000)  # hours, where each could be the first
