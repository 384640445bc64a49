from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from cli_program import Finished, Run, command, program

from docuextract_desktop.bootstrap import open_services
from docuextract_desktop.jobs.models import BatchRequest


def add_waiting(finished: Finished, template: Path) -> str:
    """A batch that nobody works on."""
    with open_services(finished.home) as services:
        files = services.queue.scan([finished.documents])
        return services.queue.create_batch(BatchRequest(files=files, template=str(template), name="Waiting"))


def test_list(finished: Finished, run: Run) -> None:
    header, line = run("batches", "list").lines
    assert header.split() == ["ID", "NAME", "STATE", "DONE", "REVIEW", "FAILED", "TEMPLATE", "CREATED"]
    assert line.startswith(f"{finished.batch_id}  May   partially_failed   3/3")


def test_list_as_json(finished: Finished, run: Run) -> None:
    (batch,) = json.loads(run("batches", "list", "--json").out)
    assert list(batch) == [
        "id", "name", "state", "template", "template_version", "total", "done", "counts", "pages_done",
        "review_threshold", "tier", "metadata", "created_at", "started_at", "completed_at",
    ]  # fmt: skip
    assert (batch["id"], batch["state"], batch["total"]) == (finished.batch_id, "partially_failed", 3)
    assert list(batch["counts"]) == ["pending", "running", "completed", "needs_review", "failed", "cancelled"]
    assert batch["counts"]["failed"] == 1


def test_list_of_nothing(run: Run) -> None:
    assert json.loads(run("batches", "list", "--json").out) == []
    assert len(run("batches", "list").lines) == 1


def test_show_names_every_document(finished: Finished, run: Run) -> None:
    shown = run("batches", "show", finished.batch_id).out.decode()
    assert "Name      May" in shown
    assert "notes/note 1.pdf" in shown
    assert "(unsupported_input)" in shown


def test_show_as_json(finished: Finished, run: Run) -> None:
    batch = json.loads(run("batches", "show", finished.batch_id, "--json").out)
    assert [d["filename"] for d in batch["documents"]] == ["notes/note 1.pdf", "notes/note 2.pdf", "notes/note 3.pdf"]
    assert batch["documents"][2]["error"]["code"] == "unsupported_input"
    assert "fields" not in batch["documents"][0]


@pytest.mark.parametrize("part", [slice(0, -1), slice(9, None), slice(9, 13)])
def test_part_of_an_id_is_enough(finished: Finished, run: Run, part: slice) -> None:
    assert run("batches", "show", finished.batch_id[part]).code == 0


def test_part_that_fits_two_batches_is_refused(finished: Finished, run: Run, template_file: Path) -> None:
    add_waiting(finished, template_file)
    ended = run("batches", "show", "2")
    assert ended.code == 2
    assert "may be any of 2 batches" in ended.err


@pytest.mark.parametrize("action", ["show", "export", "cancel", "retry", "run"])
def test_batch_that_does_not_exist(run: Run, action: str) -> None:
    ended = run("batches", action, "nothing")
    assert (ended.code, ended.out) == (2, b"")
    assert ended.err == "error: There is no batch 'nothing'. See `docuextract batches list`.\n"


def test_export_is_what_extract_gave(finished: Finished, run: Run, tmp_path: Path) -> None:
    target = tmp_path / "again.json"
    assert run("batches", "export", finished.batch_id).out == finished.ended.out
    assert run("batches", "export", finished.batch_id, "-o", target).code == 0
    assert target.read_bytes() == finished.ended.out


def test_export_as_workbook_and_as_proof(finished: Finished, run: Run, tmp_path: Path) -> None:
    assert run("batches", "export", finished.batch_id, "-o", tmp_path / "a.xlsx").code == 0
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["Documents", "lines", "Legend"]
    ended = run("batches", "export", finished.batch_id, "-o", tmp_path / "a.html")
    assert ended.code == 0
    assert (tmp_path / "a.html").read_text("utf-8").count("data:image/jpeg;base64,") >= 4


def test_proof_shows_no_place_of_a_file_that_was_changed(finished: Finished, run: Run, tmp_path: Path) -> None:
    changed = finished.documents / "note 1.pdf"
    before = changed.read_bytes()
    try:
        changed.write_bytes(before + b"\n")
        run("batches", "export", finished.batch_id, "-o", tmp_path / "a.html")
    finally:
        changed.write_bytes(before)
    html = (tmp_path / "a.html").read_text("utf-8")
    assert "The file was changed after it was read." in html


def test_export_does_not_replace_a_document(finished: Finished, run: Run) -> None:
    document = finished.documents / "note 1.pdf"
    ended = run("batches", "export", finished.batch_id, "-o", document, "--format", "json")
    assert ended.code == 2
    assert document.read_bytes().startswith(b"%PDF")


def test_cancel(finished: Finished, run: Run, template_file: Path) -> None:
    waiting = add_waiting(finished, template_file)
    ended = run("batches", "cancel", waiting)
    assert (ended.code, ended.out) == (0, b"")
    assert ended.err == f"Cancelled 3 documents of batch {waiting}.\n"
    assert json.loads(run("batches", "show", waiting, "--json").out)["state"] == "cancelled"
    assert run("batches", "cancel", waiting).err == f"Cancelled 0 documents of batch {waiting}.\n"


def test_retry_of_failed_and_of_cancelled(finished: Finished, run: Run, template_file: Path, tmp_path: Path) -> None:
    ended = program("batches", "retry", finished.batch_id, "--only", "failed", home=finished.home)
    assert (ended.code, ended.out) == (1, b"")
    assert "1 document of batch" in ended.err
    waiting = add_waiting(finished, template_file)
    run("batches", "cancel", waiting)
    ended = program("batches", "retry", waiting, "-q", "-o", tmp_path / "out.json", home=finished.home)
    assert ended.code == 1
    assert len(json.loads((tmp_path / "out.json").read_text())) == 3


def test_run_of_a_batch_that_has_ended_changes_nothing(finished: Finished, run: Run) -> None:
    ended = run("batches", "run", finished.batch_id, "--format", "json")
    assert ended.code == 1
    assert ended.out == finished.ended.out


def test_run_again_extracts_anew(finished: Finished, run: Run) -> None:
    ended = program("batches", "run", finished.batch_id, "--again", "-q", home=finished.home)
    assert (ended.code, ended.out) == (1, b"")
    batch = json.loads(run("batches", "show", finished.batch_id, "--json").out)
    assert batch["done"] == 3
    before = json.loads(finished.ended.out)
    assert batch["documents"][0]["completed_at"] > before[0]["completed_at"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
def test_reader_that_goes_away(finished: Finished) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            command("batches", "export", finished.batch_id),
            stdout=writer,
            stderr=subprocess.PIPE,
            env={**os.environ, "DOCUEXTRACT_HOME": str(finished.home)},
            timeout=60,
        )
    finally:
        os.close(writer)
    assert done.returncode == 141
    assert done.stderr == b""
