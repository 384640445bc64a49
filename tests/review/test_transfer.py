"""Teaching as a file: what is fitted elsewhere is the same, and what is no such file is refused with its place."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from review_desk import TEMPLATE, page_of

from docuextract_desktop.bootstrap import Services, open_services
from docuextract_desktop.documents.serial import pages_to_blob
from docuextract_desktop.errors import TemplateInvalidError, TemplateNotFoundError
from docuextract_desktop.extraction.ranking.knowledge import Knowledge
from docuextract_desktop.review.transfer import is_teaching_file
from docuextract_desktop.storage import knowledge


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Services]:
    (tmp_path / "elsewhere").mkdir()
    with open_services(tmp_path / "elsewhere") as opened:
        yield opened


@pytest.fixture
def file(services: Services, items: list[str], tmp_path: Path) -> Path:
    """Two documents, one of them pointed at; a third lesson taken back."""
    text, place = services.review.read_words(items[0], "total", 0, [4])
    services.review.correct(items[0], "total", text, place, pointed=True)
    services.review.confirm(items[1], {"number": None, "total": "2.50"})
    services.lessons.fit(TEMPLATE)
    path = tmp_path / "note with teaching.json"
    assert services.teaching_files.export(TEMPLATE, path) == 2
    return path


def fitted(services: Services) -> bytes:
    with services.database.reading() as session:
        found = knowledge.fitted(session, "note", 1)
    assert found is not None
    return found.body


def test_what_is_fitted_elsewhere_is_the_same(services: Services, elsewhere: Services, file: Path) -> None:
    assert is_teaching_file(file)
    brought = elsewhere.teaching_files.import_file(file)
    assert (brought.template, brought.documents) == (TEMPLATE, 2)
    assert fitted(elsewhere) == fitted(services)
    here, there = services.lessons.taught(TEMPLATE), elsewhere.lessons.taught(TEMPLATE)
    assert [(one.filename, one.who, one.fields) for one in there] == [
        (one.filename, one.who, one.fields) for one in here
    ]
    assert all(one.imported for one in there)
    assert elsewhere.teaching_files.dump(TEMPLATE)[0] == file.read_text("utf-8"), "it can be passed on"


def test_lessons_that_were_taken_back_do_not_travel(services: Services, elsewhere: Services, file: Path) -> None:
    services.lessons.take_back(TEMPLATE, [services.lessons.taught(TEMPLATE)[0].sha256])
    assert services.teaching_files.export(TEMPLATE, file) == 1
    assert elsewhere.teaching_files.import_file(file).documents == 1


def test_what_was_said_here_wins_over_what_came_from_a_file(services: Services, items: list[str], file: Path) -> None:
    plain = json.loads(file.read_text("utf-8"))
    for lesson in plain["lessons"]:
        lesson["answers"] = {"total": {"kind": "absent", "type": "money"}, "number": {"kind": "absent", "type": "id"}}
    file.write_text(json.dumps(plain), "utf-8")
    services.teaching_files.import_file(file)
    first, second = services.lessons.taught(TEMPLATE)
    assert {f.name: f.value for f in first.fields} == {"total": "1.50", "number": None}
    assert {f.name: f.value for f in second.fields} == {"total": "2.50", "number": None}
    services.review.undo()
    services.review.undo()
    assert {f.value for f in services.lessons.taught(TEMPLATE)[1].fields} == {None}, "the file's word stands again"


def test_words_of_a_file_serve_the_lesson_and_nothing_else(
    services: Services, elsewhere: Services, file: Path, tmp_path: Path
) -> None:
    """A file must not be able to say what stands in documents that are read here later."""
    from docuextract_desktop.jobs.models import BatchRequest

    elsewhere.teaching_files.import_file(file)
    batch = elsewhere.queue.create_batch(
        BatchRequest(files=elsewhere.queue.scan([tmp_path / "0.pdf"]), template="note")
    )
    elsewhere.queue.heartbeat()
    claim = elsewhere.queue.claim([batch])
    assert claim is not None
    job = elsewhere.queue.job(claim)
    assert (job.kept, job.page_count) == ((), None)
    assert job.knowledge is not None
    assert Knowledge.from_bytes(job.knowledge.body).taught == {"number": 1, "total": 2}


def blob(change: Callable[[dict[str, Any]], None] | None = None) -> str:
    from dataclasses import replace

    changed: dict[str, Any] = {}
    if change is not None:
        change(changed)
    return base64.b64encode(pages_to_blob([replace(page_of("Total: 1.50"), **changed)])).decode()


def bad_boxes(changed: dict[str, Any]) -> None:
    changed["boxes"] = np.full((2, 4), np.nan, np.float32)


def bad_lines(changed: dict[str, Any]) -> None:
    changed["line_of"] = np.array([3, 0], np.int32)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.update(format_version=2), "format_version: 2 is of a newer version of the program"),
        (lambda f: f.update(format="other"), "format:"),
        (lambda f: f.pop("lessons"), "lessons: field required"),
        (lambda f: f["template"]["fields"][0].update(type="dat"), "fields[0].type: 'dat' is not a type"),
        (lambda f: f["lessons"][0].update(sha256="../.."), "lessons[0].sha256:"),
        (lambda f: f["lessons"][1].update(sha256=f["lessons"][0]["sha256"]), "lessons[1].sha256: is there twice"),
        (lambda f: f["lessons"][0].update(taught_at="yesterday"), "lessons[0].taught_at:"),
        (lambda f: f["lessons"][0].update(answers={}), "lessons[0].answers: says nothing"),
        (lambda f: f["lessons"][1]["answers"]["total"].pop("value"), "lessons[1].answers.total.value: is missing"),
        (
            lambda f: f["lessons"][0]["answers"]["total"].pop("evidence"),
            "lessons[0].answers.total.evidence: is missing",
        ),
        (
            lambda f: f["lessons"][0]["answers"]["total"]["evidence"].update(words=[99]),
            "evidence: points at words that are not there",
        ),
        (
            lambda f: f["lessons"][0]["answers"]["total"]["evidence"].update(box=[0, 0, 9e9, 1]),
            "lessons[0].answers.total.evidence.box[2]:",
        ),
        (lambda f: f["lessons"][0].update(words=[]), "lessons[0].words: there are none"),
        (lambda f: f["lessons"][0].update(words=["%%%"]), "lessons[0].words[0]:"),
        (lambda f: f["lessons"][0].update(words=["AAAA"]), "lessons[0].words[0]: not a blob of pages"),
        (lambda f: f["lessons"][0].update(words=[blob(), blob()]), "lessons[0].words[1]: pages are not in their order"),
        (
            lambda f: f["lessons"][0].update(words=[blob(bad_boxes)]),
            "words[0]: has words that stand outside of the page",
        ),
        (lambda f: f["lessons"][0].update(words=[blob(bad_lines)]), "words[0]: has words that stand in no line"),
    ],
)
def test_what_is_not_of_the_form_is_refused_with_its_place(
    elsewhere: Services, file: Path, change: Callable[[Any], object], said: str
) -> None:
    plain = json.loads(file.read_text("utf-8"))
    plain["lessons"].sort(key=lambda lesson: lesson["filename"])
    change(plain)
    file.write_text(json.dumps(plain), "utf-8")
    with pytest.raises(TemplateInvalidError) as refused:
        elsewhere.teaching_files.import_file(file)
    assert any(said in problem for problem in refused.value.problems), refused.value.problems
    assert elsewhere.lessons.taught_templates() == []
    assert "note" not in [entry.id for entry in elsewhere.templates.list()]


def test_files_that_cannot_be_read(elsewhere: Services, tmp_path: Path) -> None:
    with pytest.raises(TemplateNotFoundError):
        elsewhere.teaching_files.import_file(tmp_path / "nothing.json")
    damaged = tmp_path / "damaged.json"
    damaged.write_bytes(b'{"format": "docuextract-teaching", \xff')
    with pytest.raises(TemplateInvalidError, match="no JSON in UTF-8"):
        elsewhere.teaching_files.import_file(damaged)
    assert not is_teaching_file(tmp_path / "nothing.json")
