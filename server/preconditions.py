"""If-Match and If-None-Match on writes (RFC 9110, §13): what somebody read is what they change, or nothing is.

The first part of an entity tag stands for a state: for the tags of ``/store`` of one graph, for all others of
the whole dataset. So a graph is written by the tag of that graph, in whatever format it was read, and an
update by the tag of any answer: it is made if nothing at all was written since. Weak tags count too, as
what matters here is the state and not the bytes. The writer looks again while nobody else writes.
"""

from __future__ import annotations

from flask import request
from werkzeug.datastructures import ETags

from graph.conditions import Condition, Moved
from graph.formats import Format
from ontology.errors import Problem
from server import access
from server.problems import HttpError


def tag(graph: str | None, format: Format) -> str:
    """Return the entity tag of a graph (None is the default graph) in a format."""
    return access.tag_of(_state_of(graph), graph or "", access.current().version, format.short)


def of_graph(graph: str | None) -> Condition | None:
    """Return on what condition this request writes to a graph. `HttpError` 428 where there has to be one."""
    return _condition(_state_of(graph), graph or "")


def of_dataset() -> Condition | None:
    """Return on what condition this request changes the dataset. `HttpError` 428 where there has to be one."""
    now = access.snapshot()
    return _condition(now.state if now else "", None)


def _state_of(graph: str | None) -> str:
    now = access.snapshot()
    return now.state_of(graph or "") if now else ""


def _condition(state: str, graph: str | None) -> Condition | None:
    wanted, unwanted = _tags("If-Match"), _tags("If-None-Match")
    if wanted is None and unwanted is None:
        if access.current().must_match:
            raise HttpError(
                428,
                "On what condition?",
                "This service takes only writes that say what they change: send the ETag of what you read as If-Match, "
                "or If-None-Match: * to make a new graph.",
            )
        return None
    exists: bool | None = None
    expected: str | None = None
    if wanted is not None:
        exists = True
        if not wanted.star_tag:
            expected = state
            if not _names(wanted, state, graph):
                raise _moved()
    if unwanted is not None:
        if unwanted.star_tag:
            if exists or graph is None:
                raise _moved()
            exists = False
        elif _names(unwanted, state, graph):
            raise _moved()
        else:
            expected = state
    return Condition(expected, exists)


def _tags(header: str) -> ETags | None:
    if header not in request.headers:
        return None
    found = request.if_match if header == "If-Match" else request.if_none_match
    if not found:
        raise HttpError(400, "No entity tag", f'{header} is * or a list of entity tags, as "…", "…".')
    return found


def _names(tags: ETags, state: str, graph: str | None) -> bool:
    """Return whether one of the tags is of this state."""
    ours = access.state_tag(state, graph)
    return any(told.partition("-")[0] == ours for told in tags.as_set(include_weak=True))


def _moved() -> Moved:
    return Moved(
        Problem(
            "What you read is not what is here now, and nothing was changed",
            remedy="Read it anew, make your change again, and send that with the new entity tag",
        )
    )
