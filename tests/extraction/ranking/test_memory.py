"""What is kept of earlier questions gives exactly what asking afresh gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.extraction.features.prepared import Prepared
from docuextract_desktop.extraction.pipeline import prepare
from docuextract_desktop.extraction.ranking.memory import (
    Neighbours,
    Remembered,
    layout_similarity,
    recall,
    recall_again,
)
from tests.extraction.printed import document_of, field, template_of

TEMPLATE = template_of(field("reference", "id"))
BLANK = prepare(document_of("Dossier 4711-1", name="0"), TEMPLATE)


def asked_afresh(prepared: Prepared, taught: list[Remembered]) -> list[tuple[float, Remembered]]:
    """The plain way: compare with every taught document."""
    alike = [
        (layout_similarity(prepared.layout, one.layout), one)
        for one in taught
        if one.document_id != prepared.document_id
    ]
    return sorted((pair for pair in alike if pair[0] >= 0.05), key=lambda pair: -pair[0])[:5]


def layout(words: set[int]) -> np.ndarray:  # type: ignore[type-arg]
    return np.array(sorted(words), np.uint32)


@given(
    papers=st.lists(st.sets(st.integers(0, 12), max_size=8), min_size=1, max_size=4),
    forms=st.lists(st.sets(st.integers(0, 12), max_size=8), min_size=1, max_size=9),
    states=st.lists(st.lists(st.integers(0, 8), unique=True), min_size=1, max_size=5),
)
def test_neighbours_are_those_found_afresh(
    papers: list[set[int]], forms: list[set[int]], states: list[list[int]]
) -> None:
    asking = [replace(BLANK, document_id=f"{n}", layout=layout(words)) for n, words in enumerate(papers)]
    taught = [Remembered(f"{n}", layout(words), {}) for n, words in enumerate(forms)]
    for state in states:  # what is taught comes and goes
        now = [taught[number] for number in state if number < len(taught)]
        neighbours = Neighbours(now)
        for prepared in asking:
            assert list(neighbours.of(prepared)) == asked_afresh(prepared, now)


def test_a_memory_changes_with_what_is_remembered() -> None:
    found = BLANK.candidates(TEMPLATE.fields[0])
    assert len(found)
    for alike in (
        [(0.5, Remembered("a", BLANK.layout, {"reference": found.slots[:1]}))],
        [(0.7, Remembered("a", BLANK.layout, {"reference": found.slots[:1]}))],
        [(0.7, Remembered("a", BLANK.layout, {"reference": found.slots[:1] + np.uint16(1)}))],
        [(0.7, Remembered("a", BLANK.layout, {}))],
        [],
    ):
        for _ in range(2):
            again = recall_again(BLANK, "reference", found.slots, alike)
            assert np.array_equal(again, recall("reference", found.slots, alike))
