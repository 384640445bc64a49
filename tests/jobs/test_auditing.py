"""Which unflagged values are chosen to be audited."""

from __future__ import annotations

from collections.abc import Callable

from queue_trial import outcome_for, request_for

from docuextract_desktop.extraction.models import Extraction, FieldValue
from docuextract_desktop.jobs.auditing import sample
from docuextract_desktop.jobs.models import InputFile
from docuextract_desktop.jobs.queue import Queue
from docuextract_desktop.storage import audits

FIELDS = (
    *(FieldValue(f"sure{n}", "text", "x", "x", 0.99) for n in range(10)),
    FieldValue("flagged", "text", "x", "x", 0.5, True),
    FieldValue("absent", "text", confidence=0.9),
    FieldValue("lines", "table", rows=((FieldValue("a", "text", "x"),),)),
)
FOUND = Extraction("note", 1, FIELDS)


def test_only_values_that_were_found_and_not_flagged() -> None:
    assert sample("item", FOUND, 1.0) == [f"sure{n}" for n in range(10)]
    assert sample("item", FOUND, 0.0) == []


def test_the_same_item_gives_the_same_choice_and_the_share_is_kept() -> None:
    chosen = [sample(f"item {n}", FOUND, 0.1) for n in range(2_000)]
    assert chosen == [sample(f"item {n}", FOUND, 0.1) for n in range(2_000)]
    # 20,000 draws: 2,000 expected, standard deviation 42
    assert 1_790 < sum(map(len, chosen)) < 2_210
    by_field = [sum(f"sure{n}" in names for names in chosen) for n in range(10)]
    assert all(130 < count < 270 for count in by_field), "every field has its chance"
    more = [sample(f"item {n}", FOUND, 0.3) for n in range(50)]
    assert all(set(few) <= set(many) for few, many in zip(chosen, more, strict=False))


def test_chosen_when_done_and_chosen_anew_when_done_again(
    queue: Queue, make_files: Callable[..., tuple[InputFile, ...]]
) -> None:
    queue.settings.update(audit_share=1.0)
    batch = queue.create_batch(request_for(make_files(1)))
    claim = queue.claim()
    assert claim is not None
    queue.finish(claim, outcome_for(claim))
    with queue.database.reading() as session:
        first = audits.of_batch(session, batch)
    assert [row.open for row in first] == [True]
    queue.settings.update(audit_share=0.0)
    queue.run_again(batch)
    claim = queue.claim()
    assert claim is not None
    queue.finish(claim, outcome_for(claim))
    with queue.database.reading() as session:
        assert audits.of_batch(session, batch) == []
