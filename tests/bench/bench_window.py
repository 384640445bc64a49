"""How live the window is: stalls of its event loop while all lanes work on 10,000 documents, and start to first paint.

    python tests/bench/bench_window.py [--documents 10000] [--seconds 30] [--starts 7] [--only stalls|start]
        [--folder DIR --template ID]

Stalls: a timer of 10 ms in the window's thread notes how late it fires, while a batch is opened, runs (all lanes at
work), is scrolled, sorted and filtered. The reference is the same program with the same lanes and an empty window.
Start: from the start of the process to the first paint, against an empty PySide6 window, alternating, medians.

Runs on whatever platform QT_QPA_PLATFORM names (default: offscreen).
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parent))

PROBE_MS = 10
EMPTY = """
import sys, time
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print(time.time(), flush=True)
        app.exit(0)
app = QApplication([])
window = Window()
window.resize(1240, 820)
window.show()
app.exec()
"""
OURS = """
import sys, time
from pathlib import Path
{load}
from docuextract_desktop.ui import app
before = app.MainWindow.paintEvent
def painted(self, event):
    before(self, event)
    print(time.time(), flush=True)
    import os
    os._exit(0)
app.MainWindow.paintEvent = painted
{start}
"""
DIRECT = OURS.format(load="", start="app.main([], Path(sys.argv[1]))")
ENTRY = OURS.format(
    load="from docuextract_desktop import __main__",
    start="sys.argv = ['docuextract-desktop', '--home', sys.argv[1]]; __main__.window()",
)


class Probe:
    """Notes how late a timer fires, in milliseconds, per phase."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.late: dict[str, list[float]] = {}
        self._phase = ""
        self._last = 0.0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(PROBE_MS)
        self._timer.timeout.connect(self._tick)

    def phase(self, name: str) -> None:
        """What follows belongs to `name`."""
        self._phase = name
        self.late.setdefault(name, [])
        self._last = time.perf_counter()
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.late[self._phase].append(max(0.0, (now - self._last) * 1000 - PROBE_MS))
        self._last = now

    def stop(self) -> None:
        """Note no more."""
        self._timer.stop()


def report(name: str, late: list[float], reference: list[float] | None = None) -> None:
    """One line of figures."""
    late = sorted(late)
    if not late:
        print(f"{name:<38} no samples")
        return
    at = late[min(len(late) - 1, int(len(late) * 0.999))]
    under = sum(1 for value in late if value <= 16) / len(late)
    beside = ""
    if reference:
        ordered = sorted(reference)
        beside = f"  (lanes alone: longest {ordered[-1]:.0f} ms, 99.9 % {ordered[int(len(ordered) * 0.999)]:.1f} ms)"
    print(
        f"{name:<38} longest {late[-1]:6.1f} ms  99.9 % {at:6.1f} ms  within 16 ms {under:.4%}  n {len(late)}{beside}"
    )


def stalls(documents: int, seconds: float, source: Path | None, template: str) -> None:
    """Measure with real documents, lanes and screens."""
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QApplication
    from queue_cost import make

    from docuextract_desktop.jobs.models import BatchRequest, ItemState
    from docuextract_desktop.ui import app as window_app
    from docuextract_desktop.ui import tasks
    from docuextract_desktop.ui.batch import model
    from docuextract_desktop.ui.immortal import protect_constants

    protect_constants()
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    with tempfile.TemporaryDirectory() as scratch:
        folder = source or Path(scratch) / "documents"
        if source is None:
            folder.mkdir()
            make(folder, documents)
        home = Path(scratch) / "home"
        home.mkdir()
        sys.setswitchinterval(window_app.SWITCH_INTERVAL_S)
        program = window_app.Program(application, home, [])
        program.open()
        probe = Probe()

        def turn(for_s: float, each: Callable[[], object] | None = None) -> None:
            until = time.monotonic() + for_s
            again = time.monotonic()
            while time.monotonic() < until:
                application.processEvents()
                application.sendPostedEvents()
                if each is not None and time.monotonic() > again:
                    each()
                    again = time.monotonic() + 0.5
                time.sleep(0.0005)

        while program.screens is None or not tasks.idle():
            turn(0.1)
        services, runner = program._services, program._runner
        assert services is not None
        assert runner is not None
        queue = services.queue
        batch_id = queue.create_batch(BatchRequest(files=queue.scan([folder]), template=template))
        runner.wake()
        turn(6.0)  # workers start

        screens = program.screens
        assert program._feed is not None
        screens.stop()
        program._feed.stop()
        probe.phase("reference")
        turn(seconds / 2)
        probe.stop()
        screens._status.start()
        program._feed._cursor = None
        program._feed.start()

        probe.phase("opening the batch")
        screens.open_batch(batch_id)
        turn(2.0)
        view = screens.batch_view
        table = view.table

        def page_down() -> None:
            bar = table.verticalScrollBar()
            bar.setValue(bar.value() + table.viewport().height() if bar.value() < bar.maximum() else 0)

        probe.phase("running, first rows shown")
        turn(seconds)
        probe.phase("running, scrolled")
        turn(seconds, page_down)
        probe.phase("running, filtered to pending")
        view.tiles[ItemState.PENDING].click()
        turn(seconds / 2)
        view.show_all()
        probe.phase("running, sorted by state")
        table.horizontalHeader().setSortIndicator(model.STATE, Qt.SortOrder.AscendingOrder)
        turn(seconds / 2)
        probe.stop()
        done = queue.batch(batch_id)
        reference = probe.late.pop("reference")
        print(f"{done.total:,} documents, {runner.lanes} lanes, {done.done:,} done meanwhile")
        for name, late in probe.late.items():
            report(name, late, reference)
        report("all of it", [value for late in probe.late.values() for value in late], reference)
        program.window.close()
        program.close()


def environment() -> dict[str, str]:
    """That of a program as people start it: without the order to compile all modules anew at every start."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def first_paint(script: str, home: Path) -> float:
    """Seconds from the start of the process to the first paint."""
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", script, str(home)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env=environment(),
    )
    return float(done.stdout.split()[0]) - began


def start(rounds: int) -> None:
    """Measure starts, alternating."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        kinds = {"empty window": EMPTY, "our window": DIRECT, "docuextract-desktop": ENTRY}
        for script in kinds.values():
            first_paint(script, home)  # compile what is not compiled yet, and warm the disk
        times: dict[str, list[float]] = {name: [] for name in kinds}
        for _ in range(rounds):
            for name, script in kinds.items():
                times[name].append(first_paint(script, home))
    base = statistics.median(times["empty window"])
    for name, values in times.items():
        middle = statistics.median(values)
        print(f"start to first paint, {name:<22} {middle * 1000:6.0f} ms  ratio {middle / base:.2f}")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="How live the window is.")
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--starts", type=int, default=7)
    parser.add_argument(
        "--folder", type=Path, help="real documents instead of generated ones (scans: recognition runs)"
    )
    parser.add_argument("--template", default="invoice")
    parser.add_argument("--only", choices=["stalls", "start"])
    arguments = parser.parse_args()
    if arguments.only != "stalls":
        start(arguments.starts)
    if arguments.only != "start":
        stalls(arguments.documents, arguments.seconds, arguments.folder, arguments.template)


if __name__ == "__main__":
    main()
