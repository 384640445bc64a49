from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from docuextract_desktop.bootstrap import Services, open_services, teaching
from docuextract_desktop.documents.models import Page
from docuextract_desktop.documents.serial import WORDS_VERSION, pages_to_blob
from docuextract_desktop.errors import BatchNotFoundError, ResultNotReadyError, ValueInvalidError
from docuextract_desktop.extraction.models import Extraction, FieldValue
from docuextract_desktop.jobs.models import BatchRequest, ItemState
from docuextract_desktop.jobs.work import KeptPage, Outcome
from docuextract_desktop.review.teaching import Teaching
from docuextract_desktop.storage import decisions, knowledge
from docuextract_desktop.templates.library import dump_template
from docuextract_desktop.templates.models import Template

TEMPLATE = Template.model_validate(
    {
        "id": "note",
        "name": "Note",
        "fields": [
            {"name": "number", "type": "id", "labels": ["note number"]},
            {"name": "total", "type": "money", "labels": ["total"]},
            {"name": "lines", "type": "table", "columns": [{"name": "amount", "type": "money"}]},
        ],
    }
)


def page_of(*lines: str) -> Page:
    """A page with these lines, words side by side."""
    words = [(line, place, word) for line, text in enumerate(lines) for place, word in enumerate(text.split())]
    boxes = [[0.1 + 0.15 * p, 0.1 + 0.05 * n, 0.22 + 0.15 * p, 0.12 + 0.05 * n] for n, p, _ in words]
    line_of = np.array([n for n, _, _ in words], np.int32)
    return Page(
        index=0,
        width=612,
        height=792,
        rotation=0,
        method="text_layer",
        texts=tuple(word for _, _, word in words),
        boxes=np.array(boxes, np.float32),
        confidences=np.ones(len(words), np.float32),
        line_of=line_of,
        segment_of=line_of,
    )


def outcome(sha256: str, page: Page) -> Outcome:
    fields = (
        FieldValue("number", "id", "N-1", "N-1", 0.5, True, ("not sure",)),
        FieldValue("total", "money", "9.99", "9.99", 0.4, True, ("not sure",)),
        FieldValue("lines", "table"),
    )
    kept = KeptPage(0, page.width, page.height, page.rotation, page.method, pages_to_blob((page,)))
    return Outcome(
        sha256=sha256,
        kind="pdf",
        size_bytes=1,
        page_count=1,
        pages_read=1,
        words_version=WORDS_VERSION,
        words=(kept,),
        warnings=(),
        extraction=Extraction("note", 1, fields),
    )


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    (tmp_path / "home").mkdir()
    with open_services(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def items(services: Services, tmp_path: Path) -> list[str]:
    """Two documents that were extracted, and one that still waits."""
    template = tmp_path / "note.json"
    template.write_text(dump_template(TEMPLATE))
    for number in range(3):
        (tmp_path / f"{number}.pdf").write_bytes(b"%%PDF %d" % number)
    queue = services.queue
    files = queue.scan([tmp_path / f"{number}.pdf" for number in range(3)])
    batch_id = queue.create_batch(BatchRequest(files=files, template=str(template)))
    queue.heartbeat()
    for number in range(2):
        claim = queue.claim()
        assert claim is not None
        assert claim.sha256 is not None
        page = page_of(f"Note number: N-{number + 1}", f"Total: {number + 1}.50", "Thank you")
        queue.finish(claim, outcome(claim.sha256, page))
    return [item.id for item in queue.items(batch_id)]


@pytest.fixture
def teacher(services: Services) -> Teaching:
    return teaching(services)


def test_what_was_said_is_stored_with_its_place(services: Services, items: list[str], teacher: Teaching) -> None:
    taught = teacher.confirm(items[0], {"number": "N-1", "total": "1.50", "lines": None, "colour": "red"}, who="ann")
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
    assert [(d.who, d.field, d.action) for d in made] == [("ann", "number", "accept"), ("ann", "total", "correct")]
    assert made[1].before["value"] == "9.99"
    assert services.queue.item(items[0]).state is ItemState.COMPLETED


def test_value_that_is_absent_and_value_that_stands_nowhere(
    services: Services, items: list[str], teacher: Teaching
) -> None:
    taught = teacher.confirm(items[0], {"number": None, "total": "777.00"}, who="ann")
    assert {name: one.action for name, one in taught.confirmed.items()} == {
        "number": "not_on_document", "total": "correct"
    }  # fmt: skip
    assert len(taught.warnings) == 1
    found = services.queue.extraction(items[0])
    assert found.field("number").value is None
    assert found.field("total").value == "777.00"
    assert found.field("total").evidence is None
    assert found.field("total").reasons


def test_what_is_no_value_of_the_type_is_kept_as_said(services: Services, items: list[str], teacher: Teaching) -> None:
    teacher.confirm(items[0], {"total": "  about   ten "}, who="ann")
    assert services.queue.extraction(items[0]).field("total").value == "about ten"


def test_what_was_said_before_stays_part_of_the_example(
    services: Services, items: list[str], teacher: Teaching
) -> None:
    teacher.confirm(items[0], {"number": "N-1"}, who="ann")
    teacher.confirm(items[0], {"total": "1.50"}, who="ann")
    fitted = teacher.refit(TEMPLATE)
    assert (fitted.documents, fitted.unusable) == (1, 0)
    with services.database.reading() as session:
        (example,) = knowledge.examples(session, "note")
        assert knowledge.weights(session, "note") is not None
    from docuextract_desktop.extraction.learning import Example

    assert set(Example.from_bytes(example.body).answers) == {"number", "total"}


def test_example_of_another_version_is_made_again(services: Services, items: list[str], teacher: Teaching) -> None:
    for item in items[:2]:
        teacher.confirm(item, {"number": "N-1"}, who="ann")
    row = services.queue.item(items[0])
    assert row.sha256 is not None
    with services.database.transaction() as session:
        knowledge.keep_example(session, "note", row.sha256, b"of long ago", item_id=row.id, now=0.0)
        knowledge.keep_example(session, "note", "ff" * 32, b"its document is gone", item_id="nothing", now=0.0)
    fitted = teacher.refit(TEMPLATE)
    assert (fitted.documents, fitted.unusable) == (2, 1)


def test_documents_without_values_are_refused(items: list[str], teacher: Teaching) -> None:
    with pytest.raises(ResultNotReadyError):
        teacher.confirm(items[2], {"number": "N-3"}, who="ann")
    with pytest.raises(BatchNotFoundError):
        teacher.confirm("nothing", {"number": "N-3"}, who="ann")


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
