from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_program import Finished, Run, command, names, program, write_notes

from docuextract_desktop.cli.interruption import Interruption


def test_a_batch_with_one_bad_document_ends_with_1(first_run: Finished) -> None:
    assert first_run.ended.code == 1


def test_result_goes_to_standard_output_and_nothing_else(first_run: Finished) -> None:
    documents = json.loads(first_run.ended.out)
    assert [d["filename"] for d in documents] == ["notes/note 1.pdf", "notes/note 2.pdf", "notes/note 3.pdf"]
    assert [d["status"] in ("completed", "needs_review") for d in documents] == [True, True, False]
    totals = [{f["name"]: f["value"] for f in d["fields"]}.get("total") for d in documents]
    assert totals == ["1.50", "2.50", None]
    assert {d["metadata"]["client"] for d in documents} == {"7"}


def test_progress_and_failures_go_to_standard_error(first_run: Finished) -> None:
    err = first_run.ended.err
    assert f"Batch {first_run.batch_id}: 3 documents, template note." in err
    assert "3 of 3 documents" in err
    assert "failed: notes/note 3.pdf: " in err
    assert "(unsupported_input)" in err
    assert "\r" not in err
    assert "Traceback" not in err
    assert "Warning" not in err


def test_written_to_a_file_and_quietly(tmp_path: Path, template_file: Path) -> None:
    notes = write_notes(tmp_path / "notes", 2)
    target = tmp_path / "out" / "notes.csv"
    target.parent.mkdir()
    target.write_text("replaced, as -o of other programs does")
    ended = program("extract", *notes, "-t", template_file, "-o", target, "-q", home=tmp_path / "home")
    assert (ended.code, ended.out) == (0, b"")
    assert ended.err.splitlines() == [f"Wrote 2 documents to {target}, {target.with_name('notes.lines.csv')}."]
    assert names(target.parent) == ["notes.csv", "notes.lines.csv"]
    assert target.read_text("utf-8-sig").count("\n") == 3


def test_all_failed_ends_with_3(tmp_path: Path, template_file: Path) -> None:
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"")
    ended = program("extract", bad, "-t", template_file, "--format", "csv", home=tmp_path / "home")
    assert ended.code == 3
    assert b"bad.pdf" in ended.out
    assert "Tables are left out (lines)" in ended.err


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_interrupted_with_130_and_resumed_without_loss(tmp_path: Path, template_file: Path) -> None:
    home, target = tmp_path / "home", tmp_path / "out.json"
    notes = write_notes(tmp_path / "notes", 25)
    process = subprocess.Popen(
        command("extract", tmp_path / "notes", "-t", template_file, "-o", target, "--workers", "1"),
        env={**os.environ, "DOCUEXTRACT_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    first = process.stderr.readline()
    assert first.startswith("Batch ")
    process.stderr.readline()  # "0 of 25 documents": the work begins, and the signal is caught from here on
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert not target.exists()
    batch_id = first.split()[1].rstrip(":")
    assert f"Go on with: docuextract batches run {batch_id} -o {target}" in err
    assert "Traceback" not in err

    ended = program("batches", "run", batch_id, "-o", target, home=home)
    assert ended.code == 0
    documents = json.loads(target.read_text())
    assert [d["filename"] for d in documents] == [f"notes/{path.name}" for path in notes]
    assert {d["status"] for d in documents} <= {"completed", "needs_review"}


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_second_interrupt_kills() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interruption() as interruption:
        assert not interruption.asked()
        os.kill(os.getpid(), signal.SIGINT)
        assert interruption.asked()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ignored_signals_stay_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interruption():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def refused(run: Run, *arguments: str | Path) -> str:
    """What is said about a request that is refused; nothing may have been started."""
    ended = run("extract", *arguments)
    assert (ended.code, ended.out) == (2, b"")
    assert ended.err.startswith("error: ")
    assert run("batches", "list").out.count(b"\n") == 1
    return ended.err


def test_requests_that_are_refused(run: Run, tmp_path: Path, template_file: Path) -> None:
    note = write_notes(tmp_path / "notes", 1)[0]
    empty = tmp_path / "empty"
    empty.mkdir()
    good = (note, "-t", template_file)
    assert "Missing argument 'PATH...'" in refused(run, "-t", "invoice")
    assert "Missing option '-t'" in refused(run, note)
    assert "There is no file or folder" in refused(run, tmp_path / "nothing", "-t", "invoice")
    assert "There is no document in this batch" in refused(run, empty, "-t", "invoice")
    assert "There is no template 'nothing'" in refused(run, note, "-t", "nothing")
    assert "is not of the form KEY=VALUE" in refused(run, *good, "--metadata", "x")
    assert "'3-1'" in refused(run, *good, "--pages", "3-1")
    assert "--review-threshold" in refused(run, *good, "--review-threshold", "2")
    assert "--workers" in refused(run, *good, "--workers", "0")
    assert "cannot be told from its name" in refused(run, *good, "-o", tmp_path / "out.doc")
    assert "is a folder" in refused(run, *good, "-o", tmp_path)
    assert "There is no folder" in refused(run, *good, "-o", tmp_path / "no" / "out.json")
    assert "is not one of" in refused(run, *good, "--format", "pdf")
    assert "would be replaced" in refused(run, *good, "-o", note, "--format", "json")
    assert note.read_bytes().startswith(b"%PDF")


def test_template_with_mistakes_names_their_places(run: Run, tmp_path: Path) -> None:
    note = write_notes(tmp_path / "notes", 1)[0]
    bad = tmp_path / "bad.json"
    bad.write_text('{"id": "x", "name": "X", "fields": [{"name": "a", "type": "dat"}]}')
    assert "fields[0].type" in refused(run, note, "-t", bad)


def test_same_key_same_request_same_batch(tmp_path: Path, template_file: Path, run: Run, home: Path) -> None:
    notes = write_notes(tmp_path / "notes", 2)
    once = ("extract", *notes[:1], "-t", template_file, "-q", "--idempotency-key", "k")
    first, second = program(*once, home=home), program(*once, home=home)
    assert (first.code, second.code) == (0, 0)
    assert first.out == second.out
    other = run("extract", *notes, "-t", template_file, "--idempotency-key", "k")
    assert other.code == 2
    assert "was used for another request" in other.err


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs /dev/stdout")
def test_devices_and_pipes_are_written_to_and_not_replaced(finished: Finished) -> None:
    ended = program("batches", "export", finished.batch_id, "-o", "/dev/stdout", "--format", "json", home=finished.home)
    assert ended.code == 0
    assert json.loads(ended.out) == json.loads(finished.ended.out)
    assert Path("/dev/stdout").exists()
