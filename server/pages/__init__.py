"""The pages for people, in Chinese and English: one module each, its template of the same name in `templates/`.

A page is read → painted → laid out: `server.neighbourhood` and the queries read the snapshot, `portrait`
puts what was found into words for one language, the template lays it out. `answer` is what every page
does alike: entity tags, page numbers, rendering. A new page is a module with a `blueprint`, named below.
"""

from __future__ import annotations

from flask import Flask

from server.pages import assets, compare, console, data, graph, home, kept, lists, map, ontology, search, thing
from server.pages.layout import layout


def register(app: Flask) -> None:
    """Add all pages to an application, and what their templates may use."""
    app.context_processor(layout)
    assets.register(app)
    kept.register(app)
    for module in (home, ontology, console, data, search, compare, map, graph, lists, thing):
        app.register_blueprint(module.blueprint)
