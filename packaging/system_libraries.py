"""System libraries that Qt and the picture libraries load on Linux: what is missing, and installing it where allowed.

Standard library only: this runs before anything of the project is installed.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

# Found with ldd on Qt's platform plugins (xcb, wayland, offscreen), QtWidgets, QtNetwork, cv2 and onnxruntime. Each
# library is followed by the Debian packages that hold it, newest name first (Debian 13 and Ubuntu 24.04 renamed some).
LIBRARIES: dict[str, tuple[str, ...]] = {
    "libxcb-cursor.so.0": ("libxcb-cursor0",),
    "libxcb-icccm.so.4": ("libxcb-icccm4",),
    "libxcb-image.so.0": ("libxcb-image0",),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1",),
    "libxcb-randr.so.0": ("libxcb-randr0",),
    "libxcb-render.so.0": ("libxcb-render0",),
    "libxcb-render-util.so.0": ("libxcb-render-util0",),
    "libxcb-shape.so.0": ("libxcb-shape0",),
    "libxcb-shm.so.0": ("libxcb-shm0",),
    "libxcb-sync.so.1": ("libxcb-sync1",),
    "libxcb-util.so.1": ("libxcb-util1",),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0",),
    "libxcb-xkb.so.1": ("libxcb-xkb1",),
    "libxcb.so.1": ("libxcb1",),
    "libX11-xcb.so.1": ("libx11-xcb1",),
    "libX11.so.6": ("libx11-6",),
    "libxkbcommon.so.0": ("libxkbcommon0",),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0",),
    "libEGL.so.1": ("libegl1",),
    "libGL.so.1": ("libgl1",),
    "libdbus-1.so.3": ("libdbus-1-3",),
    "libfontconfig.so.1": ("libfontconfig1",),
    "libfreetype.so.6": ("libfreetype6",),
    "libglib-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libgthread-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libgssapi_krb5.so.2": ("libgssapi-krb5-2",),
    "libbrotlidec.so.1": ("libbrotli1",),
    "libzstd.so.1": ("libzstd1",),
    "libz.so.1": ("zlib1g",),
    "libstdc++.so.6": ("libstdc++6",),
}
WAYLAND_LIBRARIES: dict[str, tuple[str, ...]] = {
    "libwayland-client.so.0": ("libwayland-client0",),
    "libwayland-cursor.so.0": ("libwayland-cursor0",),
}
OTHER_SYSTEMS = (
    "Fedora: sudo dnf install xcb-util-cursor xcb-util-wm xcb-util-image xcb-util-keysyms xcb-util-renderutil "
    "libxkbcommon-x11 mesa-libEGL mesa-libGL dejavu-sans-fonts",
    "Arch:   sudo pacman -S xcb-util-cursor xcb-util-wm xcb-util-image xcb-util-keysyms xcb-util-renderutil "
    "libxkbcommon-x11 libglvnd ttf-dejavu",
)
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
FONT_PACKAGE = "fonts-dejavu-core"


def missing_libraries() -> dict[str, tuple[str, ...]]:
    """Libraries that cannot be loaded here, with the Debian packages that hold them; empty where all is well."""
    if not sys.platform.startswith("linux"):
        return {}  # Qt's wheels for Windows and macOS bring all they need
    wanted = dict(LIBRARIES)
    if os.environ.get("WAYLAND_DISPLAY"):
        wanted.update(WAYLAND_LIBRARIES)
    found = {name: packages for name, packages in wanted.items() if not _loads(name)}
    if not _has_fonts():
        found["a font"] = (FONT_PACKAGE,)
    return found


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_fonts() -> bool:
    folders = (Path(folder).expanduser() for folder in FONT_FOLDERS)
    return any(path.suffix.lower() in (".ttf", ".otf", ".pfb", ".ttc") for f in folders for path in f.rglob("*"))


def apt_get() -> list[str] | None:
    """The command that installs Debian packages without asking, or None where that is not allowed or not Debian."""
    program = shutil.which("apt-get")
    if program is None:
        return None
    if os.geteuid() == 0:
        return [program]
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n", program]
    return None


def install_packages(choices: list[tuple[str, ...]]) -> bool:
    """Install one package of each tuple of alternative names; gives whether apt-get said that all went well."""
    command = apt_get()
    if command is None:
        return False
    install = [*command, "install", "-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"]
    if not all(_known(names) for names in choices):
        _run([*command, "update", "-q"])
    packages = sorted({_known(names) or names[-1] for names in choices})
    print(f"Installing system packages: {' '.join(packages)}", flush=True)
    done = _run([*install, *packages])
    if done.returncode != 0:  # the lists may be older than what the server still has
        _run([*command, "update", "-q"])
        done = _run([*install, *packages])
    if done.returncode != 0:
        print(done.stdout[-2000:], done.stderr[-2000:], sep="\n", file=sys.stderr)
    return done.returncode == 0


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    return subprocess.run(command, env=environment, check=False, capture_output=True, text=True, errors="replace")


def _known(names: tuple[str, ...]) -> str | None:
    """The first of the names that apt can install, or None."""
    for name in names:
        told = _run(["apt-cache", "policy", name]).stdout
        if "Candidate:" in told and "Candidate: (none)" not in told:
            return name
    return None


def ensure_libraries() -> bool:
    """Install the system libraries that are missing, or say which they are; gives whether all are there now."""
    missing = missing_libraries()
    if not missing:
        return True
    if install_packages(list(missing.values())):
        missing = missing_libraries()
        if not missing:
            return True
    names = sorted({packages[-1] for packages in missing.values()})
    print("\nThese system libraries are missing; without them a window may not open:", file=sys.stderr)
    print(f"  {', '.join(sorted(missing))}", file=sys.stderr)
    if shutil.which("apt-get"):
        print(f"Install them, then run this again:\n  sudo apt-get install {' '.join(names)}\n", file=sys.stderr)
    else:
        print("Install them with this system's package manager, then run this again.", file=sys.stderr)
        for line in OTHER_SYSTEMS:
            print(f"  {line}", file=sys.stderr)
    return False
