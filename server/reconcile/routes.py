"""``/reconcile`` and what belongs to it; ``/zh/reconcile`` and ``/en/reconcile`` are the same in one language.

A service speaks one language. ``/reconcile`` speaks that of Accept-Language; OpenRefine sends none that tells, so
who wants to be sure adds the service by an address with the language in it.
"""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Flask, Response, redirect, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge

from ontology.vocabulary import terms
from server import links, negotiation, texts
from server.problems import HttpError
from server.reconcile import asking, entities, extending, index, matching, suggesting
from server.reconcile.types import IDENTIFIER_SPACE, SCHEMA_SPACE, property_of, type_of, types

ROOTS: Final = ("/reconcile", "/<any(zh, en):lang>/reconcile")
_WIDTH, _HEIGHT = 420, 180
#: The page of a preview may stand in a frame of any site; it has our style sheet and no script.
_FRAMED: Final = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors *"
_SUGGESTIONS: Final = ("entity", "type", "property")


def register(app: Flask) -> None:
    """Add the service to an application."""
    app.extensions[index.EXTENSION] = index.Kept()
    for root in ROOTS:
        for path, view, methods in (
            ("", service, ("GET", "POST")),
            ("/extend", extend, ("GET", "POST")),
            ("/properties", propose, ("GET",)),
            ("/preview", preview, ("GET",)),
            ("/view", see, ("GET",)),
            ("/suggest/<any(entity, type, property):what>", suggest, ("GET",)),
            ("/flyout/<any(entity, type, property):what>", flyout, ("GET",)),
        ):
            app.add_url_rule(root + path, f"reconcile.{path or '/'}@{root}", view, methods=methods)


def service(lang: str = "") -> Response:
    """Answer queries or an extension, by GET or in a form; without either say what the service is."""
    lang = _language(lang)
    given = _given("queries", "extend")
    if "queries" in given:
        return _json(matching.answer(asking.queries(given["queries"]), lang))
    if "extend" in given:
        return _json(extending.extended(*asking.extension(given["extend"]), lang))
    if request.method == "POST":
        told = "Send a form with the field “queries” or “extend”. GET without either tells what there is."
        raise HttpError(400, "Nothing asked", told)
    return _json(_manifest(lang))


def extend(lang: str = "") -> Response:
    """Answer an extension: a second address of what ``/reconcile`` does."""
    lang = _language(lang)
    given = _given("extend")
    if "extend" not in given:
        raise HttpError(400, "Nothing asked", "Send the field “extend”: {“ids”: […], “properties”: [{“id”: …}]}.")
    return _json(extending.extended(*asking.extension(given["extend"]), lang))


def propose(lang: str = "") -> Response:
    """Return the properties that things of a type may have."""
    limit = request.args.get("limit", "")
    if limit and not (limit.isascii() and limit.isdigit()):
        raise HttpError(400, "Malformed request", "“limit” must be a whole number.")
    return _json(extending.proposals(request.args.get("type"), int(limit[:6]) if limit else None, _language(lang)))


def suggest(what: str, lang: str = "") -> Response:
    """Complete what somebody types: things, types or properties."""
    lang = _language(lang)
    prefix = request.args.get("prefix", "")[:200]
    cursor = request.args.get("cursor", "0") or "0"
    if not (cursor.isascii() and cursor.isdigit()):
        raise HttpError(400, "Malformed request", "“cursor” must be a whole number.")
    if what == "entity":
        told = suggesting.things(prefix, lang, kind=request.args.get("type"), cursor=int(cursor[:6]))
    else:
        told = (suggesting.kinds if what == "type" else suggesting.attributes)(prefix, lang)[int(cursor[:6]) :]
    return _json({"result": told})


def flyout(what: str, lang: str = "") -> Response:
    """Return a few lines of HTML about a suggestion."""
    lang = _language(lang)
    told = request.args.get("id", "")
    lines = _lines(what, told, lang)
    if lines is None:
        raise HttpError(404, "Not found", f"There is no {what} “{told[:200]}”.")
    return _json({"id": told, "html": render_template("reconcile/flyout.html", name=lines[0], lines=lines[1:])})


def preview(lang: str = "") -> Response:
    """Return a small page about a thing, for a frame."""
    lang = _language(lang)
    told = request.args.get("id", "")
    entity = suggesting.entity(told, lang)
    if entity is None:
        raise HttpError(404, "Not found", f"There is no thing “{told[:200]}”.")
    body = render_template(
        "reconcile/preview.html",
        lang=lang,
        entity=entity,
        kinds=[t["name"] for t in entities.types_of(entity, lang)],
        values=_values(entity.id, lang),
        address=_address(entity.iri, lang),
        more=texts.text(lang, "reconcile.more"),
    )
    response = Response(body, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _FRAMED
    return response


def see(lang: str = "") -> Response:
    """Send to the page of a thing by its identifier."""
    told = request.args.get("id", "")
    iri = entities.iri_of(told)
    if iri is None:
        raise HttpError(404, "Not found", f"“{told[:200]}” is no identifier of this service.")
    sent = redirect(_address(iri, _language(lang)), 303)
    assert isinstance(sent, Response)
    return sent


def _manifest(lang: str) -> dict[str, Any]:
    base = request.host_url.rstrip("/") + request.path.rstrip("/")
    suggestions = {
        what: {
            "service_url": base,
            "service_path": f"/suggest/{what}",
            "flyout_service_url": base,
            "flyout_service_path": f"/flyout/{what}?id=${{id}}",
        }
        for what in _SUGGESTIONS
    }
    return {
        "versions": ["0.2"],
        "name": texts.text(lang, "reconcile.name"),
        "identifierSpace": IDENTIFIER_SPACE,
        "schemaSpace": SCHEMA_SPACE,
        "documentation": request.host_url + "openapi.json",
        "defaultTypes": [{"id": t.id, "name": t.name(lang)} for t in types().values()],
        "view": {"url": f"{base}/view?id={{{{id}}}}"},
        "batchSize": asking.BATCH,
        "suggest": suggestions,
        "preview": {"url": f"{base}/preview?id={{{{id}}}}", "width": _WIDTH, "height": _HEIGHT},
        "extend": {
            "propose_properties": {"service_url": base, "service_path": "/properties"},
            "property_settings": [
                {
                    "name": "limit",
                    "label": texts.text(lang, "reconcile.limit"),
                    "type": "number",
                    "default": asking.MOST,
                    "help_text": texts.text(lang, "reconcile.limit_help"),
                }
            ],
        },
    }


def _language(lang: str) -> str:
    return lang or negotiation.language(request.headers.get("Accept-Language"), links.LANGUAGES)


def _given(*fields: str) -> dict[str, str]:
    """Return fields of the query string or the form."""
    try:
        form = request.form
    except RequestEntityTooLarge:
        told = "The request is larger than this server reads. Send fewer at a time."
        raise HttpError(413, "Too large", told) from None
    if request.content_length is not None and request.content_length > asking.BYTES * 4:
        raise HttpError(413, "Too large", f"At most {asking.BYTES * 4:,} bytes are read. Send fewer at a time.")
    return {f: value for f in fields if (value := form.get(f) or request.args.get(f)) is not None}


def _json(told: Any) -> Response:
    body = json.dumps(told, ensure_ascii=False)
    response = Response(body, content_type="application/json; charset=utf-8")
    response.vary.add("Accept-Language")
    return response


def _address(iri: str, lang: str) -> str:
    name = links.parse(iri)
    return links.page(lang, name) if name else iri


def _lines(what: str, told: str, lang: str) -> list[str] | None:
    """Return the name and what there is to say of a suggestion."""
    if what == "entity":
        entity = suggesting.entity(told, lang)
        return [entity.name, entity.description, *_values(entity.id, lang)] if entity else None
    found = type_of(told) if what == "type" else property_of(told)
    if found is None:
        return None
    known = terms().get(found.id)
    said = (known.definition.zh if lang == "zh" else known.definition.en) if known else None
    return [found.name(lang), *([said] if said else [])]


def _values(told: str, lang: str) -> list[str]:
    """Return a few values that tell a thing from others."""
    wanted = [("altLabel", 6), ("within", 1), ("seatIn", 2), ("hasTheme", 4), ("wikidataId", 1), ("description", 1)]
    row = extending.extended([told], wanted, lang)["rows"].get(told, {})
    lines = []
    for name, _ in wanted:
        shown = [str(next((c[k] for k in ("name", "str") if k in c), "")) for c in row.get(name, ())]
        if any(shown):
            mark = "、" if lang == "zh" else ", "
            lines.append(mark.join(filter(None, shown))[:240])
    return lines
