"""What a worker may not do: use up the machine, write much, outlive the program, or reach a network.

Everything that the platform offers is used; what it lacks is made up for by the program, which watches its workers.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import platform
import signal
import struct
import sys
from typing import Literal

MAX_OPEN_FILES = 256
MAX_WRITTEN_BYTES = 64 * 1024 * 1024

Network = Literal["refuse", "kill"]
"""A worker that asks for a socket is refused; or (for tests) one that tries to reach anybody is killed."""

# From linux/prctl.h, linux/seccomp.h, linux/filter.h, linux/audit.h.
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_RET_ALLOW = 0x7FFF0000
_RET_ERRNO_EACCES = 0x00050000 | 13
_RET_KILL_PROCESS = 0x80000000
_LOAD_WORD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_JUMP_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_JUMP_GREATER_EQUAL = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_RETURN = 0x06  # BPF_RET | BPF_K
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4  # in struct seccomp_data

# Machine → audit architecture; numbers of socket, connect, io_uring_setup (which can open sockets, too); and of what a
# process does that means to reach somebody: connect, sendto, sendmsg, sendmmsg. (Some library asks for a socket only to
# learn whether the machine knows IPv6.)
_CALLS = {
    "x86_64": (0xC000003E, (41, 42, 425), (42, 44, 46, 307)),
    "aarch64": (0xC00000B7, (198, 203, 425), (203, 206, 211, 269)),
}
_X32_BIT = 0x40000000

TELEMETRY_OFF = {"ORT_DISABLE_TELEMETRY": "1"}
"""ONNX Runtime from 1.29 on reports to its maker unless told not to, before it is loaded."""

_log = logging.getLogger(__name__)


def confine(*, niceness: int, address_space_bytes: int, network: Network, parent_pid: int) -> None:
    """Put the limits on this process, for good. To be called before anything else is loaded."""
    os.environ.update(TELEMETRY_OFF)
    end_with_parent(parent_pid)
    be_nice(niceness)
    limit_resources(address_space_bytes)
    forbid_network(network)


def end_with_parent(parent_pid: int) -> None:
    """Have the kernel end this process with its parent (Linux); elsewhere the closed pipe does it."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent_pid:  # it died before the line above
            os._exit(0)


def be_nice(niceness: int) -> None:
    """Run behind everything else that the person does."""
    if not niceness:
        return
    if sys.platform == "win32":
        import psutil

        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        with contextlib.suppress(OSError):
            os.nice(niceness)


def limit_resources(address_space_bytes: int) -> None:
    """Limit memory (Linux), open files, written bytes and core dumps."""
    if sys.platform == "win32":
        return
    import resource

    limits = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES),
        (resource.RLIMIT_FSIZE, MAX_WRITTEN_BYTES),
    ]
    if address_space_bytes and sys.platform == "linux":
        limits.append((resource.RLIMIT_AS, address_space_bytes))
    for what, limit in limits:
        _, hard = resource.getrlimit(what)
        allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (allowed, allowed))


def forbid_network(network: Network) -> bool:
    """Have the kernel refuse every socket to this process and its threads (Linux, seccomp); whether it does now.

    A hostile document that took the worker over could not send anything anywhere.
    """
    known = _CALLS.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return False
    architecture, sockets, attempts = known
    if network == "kill":
        program = _filter(architecture, attempts, refusal=_RET_KILL_PROCESS)
    else:
        program = _filter(architecture, sockets, refusal=_RET_ERRNO_EACCES)
    instructions = ctypes.create_string_buffer(program, len(program))

    class FilterProgram(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    whole = FilterProgram(len(program) // 8, ctypes.cast(instructions, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    nothing = ctypes.c_ulong(0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), nothing, nothing, nothing) != 0:
        return False
    # Some containers do not let a process restrict itself; what forbids more than we do is welcome.
    return bool(libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_SECCOMP_MODE_FILTER), ctypes.byref(whole)) == 0)


def _filter(architecture: int, calls: tuple[int, ...], *, refusal: int) -> bytes:
    """A BPF program: other architectures' calls and the given ones are refused, everything else is allowed."""
    # Each test jumps over the rest of the tests and the "allow" to the refusal, which stands last.
    tests = [(_JUMP_GREATER_EQUAL, _X32_BIT), *((_JUMP_EQUAL, number) for number in calls)]
    code = [
        (_LOAD_WORD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_EQUAL, 0, len(tests) + 2, architecture),
        (_LOAD_WORD, 0, 0, _NUMBER_AT),
    ]
    code += [(kind, len(tests) - at, 0, value) for at, (kind, value) in enumerate(tests)]
    code += [(_RETURN, 0, 0, _RET_ALLOW), (_RETURN, 0, 0, refusal)]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)
