from __future__ import annotations

import sys
import threading

import pytest
from PySide6.QtCore import QCoreApplication, QObject, QThread, QTimer
from pytestqt.qtbot import QtBot

from docuextract_desktop.ui import tasks


def test_work_runs_elsewhere_and_its_result_comes_back_here(qtbot: QtBot) -> None:
    owner = QObject()
    seen: list[tuple[object, bool]] = []
    here = QThread.currentThread()
    tasks.run(
        lambda task: threading.get_ident(),
        owner=owner,
        done=lambda ident: seen.append((ident, QThread.currentThread() is here)),
    )
    qtbot.waitUntil(lambda: len(seen) == 1)
    assert seen[0][0] != threading.get_ident()
    assert seen[0][1]


def test_progress_comes_in_order(qtbot: QtBot) -> None:
    owner = QObject()
    seen: list[object] = []

    def work(task: tasks.Task) -> str:
        for number in range(5):
            task.report(number)
        return "end"

    tasks.run(work, owner=owner, done=seen.append, progress=seen.append)
    qtbot.waitUntil(lambda: "end" in seen)
    assert seen == [0, 1, 2, 3, 4, "end"]


def test_an_exception_goes_to_failed_or_to_the_hook_for_all(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = QObject()
    failed: list[BaseException] = []
    hooked: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: hooked.append(error))

    def work(_: tasks.Task) -> None:
        raise KeyError("x")

    tasks.run(work, owner=owner, failed=failed.append)
    tasks.run(work, owner=owner)
    assert tasks.wait_until_idle()
    assert [type(error) for error in (*failed, *hooked)] == [KeyError, KeyError]


def test_nothing_is_called_after_cancelling_or_when_the_owner_is_gone(qtbot: QtBot) -> None:
    owner, other = QObject(), QObject()
    seen: list[object] = []
    go = threading.Event()
    cancelled = tasks.run(lambda _: go.wait(5), owner=owner, done=seen.append)
    orphaned = tasks.run(lambda _: go.wait(5), owner=other, done=seen.append)
    cancelled.cancel()
    other.deleteLater()
    qtbot.wait(10)
    go.set()
    assert tasks.wait_until_idle()
    assert seen == []
    assert orphaned is not cancelled


def test_changes_are_done_one_after_the_other(qtbot: QtBot) -> None:
    owner = QObject()
    order: list[int] = []
    threads: set[int] = set()

    def work(number: int) -> None:
        order.append(number)
        threads.add(threading.get_ident())

    for number in range(20):
        tasks.run(lambda _, n=number: work(n), owner=owner, pool="queue")
    assert tasks.wait_until_idle()
    assert order == list(range(20))
    assert len(threads) == 1


def test_a_thread_keeps_what_is_its_own_from_task_to_task(qtbot: QtBot) -> None:
    """The database has a connection per thread; it would be opened anew for each task otherwise."""
    owner = QObject()
    local = threading.local()
    seen: list[int] = []

    def work(_: tasks.Task) -> int:
        local.count = getattr(local, "count", 0) + 1
        return int(local.count)

    for _ in range(3):
        tasks.run(work, owner=owner, done=seen.append, pool="queue")
    assert tasks.wait_until_idle()
    assert seen == [1, 2, 3]


def test_the_event_loop_has_its_turn_between_results(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AT_ONCE_S", 0.0)
    owner = QObject()
    order: list[str] = []
    together = threading.Barrier(3)

    def work(_: tasks.Task) -> None:
        together.wait(30)

    def done(_: object) -> None:
        order.append("result")
        if len(order) == 1:
            timer.start(0)

    timer = QTimer()
    timer.setSingleShot(True)
    timer.timeout.connect(lambda: order.append("turn"))
    for _ in range(3):
        tasks.run(work, owner=owner, done=done)
    while len(tasks._ended) < 3:  # all have come, none is handed over yet
        QCoreApplication.sendPostedEvents()
    qtbot.waitUntil(lambda: len(order) == 4)
    assert order[0] == "result"
    assert order[-1] == "result"


def test_a_result_that_fails_does_not_hold_up_the_others(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = QObject()
    told: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: told.append(str(error)))

    def fail(_: object) -> None:
        raise ValueError("no")

    with qtbot.captureExceptions() as caught:
        tasks.run(lambda task: 1, owner=owner, done=fail)
        tasks.run(lambda task: 2, owner=owner, done=told.append)
        qtbot.waitUntil(lambda: 2 in told)
    assert [str(one[1]) for one in caught] == ["no"]
