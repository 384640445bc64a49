from __future__ import annotations

import json
from pathlib import Path

from cli_program import TEMPLATE, Run


def test_list_names_shipped_and_own(run: Run, template_file: Path) -> None:
    assert run("templates", "import", template_file).lines == ["note"]
    lines = run("templates", "list").lines
    assert lines[0].split() == ["ID", "NAME", "VERSION", "FROM", "FIELDS", "DESCRIPTION"]
    assert lines[1].split()[:5] == ["note", "Note", "1", "own", "3"]
    assert any(line.startswith("receipt ") and "shipped" in line for line in lines)


def test_list_as_json(run: Run) -> None:
    listed = {entry["id"]: entry for entry in json.loads(run("templates", "list", "--json").out)}
    assert listed["receipt"]["shipped"] is True
    assert listed["receipt"]["problem"] is None
    assert "total" in listed["receipt"]["fields"]


def test_show_an_installed_one_and_a_file(run: Run, template_file: Path) -> None:
    assert run("templates", "show", "receipt").lines[0].startswith("Template   receipt, version ")
    lines = run("templates", "show", template_file).lines
    assert "number    id               note number" in lines
    assert "  amount  money            amount" in lines
    assert json.loads(run("templates", "show", template_file, "--json").out)["fields"][0] == TEMPLATE["fields"][0]  # type: ignore[index]


def test_labels_of_all_languages_fit_the_line(run: Run) -> None:
    lines = run("templates", "show", "receipt").lines
    assert max(map(len, lines[lines.index("") :])) < 100
    assert any(" more" in line for line in lines)


def test_check(run: Run, template_file: Path, tmp_path: Path) -> None:
    ended = run("templates", "check", template_file)
    assert (ended.code, ended.lines) == (0, [f"{template_file}: a valid template, note, with 3 fields."])
    bad = tmp_path / "bad.json"
    bad.write_text('{"id": "x", "name": "X", "fields": [{"name": "a", "type": "dat"}, {"name": "a", "type": "id"}]}')
    ended = run("templates", "check", bad)
    assert (ended.code, ended.out) == (2, b"")
    assert "fields[0].type" in ended.err
    assert run("templates", "check", tmp_path / "nothing.json").code == 2


def test_export_and_import_again(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "copy.json"
    ended = run("templates", "export", "receipt", "-o", target)
    assert (ended.code, ended.out) == (0, b"")
    assert json.loads(target.read_text("utf-8")) == json.loads(run("templates", "export", "receipt").out)
    assert run("templates", "check", target).code == 0


def test_delete_an_own_one_but_no_shipped_one(run: Run, template_file: Path) -> None:
    run("templates", "import", template_file)
    ended = run("templates", "delete", "note")
    assert (ended.code, ended.out, ended.err) == (0, b"", "Deleted note.\n")
    assert run("templates", "show", "note").code == 2
    assert run("templates", "delete", "note").code == 2
    assert run("templates", "delete", "receipt").code == 2


def test_new_version_on_a_changed_import(run: Run, template_file: Path) -> None:
    run("templates", "import", template_file)
    template_file.write_text(json.dumps({**TEMPLATE, "description": "changed"}))
    assert "version 2" in run("templates", "import", template_file).err
    earlier = json.loads(run("templates", "export", "note", "--version", "1").out)
    assert "description" not in earlier
