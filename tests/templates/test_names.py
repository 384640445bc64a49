from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.templates.names import RESERVED, SAFE_ID, safe_id, safe_name


@pytest.mark.parametrize(
    ("text", "made"),
    [("Büro-Rechnung 2", "buro-rechnung_2"), ("con", "con_template"), ("", "template"), ("2020", "template_2020"),
     ("../../etc", "etc"), ("Straße", "strasse"), ("日本", "template")],
)  # fmt: skip
def test_ids_are_made_of_any_text(text: str, made: str) -> None:
    assert safe_id(text) == made


@given(st.text(max_size=200))
def test_made_ids_and_names_are_always_valid(text: str) -> None:
    assert SAFE_ID.fullmatch(safe_id(text))
    assert safe_id(text) not in RESERVED
    first = safe_name(text)
    second = safe_name(text, {first})
    assert SAFE_ID.fullmatch(first)
    assert SAFE_ID.fullmatch(second)
    assert first != second
