"""`docuextract watch`: adding, listing, changing, removing, and watching until told to stop."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from cli_program import Run, command, write_notes

from docuextract_desktop.bootstrap import open_services
from docuextract_desktop.errors import ExitCode


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


def listed(run: Run) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("watch", "list", "--json").out)
    return found


def test_a_folder_is_added_listed_changed_and_removed(run: Run, folder: Path) -> None:
    added = run("watch", "add", folder, "-t", "invoice", "--done", "done")
    assert (added.code, added.out) == (0, b"")
    assert f"Watching {folder}" in added.err
    assert "docuextract watch run" in added.err
    (found,) = listed(run)
    assert {name: found[name] for name in ("path", "template", "done_folder", "enabled", "taken", "trouble")} == {
        "path": str(folder),
        "template": "invoice",
        "done_folder": "done",
        "enabled": True,
        "taken": 0,
        "trouble": None,
    }
    assert run("watch", "change", folder, "--off", "-t", "receipt", "--done", "").code == 0
    (found,) = listed(run)
    assert (found["enabled"], found["template"], found["done_folder"]) == (False, "receipt", None)
    assert run("watch", "list").lines[1].endswith("off")
    assert run("watch", "remove", str(found["id"])).code == 0
    assert listed(run) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("watch", "add", "nowhere", "-t", "invoice"), "There is no folder"),
        (("watch", "add", ".", "-t", "nothing"), "nothing"),
        (("watch", "add", ".", "-t", "invoice", "--done", "../out"), "not the name of a subfolder"),
        (("watch", "change", "nowhere", "--off"), "is no watched folder"),
        (("watch", "remove", "nowhere"), "is no watched folder"),
        (("watch", "run"), "No folder is watched"),
    ],
)
def test_what_makes_no_sense_is_refused(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(folder)
    ended = run(*arguments)
    assert ended.code == ExitCode.BAD_REQUEST
    assert words in ended.err
    assert listed(run) == []


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_watching_takes_reads_and_moves_documents_until_a_signal_ends_it(
    run: Run, home: Path, folder: Path, tmp_path: Path, template_file: Path, number: signal.Signals
) -> None:
    run("templates", "import", template_file)
    assert run("watch", "add", folder, "-t", "note", "--done", "done").code == 0
    notes = write_notes(tmp_path / "notes", 3)
    shutil.copy(notes[0], folder)
    (folder / "no pdf.pdf").write_text("no PDF at all")
    (folder / "part.pdf.part").write_bytes(notes[1].read_bytes()[:50])
    with subprocess.Popen(
        command("watch", "run", "--workers", "1"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "DOCUEXTRACT_HOME": str(home)},
    ) as process:  # fmt: skip
        try:
            assert process.stderr is not None
            said = [process.stderr.readline()]
            while "1 failed" not in said[-1]:
                said.append(process.stderr.readline())
                assert said[-1], said
            shutil.copy(notes[2], folder / "sub.pdf")
            (folder / "part.pdf.part").write_bytes(notes[1].read_bytes())
            (folder / "part.pdf.part").rename(folder / "part.pdf")
            while "3 completed" not in said[-1] and "3 needs_review" not in said[-1]:
                said.append(process.stderr.readline())
                assert said[-1], said
            process.send_signal(number)
            out, rest = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0, rest
    assert out == ""
    assert said[0] == "Watching 1 folder. Stop with Ctrl+C.\n"
    assert rest.endswith("Stopped watching.\n")
    with open_services(home) as services:
        (found,) = services.folders.all()
        assert found.batch_id is not None
        assert found.holder is None
        states = {item.filename: (item.state.value, item.attempt) for item in services.queue.items(found.batch_id)}
        assert states["in/no pdf.pdf"] == ("failed", 1)
        assert len(states) == 4
        assert {attempt for _, attempt in states.values()} == {1}
    left = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert "no pdf.pdf" in left
