"""No change of state but the allowed ones can happen, whatever front ends, lanes and dying programs do."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from queue_trial import TEMPLATE, FakeClock, outcome_for, request_for

from docuextract_desktop.errors import ExtractionFailedError, ItemInternalError
from docuextract_desktop.jobs.models import (
    ALLOWED_CHANGES,
    BatchState,
    InputFile,
    ItemState,
    derive_batch_state,
)
from docuextract_desktop.jobs.queue import Queue
from docuextract_desktop.jobs.work import Claim
from docuextract_desktop.storage import items, reviewing
from docuextract_desktop.storage.database import Database
from docuextract_desktop.storage.opening import open_database
from docuextract_desktop.storage.settings import SettingsStore

LOG = """
CREATE TABLE changes (item_id TEXT, old TEXT, new TEXT);
CREATE TRIGGER log_changes AFTER UPDATE OF state ON items WHEN OLD.state <> NEW.state
BEGIN INSERT INTO changes VALUES (NEW.id, OLD.state, NEW.state); END;
"""


class QueueMachine(RuleBasedStateMachine):
    """Two programs, either of which may die, work on the same batches."""

    batches = Bundle("batches")
    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.database = open_database(self.folder)
        connection = self.database.dedicated_connection()
        connection.executescript(LOG)
        connection.close()
        self.clock = FakeClock()
        self.dead: set[str] = set()
        self.programs = [self._program(), self._program()]
        self.done: dict[tuple[str, int], int] = {}

    def _program(self) -> Queue:
        program = Queue(
            self.database,
            SettingsStore(self.database),
            load_template=lambda _: TEMPLATE,
            clock=self.clock,
            dead=lambda owner, _: owner.id in self.dead,
        )
        program.heartbeat()
        return program

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder)

    @initialize(target=batches)
    def first_batch(self) -> str:
        return self.create(0, [b"first"], False)

    @rule(
        target=batches,
        program=st.integers(0, 1),
        contents=st.lists(st.sampled_from([b"a", b"b", b"c", b"d"]), min_size=1, max_size=4),
        force=st.booleans(),
    )
    def create(self, program: int, contents: list[bytes], force: bool) -> str:
        files = []
        for content in contents:
            path = self.folder / content.decode()
            path.write_bytes(content)
            files.append(InputFile(path, path.name))
        return self.programs[program].create_batch(request_for(tuple(files), force=force))

    @rule(target=claims, program=st.integers(0, 1))
    def claim(self, program: int) -> object:
        claim = self.programs[program].claim()
        return multiple() if claim is None else claim

    @rule(claim=consumes(claims), program=st.integers(0, 1), flagged=st.booleans())
    def finish(self, claim: Claim, program: int, flagged: bool) -> None:
        if self.programs[program].finish(claim, outcome_for(claim, flagged=flagged)):
            key = (claim.item_id, claim.attempt)
            self.done[key] = self.done.get(key, 0) + 1

    @rule(claim=claims, flagged=st.booleans())
    def finish_and_remember(self, claim: Claim, flagged: bool) -> None:
        self.finish(claim, 0, flagged)

    @rule(claim=consumes(claims), passing=st.booleans())
    def fail(self, claim: Claim, passing: bool) -> None:
        error = ItemInternalError("died") if passing else ExtractionFailedError("damaged")
        self.programs[0].fail(claim, error)

    @rule(claim=consumes(claims))
    def release(self, claim: Claim) -> None:
        self.programs[1].release(claim)

    @rule(batch=batches, program=st.integers(0, 1))
    def cancel(self, batch: str, program: int) -> None:
        before = {item.id: item.state for item in self.programs[0].items(batch)}
        self.programs[program].cancel(batch)
        for item in self.programs[0].items(batch):
            if before[item.id] is ItemState.PENDING:
                assert item.state is ItemState.CANCELLED
            else:
                assert item.state is before[item.id]

    @rule(batch=batches, only_failed=st.booleans())
    def retry(self, batch: str, only_failed: bool) -> None:
        self.programs[0].retry(batch, only_failed=only_failed)
        states = {item.state for item in self.programs[0].items(batch)}
        assert ItemState.FAILED not in states
        assert only_failed or ItemState.CANCELLED not in states

    @rule(batch=batches)
    def run_again(self, batch: str) -> None:
        self.programs[1].run_again(batch)
        assert not {item.state for item in self.programs[0].items(batch)} - {ItemState.PENDING, ItemState.RUNNING}

    @rule(batch=batches, flagged=st.booleans())
    def review(self, batch: str, flagged: bool) -> None:
        for result in self.programs[0].results(batch):
            if result.extraction is not None:
                before = result.extraction.field("title")
                with self.database.transaction() as session:
                    reviewing.record(
                        session,
                        result.item.id,
                        who="me",
                        action="correct",
                        before=before,
                        after=replace(before, needs_review=flagged, reviewed=True),
                        now=self.clock(),
                    )

    @rule(batch=batches)
    def cancel_items(self, batch: str) -> None:
        self.programs[0].cancel_items([item.id for item in self.programs[0].items(batch)][:2])

    @rule(program=st.integers(0, 1))
    def die_and_start_again(self, program: int) -> None:
        self.dead.add(self.programs[program].owner.id)
        self.programs[program] = self._program()

    @rule(program=st.integers(0, 1))
    def recover(self, program: int) -> None:
        self.programs[program].recover()
        with self.database.reading() as session:
            assert not items.running_owners(session) & self.dead

    @rule(seconds=st.floats(0, 40))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @invariant()
    def only_allowed_changes(self) -> None:
        with self.database.reading() as session:
            changes = session.all("SELECT item_id, old, new FROM changes")
        for change in changes:
            assert ItemState(change["new"]) in ALLOWED_CHANGES[ItemState(change["old"])], tuple(change)

    @invariant()
    def summaries_are_derived(self) -> None:
        program = self.programs[0]
        for summary in program.batches():
            states = [item.state for item in program.items(summary.id)]
            assert {s: n for s, n in summary.counts.items() if n} == {s: states.count(s) for s in set(states)}
            assert summary == program.batch(summary.id)
            assert summary.state.terminal == all(state.terminal for state in states)

    @invariant()
    def results_belong_to_ended_items(self) -> None:
        for summary in self.programs[0].batches():
            for result in self.programs[0].results(summary.id):
                good = result.item.state in (ItemState.COMPLETED, ItemState.NEEDS_REVIEW)
                assert (result.extraction is not None) == good
                assert (result.item.error_code is not None) == (result.item.state is ItemState.FAILED)

    @invariant()
    def no_attempt_is_finished_twice(self) -> None:
        assert all(times == 1 for times in self.done.values())


TestQueueMachine = QueueMachine.TestCase
TestQueueMachine.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("old", ItemState)
@pytest.mark.parametrize("new", ItemState)
def test_the_database_itself_refuses_other_changes(database: Database, old: ItemState, new: ItemState) -> None:
    with database.transaction() as session:
        session.execute(
            "INSERT INTO template_versions (template_id, version, name, body, body_sha256, created_at)"
            " VALUES ('t', 1, 't', '{}', '', 0)"
        )
        session.execute(
            "INSERT INTO batches (id, name, template_version_id, review_threshold, tier, priority, metadata,"
            " request_sha256, created_at) VALUES ('b', 'b', 1, 0.5, 'standard', 0, '{}', '', 0)"
        )
        session.execute(
            "INSERT INTO items (id, batch_id, position, path, filename, metadata, priority, reuse, state)"
            " VALUES ('i', 'b', 0, '/f', 'f', '{}', 0, 1, 'pending')"
        )
        # Any state can be reached with the trigger out of the way; it is put back before the change that is tried.
        guard = session.value("SELECT sql FROM sqlite_master WHERE name = 'items_change_state'")
        session.execute("DROP TRIGGER items_change_state")
        put = (
            "UPDATE items SET state = :state, owner = CASE WHEN :state = 'running' THEN 'o' END,"
            " error_code = CASE WHEN :state = 'failed' THEN 'timeout' END"
        )
        session.execute(put, {"state": old.value})
        session.execute(guard)
    allowed = new is old or new in ALLOWED_CHANGES[old]
    try:
        with database.transaction() as session:
            session.execute(put, {"state": new.value})
    except sqlite3.IntegrityError:
        assert not allowed
    else:
        assert allowed


def test_an_item_begins_as_pending(database: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError), database.transaction() as session:
        session.execute(
            "INSERT INTO items (id, batch_id, position, path, filename, metadata, priority, reuse, state)"
            " VALUES ('i', 'b', 0, '/f', 'f', '{}', 0, 1, 'completed')"
        )


@pytest.mark.parametrize(
    ("states", "cancelled", "expected"),
    [
        ("pp", False, BatchState.PENDING),
        ("pr", False, BatchState.RUNNING),
        ("pc", False, BatchState.RUNNING),
        ("cc", False, BatchState.COMPLETED),
        ("cn", False, BatchState.COMPLETED),
        ("cf", False, BatchState.PARTIALLY_FAILED),
        ("cx", True, BatchState.PARTIALLY_FAILED),
        ("ff", False, BatchState.FAILED),
        ("ff", True, BatchState.FAILED),
        ("xx", True, BatchState.CANCELLED),
        ("fx", True, BatchState.CANCELLED),
    ],
)
def test_the_state_of_a_batch_follows_from_its_items(states: str, cancelled: bool, expected: BatchState) -> None:
    letters = {
        "p": ItemState.PENDING,
        "r": ItemState.RUNNING,
        "c": ItemState.COMPLETED,
        "n": ItemState.NEEDS_REVIEW,
        "f": ItemState.FAILED,
        "x": ItemState.CANCELLED,
    }
    counts = {state: states.count(letter) for letter, state in letters.items()}
    assert derive_batch_state(counts, cancel_requested=cancelled) is expected
