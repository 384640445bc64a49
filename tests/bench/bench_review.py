"""What reviewing costs a person: keys, waiting, and what one correction does to the rest of the batch.

    python tests/bench/bench_review.py [--corpus DIR] [--template FILE] [--documents 60] [--pause 0.5] [--most 60]
        [--only-wrong] [--prepared DIR] [--stacks]

Extracts documents of a corpus with true values (`truth.jsonl`) in a home of its own, opens the real review screen on
them, and reviews by key events as a person who knows the truth would: Enter where the value is right, N where the
document has none, Alt+digit where the right one is offered, else typing it. With `--only-wrong` the person steps over
what is right (F8), so that every decision is a correction. With `--prepared DIR` the documents are extracted once, into
DIR, and each run reviews a copy of it. Prints

* keys per flagged value (a key with Alt or Shift held counts as one);
* from the key to the next value drawn on the screen, with the share of pages that were at hand then;
* from the key to the batch proposed anew: of accepted values, and of corrections, those apart that changed values of
  other documents, with how many they changed;
* the longest times for which the event loop stood still, in which phase, and how much of each the window's thread was
  at work itself: the rest it waited, for Python's lock or the processor. `--stacks` says what it was at.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from docuextract_desktop.bootstrap import open_services
from docuextract_desktop.jobs.models import BatchRequest
from docuextract_desktop.jobs.runner import Runner, run_batch
from docuextract_desktop.review.models import Reproposal
from docuextract_desktop.templates.models import Locale
from docuextract_desktop.templates.types import type_of
from docuextract_desktop.ui import tasks, theme
from docuextract_desktop.ui.app import SWITCH_INTERVAL_S
from docuextract_desktop.ui.collector import Collector
from docuextract_desktop.ui.context import Context, WindowState
from docuextract_desktop.ui.feed import Feed
from docuextract_desktop.ui.immortal import protect_constants
from docuextract_desktop.ui.review.desk import ReviewDesk
from docuextract_desktop.ui.review.run import Key
from docuextract_desktop.ui.shell.screens import Screens
from docuextract_desktop.ui.shell.window import MainWindow

ROOT = Path(__file__).resolve().parent.parent.parent
PROBE_MS = 10
LATE_MS = 30
NONE, ALT, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


@dataclass(frozen=True, slots=True)
class Gap:
    """A time for which the event loop stood still.

    Attributes:
        late_ms: beyond the timer's interval. at_work_ms: processor time that the window's thread used meanwhile.
        phase: what the person and the program were at when it began.
    """

    late_ms: float
    at_work_ms: float
    phase: str


class Probe(QObject):
    """Notes how long the event loop stood still."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[Gap] = []
        self.phase = "waiting"
        self.last = time.perf_counter()
        self._worked = time.thread_time()
        self._phase = self.phase
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(PROBE_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self.last = time.perf_counter()
        self._worked = time.thread_time()
        self._phase = self.phase
        self._timer.start()

    def _tick(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.gaps.append(Gap((now - self.last) * 1000 - PROBE_MS, (worked - self._worked) * 1000, self._phase))
        self.last, self._worked, self._phase = now, worked, self.phase


class Stacks(threading.Thread):
    """Looks what all threads are at while the event loop stands still for longer than `LATE_MS`."""

    def __init__(self, probe: Probe) -> None:
        super().__init__(daemon=True)
        self._probe = probe
        self._main = threading.main_thread().ident
        self.over = threading.Event()

    def run(self) -> None:
        seen = 0.0
        while not self.over.wait(0.004):
            late = (time.perf_counter() - self._probe.last) * 1000 - PROBE_MS
            if late < LATE_MS or seen == self._probe.last:
                continue
            seen = self._probe.last
            print(f"--- late by {late:.0f} ms, {self._probe.phase}", file=sys.stderr)
            names = {thread.ident: thread.name for thread in threading.enumerate()}
            for number, frame in sys._current_frames().items():
                if number == threading.get_ident():
                    continue
                shown = traceback.extract_stack(frame)[-7 if number == self._main else -2 :]
                lines = " < ".join(f"{f.name} {Path(f.filename).name}:{f.lineno}" for f in reversed(shown))
                print(f"    {names.get(number, number)}: {lines}", file=sys.stderr)


class Painted(QObject):
    """Whether a widget was painted; what else had changed by then is drawn in the same go."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.seen = False
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        self.seen = self.seen or event.type() == QEvent.Type.Paint
        return False


def wait(seconds: float) -> None:
    """Let the event loop turn. (`QTest.qWait` holds Python's lock, so that nothing else would.)"""
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


@dataclass(slots=True)
class Made:
    """A decision: how it was made, and what came of it.

    Attributes:
        right: the value was right as it stood.
        learnt_ms: from the last key to the batch proposed anew; None where the next decision came before.
        changed: values of other documents that are other ones now. documents: how many documents these are of.
        cleared: values that want no look any more, though they stayed the same.
    """

    how: str
    keys: int
    right: bool
    shown_ms: float = 0.0
    learnt_ms: float | None = None
    changed: int = 0
    documents: int = 0
    cleared: int = 0


class Person:
    """Reviews what the desk shows, knowing the truth."""

    def __init__(
        self, desk: ReviewDesk, truth: dict[str, dict[str, Any]], pause_s: float, probe: Probe, *, only_wrong: bool
    ) -> None:
        self.desk, self.truth, self.pause_s, self.probe = desk, truth, pause_s, probe
        self.only_wrong = only_wrong
        self.made: list[Made] = []
        self.at_hand = 0
        self._learning: tuple[float, Made] | None = None
        self._last_key = 0.0
        self._painted = Painted(desk.position)  # it counts the values, so it is drawn anew for each
        desk.learner.busy.connect(self._busy)
        desk.learner.reproposed.connect(self._reproposed)

    def _busy(self, busy: bool) -> None:
        if busy:
            self.probe.phase = "learning"
            return
        self.probe.phase = "after learning"
        if self._learning is not None:
            began, made = self._learning
            made.learnt_ms = (time.perf_counter() - began) * 1000
            self._learning = None

    def _reproposed(self, reproposal: Reproposal) -> None:
        if self._learning is not None:
            made = self._learning[1]
            other = [c for c in reproposal.changes if c.before.value != c.after.value]
            made.changed, made.documents = len(other), len({c.item_id for c in other})
            made.cleared = reproposal.flags_cleared

    def decide(self) -> bool:
        """Decide about the value that is shown, or step over it; false where nothing is left."""
        desk = self.desk
        if desk.run.open_count() == 0:
            return False
        before = desk.current()
        if desk.run.place_of(before) is None:
            desk.step_flag(1)
            return True
        pressed, how, right = self._choose()
        if right and self.only_wrong:
            self.probe.phase = "stepping over what is right, as fast as can be"
            self._painted.seen = False
            desk.step_flag(1)
            self._until_other(before)
            self.probe.phase = "waiting"
            return True
        made = Made(how, len(pressed), right)
        self.probe.phase = "deciding"
        self._painted.seen = False
        for event_key, held, text in pressed:
            self._press(event_key, held, text)
        self._learning = (self._last_key, made)
        self._until_other(before)
        made.shown_ms = (time.perf_counter() - self._last_key) * 1000
        self.at_hand += desk.pane.canvas.has_picture()
        self.made.append(made)
        wait(self.pause_s)
        return True

    def _until_other(self, before: Key) -> None:
        desk = self.desk
        until = time.perf_counter() + 5
        while (desk.current() == before or not self._painted.seen) and time.perf_counter() < until:
            if not desk.run.open_count():
                return
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)

    def _press(self, key: Qt.Key, held: Qt.KeyboardModifier, text: str) -> None:
        self._last_key = time.perf_counter()
        if held == ALT:
            QTest.keyClick(self.desk.card.edit, key, held)
            return
        for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
            QApplication.sendEvent(self.desk.card.edit, QKeyEvent(kind, key, held, text))

    def _choose(self) -> tuple[list[tuple[Qt.Key, Qt.KeyboardModifier, str]], str, bool]:
        enter = (Qt.Key.Key_Return, NONE, "\r")
        target = self.desk.target()
        item_id, field = self.desk.current()
        opened = self.desk.documents.get(item_id)
        if target is None or opened is None or target.is_table:
            return [enter], "accept", True
        wanted = self.truth.get(Path(opened.item.filename).name, {}).get(field)
        if field not in self.truth.get(Path(opened.item.filename).name, {}):
            return [enter], "accept", True
        if wanted is None:
            if target.value.value is None:
                return [enter], "accept", True
            return [(Qt.Key.Key_N, NONE, "n")], "N", False
        kind = type_of(target.entry.field)
        locale = opened.template.locale if opened.template.locale.dates != "auto" else Locale(dates="month-first")

        def same(value: str | None) -> bool:
            parsed = kind.parse(wanted, locale)
            return value is not None and parsed is not None and kind.same(parsed.value, value)

        if same(target.value.value):
            return [enter], "accept", True
        for number, choice in enumerate(target.choices):
            parsed = kind.parse(choice.text, locale)
            if parsed is not None and same(parsed.value):
                return [(Qt.Key(int(Qt.Key.Key_1) + number), ALT, "")], "offered", False
        letters = [(Qt.Key.Key_unknown, SHIFT if c.isupper() else NONE, c) for c in wanted]
        return [*letters, enter], "typed", False


def extract(paths: list[Path], template: str, home: Path) -> None:
    """One batch of these documents, run to its end."""
    with open_services(home) as services:
        batch_id = services.queue.create_batch(BatchRequest(files=services.queue.scan(paths), template=template))
        run_batch(services, batch_id, on_progress=lambda _: None, interrupted=lambda: False)


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "data" / "adbuy")
    parser.add_argument("--template", default=str(ROOT / "tests" / "bench" / "templates" / "adbuy.json"))
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--most", type=int, default=60, help="values to review at most")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds that a person looks at a value")
    parser.add_argument("--only-wrong", action="store_true", help="step over values that are right")
    parser.add_argument("--prepared", type=Path, help="keep the extracted documents in this folder for the next run")
    parser.add_argument("--stacks", action="store_true", help="say what all threads are at when the window is late")
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
        home = Path(folder) / "home"
        prepared = given.prepared or home
        if not (prepared / "docuextract.db").exists():
            paths = [given.corpus / name for name in sorted(truth)[: given.documents]]
            extract(paths, given.template, prepared)
        if given.prepared is not None:
            shutil.copytree(prepared, home)
        services = open_services(home)
        batch = services.queue.batches()[0]
        runner = Runner(services.queue)
        window = MainWindow()
        feed = Feed(services.queue)
        runner.events.connect(feed.knock)
        context = Context(services, runner, feed, WindowState(services.home), window.toast.say)
        screens = Screens(window, context)
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        collector = Collector()
        collector.start()
        window.resize(1400, 900)
        window.show()
        feed.start()
        runner.start()
        screens.open_batch(batch.id)  # as a person comes there: the batch's table listens from then on
        wait(1)
        opened = time.perf_counter()
        probe = Probe()
        screens.open_review(batch.id)
        probe.phase = "opening and getting ready"
        probe.start()
        wait(3)
        while not tasks.idle():
            wait(0.1)
        print(f"from opening to ready for the first correction: {time.perf_counter() - opened:.1f} s")
        desk = screens.review_view.desk
        flagged = len(desk.run)
        person = Person(desk, truth, given.pause, probe, only_wrong=given.only_wrong)
        stacks = Stacks(probe)
        if given.stacks:
            stacks.start()
        while len(person.made) < given.most and person.decide():
            pass
        wait(3)
        stacks.over.set()
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
    made = person.made
    print(f"{documents} documents, {flagged} values flagged at first, {len(made)} decided about")
    print(f"load: {os.getloadavg()[0]:.1f}")
    if not made:
        return
    by_how = {how: [one for one in made if one.how == how] for how in ("accept", "N", "offered", "typed")}
    how = ", ".join(f"{name} {len(ones)}" for name, ones in by_how.items())
    keys = [one.keys for one in made]
    print(f"keys per flagged value: {statistics.fmean(keys):.2f} (median {statistics.median(keys):.0f}; {how})")
    for name, ones in by_how.items():
        print_times(f"key to next value drawn, {name}", [one.shown_ms for one in ones])
    print(f"page at hand when its value was shown: {person.at_hand} of {len(made)}")
    telling = [one for one in made if not one.right and one.changed]
    groups = {
        "accepted": [one for one in made if one.right],
        "corrections that changed nothing elsewhere": [one for one in made if not one.right and not one.changed],
        "corrections that changed other documents": telling,
    }
    for name, ones in groups.items():
        took = [one.learnt_ms for one in ones if one.learnt_ms is not None]
        print_times(f"key to batch proposed anew, {len(ones)} {name}", took)
    for name, counts in (
        ("values changed", [one.changed for one in telling]),
        ("documents changed", [one.documents for one in telling]),
        ("flags cleared", [one.cleared for one in made if not one.right]),
    ):
        if counts:
            print(f"{name} by such a correction: median {statistics.median(counts):.0f}, most {max(counts)}")
    print_gaps(probe)


def print_gaps(probe: Probe) -> None:
    """For how long the event loop stood still, phase by phase."""
    gaps = sorted(probe.gaps, key=lambda gap: -gap.late_ms)
    share = gaps[len(gaps) // 1000].late_ms
    over = sum(gap.late_ms > 50 for gap in gaps)
    print(
        f"event loop stood still: longest {gaps[0].late_ms:.0f} ms, {over} times over 50 ms, 99.9 % below {share:.0f}"
    )
    for phase in sorted({gap.phase for gap in gaps}):
        of_phase = [gap for gap in gaps if gap.phase == phase]
        over = sum(gap.late_ms > 50 for gap in of_phase)
        longest = of_phase[0]
        work = max(gap.at_work_ms for gap in of_phase)
        print(
            f"    {phase}: longest {longest.late_ms:.0f} ms, {longest.at_work_ms:.0f} ms of it at work;"
            f" {over} of {len(of_phase)} over 50 ms; most at work {work:.0f} ms"
        )


def print_times(title: str, times_ms: list[float]) -> None:
    """A line of figures, where there are any."""
    if times_ms:
        print(f"{title}: median {statistics.median(times_ms):.0f} ms, longest {max(times_ms):.0f} ms")


if __name__ == "__main__":
    sys.exit(main())
