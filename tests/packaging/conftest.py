"""The scripts of `packaging/` import each other by name; so do their tests."""

import sys
from pathlib import Path

_SCRIPTS = str(Path(__file__).resolve().parent.parent.parent / "packaging")
if _SCRIPTS not in sys.path:
    sys.path.append(_SCRIPTS)
