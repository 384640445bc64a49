from __future__ import annotations

from docuextract_desktop.review.models import Flag
from docuextract_desktop.ui.review.run import Run


def flags(*names: str) -> list[Flag]:
    """`a.total` is the field total of document a."""
    return [
        Flag("batch", name.split(".")[0], 0, "x.pdf", name.split(".")[1], 0.5, ("unsure",)) for name in names
    ]  # fmt: skip


def shown(run: Run) -> list[str]:
    return [f"{'.'.join(stop.key)}{'!' if stop.done else ''}" for stop in run]


def run_of(*names: str) -> Run:
    run = Run()
    run.merge(flags(*names))
    return run


def test_what_is_done_keeps_its_place() -> None:
    run = run_of("a.date", "a.total", "b.date")
    run.mark(("a", "total"), done=True)
    run.merge(flags("a.date", "b.date"))
    assert shown(run) == ["a.date", "a.total!", "b.date"]
    assert run.place_of(("b", "date")) == 2
    assert run.open_count() == 2


def test_new_flags_come_where_they_belong_and_cleared_ones_go() -> None:
    run = run_of("a.date", "b.date", "c.date")
    run.mark(("a", "date"), done=True)
    run.merge(flags("b.total", "c.date", "d.date"))
    assert [name for name in shown(run) if not name.endswith("!")] == ["b.total", "c.date", "d.date"]
    assert shown(run).index("a.date!") < shown(run).index("c.date")
    assert run.place_of(("b", "date")) is None


def test_done_ones_survive_the_last_flag() -> None:
    run = run_of("a.date", "b.date")
    run.mark(("a", "date"), done=True)
    run.mark(("b", "date"), done=True)
    run.merge([])
    assert shown(run) == ["a.date!", "b.date!"]
    assert run.following(("b", "date")) is None


def test_a_list_read_before_a_decision_does_not_open_it_again() -> None:
    run = run_of("a.date", "b.date")
    run.mark(("a", "date"), done=True)
    run.merge(flags("a.date", "b.date"), deciding={("a", "date")})
    assert shown(run) == ["a.date!", "b.date"]


def test_what_was_undone_is_open_again() -> None:
    run = run_of("a.date", "b.date")
    run.mark(("a", "date"), done=True)
    run.merge(flags("a.date", "b.date"))
    assert shown(run) == ["a.date", "b.date"]


def test_the_next_one_wraps_around_and_skips_what_is_done() -> None:
    run = run_of("a.date", "b.date", "c.date")
    run.mark(("b", "date"), done=True)
    following = run.following(("a", "date"))
    assert following is not None
    assert following.key == ("c", "date")
    wrapped = run.following(("c", "date"))
    assert wrapped is not None
    assert wrapped.key == ("a", "date")
    back = run.following(("c", "date"), -1)
    assert back is not None
    assert back.key == ("a", "date")


def test_from_an_unflagged_value_one_goes_to_the_flagged_of_its_document_first() -> None:
    run = run_of("a.date", "b.date", "b.total")
    following = run.following(("b", "company"))
    assert following is not None
    assert following.key == ("b", "date")
    elsewhere = run.following(("z", "date"))
    assert elsewhere is not None
    assert elsewhere.key == ("a", "date")


def test_the_documents_to_fetch_ahead_are_the_next_open_ones() -> None:
    run = run_of("a.date", "b.date", "b.total", "c.date", "d.date")
    run.mark(("c", "date"), done=True)
    assert run.documents_after(("a", "date"), 2) == ["b", "d"]
    assert run.documents_after(("d", "date"), 2) == ["a", "b"]
    assert run.documents() == ["a", "b", "c", "d"]
