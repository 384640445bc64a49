"""`docuextract backup` and `docuextract restore`, also where the database is damaged or newer than the program."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from cli_program import Finished, Run

from docuextract_desktop.bootstrap import open_services
from docuextract_desktop.errors import ExitCode
from docuextract_desktop.storage.opening import DATABASE_NAME


def batches(run: Run) -> list[str]:
    return [batch["id"] for batch in json.loads(run("batches", "list", "--json").out)]


def copies(run: Run) -> list[str]:
    return [copy["path"] for copy in json.loads(run("backup", "--list", "--json").out)]


def test_a_copy_in_the_data_folder_brings_back_what_was_deleted(run: Run, finished: Finished) -> None:
    made = run("backup")
    assert (made.code, made.out) == (0, b"")
    (copy,) = copies(run)
    assert copy in made.err
    assert run("purge", "--all", "-y").code == 0
    assert batches(run) == []
    assert copies(run) == [copy], "a copy that a person made stays"
    restored = run("restore", copy)
    assert restored.code == 0
    assert "What stood there before is kept" in restored.err
    assert batches(run) == [finished.batch_id]
    assert run("batches", "export", finished.batch_id).code == 0
    assert run("backup", "--list").lines[0].split() == ["MADE", "SIZE", "FILE"]
    assert len(copies(run)) == 2


def test_a_copy_goes_where_it_is_told_and_replaces_nothing_unasked(
    run: Run, finished: Finished, tmp_path: Path
) -> None:
    target = tmp_path / "copy.db"
    assert run("backup", "-o", target).code == 0
    first = target.read_bytes()
    refused = run("backup", "-o", target)
    assert refused.code == ExitCode.BAD_REQUEST
    assert "exists already" in refused.err
    assert target.read_bytes() == first
    assert run("backup", "-o", target, "--force").code == 0
    assert run("backup", "-o", tmp_path).code == ExitCode.BAD_REQUEST
    assert run("backup", "-o", tmp_path / "no" / "copy.db").code == ExitCode.STORAGE_UNAVAILABLE
    assert [path.name for path in tmp_path.glob("*.db")] == ["copy.db"]


@pytest.mark.parametrize("fault", ["damaged", "not a database", "newer"])
def test_a_database_that_cannot_be_used_says_so_and_is_restored(run: Run, finished: Finished, fault: str) -> None:
    assert run("backup").code == 0
    (copy,) = copies(run)
    database = finished.home / DATABASE_NAME
    for beside in finished.home.glob(f"{DATABASE_NAME}-*"):
        beside.unlink()
    if fault == "newer":
        connection = sqlite3.connect(database)
        connection.execute("PRAGMA user_version=99")
        connection.close()
    elif fault == "damaged":
        data = bytearray(database.read_bytes())
        data[100:4096] = b"\xff" * 3996
        database.write_bytes(data)
    else:
        database.write_bytes(b"rubbish" * 1000)
    before = database.read_bytes()
    refused = run("batches", "list")
    assert refused.code == ExitCode.STORAGE_UNAVAILABLE
    assert ("newer version" if fault == "newer" else "damaged") in refused.err
    assert "docuextract restore" in refused.err
    ill = run("doctor")
    assert ill.code == 1
    assert b"backups" in ill.out
    assert copy.encode() in ill.out, "doctor says which copies there are"
    assert run("restore", copy).code == 0
    assert batches(run) == [finished.batch_id]
    kept = [Path(path) for path in copies(run) if Path(path).name.startswith("before-restore")]
    assert [path.read_bytes() for path in kept] == [before]


@pytest.mark.parametrize("fault", ["missing", "damaged", "newer"])
def test_a_copy_that_is_no_good_is_refused(run: Run, finished: Finished, tmp_path: Path, fault: str) -> None:
    copy = tmp_path / "copy.db"
    assert run("backup", "-o", copy).code == 0
    if fault == "missing":
        copy.unlink()
    elif fault == "newer":
        connection = sqlite3.connect(copy)
        connection.execute("PRAGMA user_version=99")
        connection.close()
    else:
        copy.write_bytes(copy.read_bytes()[:5000])
    assert run("restore", copy).code == ExitCode.STORAGE_UNAVAILABLE
    assert batches(run) == [finished.batch_id]


def test_nothing_is_restored_under_a_program_that_works(run: Run, finished: Finished) -> None:
    assert run("backup").code == 0
    (copy,) = copies(run)
    with open_services(finished.home) as services:
        services.queue.heartbeat()
        refused = run("restore", copy)
        assert refused.code == ExitCode.STORAGE_UNAVAILABLE
        assert "The program is working with this data folder." in refused.err
        services.queue.retire()
    assert run("restore", copy).code == 0


def test_doctor_says_where_copies_are(run: Run, finished: Finished) -> None:
    assert b"Backups: none" in run("doctor").out
    assert run("backup").code == 0
    (copy,) = copies(run)
    assert f"Backups: 1 in {Path(copy).parent}".encode() in run("doctor").out
