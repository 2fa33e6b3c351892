"""The application: a database in, a Flask application out."""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined

from graph.database import Database
from server import access, console, headers, health, pages, problems, sparql, things, vocabulary
from server.layout import layout
from server.version import version


def create_app(database: Database, *, union: bool = True) -> Flask:
    """Return the application that serves a database: protocol, data, pages.

    `union` says whether a query that names no graph sees all of them, or the unnamed one only; our
    own pages always see all.
    """
    app = Flask(__name__)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.strict_slashes = True
    access.install(app.extensions, access.Access(database, version(), union))
    app.context_processor(layout)
    for module in (sparql, things, vocabulary, pages, console, health):
        app.register_blueprint(module.blueprint)
    problems.register(app)
    headers.register(app)
    return app
