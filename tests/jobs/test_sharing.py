"""Pages of a long document are read by several workers; the result is that of one reader, whatever befalls them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from queue_trial import TEMPLATE

from docuextract_desktop.errors import ExtractionFailedError, ItemTimeoutError, UploadMissingError
from docuextract_desktop.jobs.sharing import MOST_PAGES_AT_ONCE, Board, SharedReading, help_others, read_together
from docuextract_desktop.jobs.work import Job, Outcome, Outline, ReadPages
from docuextract_desktop.jobs.worker_pool import Worker, WorkerOptions, WorkerStoppedError
from docuextract_desktop.settings import Limits

LIMITS = Limits(timeout_base_s=2.0, timeout_per_page_s=5.0)


@pytest.fixture
def workers() -> Iterator[tuple[Worker, Worker]]:
    owner, helper = (Worker(WorkerOptions("fault_stages:Paged")) for _ in range(2))
    yield owner, helper
    owner.kill()
    helper.kill()


def job_for(tmp_path: Path, lines: list[str], **others: object) -> Job:
    path = tmp_path / "long.pdf"
    path.write_text("\n".join(["%PDF-1.4", *lines]))
    job = Job(
        path, None, TEMPLATE.model_dump(mode="json"), limits=LIMITS.model_dump(mode="json"), page_count=len(lines)
    )
    return replace(job, **others)  # type: ignore[arg-type]


def words(count: int) -> list[str]:
    return [f"word{number}" for number in range(count)]


def shared(
    job: Job,
    workers: tuple[Worker, Worker],
    help_times: int = 99,
    before_help: Callable[[], object] = lambda: None,
    limits: Limits = LIMITS,
) -> tuple[Outcome, SharedReading]:
    """Read a document with a helper who takes its pages as soon as they are offered."""
    owner, helper = workers
    outline = owner.begin(replace(job, share_from_pages=4), limits)
    assert isinstance(outline, Outline)
    reading = SharedReading(job, outline, limits, lanes=2)

    def helps() -> None:
        before_help()
        for _ in range(help_times):
            if not help_others(board, helper):
                return

    board = Board(helps)
    return read_together(board, reading, owner), reading


@pytest.mark.parametrize("help_times", [0, 3, 99], ids=["no help", "some help", "the helper reads all"])
@pytest.mark.parametrize("ranges", [None, "2-9,12"])
def test_the_result_is_that_of_one_reader(
    tmp_path: Path, workers: tuple[Worker, Worker], help_times: int, ranges: str | None
) -> None:
    lines = [*words(5), "", "damaged", "", *words(6)]
    job = job_for(tmp_path, lines, page_ranges=ranges)
    alone = workers[0].extract(job, LIMITS)
    together, reading = shared(job, workers, help_times)
    assert together == alone
    assert together.warnings == ("Something is odd about the whole.", "Page 7 is damaged and was left out.")
    assert (reading.helped > 0) == (help_times > 0)


def test_words_that_were_kept_are_not_read_again(tmp_path: Path, workers: tuple[Worker, Worker]) -> None:
    first = workers[0].extract(job_for(tmp_path, words(8), page_ranges="1-2"), LIMITS)
    job = job_for(tmp_path, words(8), kept=first.words)
    together, reading = shared(job, workers)
    assert together == workers[0].extract(job, LIMITS)
    assert (together.pages_read, reading.helped) == (6, 6)


def test_a_blank_rest_of_a_document_whose_words_were_kept_is_no_failure(
    tmp_path: Path, workers: tuple[Worker, Worker]
) -> None:
    lines = ["word", "", "damaged"]
    first = workers[0].extract(job_for(tmp_path, lines, page_ranges="1"), LIMITS)
    again = workers[0].extract(job_for(tmp_path, lines, kept=first.words), LIMITS)
    assert again.extraction.field("title").value == "word"


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
@pytest.mark.parametrize("what", ["kill", "fail", "hang"])
def test_a_helper_that_dies_fails_or_hangs_harms_nothing(
    tmp_path: Path, workers: tuple[Worker, Worker], what: str
) -> None:
    """The last pages are handed out first; the helper fails on them, and goes on with the next."""
    lines = words(12)
    lines[11] = f"{what} {tmp_path / 'flag'}"
    job = job_for(tmp_path, lines)
    together, reading = shared(job, workers, help_times=2, limits=Limits(timeout_base_s=0.2, timeout_per_page_s=0.8))
    assert (tmp_path / "flag").exists()
    assert reading.helped == 2
    assert together == workers[0].extract(job, LIMITS)


@pytest.mark.parametrize("lines", [[""] * 6, ["damaged"] * 6], ids=["blank", "damaged"])
def test_where_nothing_can_be_read_the_error_is_that_of_one_reader(
    tmp_path: Path, workers: tuple[Worker, Worker], lines: list[str]
) -> None:
    job = job_for(tmp_path, lines)
    with pytest.raises(ExtractionFailedError) as alone:
        workers[0].extract(job, LIMITS)
    with pytest.raises(ExtractionFailedError) as together:
        shared(job, workers)
    assert str(together.value) == str(alone.value)


def test_a_file_that_changes_meanwhile_fails_and_mixes_nothing(tmp_path: Path, workers: tuple[Worker, Worker]) -> None:
    job = job_for(tmp_path, words(8))
    with pytest.raises(UploadMissingError):
        shared(job, workers, before_help=lambda: job.path.write_text("%PDF-1.4\n" + "other\n" * 8))


def test_short_documents_are_read_at_once(tmp_path: Path, workers: tuple[Worker, Worker]) -> None:
    job = job_for(tmp_path, words(3), share_from_pages=4)
    assert isinstance(workers[0].begin(job, LIMITS), Outcome)


def reading_of(count: int, *, lanes: int = 2, limits: Limits = LIMITS) -> SharedReading:
    job = Job(Path("a.pdf"), None, {}, page_count=count)
    return SharedReading(job, Outline("0" * 64, "pdf", count, tuple(range(count))), limits, lanes)


@pytest.mark.parametrize("count", [4, 5, 17, 1000])
@pytest.mark.parametrize("lanes", [2, 8])
def test_every_page_is_handed_out_once(count: int, lanes: int) -> None:
    reading = reading_of(count, lanes=lanes)
    handed: list[int] = []
    given_back = False
    while True:
        pages = reading.take()
        if pages is not None:
            if not given_back:
                reading.give_back(pages)
                given_back = True
            else:
                handed += pages
                reading.give(pages, ReadPages((), ()))
        own = reading.own(lambda: False)
        if own is None:
            break
        handed += own
        reading.keep(own, ReadPages((), ()))
        assert len(own) <= MOST_PAGES_AT_ONCE
    assert sorted(handed) == list(range(count))


def test_an_owner_waits_no_longer_than_the_document_may_take() -> None:
    reading = reading_of(4, limits=Limits(timeout_base_s=0.01, timeout_per_page_s=0.0))
    while reading.take() is not None:
        pass
    with pytest.raises(ItemTimeoutError):
        reading.own(lambda: False)


def test_an_owner_that_is_told_to_stop_does_not_wait_for_helpers() -> None:
    reading = reading_of(4)
    while reading.take() is not None:
        pass
    with pytest.raises(WorkerStoppedError):
        reading.own(lambda: True)
