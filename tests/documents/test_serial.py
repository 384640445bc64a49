from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.documents.models import Page
from docuextract_desktop.documents.serial import pages_from_blob, pages_to_blob

texts = st.lists(
    st.text(st.characters(exclude_categories=("Zs", "Zl", "Zp", "Cc", "Cs")), min_size=1, max_size=8), max_size=40
)


@st.composite
def pages(draw: st.DrawFn) -> Page:
    words = tuple(draw(texts))
    count = len(words)
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    return Page(
        index=draw(st.integers(0, 5000)),
        width=draw(st.floats(1, 20000)),
        height=draw(st.floats(1, 20000)),
        rotation=draw(st.sampled_from([0, 90, 180, 270])),
        method=draw(st.sampled_from(["text_layer", "ocr"])),
        texts=words,
        boxes=rng.random((count, 4), dtype=np.float32),
        confidences=rng.random(count, dtype=np.float32),
        line_of=np.sort(rng.integers(0, 9, count)).astype(np.int32),
        segment_of=np.sort(rng.integers(0, 9, count)).astype(np.int32),
    )


@given(st.lists(pages(), max_size=4))
def test_round_trip_is_exact(given_pages: list[Page]) -> None:
    back = pages_from_blob(pages_to_blob(given_pages))
    assert len(back) == len(given_pages)
    for one, other in zip(given_pages, back, strict=True):
        assert (one.index, one.width, one.height, one.rotation, one.method, one.texts) == (
            other.index,
            other.width,
            other.height,
            other.rotation,
            other.method,
            other.texts,
        )
        for name in ("boxes", "confidences", "line_of", "segment_of"):
            before, after = getattr(one, name), getattr(other, name)
            assert before.dtype == after.dtype
            np.testing.assert_array_equal(before, after)


@given(st.binary(max_size=200))
def test_rubbish_is_a_value_error(blob: bytes) -> None:
    with pytest.raises(ValueError, match="blob"):
        pages_from_blob(blob)


@given(pages(), st.data())
def test_damage_is_a_value_error_or_changes_nothing(page: Page, data: st.DataObject) -> None:
    blob = pages_to_blob([page])
    cut = data.draw(st.integers(0, len(blob) - 1))
    with pytest.raises(ValueError, match="blob"):
        pages_from_blob(blob[:cut])
