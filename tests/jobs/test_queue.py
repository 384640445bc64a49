"""What front ends ask of the queue, and what it promises them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from queue_trial import TEMPLATE, FakeClock, outcome_for, request_for

from docuextract_desktop.errors import (
    BatchNotFoundError,
    ExtractionFailedError,
    IdempotencyConflictError,
    InputNotFoundError,
    ItemTimeoutError,
    NoDocumentsError,
    OcrProviderError,
    PaymentRequiredError,
    RequestError,
    ResultNotReadyError,
    TooManyDocumentsError,
)
from docuextract_desktop.jobs.events import EventKind
from docuextract_desktop.jobs.models import BatchState, InputFile, ItemState
from docuextract_desktop.jobs.queue import Queue
from docuextract_desktop.settings import Limits
from docuextract_desktop.storage import knowledge

Files = Callable[..., tuple[InputFile, ...]]
Programs = Callable[..., Queue]


def run_all(queue: Queue, **outcome: object) -> int:
    """Work on everything that can be started now; how many items were given to a lane."""
    count = 0
    while (claim := queue.claim()) is not None:
        queue.finish(claim, outcome_for(claim, **outcome))  # type: ignore[arg-type]
        count += 1
    return count


# ---- requests


def test_a_batch_without_files_is_refused(queue: Queue) -> None:
    with pytest.raises(NoDocumentsError):
        queue.create_batch(request_for(()))


def test_too_many_files_are_refused(queue: Queue, make_files: Files) -> None:
    queue.settings.update(limits=Limits(max_documents=2))
    with pytest.raises(TooManyDocumentsError, match="3 documents are more than the limit of 2"):
        queue.create_batch(request_for(make_files(3)))
    assert queue.batches() == []


def test_a_named_file_that_is_not_there_is_refused_with_its_name(queue: Queue, tmp_path: Path) -> None:
    with pytest.raises(InputNotFoundError, match=r"gone\.pdf is not there"):
        queue.create_batch(request_for((InputFile(tmp_path / "gone.pdf", "gone.pdf"),)))


@pytest.mark.parametrize(
    "wrong", [{"review_threshold": 1.5}, {"tier": "premium"}], ids=["threshold", "premium without a model"]
)
def test_options_that_make_no_sense_are_refused(queue: Queue, make_files: Files, wrong: dict[str, object]) -> None:
    with pytest.raises(RequestError):
        queue.create_batch(request_for(make_files(1), **wrong))
    assert queue.batches() == []


def test_page_ranges_are_checked_before_the_start(queue: Queue, make_files: Files) -> None:
    with pytest.raises(RequestError, match="3-1"):
        queue.create_batch(request_for(make_files(1, pages="3-1")))


def test_a_batch_gets_a_name_its_threshold_and_its_metadata(queue: Queue, make_files: Files) -> None:
    files = make_files(2, metadata={"own": "yes", "who": "item"})
    batch = queue.create_batch(request_for(files, metadata={"who": "batch", "all": "1"}, review_threshold=0.5))
    summary = queue.batch(batch)
    assert summary.name.startswith("Note 2023-")
    assert (summary.review_threshold, summary.template_id, summary.total) == (0.5, "note", 2)
    assert queue.items(batch)[1].metadata == {"who": "item", "all": "1", "own": "yes"}
    assert queue.template_of(batch) == TEMPLATE.model_copy(update={"review_threshold": 0.5})


# ---- idempotency, nothing done twice


def test_the_same_key_and_request_give_the_same_batch(queue: Queue, make_files: Files) -> None:
    request = request_for(make_files(2), idempotency_key="k")
    assert queue.create_batch(request) == queue.create_batch(request)
    assert len(queue.batches()) == 1


def test_the_same_key_with_another_request_is_a_conflict(queue: Queue, make_files: Files) -> None:
    queue.create_batch(request_for(make_files(2), idempotency_key="k"))
    with pytest.raises(IdempotencyConflictError):
        queue.create_batch(request_for(make_files(1), idempotency_key="k"))
    assert len(queue.batches()) == 1


def test_the_same_content_is_not_extracted_twice(queue: Queue, make_files: Files) -> None:
    first = queue.create_batch(request_for(make_files(contents=[b"same", b"other"])))
    run_all(queue, flagged=True, value="found")
    second = queue.create_batch(request_for(make_files(contents=[b"same"])))
    assert run_all(queue) == 0
    item = queue.items(second)[0]
    assert (item.state, item.flagged) == (ItemState.NEEDS_REVIEW, 1)
    assert queue.extraction(item.id) == queue.extraction(queue.items(first)[0].id)
    assert queue.batch(second).state is BatchState.COMPLETED


def test_the_same_content_within_a_batch_is_extracted_once(queue: Queue, make_files: Files) -> None:
    batch = queue.create_batch(request_for(make_files(contents=[b"same"] * 3)))
    held = queue.claim()
    assert held is not None
    assert queue.claim() is None, "the others wait for the one that is being read"
    queue.finish(held, outcome_for(held))
    assert run_all(queue) == 0
    assert {item.state for item in queue.items(batch)} == {ItemState.COMPLETED}


def test_force_extracts_again_but_keeps_the_words(queue: Queue, make_files: Files) -> None:
    queue.create_batch(request_for(make_files(contents=[b"same"])))
    run_all(queue, pages=3)
    queue.create_batch(request_for(make_files(contents=[b"same"]), force=True))
    claim = queue.claim()
    assert claim is not None
    job = queue.job(claim)
    assert (job.page_count, job.kind, [page.page_index for page in job.kept]) == (3, "pdf", [0, 1, 2])
    assert job.kept[1].words == b"words"


@pytest.mark.parametrize("other", [{"review_threshold": 0.2}, {"pages": "1"}])
def test_other_options_are_extracted_anew(queue: Queue, make_files: Files, other: dict[str, object]) -> None:
    queue.create_batch(request_for(make_files(contents=[b"same"])))
    run_all(queue)
    pages = {"pages": other.pop("pages")} if "pages" in other else {}
    queue.create_batch(request_for(make_files(contents=[b"same"], **pages), **other))
    assert run_all(queue) == 1


def test_another_version_of_the_template_is_extracted_anew(make_queue: Programs, make_files: Files) -> None:
    make_queue().create_batch(request_for(make_files(contents=[b"same"])))
    run_all(make_queue())
    changed = make_queue(load_template=lambda _: TEMPLATE.model_copy(update={"version": 2}))
    batch = changed.create_batch(request_for(make_files(contents=[b"same"])))
    assert run_all(changed) == 1
    assert changed.batch(batch).template_version == 2


def test_a_failed_result_is_not_taken_over(queue: Queue, make_files: Files) -> None:
    queue.create_batch(request_for(make_files(contents=[b"same"])))
    claim = queue.claim()
    assert claim is not None
    queue.fail(claim, ExtractionFailedError("damaged"))
    queue.create_batch(request_for(make_files(contents=[b"same"])))
    assert run_all(queue) == 1


# ---- allowance


def test_a_batch_over_the_allowance_is_refused_with_counts_before_any_work(
    make_queue: Programs, make_files: Files
) -> None:
    asked: list[Path] = []

    def count(paths: list[Path], passwords: tuple[str, ...]) -> dict[Path, int]:
        asked.extend(paths)
        return dict.fromkeys(paths, 4)

    queue = make_queue(count_pages=count)
    queue.settings.update(page_allowance=10)
    files = make_files(3)
    with pytest.raises(PaymentRequiredError, match=r"12 pages in 3 documents.* 10 pages 10 are left"):
        queue.create_batch(request_for(files))
    assert (len(asked), queue.batches()) == (3, [])
    queue.create_batch(request_for(files[:2]))
    with pytest.raises(PaymentRequiredError, match="2 are left"):
        queue.create_batch(request_for(files[2:]))


def test_page_ranges_count_only_the_pages_wanted(make_queue: Programs, make_files: Files) -> None:
    queue = make_queue(count_pages=lambda paths, _: dict.fromkeys(paths, 100))
    queue.settings.update(page_allowance=10)
    queue.create_batch(request_for(make_files(1, pages="1-3")))


def test_pages_read_are_counted_per_month_and_kept_words_are_free(
    queue: Queue, clock: FakeClock, make_files: Files
) -> None:
    queue.create_batch(request_for(make_files(2)))
    run_all(queue, pages=3)
    assert queue.pages_this_month() == 6
    clock.advance(40 * 86_400)
    assert queue.pages_this_month() == 0


def test_an_allowance_that_was_lowered_fails_the_rest(queue: Queue, make_files: Files) -> None:
    batch = queue.create_batch(request_for(make_files(3)))
    first = queue.claim()
    assert first is not None
    queue.finish(first, outcome_for(first, pages=2))
    queue.settings.update(page_allowance=2)
    assert queue.claim() is None
    assert [item.error_code for item in queue.items(batch)] == [None, "payment_required", "payment_required"]


# ---- order


def test_higher_priority_goes_first_then_the_oldest(queue: Queue, make_files: Files) -> None:
    files = make_files(5)
    queue.create_batch(request_for(files[:2]))
    queue.create_batch(request_for(files[2:3], priority=10))
    queue.create_batch(request_for(files[3:5]))
    order = []
    while (claim := queue.claim()) is not None:
        order.append(claim.path)
    assert order == [files[i].path for i in (2, 0, 1, 3, 4)]


def test_a_lane_can_be_limited_to_batches_and_to_priorities(queue: Queue, make_files: Files) -> None:
    files = make_files(3)
    queue.create_batch(request_for(files[:1]))
    wanted = queue.create_batch(request_for(files[1:2]))
    express = queue.create_batch(request_for(files[2:], priority=10))
    first = queue.claim([wanted])
    second = queue.claim(min_priority=10)
    assert first is not None
    assert second is not None
    assert (first.batch_id, second.batch_id) == (wanted, express)
    assert queue.claim([wanted]) is None


# ---- faults


def test_passing_faults_are_tried_three_times_with_a_growing_pause(
    queue: Queue, clock: FakeClock, make_files: Files
) -> None:
    batch = queue.create_batch(request_for(make_files(1)))
    pauses = []
    for _ in range(2):
        claim = queue.claim()
        assert claim is not None
        assert queue.fail(claim, OcrProviderError("no model")) is ItemState.PENDING
        assert queue.claim() is None, "it pauses"
        pause = queue.seconds_to_next_try()
        assert pause is not None
        pauses.append(pause)
        clock.advance(pause)
    assert 0 < pauses[0] < pauses[1]
    claim = queue.claim()
    assert claim is not None
    assert queue.fail(claim, OcrProviderError("no model", hint="Install it.")) is ItemState.FAILED
    item = queue.items(batch)[0]
    assert (item.attempt, item.error_code, item.error_message) == (3, "ocr_provider_error", "no model")
    assert queue.error_hint(item.id) == "Install it."


@pytest.mark.parametrize("error", [ExtractionFailedError("damaged"), ItemTimeoutError("slow")])
def test_lasting_faults_are_not_tried_again(queue: Queue, make_files: Files, error: Exception) -> None:
    queue.create_batch(request_for(make_files(1)))
    claim = queue.claim()
    assert claim is not None
    assert queue.fail(claim, error) is ItemState.FAILED  # type: ignore[arg-type]
    assert queue.claim() is None


def test_a_retry_has_all_its_tries_again(queue: Queue, clock: FakeClock, make_files: Files) -> None:
    batch = queue.create_batch(request_for(make_files(1)))
    for _ in range(3):
        claim = queue.claim()
        assert claim is not None
        queue.fail(claim, OcrProviderError("no model"))
        clock.advance(100)
    assert queue.retry(batch) == 1
    claim = queue.claim()
    assert claim is not None
    assert queue.fail(claim, OcrProviderError("no model")) is ItemState.PENDING


# ---- cancel, retry, run again


def test_cancel_ends_pending_items_at_once_and_running_ones_finish(queue: Queue, make_files: Files) -> None:
    batch = queue.create_batch(request_for(make_files(3)))
    claim = queue.claim()
    assert claim is not None
    assert queue.cancel(batch) == 2
    assert queue.batch(batch).state is BatchState.RUNNING
    assert queue.finish(claim, outcome_for(claim))
    assert [item.state for item in queue.items(batch)] == [ItemState.COMPLETED, *[ItemState.CANCELLED] * 2]
    assert queue.batch(batch).state is BatchState.PARTIALLY_FAILED
    assert queue.cancel(batch) == 0


def test_a_running_item_of_a_cancelled_batch_is_not_tried_again(queue: Queue, make_files: Files) -> None:
    batch = queue.create_batch(request_for(make_files(1)))
    claim = queue.claim()
    assert claim is not None
    queue.cancel(batch)
    assert queue.fail(claim, OcrProviderError("no model")) is ItemState.CANCELLED
    assert queue.batch(batch).state is BatchState.CANCELLED


def test_retry_puts_back_failed_and_cancelled_or_failed_only(queue: Queue, make_files: Files) -> None:
    batch = queue.create_batch(request_for(make_files(3)))
    done, failed = queue.claim(), queue.claim()
    assert done is not None
    assert failed is not None
    queue.finish(done, outcome_for(done))
    queue.fail(failed, ExtractionFailedError("damaged"))
    queue.cancel(batch)
    assert queue.retry(batch, only_failed=True) == 1
    assert [item.state.value for item in queue.items(batch)] == ["completed", "pending", "cancelled"]
    assert queue.retry(batch) == 1
    assert [item.state.value for item in queue.items(batch)] == ["completed", "pending", "pending"]
    assert queue.items(batch)[1].error_code is None


def test_single_items_can_be_cancelled_and_retried(queue: Queue, make_files: Files) -> None:
    batch = queue.create_batch(request_for(make_files(3)))
    ids = [item.id for item in queue.items(batch)]
    assert queue.cancel_items(ids[:2]) == 2
    assert queue.retry(batch, item_ids=ids[1:]) == 1
    assert [item.state.value for item in queue.items(batch)] == ["cancelled", "pending", "pending"]


def test_run_again_extracts_anew(queue: Queue, make_files: Files) -> None:
    batch = queue.create_batch(request_for(make_files(2)))
    run_all(queue, value="old")
    assert queue.run_again(batch) == 2
    with pytest.raises(ResultNotReadyError):
        queue.extraction(queue.items(batch)[0].id)
    assert run_all(queue, value="new") == 2
    assert [result.extraction.field("title").value for result in queue.results(batch) if result.extraction] == [
        "new"
    ] * 2


# ---- looking


def test_items_are_filtered_searched_sorted_and_cut(queue: Queue, make_files: Files) -> None:
    batch = queue.create_batch(request_for(make_files(12)))
    for _ in range(3):
        claim = queue.claim()
        assert claim is not None
        queue.fail(claim, ExtractionFailedError("Nothing 100% legible."))
    positions = [item.position for item in queue.items(batch, states=[ItemState.FAILED])]
    assert positions == [0, 1, 2]
    assert [i.filename for i in queue.items(batch, search="file 1")] == ["file 1.pdf", "file 10.pdf", "file 11.pdf"]
    assert queue.count_items(batch, search="100% leg") == 3
    assert queue.count_items(batch, search="_") == 0
    page = queue.items(batch, sort="filename", descending=True, offset=1, limit=2)
    assert [item.filename for item in page] == ["file 8.pdf", "file 7.pdf"]
    last = queue.items(batch, sort="error", descending=True)[-1]
    assert last.error_message is None
    assert queue.items(batch, states=[]) == []


def test_results_come_in_order_in_slices(queue: Queue, make_files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docuextract_desktop.jobs.queue.SLICE", 2)
    batch = queue.create_batch(request_for(make_files(5)))
    claim = queue.claim()
    assert claim is not None
    queue.finish(claim, outcome_for(claim))
    results = list(queue.results(batch))
    assert [result.item.position for result in results] == [0, 1, 2, 3, 4]
    assert [result.extraction is not None for result in results] == [True, *[False] * 4]
    assert [r.item.position for r in queue.results(batch, [ItemState.COMPLETED])] == [0]


def test_what_does_not_exist_is_said(queue: Queue) -> None:
    for ask in (queue.batch, queue.template_of, queue.cancel, queue.retry, queue.run_again, queue.delete, queue.item):
        with pytest.raises(BatchNotFoundError):
            ask("nothing")  # type: ignore[operator]
    with pytest.raises(BatchNotFoundError):
        list(queue.results("nothing"))


def test_events_tell_every_change_in_order(queue: Queue, make_files: Files) -> None:
    start = queue.cursor()
    batch = queue.create_batch(request_for(make_files(2)))
    claim = queue.claim()
    assert claim is not None
    queue.finish(claim, outcome_for(claim))
    queue.cancel(batch)
    queue.rename(batch, "  new name ")
    assert queue.batch(batch).name == "new name"
    queue.delete(batch)
    told = [(event.kind, event.state) for event in queue.events_since(start)]
    assert told == [
        (EventKind.BATCH_CREATED, None),
        (EventKind.ITEM_CHANGED, ItemState.RUNNING),
        (EventKind.ITEM_CHANGED, ItemState.COMPLETED),
        (EventKind.BATCH_CHANGED, None),
        (EventKind.BATCH_ENDED, None),
        (EventKind.BATCH_CHANGED, None),
        (EventKind.BATCH_DELETED, None),
    ]
    assert queue.events_since(queue.cursor()) == []


def test_summaries_are_brought_up_to_date_also_by_other_programs(
    queue: Queue, make_queue: Programs, make_files: Files
) -> None:
    batch = queue.create_batch(request_for(make_files(1)))
    assert queue.batches()[0].state is BatchState.PENDING
    other = make_queue()
    claim = other.claim()
    assert claim is not None
    other.finish(claim, outcome_for(claim, pages=3))
    assert queue.batches()[0] == queue.batch(batch)
    assert (queue.batches()[0].pages_done, queue.batches()[0].ended_at) == (3, queue.clock())


def test_what_a_template_was_taught_goes_with_the_job(queue: Queue, make_files: Files) -> None:
    queue.create_batch(request_for(make_files(1)))
    with queue.database.transaction() as session:
        for number, (version, body) in enumerate([(1, b"one"), (4, b"four"), (1, b"two"), (1, b"two")]):
            known = knowledge.keep(session, "note", version, body, settled=True, made_by="us", now=float(number))
            assert known == min(number + 1, 3), "it rises with every change, whatever the template version"
    claim = queue.claim()
    assert claim is not None
    taught = queue.job(claim).knowledge
    assert taught is not None
    assert (taught.version, taught.body) == (3, b"two")
    assert queue.job(claim).template["review_threshold"] == 0.85


# ---- deleting


def test_deleting_a_batch_deletes_the_words_that_nobody_needs(queue: Queue, make_files: Files) -> None:
    first = queue.create_batch(request_for(make_files(contents=[b"shared", b"own"])))
    run_all(queue)
    second = queue.create_batch(request_for(make_files(contents=[b"shared"])))
    run_all(queue)
    queue.delete(first)
    with queue.database.reading() as session:
        assert session.value("SELECT COUNT(*) FROM documents") == 1
        assert session.value("SELECT COUNT(*) FROM pages") == 1
        assert session.value("SELECT COUNT(*) FROM field_values") == 2
    queue.delete(second)
    with queue.database.reading() as session:
        for table in ("documents", "pages", "items", "results", "field_values", "template_versions"):
            assert session.value(f"SELECT COUNT(*) FROM {table}") == 0  # noqa: S608


def test_a_lane_that_finishes_an_item_of_a_deleted_batch_changes_nothing(queue: Queue, make_files: Files) -> None:
    batch = queue.create_batch(request_for(make_files(1)))
    claim = queue.claim()
    assert claim is not None
    queue.delete(batch)
    assert not queue.finish(claim, outcome_for(claim))
    assert queue.fail(claim, ExtractionFailedError("damaged")) is None
    assert not queue.release(claim)
