from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_program import Run, program, write_notes

from docuextract_desktop.cli.learn import read_truth
from docuextract_desktop.errors import RequestError


def write_truth(path: Path, told: dict[str, dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps({"filename": n, "fields": fields}) + "\n" for n, fields in told.items()))
    return path


def test_what_is_told_is_confirmed_and_learnt(tmp_path: Path, template_file: Path, run: Run, home: Path) -> None:
    notes = write_notes(tmp_path / "notes", 4)
    truth = write_truth(
        tmp_path / "truth.jsonl",
        {
            "note 1.pdf": {"number": "N-0001", "total": 1.5, "colour": "red", "lines": None},
            "note 2.pdf": {"number": None, "total": "2,000.75"},
            "note 9.pdf": {"number": "N-0009"},
            "note 3.pdf": {"total": "3.50"},
        },
    )
    ended = program("learn", *notes, "-t", template_file, "--truth", truth, "-q", home=home)
    assert (ended.code, ended.out) == (0, b"")
    said = ended.err.splitlines()
    assert said[0] == "Not single fields of the template note, passed over: colour, lines."
    assert said[1].startswith("warning: note 2.pdf: Total: “2,000.75” was not found on the document")
    assert said[2].startswith("contradiction: Number: “note 1.pdf” and “note 2.pdf” look alike")
    assert said[-1].startswith("Learnt 3 documents, 5 fields: ")
    assert said[-1].endswith("The template note knows 3 documents now.")

    (batch,) = json.loads(run("batches", "list", "--json").out)
    assert (batch["name"], batch["total"]) == ("Taught: Note", 3)
    documents = json.loads(run("batches", "export", batch["id"]).out)
    fields = [{f["name"]: f for f in d["fields"]} for d in documents]
    assert [f["number"]["value"] for f in fields[:2]] == ["N-0001", None]
    assert [f["total"]["value"] for f in fields] == ["1.50", "2000.75", "3.50"]
    assert [f["total"]["reviewed"] for f in fields] == [True, True, True]
    assert [f["number"]["reviewed"] for f in fields] == [True, True, False]
    assert fields[0]["total"]["source"]["page"] == 1
    assert fields[1]["total"]["source"] is None
    assert fields[1]["total"]["reasons"]
    assert not any(f[name]["needs_review"] for f in fields for name in f if f[name]["reviewed"])


def test_learning_again_replaces_what_was_learnt(tmp_path: Path, template_file: Path, home: Path) -> None:
    notes = write_notes(tmp_path / "notes", 2)
    told: dict[str, dict[str, Any]] = {path.name: {"number": f"N-000{n}"} for n, path in enumerate(notes, start=1)}
    truth = write_truth(tmp_path / "truth.jsonl", told)
    for documents in (notes[:1], notes, notes):
        ended = program("learn", *documents, "-t", template_file, "--truth", truth, "-q", home=home)
        assert ended.code == 0
        assert ended.err.strip().endswith(f"knows {len(documents)} document{'s' * (len(documents) > 1)} now.")


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[]",
        '{"filename": "a.pdf"}',
        '{"fields": {}}',
        '{"filename": "a.pdf", "fields": []}',
        '{"filename": "a.pdf", "fields": {"x": []}}',
        '{"filename": ["a.pdf"], "fields": {}}',
    ],
)
def test_line_that_is_not_of_the_form_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "truth.jsonl"
    path.write_text(f'{{"filename": "b.pdf", "fields": {{}}}}\n\n{line}\n')
    with pytest.raises(RequestError, match=r"^Line 3 of "):
        read_truth(path)


def test_values_may_be_any_plain_json(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"filename": "a", "fields": {"a": 1.5, "b": true, "c": null, "d": "x", "e": 7}}\r\n')
    assert read_truth(path) == {"a": {"a": "1.5", "b": "true", "c": None, "d": "x", "e": "7"}}


def test_requests_that_are_refused(tmp_path: Path, template_file: Path, run: Run) -> None:
    note = write_notes(tmp_path / "notes", 1)[0]
    others = write_truth(tmp_path / "others.jsonl", {"other.pdf": {"total": "1"}})
    fields = write_truth(tmp_path / "fields.jsonl", {note.name: {"colour": "red"}})
    for truth, said in (
        (others, "None of these documents has a line in"),
        (fields, "None of the fields in"),
        (tmp_path / "nothing.jsonl", "does not exist"),
        (note, "is not of the form of a truth file"),
    ):
        ended = run("learn", note, "-t", template_file, "--truth", truth)
        assert (ended.code, ended.out) == (2, b"")
        assert said in ended.err
    assert json.loads(run("batches", "list", "--json").out) == []
