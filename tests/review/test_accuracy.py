"""What is measured on reviewed documents, and how a draft does on them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from review_desk import TEMPLATE

from docuextract_desktop.bootstrap import Services
from docuextract_desktop.review.accuracy import Tally, wilson
from docuextract_desktop.review.auditing import Audit
from docuextract_desktop.review.lessons import CancelledError
from docuextract_desktop.storage import audits, results
from docuextract_desktop.templates.models import Template


@pytest.mark.parametrize(
    ("right", "known", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3 (score without continuity correction)
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson(right: int, known: int, low: float, high: float) -> None:
    assert wilson(right, known) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert wilson(0, 0) is None


def test_original_proposals_are_compared_with_what_was_decided(services: Services, items: list[str]) -> None:
    with services.database.transaction() as session:
        sure = replace(services.queue.extraction(items[1]).field("number"), needs_review=False, confidence=0.99)
        results.replace_fields(session, [(items[1], replace(sure, value="N-2", text="N-2"))])
    services.teacher.learn(services.review.correct(items[0], "total", "1.50"))  # proposes the other total anew
    services.review.accept(items[0], "number")
    services.review.accept(items[1], "number")
    services.review.correct(items[1], "total", "2.50")
    (one,) = services.accuracy.over_versions(TEMPLATE)
    assert (one.version, one.documents) == (1, 2)
    assert one.fields["number"] == Tally(2, 1, 2, 2, 1, 1)
    assert one.fields["total"] == Tally(2, 0, 2, 0, 0, 0), "as proposed at first: 9.99 on both"
    assert one.fields["lines"] == Tally(2, 2, 0, 0, 0, 0), "nobody looked"
    total = one.total
    assert (total.share_right, total.share_unflagged, total.precision) == (0.5, 0.5, 1.0)


def test_what_was_undone_is_not_known(services: Services, items: list[str]) -> None:
    services.review.correct(items[0], "total", "1.50")
    services.review.accept(items[0], "number")
    services.review.undo()
    (one,) = services.accuracy.over_versions(TEMPLATE)
    assert (one.documents, one.fields["number"].known, one.fields["total"].known) == (1, 0, 1)
    services.review.undo()
    assert services.accuracy.over_versions(TEMPLATE) == []


def test_a_draft_is_tried_before_it_is_saved(services: Services, items: list[str]) -> None:
    for number, item in enumerate(items[:2], start=1):
        services.review.confirm(item, {"number": f"N-{number}", "total": f"{number}.50"})
    plain = TEMPLATE.model_dump(mode="json")
    number, total, lines = plain["fields"]
    steps: list[tuple[int, int]] = []
    good = services.accuracy.try_draft(TEMPLATE, progress=lambda done, of: steps.append((done, of)))
    assert (good.version, good.documents, good.taught) == (None, 2, 2)
    assert {name: (t.known, t.right) for name, t in good.fields.items()} == {"number": (2, 2), "total": (2, 2)}
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    worse = Template.model_validate(plain | {"fields": [number, total | {"pattern": "[0-9]{9}"}, lines]})
    bad = services.accuracy.try_draft(worse)
    assert (bad.fields["total"].known, bad.fields["total"].right) == (2, 0)
    assert bad.fields["number"].right == 2
    renamed = Template.model_validate(plain | {"fields": [number | {"name": "reference"}, total, lines]})
    assert services.accuracy.try_draft(renamed).fields["reference"].known == 0
    assert services.templates.list()
    assert "note" not in [entry.id for entry in services.templates.list()], "nothing was saved"


def test_trying_can_be_cancelled(services: Services, items: list[str]) -> None:
    services.review.confirm(items[0], {"number": "N-1"})
    with pytest.raises(CancelledError):
        services.accuracy.try_draft(TEMPLATE, cancelled=lambda: True)


def test_an_audit_counts_what_a_person_changed(services: Services, items: list[str]) -> None:
    batch = services.queue.item(items[0]).batch_id
    with services.database.transaction() as session:
        for item in items[:2]:
            values = services.queue.extraction(item).fields
            results.replace_fields(session, [(item, replace(v, needs_review=False)) for v in values])
            audits.choose(session, item, ["number", "total"], now=0.0)
    assert services.auditor.of_batch(batch) == Audit(4, 0, 0)
    assert [(flag.field, flag.audit) for flag in services.review.flags(batch)] == [
        ("number", True), ("total", True)
    ] * 2  # fmt: skip
    services.review.correct(items[0], "total", "1.50")
    services.review.accept(items[0], "number")
    assert services.auditor.of_batch(batch) == Audit(4, 2, 1)
    services.review.undo()
    with services.database.transaction() as session:
        value = services.queue.extraction(items[1]).field("total")
        results.replace_fields(session, [(items[1], replace(value, needs_review=True))])
    found = services.auditor.of_batch(batch)
    assert found == Audit(3, 1, 1), "what a correction elsewhere had flagged is no unflagged value any more"
    assert (found.waiting, found.error) == (2, 1.0)
