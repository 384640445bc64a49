from __future__ import annotations

import pytest
from review_desk import TEMPLATE

from docuextract_desktop.bootstrap import Services, open_services
from docuextract_desktop.errors import BatchNotFoundError, ResultNotReadyError, ValueInvalidError
from docuextract_desktop.jobs.housekeeping import trim_prepared
from docuextract_desktop.jobs.models import ItemState
from docuextract_desktop.review.session import person
from docuextract_desktop.storage import decisions, prepared


def test_what_was_said_is_stored_with_its_place(services: Services, items: list[str]) -> None:
    taught = services.review.confirm(items[0], {"number": "N-1", "total": "1.50", "lines": None, "colour": "red"})
    assert {name: one.action for name, one in taught.confirmed.items()} == {"number": "accept", "total": "correct"}
    assert taught.warnings == ()
    found = services.queue.extraction(items[0])
    total = found.field("total")
    assert (total.value, total.text, total.reviewed, total.needs_review, total.confidence) == (
        "1.50", "1.50", True, False, 1.0
    )  # fmt: skip
    assert total.evidence is not None
    assert total.evidence.box.y0 == pytest.approx(0.15, abs=0.001)
    assert found.field("number").reviewed
    with services.database.reading() as session:
        made = decisions.of_item(session, items[0])
    me = person()
    assert [(d.who, d.field, d.action) for d in made] == [(me, "number", "accept"), (me, "total", "correct")]
    assert made[1].before["value"] == "9.99"
    assert services.queue.item(items[0]).state is ItemState.COMPLETED


def test_value_that_is_absent_and_value_that_stands_nowhere(services: Services, items: list[str]) -> None:
    taught = services.review.confirm(items[0], {"number": None, "total": "777.00"})
    assert {name: one.action for name, one in taught.confirmed.items()} == {
        "number": "not_on_document", "total": "correct"
    }  # fmt: skip
    assert len(taught.warnings) == 1
    found = services.queue.extraction(items[0])
    assert found.field("number").value is None
    assert found.field("total").value == "777.00"
    assert found.field("total").evidence is None
    assert found.field("total").reasons


def test_what_is_no_value_of_the_type_is_kept_as_said(services: Services, items: list[str]) -> None:
    services.review.confirm(items[0], {"total": "  about   ten "})
    assert services.queue.extraction(items[0]).field("total").value == "about ten"


def test_what_was_said_before_stays_part_of_the_example(services: Services, items: list[str]) -> None:
    services.review.confirm(items[0], {"number": "N-1"})
    services.review.confirm(items[0], {"total": "1.50"})
    fitted = services.lessons.fit(TEMPLATE)
    assert (fitted.documents, fitted.unusable) == (1, 0)
    (lesson,) = services.lessons.taught(TEMPLATE)
    assert [(f.name, f.value, f.place_found) for f in lesson.fields] == [
        ("number", "N-1", True),
        ("total", "1.50", True),
    ]


def test_documents_without_values_are_refused(services: Services, items: list[str]) -> None:
    with pytest.raises(ResultNotReadyError):
        services.review.confirm(items[2], {"number": "N-3"})
    with pytest.raises(BatchNotFoundError):
        services.review.confirm("nothing", {"number": "N-3"})


def test_decisions_last_and_undo_survives_a_restart(services: Services, items: list[str]) -> None:
    first = items[0]
    assert [(f.item_id, f.field) for f in services.review.flags()] == [
        (item, field) for item in items[:2] for field in ("number", "total")
    ]
    services.review.accept(first, "number")
    decided = services.review.correct(first, "total", "1.50")
    assert decided.after.evidence is not None
    assert decided.item_state is ItemState.COMPLETED
    home = services.home
    with open_services(home) as again:
        undone = again.review.undo()
        assert undone is not None
        assert (undone.field, undone.after.value) == ("total", "9.99")
        assert again.queue.item(first).state is ItemState.NEEDS_REVIEW
        redone = again.review.redo()
        assert redone is not None
        assert redone.after.value == "1.50"
        assert again.review.redo() is None
        assert again.queue.item(first).state is ItemState.COMPLETED


def test_what_is_no_amount_is_refused_and_nothing_changes(services: Services, items: list[str]) -> None:
    with pytest.raises(ValueInvalidError):
        services.review.correct(items[0], "total", "never")
    assert services.queue.extraction(items[0]).field("total").value == "9.99"
    assert services.review.can_undo() is None


def test_one_correction_mends_the_other_document_and_can_be_taken_back(services: Services, items: list[str]) -> None:
    decided = services.review.correct(items[0], "total", "1.50")
    anew = services.teacher.learn(decided)
    assert anew is not None
    assert anew.documents == 1
    mended = services.queue.extraction(items[1]).field("total")
    assert mended.value == "2.50"
    assert any("you corrected Total" in reason for reason in mended.reasons)
    assert services.queue.extraction(items[0]).field("total").reviewed
    assert services.teacher.take_back(anew.number) == len(anew.changes)
    assert services.queue.extraction(items[1]).field("total").value == "9.99"
    assert services.teacher.take_back(anew.number) == 0


def test_what_is_proposed_anew_says_what_was_really_done(services: Services, items: list[str]) -> None:
    accepted = services.teacher.learn(services.review.accept(items[0], "number"))
    undoing = services.review.undo()
    assert undoing is not None
    undone = services.teacher.learn(undoing)
    assert accepted is not None
    assert undone is not None
    assert accepted.cause.startswith("you confirmed Number on")
    assert undone.cause.startswith("you undid a decision about Number on")


def test_prepared_documents_that_were_trimmed_are_prepared_anew(services: Services, items: list[str]) -> None:
    services.review.correct(items[0], "total", "1.50")
    learnt = services.lessons.fit(TEMPLATE).knowledge.to_bytes()
    services.settings.update(prepared_bytes=0)
    assert trim_prepared(services.queue) > 0
    with open_services(services.home) as again:
        with again.database.reading() as session:
            assert prepared.total_bytes(session) == 0
        assert again.lessons.fit(TEMPLATE).knowledge.to_bytes() == learnt
        assert again.review.correct(items[1], "total", "2.50").after.evidence is not None
        with again.database.reading() as session:
            assert prepared.total_bytes(session) > 0
