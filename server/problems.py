"""Errors as people and programs read them: ``application/problem+json`` (RFC 9457), or a page.

Every error of the site is a `HttpError`: a status that tells the truth, a title, and a detail that says
where and what to do. Browsers get the same words as HTML. A traceback is never sent.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from graph.asking import Cancelled
from graph.conditions import Invalid, Moved
from graph.engine import Exhausted, Limit, NotAcceptable, NotOffered
from ontology.errors import DuikouError, Problem, QueryError, StoreError
from server import links, negotiation, observation, texts
from server.budget import OverBudget

MEDIA_TYPE: Final = "application/problem+json"
_log = logging.getLogger("duikou.server")


class HttpError(Exception):
    """An answer that says why there is none. `members` are further fields of the problem document."""

    def __init__(
        self, status: int, title: str, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        self.status, self.title, self.detail = status, title, detail
        #: The key of the detail in `texts.toml` and what fills its places, where it is to be had in both languages.
        self.words: tuple[str, Mapping[str, object]] | None = None
        self.headers, self.members = dict(headers or {}), members
        super().__init__(f"{status} {title}: {detail}")


def refused(
    status: int, title: str, key: str, *, headers: Mapping[str, str] | None = None, **values: object
) -> HttpError:
    """Return an error whose detail stands in `texts.toml`: programs get it in English, readers in their language."""
    error = HttpError(status, title, texts.text("en", key, **values), headers=headers)
    error.words = (key, values)
    return error


def register(app: Flask) -> None:
    """Answer every error of an application with a problem document."""
    app.register_error_handler(HttpError, respond)
    app.register_error_handler(DuikouError, lambda error: respond(from_error(error)))
    app.register_error_handler(HTTPException, lambda error: respond(from_http(error)))
    app.register_error_handler(Exception, unexpected)


def from_error(error: DuikouError) -> HttpError:
    """Return the answer to a problem that the graph reports."""
    detail = "\n".join(str(p) for p in error.problems)
    if isinstance(error, NotAcceptable):
        return HttpError(406, "Not acceptable", detail)
    if isinstance(error, NotOffered):
        return HttpError(403, "Not offered", detail)
    if isinstance(error, Moved):
        return HttpError(412, "It has changed", detail)
    if isinstance(error, Invalid):
        return HttpError(422, "Breaks the shapes", detail)
    if isinstance(error, Cancelled):
        return HttpError(409, "Cancelled", detail)
    if isinstance(error, QueryError):
        where = error.problems[0].where
        detail = "\n".join(_without_place(p) for p in error.problems)
        if where and where.line:
            detail = f"Line {where.line}, column {where.column or 1}: {detail}"
        members = {k: v for k in ("line", "column") if where and (v := getattr(where, k)) is not None}
        return HttpError(400, "Malformed query", detail, **members)
    if isinstance(error, Exhausted):
        if error.limit is Limit.DEPTH:
            return HttpError(400, "Query too deep", detail)
        if isinstance(error, OverBudget):
            told = {"Retry-After": str(error.wait)}
            return HttpError(429, "Too much asked", detail, headers=told, limit=error.limit.value)
        retry = {} if error.limit is Limit.SIZE else {"Retry-After": "5"}
        return HttpError(503, "A limit stopped the query", detail, headers=retry, limit=error.limit.value)
    if isinstance(error, StoreError):
        return HttpError(503, "The store cannot answer", detail, headers={"Retry-After": "5"})
    return HttpError(500, "This could not be done", detail)


def _without_place(problem: Problem) -> str:
    return f"{problem.message}. {problem.remedy}" if problem.remedy else problem.message


def from_http(error: HTTPException) -> HttpError:
    """Return the answer to an error of the HTTP layer, with the words of this site."""
    status = error.code or 500
    headers = {"Allow": ", ".join(sorted(error.valid_methods or ()))} if isinstance(error, MethodNotAllowed) else {}
    title = HTTPStatus(status).phrase
    if status == 404:
        return refused(404, title, "refused.address", path=request.path)
    if status == 405:
        return refused(405, title, "refused.method", headers=headers, method=request.method, allowed=headers["Allow"])
    return HttpError(status, title, error.description or title, headers=headers)


def unexpected(error: Exception) -> Response:
    """Return the answer to an error nobody foresaw, and log where it came from."""
    told = {"fields": {"id": observation.request_id()}}
    _log.exception("%s %s failed", request.method, request.path, exc_info=error, extra=told)
    if current_app.testing:
        raise error
    return respond(refused(500, "Internal error", "refused.unexpected"))


def respond(problem: HttpError) -> Response:
    """Return a problem as JSON, or as a page where a browser asks."""
    if negotiation.wants_html(request.headers.get("Accept"), negotiation.ANSWERS):
        response = Response(_page(problem), mimetype="text/html")
    else:
        document = {
            "title": problem.title,
            "status": problem.status,
            "detail": problem.detail,
            "request_id": observation.request_id(),
        } | problem.members
        body = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        response = Response(body, content_type=f"{MEDIA_TYPE}; charset=utf-8")
    response.status_code = problem.status
    response.headers.update(problem.headers)
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept")
    return response


def _page(problem: HttpError) -> str:
    first = request.path.removeprefix("/").partition("/")[0]
    lang = (
        first
        if first in links.LANGUAGES
        else negotiation.language(request.headers.get("Accept-Language"), links.LANGUAGES)
    )
    title, detail, is_translated = told(problem, lang)
    return render_template(
        "problem.html", problem=problem, lang=lang, title=title, detail=detail, is_translated=is_translated
    )


def told(problem: HttpError, lang: str) -> tuple[str, str, bool]:
    """Return title and detail of a problem in a language, and whether the detail is in it: else it is in English."""
    kind = f"status.{problem.status}"
    title = problem.title if lang == "en" else texts.text(lang, kind if texts.known(kind) else "status.other")
    if problem.words is not None:
        key, values = problem.words
        return title, texts.text(lang, key, **values), True
    return title, problem.detail, lang == "en"
