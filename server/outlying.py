"""Areas that the graph does not have: their IRIs are answered from the gazetteer all the same.

The graph of a data directory holds the areas that its sources name, with those above them; a table of somebody's may
be matched to any unit of China, and what it was matched to must have an address that answers. The gazetteer's own
statements about such a unit are laid over the graph for as long as one request takes; queries of others do not see
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

import pyoxigraph as ox

from graph.engine import Answer, Dataset, Engine
from graph.formats import Format
from graph.quads import quads
from graph.sources import Source
from loaders.gazetteer import areas, children, unit
from loaders.gazetteer.tables import CHINA
from ontology.namespaces import BASE, expand, named_graph
from ontology.records import Area, Labels, Ref
from server.links import Name

_KIND: Final = "area"
_AREA: Final = f"{BASE}id/area/"
GRAPH: Final = named_graph("gazetteer")
_NAME: Final = (("zh", "全国区划表"), ("en", "Table of areas of China"))
_DESCRIPTION: Final = (
    ("zh", "2019年底县级以上区划及历年代码和名称，安装时由民政部历年名单和GeoNames数据（CC BY 4.0）生成。"),
    ("en", "Units of the end of 2019 down to counties, with codes and names of other years, made at set-up from lists "
     "of the ministry and data of GeoNames (CC BY 4.0)."),
)  # fmt: skip


def is_outlying(name: Name) -> bool:
    """Return whether the gazetteer has the area that a name stands for, or is what it stands for itself."""
    return name.iri == GRAPH or (name.kind == _KIND and areas.is_known(name.key))


def engine_over(engine: Engine, name: Name) -> Engine:
    """Return an engine that answers our own pages' queries as if the graph had an area of the gazetteer."""
    store = ox.Store()
    store.extend(_itself() if name.iri == GRAPH else statements(name.key))
    return _Layered(engine, store)


def _itself() -> Iterator[ox.Quad]:
    """Yield what there is to say of the gazetteer as a source."""
    here = ox.NamedNode(GRAPH)
    for curie, words in (("rdfs:label", _NAME), ("dcterms:description", _DESCRIPTION)):
        for language, text in words:
            yield ox.Quad(here, ox.NamedNode(expand(curie)), ox.Literal(text, language=language), here)
    yield ox.Quad(here, ox.NamedNode(expand("rdfs:seeAlso")), ox.NamedNode("https://www.geonames.org/"), here)


def statements(key: str) -> Iterator[ox.Quad]:
    """Yield what the gazetteer says of an area, of those above it, and the names of those below it."""
    yield from _quads(_records(key))
    below = [Area(key=u.code, label=Labels(u.name, u.english), within=Ref(f"area/{key}")) for u in children(key)]
    for quad in _quads(below):
        if quad.predicate.value != expand("rdf:type"):
            yield quad


def _records(key: str) -> Iterator[Area]:
    past = areas.find_past(key)
    if past is not None:
        yield areas.past_area(past)
        for code in past.units:
            yield from areas.with_ancestors([code])
    here = unit(key)
    if here is not None:
        yield from areas.with_ancestors([key])
        yield from areas.other_years(key)
    yield Area(key=CHINA, subclass="CountryLevelArea", label=Labels("中华人民共和国", "People's Republic of China"))


def _quads(records: Iterator[Area] | Sequence[Area]) -> Iterator[ox.Quad]:
    told = Source(graph="gazetteer", records=tuple(records), loader="gazetteer", file="", sha256="", size=0)
    yield from quads(told)
    for record in told.records:
        u = unit(record.key)
        if u is not None and u.geonames:
            subject, graph = ox.NamedNode(_AREA + u.code), ox.NamedNode(GRAPH)
            yield ox.Quad(subject, ox.NamedNode(expand("dk:geonamesId")), ox.Literal(u.geonames), graph)
            same = ox.NamedNode(f"http://sws.geonames.org/{u.geonames}/")
            yield ox.Quad(subject, ox.NamedNode(expand("schema:sameAs")), same, graph)


class _Layered:
    """An engine and a small store beside it: rows of both, one after the other."""

    def __init__(self, engine: Engine, store: ox.Store) -> None:
        self._engine = engine
        self._store = store

    def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """Return the rows of both as a table; see `graph.engine.Engine.answer`."""
        first = self._engine.answer(text, dataset, formats)
        if first.format is not Format.TSV:
            return first
        found = self._store.query(text, use_default_graph_as_union=dataset.union)
        assert isinstance(found, ox.QuerySolutions)
        more = found.serialize(format=ox.QueryResultsFormat.TSV) or b""
        rows = more.split(b"\n", 1)[1] if b"\n" in more else b""
        body = first.body if first.body.endswith(b"\n") else first.body + b"\n"
        return Answer(first.media_type, body + rows, first.format, first.number)

    def write(self, text: str, dataset: Dataset, formats: Sequence[Format], out: BinaryIO) -> Format:
        """Write `answer`."""
        answer = self.answer(text, dataset, formats)
        out.write(answer.body)
        return answer.format
