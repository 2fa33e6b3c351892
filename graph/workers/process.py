"""A forked process and the socket to it, from the service's side."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
from typing import Final

from graph.workers import wire
from graph.workers.zygote import Zygote


class Process:
    """A worker or writer. As a context manager it is ended on leaving, however that comes about."""

    def __init__(self, zygote: Zygote, role: str, *arguments: str | int) -> None:
        self._zygote = zygote
        self.end, theirs = socket.socketpair()
        with theirs:
            try:
                self.pid: Final = zygote.fork(theirs, role, *arguments)
            except BaseException:
                self.end.close()
                raise
        #: How it ended: its exit code, or minus the signal that ended it; None while it runs.
        self.code: int | None = None
        self._times: int | None = None

    def answers_within(self, seconds: float) -> bool:
        """Return whether something has come, or the process ended, in so many seconds."""
        return _is_readable(self.end.fileno(), seconds)

    def kill(self) -> int:
        """End it if it still runs; return how it ended."""
        self.stop()
        if self.code is None:
            self.wait()
        assert self.code is not None
        return self.code

    def stop(self) -> None:
        """Have it ended, without waiting for that."""
        if self.code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def processor_time(self) -> float | None:
        """Return the seconds that its first thread has run so far; None where the system does not tell."""
        try:
            if self._times is None:
                self._times = os.open(f"/proc/{self.pid}/schedstat", os.O_RDONLY | os.O_CLOEXEC)
            return int(os.pread(self._times, 64, 0).split()[0]) / 1e9
        except (OSError, ValueError, IndexError):
            return None

    def wait(self) -> int:
        """Wait for the end of a process that has closed its socket; return how it ended."""
        self.end.close()
        if self._times is not None:
            os.close(self._times)
            self._times = None
        if self.code is None:
            # Giving back much memory takes a while, in which the zygote is not to stand still.
            with contextlib.suppress(AttributeError, OSError):
                descriptor = os.pidfd_open(self.pid)
                try:
                    _is_readable(descriptor)
                finally:
                    os.close(descriptor)
            self.code = self._zygote.reap(self.pid)
        return self.code

    def __enter__(self) -> Process:
        return self

    def __exit__(self, kind: object, error: object, _: object) -> None:
        # One that closed its socket is ending by itself, and how is worth knowing.
        self.wait() if isinstance(error, wire.Closed) else self.kill()


def _is_readable(descriptor: int, seconds: float | None = None) -> bool:
    """Return whether there is something to read within so many seconds, or whenever there is."""
    waiting = select.poll()  # `select` knows the first 1024 descriptors only
    waiting.register(descriptor, select.POLLIN)
    return bool(waiting.poll(None if seconds is None else max(seconds, 0) * 1000))
