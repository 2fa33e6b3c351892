"""The process that workers are forked from: everything imported, nothing opened, one thread.

Starting Python and the engine takes a third of a second on a busy machine, a fork some milliseconds,
and forking the service itself would be unsafe, as it has threads. The zygote forks on request and
tells how a worker ended; when its socket closes it ends, and its workers with theirs.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from graph.workers import wire
from ontology.errors import StoreError


class Zygote:
    """The service's end of it; safe to use from several threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._end: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def fork(self, end: socket.socket, role: str, *arguments: str | int) -> int:
        """Fork a "worker", "writer" or "checker" that talks over `end`, and return its process id."""
        order = {"fork": role, "arguments": arguments}
        with self._guard:
            for _ in range(0 if self._closed else 2):
                try:
                    return int(self._ask(order, end.fileno())["pid"])
                except wire.Closed:
                    self._stop()  # it was killed: start another
        raise StoreError("No query worker or writer can be started")

    def reap(self, pid: int) -> int:
        """Wait for a worker that is ending; return its exit code, or minus the signal that ended it."""
        with self._guard:
            try:
                return int(self._ask({"reap": pid})["code"]) if self._end else -signal.SIGKILL
            except wire.Closed:
                self._stop()
                return -signal.SIGKILL

    def close(self) -> None:
        """End the zygote, for good."""
        with self._guard:
            self._closed = True
            self._stop()

    def _ask(self, order: dict[str, Any], descriptor: int | None = None) -> dict[str, Any]:
        end = self._end or self._start()
        wire.send(end, json.dumps(order).encode(), descriptor)
        answer: dict[str, Any] = json.loads(wire.receive(end)[0])
        return answer

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("DUIKOU_", "PYTHON"))}
        path = os.pathsep.join(p or str(Path.cwd()) for p in sys.path)
        environment |= {"RUST_BACKTRACE": "0", "PYTHONPATH": path}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-S", "-m", __name__],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )
        self._end = ours
        return ours

    def _stop(self) -> None:
        if self._end is not None:
            self._end.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._end = self._process = None


def _reaped(pid: int) -> int:
    with contextlib.suppress(ChildProcessError):
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return -signal.SIGKILL


def _become(role: Callable[..., None], end: socket.socket, arguments: list[Any]) -> NoReturn:
    try:
        role(end, *arguments)
    finally:
        os._exit(0)


def main() -> None:
    """Serve orders from standard input's socket until it closes."""
    from graph.remote import checker  # noqa: PLC0415  these name this module too
    from graph.workers import child, writer  # noqa: PLC0415

    roles: dict[str, Callable[..., None]] = {"worker": child.main, "writer": writer.main, "checker": checker.main}
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which closes the socket
    control = socket.socket(fileno=os.dup(0))
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
                _become(roles[order["fork"]], socket.socket(fileno=descriptor), order["arguments"])
            os.close(descriptor)
            wire.send(control, json.dumps({"pid": pid}).encode())


if __name__ == "__main__":
    main()
