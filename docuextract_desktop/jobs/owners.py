"""Who works on items: this program's own row, and whether other programs are still alive."""

from __future__ import annotations

import os
import platform
import secrets
from functools import cache
from pathlib import Path

import psutil

from docuextract_desktop.storage.owners import OwnerRow

STALE_AFTER_S = 30.0
"""A program without a sign of life for so long has lost its items."""

HEARTBEAT_EVERY_S = 5.0

_START_TOLERANCE_S = 5.0
"""Process start times are computed from the boot time, which moves a little when the clock is set."""


@cache
def this_host() -> str:
    """Name of this machine and its current boot, so that a process number of another boot means nothing."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        boot = str(round(psutil.boot_time() / 60))
    return f"{platform.node()}|{boot}"


def this_program(now: float) -> OwnerRow:
    """A new owner row for this process."""
    process = psutil.Process()
    return OwnerRow(
        id=secrets.token_hex(8),
        pid=os.getpid(),
        host=this_host(),
        process_started=process.create_time(),
        heartbeat=now,
    )


def is_dead(owner: OwnerRow, *, now: float) -> bool:
    """Whether what the owner holds is free: its process is gone, or it gave no sign of life for `STALE_AFTER_S`."""
    if now - owner.heartbeat > STALE_AFTER_S:
        return True
    name, _, boot = owner.host.partition("|")
    here, _, current_boot = this_host().partition("|")
    if name != here:
        return False
    if boot != current_boot:
        return True
    try:
        process = psutil.Process(owner.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return True
        return bool(abs(process.create_time() - owner.process_started) > _START_TOLERANCE_S)
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:
        return False
