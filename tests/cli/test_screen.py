from __future__ import annotations

import io
from dataclasses import replace

import pytest

from docuextract_desktop.cli.progress import Progress
from docuextract_desktop.cli.running import exit_code_of, summary_line
from docuextract_desktop.cli.screen import duration, plain, table, width
from docuextract_desktop.errors import ExitCode
from docuextract_desktop.jobs.models import BatchState, BatchSummary, ItemState

BATCH = BatchSummary(
    id="b",
    name="B",
    template_id="t",
    template_name="T",
    template_version=1,
    state=BatchState.RUNNING,
    counts={ItemState.PENDING: 10},
    created_at=0.0,
    started_at=0.0,
    ended_at=None,
    pages_done=0,
    review_threshold=0.85,
    tier="standard",
    metadata={},
)


def at(done: int, failed: int = 0, total: int = 10) -> BatchSummary:
    counts = {ItemState.COMPLETED: done - failed, ItemState.FAILED: failed, ItemState.PENDING: total - done}
    return replace(BATCH, counts=counts, pages_done=2 * done)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_lines_every_few_seconds_where_there_is_no_terminal() -> None:
    stream, clock = io.StringIO(), Clock()
    progress = Progress(stream, clock=clock)
    for second, done in ((0, 0), (1, 1), (6, 3), (7, 4), (60, 10), (61, 10)):
        clock.now = second
        progress(at(done, failed=min(done, 1)))
    progress.end()
    assert stream.getvalue().splitlines() == [
        "0 of 10 documents",
        "3 of 10 documents, 1 failed, 60 pages a minute, about 14 s left",
        "10 of 10 documents, 1 failed, 20 pages a minute",
    ]


def test_bar_on_a_terminal_that_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, clock=clock)
    progress(at(0))
    clock.now = 0.2
    progress(at(5))
    progress.end()
    frames = stream.getvalue().split("\r\x1b[K")
    assert frames[1:] == [
        "  0 % [..............................] 0 of 10 documents",
        " 50 % [###############...............] 5 of 10 documents",
        "",
    ]


@pytest.mark.parametrize("columns", [1, 10, 30, 200])
def test_bar_never_breaks_the_line(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    stream = Terminal()
    Progress(stream)(at(5, failed=2))
    assert len(stream.getvalue().split("\r\x1b[K")[1]) < max(columns, 1)


def test_quiet_says_nothing() -> None:
    stream = Terminal()
    progress = Progress(stream, quiet=True)
    progress(at(0))
    progress(at(10))
    progress.end()
    assert stream.getvalue() == ""


def test_resumed_batch_counts_only_this_run_for_its_rate() -> None:
    stream, clock = io.StringIO(), Clock()
    progress = Progress(stream, clock=clock)
    progress(at(8))
    clock.now = 60
    progress(at(9))
    assert stream.getvalue().splitlines()[-1] == "9 of 10 documents, 2 pages a minute, about 1 min 0 s left"


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ({ItemState.COMPLETED: 2}, ExitCode.OK),
        ({ItemState.COMPLETED: 1, ItemState.NEEDS_REVIEW: 1}, ExitCode.OK),
        ({ItemState.COMPLETED: 1, ItemState.FAILED: 1}, ExitCode.SOME_FAILED),
        ({ItemState.COMPLETED: 1, ItemState.CANCELLED: 1}, ExitCode.SOME_FAILED),
        ({ItemState.FAILED: 1, ItemState.CANCELLED: 1}, ExitCode.SOME_FAILED),
        ({ItemState.FAILED: 2}, ExitCode.ALL_FAILED),
    ],
)
def test_exit_codes(counts: dict[ItemState, int], code: ExitCode) -> None:
    assert exit_code_of(replace(BATCH, counts=counts)) is code


def test_summary() -> None:
    batch = replace(BATCH, counts={ItemState.COMPLETED: 1_200, ItemState.FAILED: 1}, ended_at=95.0)
    assert summary_line(batch) == "Batch b: 1,201 documents, 1,200 completed, 1 failed. It took 1 min 35 s."


def test_table_is_aligned_and_harmless() -> None:
    rows = [("a", "1"), ("日本", "22"), ("e\N{COMBINING ACUTE ACCENT}\x1b[31m\n\u202e", "333")]
    lines = list(table(("NAME", "N"), rows, ("<", ">")))
    assert lines == [
        "NAME                 N",
        "a                    1",
        "日本                22",
        "e\N{COMBINING ACUTE ACCENT}\\x1b[31m\\n\\u202e  333",
    ]
    assert len({width(line) for line in lines}) == 1


def test_plain_keeps_letters_of_all_languages() -> None:
    assert plain("Rechnung März – 請求書 №5") == "Rechnung März – 請求書 №5"
    assert plain(b"caf\xe9".decode("utf-8", "surrogateescape")) == "caf\\udce9"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.4, "0 s"), (59.4, "59 s"), (60, "1 min 0 s"), (601, "10 min"), (3_600, "1 h 0 min"), (90_000, "25 h 0 min")],
)
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown
