"""Whether a window can be opened here. Imports next to nothing: the window passes here before its first paint."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from collections.abc import Iterable, Mapping

from docuextract_desktop.cli.findings import Finding

WINDOW_LIBRARIES: Mapping[str, str] = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""Libraries of the system that Qt's windows need under Linux (X11), each with its Debian package. What Qt itself is
linked against, as `readelf -d` of its xcb plugin and of QtGui says."""


def window_problem() -> Finding | None:
    """Why no window can be opened here, or None where nothing speaks against it. Loads no Qt."""
    if importlib.util.find_spec("PySide6") is None:
        return Finding("Window", "warning", "PySide6 is not installed.", "pip install PySide6-Essentials")
    if not sys.platform.startswith("linux"):
        return None
    missing = missing_libraries(_platform_libraries())
    if missing:
        packages = " ".join(sorted(WINDOW_LIBRARIES[name] for name in missing))
        return Finding(
            "Window",
            "warning",
            f"These libraries of the system are missing: {', '.join(missing)}. The command line works without them.",
            f"On Debian or Ubuntu: sudo apt install {packages}",
        )
    if not os.environ.get("QT_QPA_PLATFORM") and not display():
        return Finding(
            "Window",
            "warning",
            "There is no display here. The command line works without one.",
            "Start it from a desktop session, or set DISPLAY.",
        )
    return None


def _platform_libraries() -> list[str]:
    """What Qt needs here: where it will not use X11, nothing of X11."""
    wanted = os.environ.get("QT_QPA_PLATFORM", "") or ("wayland" if os.environ.get("WAYLAND_DISPLAY") else "xcb")
    uses_x11 = wanted.startswith("xcb")
    return [name for name in WINDOW_LIBRARIES if uses_x11 or not ("xcb" in name or "x11" in name)]


def missing_libraries(names: Iterable[str] = tuple(WINDOW_LIBRARIES)) -> list[str]:
    """Those of the libraries that the dynamic loader does not find."""
    missing = []
    for name in names:
        try:
            # Loading is the only question whose answer is what Qt will get: paths, architecture and all.
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    return missing


def display() -> str:
    """Name of the display that a window would open on; empty where there is none."""
    if not sys.platform.startswith("linux"):
        return "this desktop"
    return os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or ""
