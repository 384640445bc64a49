"""What templates were taught: one road for screen and command line, taken back and up again, carried over."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from review_desk import TEMPLATE, extracted_items

from docuextract_desktop.bootstrap import Services, open_services
from docuextract_desktop.extraction.provenance import KNOWLEDGE_METHODS
from docuextract_desktop.extraction.ranking.knowledge import Knowledge
from docuextract_desktop.jobs.housekeeping import purge
from docuextract_desktop.review.models import Action
from docuextract_desktop.storage import knowledge, lessons
from docuextract_desktop.templates.models import Template


def fitted(services: Services, template: Template = TEMPLATE) -> bytes:
    """The knowledge that documents are extracted with."""
    with services.database.reading() as session:
        found = knowledge.fitted(session, template.id, template.version)
    assert found is not None
    return found.body


def answers(services: Services) -> dict[str, object]:
    with services.database.reading() as session:
        return {row.sha256: row.answers for row in lessons.of_template(session, "note")}


def test_screen_and_command_line_teach_the_same(services: Services, items: list[str], tmp_path: Path) -> None:
    """The same told value by value in another order, with detours, and document by document: equal bit for bit."""
    services.close()
    other = tmp_path / "other"
    shutil.copytree(services.home, other)
    with open_services(other) as told:
        told.review.confirm(items[0], {"number": "N-1", "total": "1.50"})
        told.review.confirm(items[1], {"number": None, "total": "777.00"})
        told.lessons.fit(TEMPLATE)
        expected, said = fitted(told), answers(told)
        words = [told.queue.extraction(item) for item in items[:2]]
    with open_services(services.home) as shown:
        review = shown.review
        for act in (
            lambda: review.correct(items[1], "total", "777.00"),
            lambda: review.absent(items[1], "number"),
            lambda: review.correct(items[0], "total", "2.00"),
            lambda: review.correct(items[0], "number", "N-1"),
            lambda: review.accept(items[0], "number"),
            lambda: review.correct(items[0], "total", "1.50"),
        ):
            shown.teacher.learn(act())
        assert shown.teacher.settle()
        assert answers(shown) == said
        assert fitted(shown) == expected
        mine = [shown.queue.extraction(item) for item in items[:2]]
        assert [[(v.name, v.value, v.reviewed) for v in one.fields] for one in mine] == [
            [(v.name, v.value, v.reviewed) for v in one.fields] for one in words
        ]


def _sha256(services: Services, item: str) -> str:
    found = services.queue.item(item).sha256
    assert found is not None
    return found


def test_a_decision_teaches_though_the_program_died_before_it_learnt(services: Services, items: list[str]) -> None:
    services.review.correct(items[0], "total", "1.50")
    with open_services(services.home) as again:
        assert again.settle_lessons() == 1
        assert Knowledge.from_bytes(fitted(again)).taught == {"total": 1}
        assert again.lessons.settle() == 0


def test_quick_fits_are_settled_and_settling_twice_changes_nothing(services: Services, items: list[str]) -> None:
    services.teacher.learn(services.review.correct(items[0], "total", "1.50"))
    services.teacher.learn(services.review.correct(items[1], "total", "2.50"))
    with services.database.reading() as session:
        assert knowledge.unsettled(session, KNOWLEDGE_METHODS) == [("note", 1)]
    assert services.teacher.settle()
    before = fitted(services)
    with services.database.reading() as session:
        version = knowledge.version(session, "note", 1)
        assert knowledge.unsettled(session, KNOWLEDGE_METHODS) == []
    services.lessons.fit(TEMPLATE)
    with services.database.reading() as session:
        assert knowledge.version(session, "note", 1) == version, "equal knowledge keeps results reusable"
    assert fitted(services) == before


def test_lessons_are_listed_with_what_they_say(services: Services, items: list[str]) -> None:
    services.review.confirm(items[0], {"number": None, "total": "1.50"})
    services.review.confirm(items[1], {"total": "777.00"})
    first, second = services.lessons.taught(TEMPLATE)
    assert (first.filename, first.template_version, first.usable, first.taken_back) == ("0.pdf", 1, True, False)
    assert [(f.name, f.title, f.value, f.place_found) for f in first.fields] == [
        ("number", "Number", None, True), ("total", "Total", "1.50", True)
    ]  # fmt: skip
    assert [(f.value, f.place_found) for f in second.fields] == [("777.00", False)]
    assert first.who
    assert first.taught_at > 0


def test_taken_back_and_taken_up_again(services: Services, items: list[str]) -> None:
    services.review.confirm(items[0], {"total": "1.50"})
    services.review.confirm(items[1], {"total": "2.50"})
    services.lessons.fit(TEMPLATE)
    both = fitted(services)
    taken = _sha256(services, items[0])
    assert services.lessons.take_back(TEMPLATE, [taken]) == 1
    assert services.lessons.take_back(TEMPLATE, [taken]) == 0
    assert Knowledge.from_bytes(fitted(services)).taught == {"total": 1}
    with open_services(services.home) as again:
        assert [one.taken_back for one in again.lessons.taught(TEMPLATE)] == [True, False]
        assert again.queue.extraction(items[0]).field("total").value == "1.50", "what was decided stands"
        again.review.correct(items[0], "total", "2.00")
        again.lessons.settle()
        assert Knowledge.from_bytes(fitted(again)).taught == {"total": 1}, "later decisions teach nothing either"
        again.review.correct(items[0], "total", "1.50")
        assert again.lessons.take_up(TEMPLATE, [taken]) == 1
        assert fitted(again) == both


def test_undoing_all_decisions_forgets_the_lesson(services: Services, items: list[str]) -> None:
    services.review.correct(items[0], "total", "1.50")
    services.review.absent(items[0], "number")
    services.review.undo()
    (lesson,) = services.lessons.taught(TEMPLATE)
    assert [f.name for f in lesson.fields] == ["total"]
    services.review.undo()
    assert services.lessons.taught(TEMPLATE) == []
    services.review.redo()
    (lesson,) = services.lessons.taught(TEMPLATE)
    assert [f.value for f in lesson.fields] == ["1.50"]


def test_pointing_teaches_the_place_also_when_it_was_undone_and_brought_back(
    services: Services, items: list[str]
) -> None:
    text, place = services.review.read_words(items[0], "total", 0, [4])
    made = services.review.correct(items[0], "total", text, place, pointed=True)
    assert made.action is Action.POINT
    for act in (services.review.undo, services.review.redo, services.review.undo, services.review.redo):
        act()
    (lesson,) = services.lessons.taught(TEMPLATE)
    assert [(f.value, f.pointed) for f in lesson.fields] == [("1.50", True)]
    assert lesson.fields[0].place is not None
    assert lesson.fields[0].place.words == (4,)


def test_lessons_outlive_their_batch_until_they_are_to_go(services: Services, items: list[str]) -> None:
    services.review.confirm(items[0], {"number": "N-1", "total": "1.50"})
    services.lessons.fit(TEMPLATE)
    before = fitted(services)
    batch = services.queue.item(items[0]).batch_id
    purge(services.queue, [batch])
    with open_services(services.home) as again:
        again.lessons.fit(TEMPLATE)
        assert fitted(again) == before
        purge(again.queue, [], taught=True)
        assert again.lessons.taught(TEMPLATE) == []


def test_lessons_carry_over_to_a_version_that_still_has_the_field(services: Services, items: list[str]) -> None:
    services.review.confirm(items[0], {"number": "N-1", "total": "1.50"})
    plain = TEMPLATE.model_dump(mode="json") | {"version": 2}
    number, total, lines = plain["fields"]
    renamed = Template.model_validate(plain | {"fields": [number | {"name": "reference"}, total, lines]})
    assert services.lessons.carry_over(renamed) is not None
    assert Knowledge.from_bytes(fitted(services, renamed)).taught == {"total": 1}
    (lesson,) = services.lessons.taught(renamed)
    assert [(f.name, f.in_template) for f in lesson.fields] == [("total", True), ("number", False)]
    retyped = Template.model_validate(plain | {"version": 3, "fields": [number | {"type": "text"}, lines]})
    services.lessons.fit(retyped)
    (lesson,) = services.lessons.taught(retyped)
    assert [(f.name, f.value, f.place_found) for f in lesson.fields if f.in_template] == [("number", "N-1", True)]
    gone = Template.model_validate(plain | {"version": 4, "fields": [lines]})
    (lesson,) = services.lessons.taught(gone)
    assert not lesson.usable
    assert lesson.problem == "Its fields are not in this version of the template."
    assert services.lessons.fit(gone).unusable == 1
    assert Knowledge.from_bytes(fitted(services, TEMPLATE)).taught == {"total": 1}, (
        "no knowledge: the nearest version's"
    )


def test_contradictions_name_documents_and_values(services: Services, items: list[str]) -> None:
    services.review.confirm(items[0], {"number": "N-1"})
    services.review.confirm(items[1], {"number": None})
    (found,) = services.lessons.contradictions(TEMPLATE)
    assert (found.first, found.second, found.values) == ("0.pdf", "1.pdf", ("N-1", None))
    assert found.document_ids == (_sha256(services, items[0]), _sha256(services, items[1]))
    services.lessons.take_back(TEMPLATE, [found.document_ids[1]])
    assert services.lessons.contradictions(TEMPLATE) == ()


def test_content_of_several_batches_is_one_lesson(services: Services, items: list[str], tmp_path: Path) -> None:
    services.review.confirm(items[0], {"number": "N-1"})
    again = extracted_items(services, tmp_path, force=True)
    services.review.confirm(again[0], {"total": "1.50"})
    (lesson,) = services.lessons.taught(TEMPLATE)
    assert [f.name for f in lesson.fields] == ["number", "total"]
    assert lesson.sha256 == hashlib.sha256((tmp_path / "0.pdf").read_bytes()).hexdigest()


@pytest.mark.parametrize("value", ["N-1", "N-9"])
def test_a_lesson_without_words_says_so(services: Services, items: list[str], value: str) -> None:
    services.review.confirm(items[0], {"number": value})
    with services.database.transaction() as session:
        lessons.keep(session, lessons.LessonRow("note", "ff" * 32, "imported", 1, "gone.pdf", "", "bob", 1.0, {
            "number": {"kind": "value", "type": "id", "value": value, "text": value}
        }))  # fmt: skip
    gone, _ = services.lessons.taught(TEMPLATE)
    assert (gone.filename, gone.usable, gone.problem) == ("gone.pdf", False, "Its words are not kept.")
    fit = services.lessons.fit(TEMPLATE)
    assert (fit.documents, fit.unusable) == (1, 1)
