from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_program import Run, program, write_notes


@pytest.fixture(scope="module")
def learnt_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which three notes taught an installed template."""
    from cli_program import TEMPLATE

    folder = tmp_path_factory.mktemp("learnt")
    notes = write_notes(folder / "notes", 3)
    (folder / "note.json").write_text(json.dumps(TEMPLATE))
    told = [
        {"number": "N-0001", "total": "1.50"},
        {"number": None, "total": "2.50"},
        {"total": "99.99"},
    ]
    lines = [json.dumps({"filename": note.name, "fields": fields}) for note, fields in zip(notes, told, strict=True)]
    (folder / "truth.jsonl").write_text("\n".join(lines))
    home = folder / "home"
    assert program("templates", "import", folder / "note.json", home=home).code == 0
    assert program("learn", *notes, "-t", "note", "--truth", folder / "truth.jsonl", "-q", home=home).code == 0
    return home


@pytest.fixture
def taught(learnt_home: Path, home: Path) -> Path:
    import shutil

    shutil.copytree(learnt_home, home, dirs_exist_ok=True)
    return home


def test_taught_lists_documents_fields_and_contradictions(taught: Path, run: Run) -> None:
    ended = run("templates", "taught", "note")
    assert ended.lines[0].split()[:3] == ["DOCUMENT", "TAUGHT", "BY"]
    assert [line[:10] for line in ended.lines[1:]] == ["note 1.pdf", "note 2.pdf", "note 3.pdf"]
    assert "total" in ended.lines[3], "its place was not found"
    assert "contradiction: Number: " in ended.err
    assert "“N-0001” and not there" in ended.err
    found = json.loads(run("templates", "taught", "note", "--json").out)
    assert [one["filename"] for one in found["documents"]] == ["note 1.pdf", "note 2.pdf", "note 3.pdf"]
    first = found["documents"][0]
    assert [(f["name"], f["value"], f["place_found"], f["page"]) for f in first["fields"]] == [
        ("number", "N-0001", True, 1), ("total", "1.50", True, 1)
    ]  # fmt: skip
    assert found["documents"][2]["fields"][0]["place_found"] is False
    (contradiction,) = found["contradictions"]
    assert [d["value"] for d in contradiction["documents"]] == ["N-0001", None]


def test_forget_and_undo(taught: Path, run: Run) -> None:
    ended = run("templates", "forget", "note", "note 2.pdf")
    assert ended.err == "Taken back: 1 document. The template note learns from 2 documents now.\n"
    assert "contradiction" not in run("templates", "taught", "note").err
    assert "taken back" in run("templates", "taught", "note").lines[2]
    sha256 = json.loads(run("templates", "taught", "note", "--json").out)["documents"][1]["sha256"]
    ended = run("templates", "forget", "note", sha256[:10], "--undo")
    assert ended.err == "Taken up again: 1 document. The template note learns from 3 documents now.\n"
    ended = run("templates", "forget", "note", "other.pdf")
    assert (ended.code, ended.out) == (2, b"")
    assert "No document 'other.pdf' taught this template." in ended.err


def test_accuracy(taught: Path, run: Run) -> None:
    lines = run("templates", "accuracy", "note").lines
    assert lines[0].split()[:4] == ["VERSION", "FIELD", "KNOWN", "RIGHT"]
    assert "all, 3 documents" in lines[-1]
    (version,) = json.loads(run("templates", "accuracy", "note", "--json").out)["versions"]
    assert (version["version"], version["documents"]) == (1, 3)
    assert version["fields"]["total"]["known"] == 3
    assert version["fields"]["total"]["right"] == 2
    assert version["fields"]["lines"]["known"] == 0
    low, high = version["fields"]["total"]["share_right_95"]
    assert low < 2 / 3 < high
    assert "Nobody has reviewed" in run("templates", "accuracy", "receipt").err


def test_teaching_travels_with_the_template(taught: Path, run: Run, tmp_path: Path) -> None:
    target = tmp_path / "with.json"
    ended = run("templates", "export", "note", "--with-teaching", "-o", target)
    assert (ended.code, ended.out) == (0, b"")
    assert "It holds all words of 3 taught documents" in ended.err
    assert run("templates", "export", "note", "--with-teaching").out == target.read_bytes()
    elsewhere = tmp_path / "elsewhere"
    ended = program("templates", "import", target, home=elsewhere)
    assert (ended.code, ended.lines) == (0, ["note"])
    listed = json.loads(program("templates", "taught", "note", "--json", home=elsewhere).out)["documents"]
    assert [(one["filename"], one["imported"]) for one in listed] == [(f"note {n}.pdf", True) for n in (1, 2, 3)]
    plain = json.loads(target.read_bytes())
    plain["lessons"][0]["words"] = ["AAAA"]
    target.write_text(json.dumps(plain))
    ended = run("templates", "import", target)
    assert ended.code == 2
    assert "lessons[0].words[0]: not a blob of pages" in ended.err


def test_a_new_version_knows_what_the_old_one_was_taught(taught: Path, run: Run, tmp_path: Path) -> None:
    target = tmp_path / "note.json"
    run("templates", "export", "note", "-o", target)
    plain = json.loads(target.read_bytes()) | {"description": "changed"}
    target.write_text(json.dumps(plain))
    assert "version 2" in run("templates", "import", target).err
    found = json.loads(run("templates", "taught", "note", "--json").out)
    assert (found["version"], {one["template_version"] for one in found["documents"]}) == (2, {1})
