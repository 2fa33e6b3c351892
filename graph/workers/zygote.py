"""The service's end of the process that workers are forked from; `graph.workers.forking` is the other end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Final

from graph.workers import allocator, wire
from ontology.errors import StoreError

#: The module that the process runs; it imports whatever may be forked from it.
RUN: Final = "graph.workers.forking"


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
        environment |= {"RUST_BACKTRACE": "0", "PYTHONPATH": path} | allocator.variables(environment)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-S", "-m", RUN],
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
