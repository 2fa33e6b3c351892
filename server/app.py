"""The application: a database in, a Flask application out."""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined

from graph.engine import Engine
from graph.store import Store, Writing
from graph.workers.limits import Limits
from server import (
    access,
    catalogue,
    compression,
    crawlers,
    graph_store,
    headers,
    health,
    observation,
    openapi,
    pages,
    problems,
    public,
    running_queries,
    sparql,
    things,
    vocabulary,
)
from server import supervision as supervisor
from server.pages.flows import GROUND
from server.reconcile import routes as reconciliation
from server.supervision import Supervision
from server.tokens import Scoped
from server.version import version


def create_app(
    database: Store,
    *,
    union: bool = True,
    engine: Engine | None = None,
    writer: Writing | None = None,
    token: str | None = None,
    limits: Limits | None = None,
    metrics: observation.Metrics | None = None,
    public_url: str | None = None,
    supervision: Supervision | None = None,
    federates: bool = False,
    must_match: bool = False,
    tokens: tuple[Scoped, ...] = (),
    ground: str = "land",
) -> Flask:
    """Return the application that serves a database: protocol, data, pages.

    `union` says whether a query that names no graph sees all of them, or the unnamed one only; our
    own pages always see all. `engine` answers the queries of others (in this process without one),
    `writer` takes the writes of whoever sends `token`; without the two nobody writes. `limits` are
    those of the engine, for the service description; `metrics` are the numbers that the engine counts in.
    `public_url` is the address that clients know the server by; without it that of each request is.
    `supervision` knows what the engine and the writer do for whom. `federates` says whether queries may
    call other endpoints, `must_match` that writes have to be conditional; `tokens` write to some graphs only.
    `ground` is what maps draw below their points.
    """
    app = Flask(__name__)
    app.config[GROUND] = ground
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.strict_slashes = True
    served = access.Access(
        database,
        version(),
        union,
        engine,
        writer,
        token,
        limits,
        federates=federates,
        must_match=must_match,
        tokens=tokens,
    )
    access.install(app.extensions, served)
    supervisor.register(app, supervision)
    for module in (sparql, running_queries, graph_store, things, vocabulary, health, openapi, crawlers):
        app.register_blueprint(module.blueprint)
    pages.register(app)
    catalogue.register(app)
    reconciliation.register(app)
    observation.register(app, metrics)
    app.before_request(public.check)
    compression.register(app)
    problems.register(app)
    headers.register(app)
    if public_url is not None:
        app.wsgi_app = public.Addressed(app.wsgi_app, public_url)  # type: ignore[method-assign]  # as Flask advises
    return app
