"""The process that workers are forked from: everything imported, nothing opened, one thread.

Starting Python and the engine takes a third of a second on a busy machine, a fork some milliseconds,
and forking the service itself would be unsafe, as it has threads. It forks on request and tells how a
worker ended. When its socket closes, as when the service is killed, it ends; and when it ends so do
those it forked, at once and whatever they are at. The service talks to it by `graph.workers.zygote`.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

from graph.remote import checker
from graph.workers import child, confine, wire, writing

ROLES: Final[Mapping[str, Callable[..., None]]] = {
    "worker": child.main,
    "writer": writing.main,
    "checker": checker.main,
}


def _reaped(pid: int) -> int:
    with contextlib.suppress(ChildProcessError):
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return -signal.SIGKILL


def _become(role: Callable[..., None], parent: int, end: socket.socket, arguments: list[Any]) -> NoReturn:
    try:
        confine.end_with(parent)
        role(end, *arguments)
    finally:
        os._exit(0)


def main() -> None:
    """Serve orders from standard input's socket until it closes."""
    gc.freeze()  # what was imported stays, and need not be gone through in each worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which closes the socket
    control, parent = socket.socket(fileno=os.dup(0)), os.getpid()
    with contextlib.suppress(wire.Closed):
        while True:
            message, descriptor = wire.receive(control)
            order = json.loads(message)
            if "reap" in order:
                wire.send(control, json.dumps({"code": _reaped(order["reap"])}).encode())
                continue
            assert descriptor is not None
            pid = os.fork()
            if pid == 0:
                control.close()
                os.close(0)
                _become(ROLES[order["fork"]], parent, socket.socket(fileno=descriptor), order["arguments"])
            os.close(descriptor)
            wire.send(control, json.dumps({"pid": pid}).encode())


if __name__ == "__main__":
    main()
