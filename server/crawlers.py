"""For programs that read the whole site: ``/robots.txt``, ``/sitemap.xml``, ``/llms.txt`` and ``/feed.atom``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox
from flask import Blueprint, Response, request

from ontology import vocabulary as terms
from ontology.namespaces import ONTOLOGY, term
from server import access, changes, finding, links, naming, queries, texts
from server.problems import HttpError

blueprint = Blueprint("crawlers", __name__)

#: Things in one file of the site map; each has a page in both languages (the protocol's limit is 50,000 addresses).
PER_FILE: Final = 10_000
_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_ATOM: Final = "http://www.w3.org/2005/Atom"
_XHTML: Final = "http://www.w3.org/1999/xhtml"
#: Pages that stand beside those of things.
_PAGES: Final = ("", "search", "ontology", "sparql", "data", "map", "graph")
_ENTRIES: Final = 50
_GRAPHS: Final = 20
_ASKED: Final = 12


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Let robots read pages and data, but not run queries; tell them where the site map is."""
    closed = ("/sparql", "/zh/sparql", "/en/sparql", "/zh/search", "/en/search", "/reconcile")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), "", f"Sitemap: {request.host_url}sitemap.xml"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Return the index of the site map: the pages of each kind of thing, ten thousand to a file."""
    etag = access.tag(request.host_url, "sitemap")
    if (same := access.not_modified(etag)) is not None:
        return same
    now = access.snapshot()
    modified = f"<lastmod>{escape(now.created)}</lastmod>" if now else ""
    counts = {r["class"].value: int(r["count"].value) for r in queries.select(access.engine(), "classes")}
    files = ["pages-1"]
    for kind in finding.KINDS:
        things = counts.get(term(links.CLASSES[kind]), 0)
        files += [f"{kind}-{n}" for n in range(1, -(-things // PER_FILE) + 1)]
    listed = "".join(f"<sitemap><loc>{request.host_url}sitemap-{file}.xml</loc>{modified}</sitemap>" for file in files)
    return _xml(f'<sitemapindex xmlns="{_SITEMAP}">{listed}</sitemapindex>', etag)


@blueprint.get("/sitemap-<name>-<int:number>.xml")
def sitemap_file(name: str, number: int) -> Response:
    """Return one file of the site map."""
    if (name != "pages" and name not in finding.KINDS) or number < 1:
        raise HttpError(404, "Not found", "There is no such file; /sitemap.xml lists those there are.")
    etag = access.tag(request.host_url, "sitemap", name, number)
    if (same := access.not_modified(etag)) is not None:
        return same
    if name == "pages":
        paths: Iterable[tuple[str, str]] = [(f"/zh/{p}", f"/en/{p}") for p in _PAGES]
    else:
        class_ = ox.NamedNode(term(links.CLASSES[name]))
        rows = queries.select(access.engine(), "list", type=class_, limit=PER_FILE, offset=(number - 1) * PER_FILE)
        things = naming.iris(row["thing"] for row in rows)
        paths = [(links.href("zh", iri), links.href("en", iri)) for iri in things if links.parse(iri)]
    body = "".join(_url(zh, en) for zh, en in paths)
    return _xml(f'<urlset xmlns="{_SITEMAP}" xmlns:xhtml="{_XHTML}">{body}</urlset>', etag)


@blueprint.get("/llms.txt")
def llms() -> Response:
    """Say in Markdown what is here and how a language model asks it (the form of llmstxt.org)."""
    host = request.host_url
    asked = "\n".join(
        f"- {q.en}: [run it]({host.rstrip('/')}{links.sparql(q.text, 'csv')})" for q in terms.questions()[:_ASKED]
    )
    return Response(
        f"""# {texts.text("en", "site.name")}

> {texts.text("en", "site.tagline")}

Every figure cites the words it rests on: a measurement has dk:value, dk:qualifier (exact, over, gt, ge, nearly …),
dk:unit, dk:status, and dk:evidence with dk:exactText, dk:beginIndex, dk:endIndex and dk:citedDocument. Quote the
words beside a figure, keep a bound a bound, and do not add figures that dk:overlaps or dk:mayInclude joins.

## Ask

- [SPARQL]({host}sparql): GET or POST `query`, results as JSON, CSV, TSV or XML; read-only; limits come in the headers
- [Search]({host}en/search.json?q=Chuxiong): names in any language or pinyin; `type`, `theme`, `area`, `donor`, `year`
- [Suggestions]({host}autocomplete?q=tongji): IRIs by name
- [OpenAPI]({host}openapi.json): every route
- `duikou mcp`: the same as a Model Context Protocol server

## Read

- [Vocabulary]({host}ontology.ttl): the ontology {ONTOLOGY}# as Turtle, with labels and definitions in both languages
- [Dataset]({host}void.ttl): graphs, counts, licences (VoID)
- A thing's data is at its page's path with `/data/` for the language and an ending: `.json`, `.ttl`, `.csv`
- [Changes]({host}feed.atom): an entry for each published snapshot

## Questions it answers

{asked}
""",
        mimetype="text/plain",
    )


@blueprint.get("/feed.atom")
def feed() -> Response:
    """Return the published snapshots, newest first, as an Atom feed: what was done, and which graphs changed."""
    etag = access.tag(request.host_url, "feed")
    if (same := access.not_modified(etag)) is not None:
        return same
    host = request.host_url
    now = access.snapshot()
    entries = "".join(
        f"<entry><id>{host}feed.atom#{c.snapshot.number}</id>"
        f"<title>{escape(f'{c.snapshot.number}: {c.snapshot.command}')}</title>"
        f"<updated>{escape(c.snapshot.created)}</updated>"
        f"<link rel='alternate' href={quoteattr(f'{host}en/data')}/>"
        f"<summary>{escape(_summary(c))}</summary></entry>"
        for c in changes.changes(access.current().database, _ENTRIES)
    )
    updated = escape(now.created) if now else "1970-01-01T00:00:00Z"
    return _xml(
        f'<feed xmlns="{_ATOM}"><id>{host}feed.atom</id><title>{escape(texts.text("en", "site.name"))}</title>'
        f"<updated>{updated}</updated><author><name>Duikou</name></author>"
        f"<link rel='self' href={quoteattr(request.base_url)}/>{entries}</feed>",
        etag,
        "application/atom+xml",
    )


def _summary(change: changes.Change) -> str:
    told = [f"{iri}: {difference:+}" for iri, difference in change.graphs[:_GRAPHS]]
    more = len(change.graphs) - len(told)
    return f"{change.difference:+} quads. " + "; ".join([*told, *([f"{more} more graphs"] if more > 0 else [])])


def _url(zh: str, en: str) -> str:
    host = request.host_url.rstrip("/")
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{lang}" href={quoteattr(host + path)}/>'
        for lang, path in (("zh", zh), ("en", en))
    )
    return "".join(f"<url><loc>{escape(host + path)}</loc>{others}</url>" for path in (zh, en))


def _xml(body: str, etag: str, media_type: str = "application/xml") -> Response:
    response = Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n', mimetype=media_type)
    return access.tagged(response, etag)
