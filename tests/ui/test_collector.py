from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from docuextract_desktop.ui import collector
from docuextract_desktop.ui.collector import Collector


class Knot:
    """Refers to itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def made(qtbot: QtBot) -> Iterator[Collector]:
    started = Collector()
    started.start()
    started._timer.stop()  # the tests look themselves
    yield started
    started.stop()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def fill_up() -> list[list[int]]:
    """More objects than have Python begin to collect."""
    return [[number] for number in range(gc.get_threshold()[0] + 1_000)]


def test_what_nothing_refers_to_goes(made: Collector) -> None:
    gone = weakref.ref(Knot())
    assert gone() is not None
    kept = fill_up()
    made.look()
    assert gone() is None
    assert len(kept) > 700


def test_nothing_is_looked_at_before_that(made: Collector) -> None:
    made.look()
    waits = weakref.ref(Knot())
    made.look()
    assert waits() is not None


def test_great_numbers_are_set_aside_unseen(made: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "MOST_OBJECTS", 100)
    before = gc.get_freeze_count()
    waits = weakref.ref(Knot())
    kept = fill_up()
    made.look()
    assert gc.get_freeze_count() - before > len(kept)
    assert waits() is not None


def test_what_was_set_aside_is_looked_at_in_the_end(made: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = weakref.ref(Knot())
    gc.freeze()
    monkeypatch.setattr(collector, "ALL_AT_MOST_S", -1.0)
    monkeypatch.setattr(collector, "ALL_AT_LEAST_S", -1.0)
    kept = fill_up()
    made.look()
    assert gone() is None
    assert gc.get_freeze_count() > len(kept), "and what is in use is set aside again"
