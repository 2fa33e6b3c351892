"""Real stores for the tests: started on loopback with bounded memory, stopped at the end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
#: Where `make test-engines` puts what it fetches.
FETCHED = REPOSITORY / ".venv" / "engines"
WANTED = "DUIKOU_TEST_ENGINES"
_START = 60

_VIRTUOSO = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = temp.db
TransactionFile = temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 10
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = 10000
MaxQueryCostEstimationTime = 400
MaxQueryExecutionTime = 60
[Plugins]
LoadPath = .
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def fuseki(folder: Path) -> Iterator[str]:
    """Run Apache Jena Fuseki with one dataset in memory; yield its address. Skips where it cannot be had."""
    jar = next(iter(sorted(FETCHED.glob("jena-fuseki-server-*.jar"))), None)
    if not os.environ.get(WANTED):
        pytest.skip("Fuseki is started by `make test-engines`")
    if jar is None or shutil.which("java") is None:
        pytest.skip("no Fuseki: `make test-engines` could not fetch it, or there is no Java")
    port = free_port()
    command = ["java", "-Xmx512m", "-jar", str(jar), "--localhost", "--port", str(port), "--mem", "--update", "/ds"]
    with _running(command, folder, f"http://127.0.0.1:{port}/ds/sparql?query=ASK%7B%7D"):
        yield f"http://127.0.0.1:{port}/ds"


@contextmanager
def virtuoso(folder: Path) -> Iterator[str]:
    """Run Virtuoso, writable by its endpoint; yield its address. Skips where it is not installed."""
    if not os.environ.get(WANTED):
        pytest.skip("Virtuoso is started by `make test-engines`")
    program, console = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if program is None or console is None:
        pytest.skip("no Virtuoso: apt-get install virtuoso-opensource-7-bin")
    sql, http = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(_VIRTUOSO.format(sql=sql, http=http))
    command = [program, "+foreground", "+configfile", "virtuoso.ini"]
    with _running(command, folder, f"http://127.0.0.1:{http}/sparql?query=ASK%7B%7D"):
        grant = 'GRANT SPARQL_UPDATE TO "SPARQL";'
        told = subprocess.run(
            [console, f"127.0.0.1:{sql}", "dba", "dba", f"exec={grant}"], capture_output=True, timeout=30, check=True
        )
        assert b"Done." in told.stdout + told.stderr
        yield f"http://127.0.0.1:{http}"


@contextmanager
def _running(command: list[str], folder: Path, url: str) -> Iterator[None]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait(process, folder, url)
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], folder: Path, url: str) -> None:
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    log = (folder / "log").read_text(errors="replace")[-2000:]
    pytest.fail(f"{command_name(process)} did not start:\n{log}")


def command_name(process: subprocess.Popen[bytes]) -> str:
    arguments = process.args
    return str(arguments[0]) if isinstance(arguments, list) else str(arguments)
