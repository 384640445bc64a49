"""What the characters of texts say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.extraction.features.text_facts import FACTS, facts_of

WRITTEN = st.text("aAzZ019 _.,;:()/|-&#é²½Ä\t", min_size=1, max_size=40)
LONG = st.builds(lambda sign, times: sign * times, st.sampled_from("a0(,"), st.integers(250, 600))


@given(st.lists(WRITTEN | LONG, min_size=1, max_size=12))
def test_a_text_has_the_same_facts_among_others_and_by_itself(texts: list[str]) -> None:
    together = facts_of(texts)
    alone = [facts_of([text]) for text in texts]
    # A text with the sign that stands between texts has all of them looked at one by one.
    one_by_one = facts_of([*texts, "a\0b"])
    for name in FACTS:
        assert together[name].tolist() == [facts[name][0] for facts in alone]
        assert together[name].tolist() == one_by_one[name].tolist()[:-1]


def test_no_texts_have_no_facts() -> None:
    assert [len(column) for column in facts_of([]).values()] == [0] * len(FACTS)
