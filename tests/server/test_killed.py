"""Any process may be killed at any moment: what was acknowledged stays, the service comes back, nothing is left."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from benchmarks import kills

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc to find processes in")

#: Seconds to wait for the service: a busy machine is no failure, benchmarks/kills.py measures.
PATIENCE = 60


def test_whoever_is_killed_writes_are_whole_or_absent(tmp_path: Path) -> None:
    outcome = kills.kill(12, 7, tmp_path / "db", back=PATIENCE)
    assert outcome.wrong == []
    assert outcome.acknowledged > 0
    assert set(outcome.kills) >= {"listener", "answerer", "zygote", "worker"}


def test_the_process_that_answers_may_end_again_and_again(tmp_path: Path) -> None:
    service = kills.Service(tmp_path / "db", 0)
    try:
        assert kills._wait(service, PATIENCE) < PATIENCE
        listener = service.process.pid
        for _ in range(4):
            (answerer,) = service.processes()["answerer"]
            os.kill(answerer, signal.SIGKILL)
            assert kills._wait(service, PATIENCE) < PATIENCE
        assert service.process.pid == listener, "nobody had to start it again"
    finally:
        assert service.stop() == []
