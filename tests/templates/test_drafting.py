from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docuextract_desktop.templates.draft_checks import check_draft, suggested_rules
from docuextract_desktop.templates.drafting import Draft, Place, draft_of, new_entry, with_free_id
from docuextract_desktop.templates.models import Template
from docuextract_desktop.templates.shipped import shipped_by_id, shipped_templates
from docuextract_desktop.templates.word_lines import words_line, words_of_line


def draft_with(*titles: str, kind: str = "text") -> Draft:
    draft = Draft(name="Claims")
    for title in titles:
        draft, _ = draft.added(new_entry(title, kind))
    return draft


@pytest.mark.parametrize("template", shipped_templates(), ids=lambda t: t.id)
def test_a_template_survives_being_a_draft(template: Template) -> None:
    checked = check_draft(draft_of(template))
    assert checked.problems == ()
    assert checked.template is not None
    assert checked.template.model_copy(update={"version": template.version}) == template


def test_a_name_follows_its_title_until_it_is_written_by_hand() -> None:
    draft = draft_with("")
    draft = draft.changed(Place(0), title="Total due")
    assert draft.entries[0].name == "total_due"
    draft = draft.changed(Place(0), name="total").changed(Place(0), title="Amount")
    assert (draft.entries[0].title, draft.entries[0].name) == ("Amount", "total")


def test_names_of_a_saved_template_stay_when_titles_change() -> None:
    draft = draft_of(shipped_by_id()["receipt"]).changed(Place(0), title="Shop")
    assert draft.entries[0].name == "company"


def test_rules_follow_a_field_to_its_new_name() -> None:
    draft = draft_of(shipped_by_id()["invoice"])
    at = next(n for n, e in enumerate(draft.entries) if e.name == "subtotal")
    renamed = draft.changed(Place(at), name="net")
    assert "net + tax = total" in renamed.rules
    assert "sum(line_items.amount) = net" in renamed.rules
    assert check_draft(renamed).problems == ()
    table = next(n for n, e in enumerate(draft.entries) if e.type == "table")
    column = next(n for n, c in enumerate(draft.entries[table].columns) if c.name == "amount")
    assert "sum(line_items.price) = subtotal" in draft.changed(Place(table, column), name="price").rules


def test_problems_name_the_field_and_say_what_to_do() -> None:
    draft = draft_with("Total", "Total")
    assert [e.name for e in draft.entries] == ["total", "total_2"]
    draft = draft.changed(Place(1), name="total")
    assert check_draft(draft).at(Place(1), "name") == "'total' is used before, by ‘Total’."
    draft = draft_with("Colour").changed(Place(0), type="choice")
    assert "words to choose from" in check_draft(draft).at(Place(0), "choices")
    empty = check_draft(Draft())
    assert empty.template is None
    assert [p.attribute for p in empty.problems] == ["name", "fields"]
    unnamed = check_draft(draft_with("Total", ""))
    assert [(p.place, p.attribute) for p in unnamed.problems] == [(Place(1), "title")]


def test_a_rule_that_is_wrong_is_told_by_its_own_line() -> None:
    draft = draft_with("Total", kind="money")
    draft = Draft(name="x", entries=draft.entries, rules=("", "total > 0", "total = foo"))
    (problem,) = check_draft(draft).problems
    assert problem.rule == 2
    assert "foo" in problem.sentence


def test_rules_that_fit_are_offered() -> None:
    draft = draft_with("Subtotal", "Tax", "Total", kind="money")
    assert "subtotal + tax = total" in suggested_rules(draft)
    taken = Draft(name="x", entries=draft.entries, rules=("subtotal+tax = total",))
    assert "subtotal + tax = total" not in suggested_rules(taken)


def test_a_field_that_becomes_a_table_and_back_loses_nothing() -> None:
    draft = draft_with("Items").changed(Place(0), type="table")
    assert len(draft.entries[0].columns) == 2
    assert check_draft(draft).problems == ()
    back = draft.changed(Place(0), type="text").changed(Place(0), type="table")
    assert back.entries[0].columns == draft.entries[0].columns


@given(st.lists(st.integers(-3, 3), max_size=8), st.integers(0, 3))
def test_moving_keeps_every_entry(steps: list[int], start: int) -> None:
    draft = draft_with("a", "b", "c", "d")
    keys = sorted(e.key for e in draft.entries)
    place = Place(start)
    key = draft.entry(place).key
    for step in steps:
        draft, place = draft.moved(place, step)
        assert draft.entry(place).key == key
    assert sorted(e.key for e in draft.entries) == keys


def test_a_copy_has_a_name_and_keys_of_its_own() -> None:
    draft, place = draft_of(shipped_by_id()["invoice"]).duplicated(Place(0))
    assert place == Place(1)
    assert draft.entries[1].name == "invoice_number_2"
    assert draft.entries[1].key != draft.entries[0].key
    assert check_draft(draft).problems == ()


def test_a_new_template_gets_an_id_that_is_free() -> None:
    template = check_draft(draft_with("Total")).template
    assert template is not None
    assert with_free_id(template, ["Claims", "claims_2"]).id == "claims_3"


@given(st.lists(st.text("ab c,;", min_size=1, max_size=6), max_size=6))
def test_words_survive_being_written_on_one_line(words: list[str]) -> None:
    clean = tuple(dict.fromkeys(" ".join(w.split()) for w in words if " ".join(w.split())))
    assert words_of_line(words_line(clean)) == clean
