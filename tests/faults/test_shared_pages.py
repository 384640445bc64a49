"""A long document in a real program: read by several lanes, it ends as when one lane reads it."""

from __future__ import annotations

from pathlib import Path

from kill_test import finish, make_documents, prepare, results


def test_a_long_document_read_by_three_lanes_is_that_read_by_one(tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    make_documents(documents, 0, long=1)
    for path in documents.iterdir():
        if not path.name.startswith("long"):
            path.unlink()  # so that the other lanes have nothing else to do
    found = []
    for lanes in (1, 3):
        home = tmp_path / f"{lanes} lanes"
        batch = prepare(home, documents, "invoice")
        finish(home, batch, lanes)
        found.append(results(home, batch))
        said = (home / "log" / "docuextract.log").read_text()
        if lanes == 1:
            assert "other lanes read" not in said
        else:
            assert "other lanes read" in said
    assert found[0] == found[1]
    items, pages = found[0]
    assert pages == 40
    (long,) = items
    assert long["state"] in ("completed", "needs_review")
