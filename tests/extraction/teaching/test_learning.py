"""Teaching: what is said of a few documents changes what is found on others."""

from __future__ import annotations

import pytest

from docuextract_desktop.extraction.pipeline import extract, prepare
from docuextract_desktop.extraction.ranking.knowledge import Knowledge
from docuextract_desktop.extraction.teaching.contradictions import contradictions
from docuextract_desktop.extraction.teaching.examples import Answer, Example, make_example, matching_rows, merge
from docuextract_desktop.extraction.teaching.learning import fit
from tests.extraction.printed import document_of, field, template_of

TEMPLATE = template_of(field("reference", "id"), field("agent", "text"))

FORM = """
Green Valley Water Board                     FILE {file}

Dossier     {dossier}              Case     {case}
Clerk       {clerk}

Meter       {meter}
"""

PEOPLE = ["Ann Archer", "Bea Baker", "Cid Carver", "Dan Dyer", "Eve Ewart", "Fay Fisher", "Gil Glover", "Ida Ives"]


def form(number: int) -> tuple[str, str, str]:
    """A document's text, its dossier (the reference that is meant) and its clerk."""
    dossier = f"{4100 + 37 * number}-{number}"
    text = FORM.format(
        file=f"{9000 + number}-1",
        dossier=dossier,
        case=f"{7000 + 13 * number}-2",
        clerk=PEOPLE[number],
        meter=f"{555 + number}-7",
    )
    return text, dossier, PEOPLE[number]


def example(number: int, **answers: Answer) -> Example:
    text, dossier, clerk = form(number)
    said = answers or {"reference": Answer.of_value(dossier), "agent": Answer.of_value(clerk)}
    document = document_of(text, name=f"{number:x}")
    made, warnings = make_example(prepare(document, TEMPLATE), TEMPLATE, said, f"form-{number}.pdf")
    assert not warnings
    return made


def found(number: int, knowledge: Knowledge | None) -> dict[str, str | None]:
    text, _, _ = form(number)
    return {v.name: v.value for v in extract(document_of(text, name=f"{number:x}"), TEMPLATE, knowledge).fields}


def right(number: int) -> dict[str, str | None]:
    _, dossier, clerk = form(number)
    return {"reference": dossier, "agent": clerk}


def test_one_document_teaches_its_layout() -> None:
    assert found(5, None) != right(5)
    knowledge = fit(TEMPLATE, [example(0)])
    assert all(found(n, knowledge) == right(n) for n in range(1, 8))


def test_teaching_is_undone_by_fitting_without_the_example() -> None:
    other = example(1, reference=Answer.of_value("7013-2"))
    mixed = fit(TEMPLATE, [example(0), other])
    undone = fit(TEMPLATE, [example(0)], warm_start=mixed, thorough=True)
    assert found(5, undone) == right(5)
    assert fit(TEMPLATE, []).weights == {}
    assert found(5, fit(TEMPLATE, [])) == found(5, None)


def test_a_later_answer_for_the_same_document_wins() -> None:
    first = example(0, reference=Answer.of_value("9000-1"))
    knowledge = fit(TEMPLATE, [first, example(0)])
    assert knowledge.taught["reference"] == 1
    assert found(3, knowledge)["reference"] == right(3)["reference"]


def test_absent_is_learnt() -> None:
    silent = [example(n, reference=Answer.absent(), agent=Answer.of_value(PEOPLE[n])) for n in range(4)]
    assert found(6, fit(TEMPLATE, silent))["reference"] is None


def test_a_place_pointed_at_is_learnt() -> None:
    text, dossier, _ = form(0)
    document = document_of(text, name="0")
    ready, reference = prepare(document, TEMPLATE), TEMPLATE.field("reference")
    rows, warning = matching_rows(ready, reference, dossier)
    assert warning is None
    place = ready.candidates(reference).evidence(rows[0])
    assert " ".join(document.pages[0].texts[w] for w in place.words) == dossier
    pointed = example(0, reference=Answer.of_place(place, dossier))
    assert found(4, fit(TEMPLATE, [pointed]))["reference"] == right(4)["reference"]


def test_a_value_that_stands_nowhere_is_said_and_still_kept() -> None:
    text, _, _ = form(0)
    ready = prepare(document_of(text), TEMPLATE)
    rows, warning = matching_rows(ready, TEMPLATE.field("reference"), "12345-99")
    assert rows == ()
    assert warning is not None
    assert "12345-99" in warning
    answers = {"reference": Answer.of_value("12345-99")}
    made, warnings = make_example(ready, TEMPLATE, answers, "a.pdf")
    assert made.answers["reference"].value == "12345-99"
    assert len(warnings) == 1
    assert "reference" not in fit(TEMPLATE, [made]).weights


def test_a_slip_of_recognition_is_matched_with_a_warning() -> None:
    agent = field("agent", "text")
    ready = prepare(document_of("Clerk: Ann Archer-"), template_of(agent))
    rows, warning = matching_rows(ready, agent, "Ann, Archer")
    assert rows
    assert warning is not None


def test_knowledge_goes_through_bytes() -> None:
    knowledge = fit(TEMPLATE, [example(0), example(1)])
    copy = Knowledge.from_bytes(knowledge.to_bytes())
    assert copy.taught == knowledge.taught
    assert found(5, copy) == found(5, knowledge)
    text, _, _ = form(5)
    document = document_of(text, name="5")
    assert extract(document, TEMPLATE, copy) == extract(document, TEMPLATE, knowledge)


def test_examples_go_through_bytes() -> None:
    kept = [Example.from_bytes(example(n).to_bytes()) for n in range(2)]
    assert [e.name for e in kept] == ["form-0.pdf", "form-1.pdf"]
    assert kept[0].right == example(0).right
    assert found(5, fit(TEMPLATE, kept)) == right(5)


@pytest.mark.parametrize("damage", [b"", b"DXK1abc", b"DXE1" + bytes(40)])
def test_damaged_bytes_are_refused(damage: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Knowledge.from_bytes(damage)
    with pytest.raises(ValueError, match=r".+"):
        Example.from_bytes(damage)


def test_merging_takes_the_newer_answer_field_by_field() -> None:
    old = example(0)
    new = example(0, reference=Answer.of_value("9000-1"))
    (merged,) = merge([old], [new])
    assert merged.answers["reference"].value == "9000-1"
    assert merged.answers["agent"].value == PEOPLE[0]
    assert len(merge([example(0)], [example(1)])) == 2


def test_contradictions_name_both_documents() -> None:
    other = example(1, reference=Answer.of_value("9001-1"))
    (found_one,) = contradictions(TEMPLATE, [example(0), other])
    assert found_one.field == "reference"
    assert "form-0.pdf" in found_one.sentence
    assert "form-1.pdf" in found_one.sentence
    assert contradictions(TEMPLATE, [example(0), example(1)]) == ()
    absent = example(2, reference=Answer.absent())
    assert any(c.field == "reference" for c in contradictions(TEMPLATE, [example(0), absent]))


def test_a_warm_start_ends_where_a_cold_one_does() -> None:
    examples = [example(n) for n in range(4)]
    warm = fit(TEMPLATE, examples, warm_start=fit(TEMPLATE, examples[:3]))
    assert all(found(n, warm) == right(n) for n in range(4, 8))
