from __future__ import annotations

import subprocess
import sys

import pytest

# In a process of its own: what goes wrong ends it.
_MANY_CALLS = """
import sys
from docuextract_desktop.ui.immortal import protect_constants
done = protect_constants()
assert done == (sys.version_info < (3, 12))
assert not protect_constants()
from PySide6.QtCore import QObject, QTimer, Signal
class Bell(QObject):
    rung = Signal(int)
bell, timer = Bell(), QTimer()
for number in range(30_000):
    bell.rung.emit(number)
    timer.stop()
    timer.isActive()
print("alive")
"""


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="counts references in another way")
def test_the_program_outlives_many_thousand_calls_into_qt() -> None:
    done = subprocess.run([sys.executable, "-c", _MANY_CALLS], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.strip() == "alive", done.stderr[-500:]
