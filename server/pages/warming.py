"""Working out beforehand, for each new snapshot, what pages need that is counted over the whole graph.

One thread does it, one overview after the other, the home page's first; after each it lets who asks at the
moment go first, and it gives up when another snapshot comes. What it asks is under the limits that all
queries are under, and the pool has long queries give way to others. Who comes before it is done waits for
the one overview of their page at most.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from flask import Flask

from graph.database import Database
from ontology.errors import DuikouError
from server import access, catalogue, links, observation
from server.pages import document, home, map, members, ontology, search

#: Seconds between two looks at which snapshot is served.
LOOK: Final = 0.5
#: The most seconds to hold back from a database that is written to all the time.
_LONGEST: Final = 20.0
#: The most seconds to let others go first after an overview.
_POLITE: Final = 1.0
#: Documents whose spans are found beforehand where they are many.
_DOCUMENTS: Final = 50
_log = logging.getLogger("duikou.server")


def start(app: Flask) -> threading.Event:
    """Begin to keep an application's overviews ready, until the event is set that is returned.

    Not for a store somewhere else, which is not ours to tire.
    """
    ended = threading.Event()
    if isinstance(access.of(app).database, Database):
        threading.Thread(target=_keep, args=(app, ended), name="overviews", daemon=True).start()
    return ended


def prepare(app: Flask) -> None:
    """Read what the first visit to a page reads once for all: templates, and the modules that few pages need."""
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)
    catalogue.licensed()


def warm(app: Flask, *, polite: bool = False) -> bool:
    """Work out all overviews of the served snapshot; False when another one came in between."""
    began = _state(app)
    for work in overviews():
        if _state(app) != began:
            return False
        started = time.monotonic()
        with app.app_context():
            try:
                work()
            except DuikouError as error:  # a limit, or a store that is busy: the page itself will tell
                _log.info("an overview was not worked out beforehand: %s", error)
        if polite and observation.of(app).running:
            time.sleep(min(time.monotonic() - started, _POLITE))
    return True


def overviews() -> Iterator[Callable[[], object]]:
    """Yield what works out and keeps one overview, those most asked for first."""
    for lang in links.LANGUAGES:
        yield partial(home.overview, lang)
    yield map.known_themes
    yield search.know_undertakings
    for lang in links.LANGUAGES:
        yield partial(ontology.entries, lang)
    for kind in links.KINDS:
        yield partial(members.count, kind)
    yield _documents


def _documents() -> None:
    """Find the cited spans of the documents that have most of them to find."""
    for iri in members.page_of("document", _DOCUMENTS):
        if document.is_long(iri):
            document.places(iri)
            document.cases(iri)


def _keep(app: Flask, ended: threading.Event) -> None:
    prepare(app)
    warmed: object = None
    pause = LOOK
    while not ended.is_set():
        state = _state(app)
        if state is not None and state != warmed:
            if warm(app, polite=True):
                warmed, pause = state, LOOK
            else:
                pause = min(pause * 2, _LONGEST)
        ended.wait(pause)


def _state(app: Flask) -> tuple[int, str] | None:
    try:
        snapshot = access.of(app).database.reader().snapshot
    except DuikouError:
        return None
    return (snapshot.number, snapshot.created) if snapshot else None
