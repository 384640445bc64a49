"""The lanes at work: real threads, real worker processes, signals as the window gets them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QEvent, QTimer
from pytestqt.qtbot import QtBot
from queue_trial import TEMPLATE, FakeClock, request_for

from docuextract_desktop.errors import PasswordRequiredError, StorageUnavailableError
from docuextract_desktop.jobs.events import EventKind
from docuextract_desktop.jobs.lanes import PageReply, TryReply
from docuextract_desktop.jobs.models import BatchState, InputFile, ItemState
from docuextract_desktop.jobs.queue import Queue
from docuextract_desktop.jobs.runner import Runner
from docuextract_desktop.settings import Limits

Files = Callable[..., tuple[InputFile, ...]]
MakeRunner = Callable[..., Runner]

QUICK = Limits(timeout_base_s=1.0, timeout_per_page_s=0.1, retry_pause_s=0.0)


@pytest.fixture
def make_runner(queue: Queue, qtbot: QtBot) -> Iterator[MakeRunner]:
    made: list[Runner] = []

    def make(used: Queue = queue, **others: object) -> Runner:
        arguments: dict[str, object] = {"lanes": 2, "stages": "fault_stages:Scripted"}
        made.append(Runner(used, **(arguments | others)))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for runner in made:
        runner.stop()


def states(queue: Queue, batch: str) -> list[str]:
    return [item.state.value for item in queue.items(batch)]


def test_a_batch_runs_to_its_end(queue: Queue, make_runner: MakeRunner, make_files: Files, qtbot: QtBot) -> None:
    batch = queue.create_batch(request_for(make_files(contents=[f"ok:{n}".encode() for n in range(8)])))
    runner = make_runner()
    told = []
    runner.event.connect(told.append)
    with qtbot.waitSignal(runner.batch_ended, timeout=20_000) as ended:
        runner.start()
    assert ended.args == [batch]
    assert queue.batch(batch).state is BatchState.COMPLETED
    values = [r.extraction.field("title").value for r in queue.results(batch) if r.extraction]
    assert values == [str(n) for n in range(8)]
    numbers = [event.number for event in told]
    assert numbers == sorted(numbers)
    assert [event.state for event in told].count(ItemState.COMPLETED) == 8
    assert told[-1].kind is EventKind.BATCH_ENDED
    pages = queue.document_pages(queue.items(batch)[0].id)
    assert pages is not None
    assert pages[0].texts == ("word",)


def test_bad_documents_harm_only_themselves(
    queue: Queue, make_runner: MakeRunner, make_files: Files, qtbot: QtBot
) -> None:
    queue.settings.update(limits=QUICK)
    contents = [b"ok:1", b"raise", b"exit", b"hang", b"item_error", b"rubbish", b"transient", b"ok:2"]
    batch = queue.create_batch(request_for(make_files(contents=contents)))
    runner = make_runner()
    with qtbot.waitSignal(runner.batch_ended, timeout=40_000):
        runner.start()
    codes = [item.error_code for item in queue.items(batch)]
    assert codes == [
        None,
        "internal_error",
        "internal_error",
        "timeout",
        "password_required",
        "internal_error",
        "ocr_provider_error",
        None,
    ]
    attempts = [item.attempt for item in queue.items(batch)]
    assert attempts == [1, 3, 3, 1, 1, 3, 3, 1], "passing faults were tried three times"
    assert queue.batch(batch).state is BatchState.PARTIALLY_FAILED


def test_a_batch_made_while_it_runs_starts_when_woken(
    queue: Queue, make_runner: MakeRunner, make_files: Files, qtbot: QtBot
) -> None:
    runner = make_runner()
    runner.start()
    batch = queue.create_batch(request_for(make_files(contents=[b"ok"])))
    with qtbot.waitSignal(runner.batch_ended, timeout=20_000):
        runner.wake()
    assert states(queue, batch) == ["completed"]


def test_work_put_in_by_another_program_is_noticed_without_waking(
    queue: Queue, make_queue: Callable[..., Queue], make_runner: MakeRunner, make_files: Files, qtbot: QtBot
) -> None:
    runner = make_runner()
    runner.start()
    with qtbot.waitSignal(runner.batch_ended, timeout=20_000):
        make_queue().create_batch(request_for(make_files(contents=[b"ok"])))


def test_a_pause_before_another_try_is_kept_and_ends_by_itself(
    queue: Queue,
    clock: FakeClock,
    make_runner: MakeRunner,
    make_files: Files,
    qtbot: QtBot,
) -> None:
    batch = queue.create_batch(request_for(make_files(contents=[b"transient"])))
    runner = make_runner()
    runner.event.connect(
        # Time passes only here: without it the item would wait for ever.
        lambda event: clock.advance(60) if event.state is ItemState.PENDING else None
    )
    with qtbot.waitSignal(runner.batch_ended, timeout=20_000):
        runner.start()
    assert queue.items(batch)[0].attempt == 3


def test_stopping_puts_running_items_back_and_kills_their_workers(
    queue: Queue, make_runner: MakeRunner, make_files: Files, qtbot: QtBot
) -> None:
    batch = queue.create_batch(request_for(make_files(contents=[b"hang", b"hang ", b"ok"])))
    runner = make_runner()
    runner.start()
    qtbot.waitUntil(lambda: len(runner.busy_lanes) == 2 and len(children()) >= 2, timeout=20_000)
    runner.stop()
    assert states(queue, batch) == ["pending"] * 3
    assert children() == []
    assert runner.busy_lanes == {}
    assert not runner.running


def test_stopping_can_let_running_items_finish(
    queue: Queue, make_runner: MakeRunner, make_files: Files, qtbot: QtBot
) -> None:
    batch = queue.create_batch(request_for(make_files(contents=[b"slow_but_long:0.5"] * 1 + [b"ok"])))
    runner = make_runner(lanes=1)
    with qtbot.waitSignal(runner.event, check_params_cb=lambda event: event.state is ItemState.RUNNING, timeout=20_000):
        runner.start()
    runner.stop(finish=True)
    assert states(queue, batch) == ["completed", "pending"]


def test_it_can_be_started_again_after_it_was_stopped(
    queue: Queue, make_runner: MakeRunner, make_files: Files, qtbot: QtBot
) -> None:
    runner = make_runner()
    runner.start()
    runner.stop()
    queue.create_batch(request_for(make_files(contents=[b"ok"])))
    with qtbot.waitSignal(runner.batch_ended, timeout=20_000):
        runner.start()


def test_starting_takes_over_from_a_program_that_died(
    queue: Queue, make_queue: Callable[..., Queue], make_runner: MakeRunner, make_files: Files, qtbot: QtBot
) -> None:
    dead = make_queue()
    dead.owner = replace(dead.owner, host="this machine before it was started again")
    dead.owner = replace(dead.owner, host=f"{queue.owner.host.partition('|')[0]}|another boot")
    batch = queue.create_batch(request_for(make_files(contents=[b"ok"])))
    assert dead.claim() is not None
    runner = make_runner()
    with qtbot.waitSignal(runner.batch_ended, timeout=20_000):
        runner.start()
    assert states(queue, batch) == ["completed"]


def test_only_the_batches_asked_for_are_worked_on(
    queue: Queue, make_runner: MakeRunner, make_files: Files, qtbot: QtBot
) -> None:
    files = make_files(contents=[b"ok:1", b"ok:2"])
    other = queue.create_batch(request_for(files[:1], priority=50))
    wanted = queue.create_batch(request_for(files[1:]))
    runner = make_runner(batch_ids=[wanted])
    with qtbot.waitSignal(runner.batch_ended, timeout=20_000):
        runner.start()
    runner.stop()
    assert (states(queue, other), states(queue, wanted)) == (["pending"], ["completed"])


def test_a_single_document_does_not_wait_for_a_batch(
    queue: Queue, make_runner: MakeRunner, make_files: Files, qtbot: QtBot
) -> None:
    files = make_files(contents=[b"hang 1", b"hang 2", b"ok"])
    queue.create_batch(request_for(files[:2]))
    runner = make_runner()
    runner.start()
    qtbot.waitUntil(lambda: len(runner.busy_lanes) == 2, timeout=20_000)
    single = queue.create_batch(request_for(files[2:], priority=10))
    with qtbot.waitSignal(runner.batch_ended, timeout=20_000) as ended:
        runner.wake()
    assert ended.args == [single]


# ---- the interactive lanes


def test_pages_come_by_item_or_path_while_all_lanes_are_busy(
    queue: Queue, make_runner: MakeRunner, make_files: Files, qtbot: QtBot
) -> None:
    files = make_files(contents=[b"hang 1", b"hang 2", b"ok:page"])
    batch = queue.create_batch(request_for(files))
    runner = make_runner()
    runner.start()
    qtbot.waitUntil(lambda: len(runner.busy_lanes) == 2, timeout=20_000)
    for source in (queue.items(batch)[2].id, files[2].path):
        with qtbot.waitSignal(runner.pages_rendered, timeout=20_000) as rendered:
            number = runner.request_page(source, 3, max_side_px=5)
        reply: PageReply = rendered.args[0]
        assert reply.request.number == number
        assert reply.picture is not None
        assert (reply.picture.width, reply.picture.rgb[0]) == (5, 3)


def test_a_page_that_cannot_be_drawn_says_why(make_runner: MakeRunner, make_files: Files, qtbot: QtBot) -> None:
    runner = make_runner()
    runner.start()
    with qtbot.waitSignal(runner.pages_rendered, timeout=20_000) as rendered:
        runner.request_page(make_files(contents=[b"item_error"])[0].path, 0)
    assert isinstance(rendered.args[0].error, PasswordRequiredError)
    assert rendered.args[0].picture is None


def test_the_latest_request_of_a_channel_wins(make_runner: MakeRunner, make_files: Files, qtbot: QtBot) -> None:
    slow, quick = (file.path for file in make_files(contents=[b"slow_but_long:0.5", b"ok"]))
    slow.write_text("hang")
    runner = make_runner()
    runner.queue.settings.update(limits=QUICK)
    replies: list[PageReply] = []
    runner.pages_rendered.connect(replies.append)
    runner.start()
    runner.request_page(slow, 0)
    qtbot.waitUntil(lambda: len(children()) >= 1, timeout=20_000)
    overtaken = [runner.request_page(quick, index, max_side_px=1) for index in range(5)]
    other = runner.request_page(quick, 9, max_side_px=1, channel="thumbnails")
    cancelled = runner.request_page(quick, 8, max_side_px=1, channel="cancelled")
    assert runner.cancel_request(cancelled)
    assert not runner.cancel_request(cancelled)
    qtbot.waitUntil(lambda: len(replies) == 3, timeout=20_000)
    assert [reply.request.number for reply in replies[1:]] == [overtaken[-1], other]


def test_a_template_is_tried_on_a_document_without_a_batch(
    queue: Queue, make_runner: MakeRunner, make_files: Files, qtbot: QtBot
) -> None:
    runner = make_runner(stages="fault_stages:Counted")
    runner.start()
    path = make_files(contents=[b"%PDF-1.4"])[0].path
    answers = []
    for _ in range(2):
        with qtbot.waitSignal(runner.tried, timeout=20_000) as tried:
            runner.request_try(path, TEMPLATE)
        reply: TryReply = tried.args[0]
        assert reply.error is None
        assert reply.extraction is not None
        answers.append((reply.extraction.field("title").value, [page.texts for page in reply.pages]))
    assert answers == [("page0 page1 page2", [("page0",), ("page1",), ("page2",)])] * 2
    assert queue.batches() == []
    assert queue.pages_this_month() == 3, "the second try used the words that were kept"


def test_a_try_that_fails_says_why(make_runner: MakeRunner, tmp_path: Path, qtbot: QtBot) -> None:
    runner = make_runner(stages="fault_stages:Counted")
    runner.start()
    with qtbot.waitSignal(runner.tried, timeout=20_000) as tried:
        runner.request_try(tmp_path / "gone.pdf", TEMPLATE)
    assert tried.args[0].error.code == "upload_missing"


# ---- storage that fails


def test_a_full_disk_is_said_and_the_result_is_stored_when_there_is_space_again(
    queue: Queue, make_runner: MakeRunner, make_files: Files, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docuextract_desktop.jobs.lanes.STORAGE_PAUSE_S", 0.05)
    batch = queue.create_batch(request_for(make_files(contents=[b"ok"])))
    finish = queue.finish
    calls = []

    def full_twice(*arguments: object) -> bool:
        calls.append(arguments)
        if len(calls) < 3:
            raise StorageUnavailableError("The disk that holds the data folder is full.")
        return finish(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(queue, "finish", full_twice)
    runner = make_runner()
    failures = []
    runner.storage_failed.connect(failures.append)
    with qtbot.waitSignal(runner.batch_ended, timeout=20_000):
        runner.start()
    assert len(failures) == 2
    assert states(queue, batch) == ["completed"]
    assert queue.items(batch)[0].attempt == 1


def test_a_result_that_cannot_be_stored_is_that_documents_error(
    queue: Queue, make_runner: MakeRunner, make_files: Files, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.settings.update(limits=QUICK)
    batch = queue.create_batch(request_for(make_files(contents=[b"ok"])))

    def broken(*_: object) -> bool:
        raise ValueError("our bug")

    monkeypatch.setattr(queue, "finish", broken)
    with qtbot.waitSignal((runner := make_runner()).batch_ended, timeout=20_000):
        runner.start()
    assert queue.items(batch)[0].error_code == "internal_error"


# ---- Qt


def test_the_signal_named_event_does_not_keep_events_from_the_runner(make_runner: MakeRunner, qtbot: QtBot) -> None:
    runner = make_runner()
    seen = []

    class Filter(type(runner)):  # type: ignore[misc]
        def customEvent(self, event: QEvent) -> None:  # noqa: N802  Qt names it
            seen.append(event.type())

    filtered = Filter(runner.queue)
    from PySide6.QtCore import QCoreApplication

    QCoreApplication.postEvent(filtered, QEvent(QEvent.Type.User))
    with qtbot.waitCallback() as called:
        QTimer.singleShot(0, filtered, called)
    qtbot.waitUntil(lambda: seen == [QEvent.Type.User])


def children() -> list[psutil.Process]:
    """Worker processes of this test run."""
    return [child for child in psutil.Process(os.getpid()).children() if child.status() != psutil.STATUS_ZOMBIE]
