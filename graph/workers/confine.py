"""Limits that a worker puts on itself before it reads a single query; none can be taken back.

Memory is bounded by RLIMIT_DATA, which counts private writable memory and so fits a process that
maps files (measured: an allocation beyond it aborts the process, nothing else notices). The network
is closed by a seccomp filter that refuses new sockets, so that a SERVICE reaches nothing however it
is spelled. The stack is raised, because nesting is parsed recursively.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import Final

#: Nesting that a query may have before the parser's recursion ends the worker, roughly: 8 per KiB.
STACK: Final = 64 << 20

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | 13  # SECCOMP_RET_ERRNO, EACCES
_LOAD: Final = 0x20  # BPF_LD | BPF_W | BPF_ABS
_IF_EQUAL: Final = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_IF_AT_LEAST: Final = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_RETURN: Final = 0x06  # BPF_RET | BPF_K
#: Machine → (audit number, the system calls that make a socket or could: socket, io_uring_setup).
_MACHINES: Final = {"x86_64": (0xC000003E, (41, 425)), "aarch64": (0xC00000B7, (198, 425))}
_X32: Final = 0x40000000


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


#: Whether the system ends those that `end_with` their parent; elsewhere they have to see to it themselves.
IS_SURE: Final = sys.platform == "linux"


def end_with(parent: int) -> None:
    """Have this process killed when its parent, the process of this number, ends in whatever way.

    To be called where the parent's thread that made this process lives as long as the parent itself.
    """
    if IS_SURE:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before that
        os._exit(1)


def limit_memory(megabytes: int) -> None:
    """Let this process take so much memory beyond what it has now; no core is written when it dies."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    in_use = _data_in_use()
    if in_use is not None:
        most = in_use + (megabytes << 20)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def deepen_stack() -> None:
    """Let the main thread recurse as deep as the system allows, up to `STACK`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    wanted = STACK if hard == resource.RLIM_INFINITY else min(STACK, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_STACK, (wanted, hard))


def close_network() -> bool:
    """Refuse every new socket from now on; return whether the system could do that."""
    known = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return False
    machine, refused = known
    checks = len(refused) + 1
    code = [(_LOAD, 0, 0, 4), (_IF_EQUAL, 0, checks + 2, machine), (_LOAD, 0, 0, 0)]
    code.append((_IF_AT_LEAST, checks, 0, _X32))
    code += [(_IF_EQUAL, checks - 1 - n, 0, call) for n, call in enumerate(refused)]
    code += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    program = b"".join(struct.pack("HBBI", *instruction) for instruction in code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    filled = _Program(len(code), program)
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(filled), 0, 0) == 0)


def be_nice(process: int) -> None:
    """Let a process that has run for long give way to those that have not."""
    if sys.platform == "linux":
        try:
            os.setpriority(os.PRIO_PROCESS, process, 10)
        except OSError:
            return  # it has just ended


def _data_in_use() -> int | None:
    try:
        status = Path("/proc/self/status").read_text("ascii")
    except OSError:
        return None  # not Linux: no such limit there
    return next((int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmData:")), None)
