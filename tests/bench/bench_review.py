"""What reviewing costs a person: keys, waiting, and what one correction does to the rest of the batch.

    python tests/bench/bench_review.py [--corpus DIR] [--template FILE] [--documents 60] [--pause 0.5] [--most 60]

Extracts documents of a corpus with true values (`truth.jsonl`) in a home of its own, opens the real review screen on
them, and reviews by key events as a person who knows the truth would: Enter where the value is right, N where the
document has none, Alt+digit where the right one is offered, else typing it. Prints

* keys per flagged value (a key with Alt or Shift held counts as one);
* from the key to the next value drawn on the screen, with the share of pages that were at hand then;
* from a decision to the batch proposed anew, by what the decision was;
* the longest time for which the event loop stood still meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from docuextract_desktop.bootstrap import open_services
from docuextract_desktop.jobs.models import BatchRequest
from docuextract_desktop.jobs.runner import Runner, run_batch
from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types import type_of
from docuextract_desktop.ui import tasks, theme
from docuextract_desktop.ui.collector import Collector
from docuextract_desktop.ui.context import Context, WindowState
from docuextract_desktop.ui.feed import Feed
from docuextract_desktop.ui.immortal import protect_constants
from docuextract_desktop.ui.review.desk import ReviewDesk
from docuextract_desktop.ui.shell.screens import Screens
from docuextract_desktop.ui.shell.window import MainWindow

ROOT = Path(__file__).resolve().parent.parent.parent
PROBE_MS = 10
NONE, ALT, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


class Probe(QObject):
    """Notes how long the event loop stood still, in milliseconds beyond the timer's interval."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(PROBE_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self._last = time.perf_counter()
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append((now - self._last) * 1000 - PROBE_MS)
        self._last = now


def wait(seconds: float) -> None:
    """Let the event loop turn. (`QTest.qWait` holds Python's lock, so that nothing else would.)"""
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


class Person:
    """Reviews what the desk shows, knowing the truth."""

    def __init__(self, desk: ReviewDesk, truth: dict[str, dict[str, Any]], pause_s: float) -> None:
        self.desk, self.truth, self.pause_s = desk, truth, pause_s
        self.keys: list[int] = []
        self.waits_ms: dict[str, list[float]] = {"accept": [], "N": [], "offered": [], "typed": []}
        self.at_hand = 0
        self.learnt_ms: dict[str, list[float]] = {"accept": [], "N": [], "offered": [], "typed": []}
        self.proposed: list[int] = []
        self._decided: tuple[float, str] | None = None
        self._last_key = 0.0
        desk.learner.busy.connect(self._busy)
        desk.learner.reproposed.connect(lambda made: self.proposed.append(made.values_changed))

    def _busy(self, busy: bool) -> None:
        if not busy and self._decided is not None:
            began, how = self._decided
            self.learnt_ms[how].append((time.perf_counter() - began) * 1000)
            self._decided = None

    def decide(self) -> bool:
        """Decide about the value that is shown; false where nothing is left."""
        desk = self.desk
        if desk.run.open_count() == 0:
            return False
        before = desk.current()
        if desk.run.place_of(before) is None:
            desk.step_flag(1)
            return True
        pressed, how = self._choose()
        began = time.perf_counter()
        self._decided = (began, how)
        for event_key, held, text in pressed:
            self._press(event_key, held, text)
        until = time.perf_counter() + 5
        while desk.current() == before and desk.run.open_count() and time.perf_counter() < until:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        desk.window().repaint()
        self.waits_ms[how].append((time.perf_counter() - self._last_key) * 1000)
        self.at_hand += desk.pane.canvas.has_picture()
        self.keys.append(len(pressed))
        wait(self.pause_s)
        return True

    def _press(self, key: Qt.Key, held: Qt.KeyboardModifier, text: str) -> None:
        self._last_key = time.perf_counter()
        if held == ALT:
            QTest.keyClick(self.desk.card.edit, key, held)
            return
        for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
            QApplication.sendEvent(self.desk.card.edit, QKeyEvent(kind, key, held, text))

    def _choose(self) -> tuple[list[tuple[Qt.Key, Qt.KeyboardModifier, str]], str]:
        enter = (Qt.Key.Key_Return, NONE, "\r")
        target = self.desk.target()
        item_id, field = self.desk.current()
        opened = self.desk.documents.get(item_id)
        if target is None or opened is None or target.is_table:
            return [enter], "accept"
        wanted = self.truth.get(Path(opened.item.filename).name, {}).get(field)
        if field not in self.truth.get(Path(opened.item.filename).name, {}):
            return [enter], "accept"
        if wanted is None:
            return ([enter], "accept") if target.value.value is None else ([(Qt.Key.Key_N, NONE, "n")], "N")
        kind = type_of(target.entry.field)
        locale = opened.template.locale if opened.template.locale.dates != "auto" else Locale(dates="month-first")

        def same(value: str | None) -> bool:
            parsed = kind.parse(wanted, locale)
            return value is not None and parsed is not None and kind.same(parsed.value, value)

        if same(target.value.value):
            return [enter], "accept"
        for number, choice in enumerate(target.choices):
            parsed = kind.parse(choice.text, locale)
            if parsed is not None and same(parsed.value):
                return [(Qt.Key(int(Qt.Key.Key_1) + number), ALT, "")], "offered"
        letters = [(Qt.Key.Key_unknown, SHIFT if c.isupper() else NONE, c) for c in wanted]
        return [*letters, enter], "typed"


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "data" / "adbuy")
    parser.add_argument("--template", default=str(ROOT / "tests" / "bench" / "templates" / "adbuy.json"))
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--most", type=int, default=60, help="values to review at most")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds that a person looks at a value")
    parser.add_argument("--home", type=Path, help="a data folder whose newest batch is reviewed, instead of extracting")
    given = parser.parse_args()
    if not given.corpus.is_dir():
        print(f"there is no folder {given.corpus}", file=sys.stderr)
        return 2
    lines = (given.corpus / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    truth = {line["filename"]: line["fields"] for line in map(json.loads, lines)}
    protect_constants()
    application = QApplication(sys.argv[:1])
    theme.Theme(application, "light")
    with tempfile.TemporaryDirectory(prefix="bench-review-") as folder:
        services = open_services(given.home or Path(folder))
        if given.home is None:
            paths = [given.corpus / name for name in sorted(truth)[: given.documents]]
            files = services.queue.scan(paths)
            batch_id = services.queue.create_batch(BatchRequest(files=files, template=given.template))
            run_batch(services, batch_id, on_progress=lambda _: None, interrupted=lambda: False)
        batch = services.queue.batches()[0]
        runner = Runner(services.queue)
        window = MainWindow()
        feed = Feed(services.queue)
        runner.events.connect(feed.knock)
        context = Context(services, runner, feed, WindowState(services.home), window.toast.say)
        screens = Screens(window, context)
        sys.setswitchinterval(0.001)
        collector = Collector()
        collector.start()
        window.resize(1400, 900)
        window.show()
        feed.start()
        runner.start()
        screens.open_review(batch.id)
        wait(3)
        desk = screens.review_view.desk
        flagged = len(desk.run)
        probe = Probe()
        person = Person(desk, truth, given.pause)
        probe.start()
        while len(person.keys) < given.most and person.decide():
            pass
        wait(3)
        report(person, probe, flagged, batch.total)
        screens.stop()
        feed.stop()
        tasks.wait_until_idle(30_000)
        runner.stop()
        tasks.stop()
        collector.stop()
        window.hide()
        services.close()
    return 0


def report(person: Person, probe: Probe, flagged: int, documents: int) -> None:
    """Print the figures."""
    decided = len(person.keys)
    print(f"{documents} documents, {flagged} values flagged at first, {decided} decided about")
    if not decided:
        return
    how = ", ".join(f"{name} {len(waits)}" for name, waits in person.waits_ms.items())
    mean, middle = statistics.fmean(person.keys), statistics.median(person.keys)
    print(f"keys per flagged value: {mean:.2f} (median {middle:.0f}; {how})")
    for name, waits in person.waits_ms.items():
        print_times(f"key to next value drawn, {name}", waits)
    print(f"page at hand when its value was shown: {person.at_hand} of {decided}")
    for name, took in person.learnt_ms.items():
        print_times(f"decision to batch proposed anew, {name}", took)
    changed = [n for n in person.proposed if n]
    print(f"values proposed anew: {sum(changed)} by {len(changed)} of {decided} decisions")
    gaps = sorted(probe.gaps)
    print(f"event loop stood still: longest {gaps[-1]:.0f} ms, 99.9 % below {gaps[int(len(gaps) * 0.999) - 1]:.0f} ms")


def print_times(title: str, times_ms: list[float]) -> None:
    """A line of figures, where there are any."""
    if times_ms:
        print(f"{title}: median {statistics.median(times_ms):.0f} ms, longest {max(times_ms):.0f} ms")


if __name__ == "__main__":
    sys.exit(main())
