"""The process of one write: does what the one order says, and ends.

It is forked by `graph.workers.forking`. Killed at any point it leaves the published snapshot as it was,
or the new one published: never half of it.
"""

from __future__ import annotations

import json
import signal
import socket
from dataclasses import astuple
from typing import Any, Final

from graph import update
from graph.conditions import Change, Condition
from graph.database import Database
from graph.formats import Format
from graph.update import Part
from graph.workers import confine, wire
from ontology.errors import QueryError, StoreError

#: Seconds that a write outlives its limit when nobody is left to kill it.
_GRACE: Final = 2.0


def main(end: socket.socket, directory: str, megabytes: int) -> None:
    """Carry out the order that comes over a socket, and say how it went."""
    confine.deepen_stack()
    confine.close_network()
    confine.limit_memory(megabytes)
    order = json.loads(wire.receive(end)[0].decode("utf-8", "surrogatepass"))
    signal.setitimer(signal.ITIMER_REAL, order["seconds"] + _GRACE)
    try:
        wire.send(end, json.dumps({"change": astuple(_carry_out(end, Database(directory), order))}).encode())
    except QueryError as error:
        wire.send(end, wire.failure(error))
    except StoreError as error:
        wire.send(end, wire.told("store", error))


def _carry_out(end: socket.socket, database: Database, order: dict[str, Any]) -> Change:
    only_if = Condition(*order["only_if"]) if order["only_if"] else None
    if "update" in order:
        return update.apply(
            database,
            order["update"],
            using=order["using"],
            using_named=order["using_named"],
            base=order["base"],
            only_if=only_if,
        )
    if "put" in order:
        formats = [(Format.named(short), base) for short, base in order["parts"]]
        parts = [Part(wire.receive(end)[0], format, base) for format, base in formats if format is not None]
        return update.put_graph(database, order["put"], parts, add=order["add"], only_if=only_if)
    return update.drop_graph(database, order["drop"], only_if=only_if)
