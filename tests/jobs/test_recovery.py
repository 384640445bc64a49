"""Programs that die, and programs that share one database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from queue_trial import FakeClock, outcome_for, request_for

from docuextract_desktop.jobs.models import InputFile, ItemState
from docuextract_desktop.jobs.owners import STALE_AFTER_S, is_dead, this_host, this_program
from docuextract_desktop.jobs.queue import Queue
from docuextract_desktop.storage import owners
from docuextract_desktop.storage.owners import OwnerRow

Files = Callable[..., tuple[InputFile, ...]]
Programs = Callable[..., Queue]


def states(queue: Queue, batch: str) -> list[str]:
    return [item.state.value for item in queue.items(batch)]


@pytest.fixture
def gone_process() -> int:
    """Number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_what_a_dead_program_held_goes_back_into_the_queue(
    queue: Queue, make_queue: Programs, make_files: Files, gone_process: int
) -> None:
    other = make_queue()
    other.owner = replace(other.owner, pid=gone_process)
    batch = queue.create_batch(request_for(make_files(3)))
    held = other.claim()
    assert held is not None
    assert queue.recover() == 1
    assert states(queue, batch) == ["pending"] * 3
    assert not other.finish(held, outcome_for(held)), "it is not theirs any more"
    again = queue.claim()
    assert again is not None
    assert (again.item_id, again.attempt) == (held.item_id, 2)
    assert not other.finish(held, outcome_for(held)), "nor does it end somebody else's attempt"
    assert queue.finish(again, outcome_for(again))


def test_a_program_without_a_sign_of_life_loses_its_items_within_30_seconds(
    queue: Queue, make_queue: Programs, clock: FakeClock, make_files: Files
) -> None:
    other = make_queue()
    batch = queue.create_batch(request_for(make_files(2)))
    other.claim()
    clock.advance(STALE_AFTER_S - 1)
    queue.heartbeat()
    assert queue.recover() == 0
    clock.advance(2)
    assert queue.recover() == 1
    assert states(queue, batch) == ["pending"] * 2


def test_a_living_program_keeps_its_items(
    queue: Queue, make_queue: Programs, clock: FakeClock, make_files: Files
) -> None:
    other = make_queue()
    batch = queue.create_batch(request_for(make_files(1)))
    other.claim()
    for _ in range(10):
        clock.advance(STALE_AFTER_S - 1)
        other.heartbeat()
        assert queue.recover() == 0
    assert states(queue, batch) == ["running"]


def test_a_program_that_was_suspended_goes_on_under_its_name(
    queue: Queue, make_queue: Programs, clock: FakeClock, make_files: Files
) -> None:
    other = make_queue()
    queue.create_batch(request_for(make_files(1)))
    other.claim()
    clock.advance(3600)
    assert queue.recover() == 1
    other.heartbeat()
    claim = other.claim()
    assert claim is not None
    assert other.finish(claim, outcome_for(claim))


def test_a_crash_uses_up_no_try(queue: Queue, make_queue: Programs, make_files: Files, gone_process: int) -> None:
    batch = queue.create_batch(request_for(make_files(1)))
    for _ in range(6):
        other = make_queue()
        other.owner = replace(other.owner, pid=gone_process)
        assert other.claim() is not None
        assert queue.recover() == 1
    assert states(queue, batch) == ["pending"]


def test_items_of_an_owner_without_a_row_are_taken_over(queue: Queue, make_queue: Programs, make_files: Files) -> None:
    other = make_queue()
    batch = queue.create_batch(request_for(make_files(1)))
    other.claim()
    with queue.database.transaction() as session:
        owners.remove(session, [other.owner.id])
    assert queue.recover() == 1
    assert states(queue, batch) == ["pending"]


def test_a_runner_that_ends_gives_everything_back(queue: Queue, make_files: Files) -> None:
    batch = queue.create_batch(request_for(make_files(2)))
    queue.claim()
    queue.retire()
    assert states(queue, batch) == ["pending"] * 2
    with queue.database.reading() as session:
        assert owners.all_owners(session) == []


def test_a_cancelled_batch_stays_cancelled_when_its_program_died(
    queue: Queue, make_queue: Programs, make_files: Files, gone_process: int
) -> None:
    other = make_queue()
    other.owner = replace(other.owner, pid=gone_process)
    batch = queue.create_batch(request_for(make_files(2)))
    other.claim()
    queue.cancel(batch)
    queue.recover()
    assert states(queue, batch) == ["cancelled"] * 2


def test_two_programs_never_hold_the_same_item_and_see_each_others_cancel(
    queue: Queue, make_queue: Programs, make_files: Files
) -> None:
    other = make_queue()
    batch = queue.create_batch(request_for(make_files(20)))
    claims = [program.claim() for _ in range(5) for program in (queue, other)]
    assert len({claim.item_id for claim in claims if claim}) == 10
    other.cancel(batch)
    assert queue.claim() is None
    assert queue.count_items(batch, states=[ItemState.CANCELLED]) == 10


def test_only_the_program_that_knows_the_password_works_on_the_batch(
    queue: Queue, make_queue: Programs, clock: FakeClock, make_files: Files
) -> None:
    other = make_queue()
    queue.create_batch(request_for(make_files(2), passwords=("secret",)))
    assert other.claim() is None
    claim = queue.claim()
    assert claim is not None
    assert claim.passwords == ("secret",)
    with queue.database.reading() as session:
        dump = "".join(str(tuple(row)) for row in session.all("SELECT * FROM items"))
        dump += "".join(str(tuple(row)) for row in session.all("SELECT * FROM batches"))
    assert "secret" not in dump
    clock.advance(STALE_AFTER_S + 1)
    other.heartbeat()
    other.recover()
    taken = other.claim()
    assert taken is not None, "a dead program's batch is not left lying, though its password is lost"
    assert taken.passwords == ()


def _row(**others: object) -> OwnerRow:
    return replace(this_program(1000.0), **others)  # type: ignore[arg-type]


def test_who_counts_as_dead(gone_process: int) -> None:
    name, _, boot = this_host().partition("|")
    assert not is_dead(_row(), now=1000.0)
    assert is_dead(_row(), now=1000.0 + STALE_AFTER_S + 1)
    assert is_dead(_row(pid=gone_process), now=1000.0)
    assert is_dead(_row(process_started=1.0), now=1000.0), "the number was given to another process"
    assert is_dead(_row(host=f"{name}|another boot"), now=1000.0)
    assert not is_dead(_row(host=f"another machine|{boot}", pid=gone_process), now=1000.0), "only its silence tells"


def test_a_process_that_ended_but_was_not_waited_for_is_dead() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    row = replace(_row(), pid=process.pid)
    assert process.stdout is not None
    process.stdout.read()  # ends when the process does
    if hasattr(os, "waitid"):
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    try:
        assert is_dead(row, now=1000.0)
    finally:
        process.stdout.close()
        process.wait()
