"""``duikou link``: candidates offline, and from a stand-in that speaks the real protocols and has bad days."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner, Result

from graph.database import Database
from graph.publish import build, load_rdf
from loaders.builtin import builtin_sources
from loaders.gazetteer import unit
from loaders.links import sssom
from ontology.mappings import State
from server.cli import main
from server.linking.client import Client, ServiceError

Answer = tuple[int, dict[str, str], bytes]

VILLAGE = """
@prefix dk: <https://w3id.org/duikou/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://example.org/a/1> a dk:CountyLevelArea ; rdfs:label "云龙县"@zh , "Yunlong"@en ;
  dk:directlyWithin <https://w3id.org/duikou/id/area/532900> .
<https://example.org/a/2> a dk:CountyLevelArea ; rdfs:label "長寧"@zh , "Changning"@en ;
  dk:directlyWithin <https://w3id.org/duikou/id/area/310000> .
<https://example.org/a/3> a dk:CountyLevelArea ; rdfs:label "没有这个地方xyz"@zh , "Nowhere"@en ;
  dk:directlyWithin <https://w3id.org/duikou/id/area/310000> .
"""


class StandIn:
    """A service on this machine: what it answers is told request by request, the rest by protocol."""

    def __init__(self) -> None:
        self.script: list[Answer | Callable[[], Answer]] = []
        self.asked: list[tuple[str, str, dict[str, str], dict[str, str]]] = []
        self.protocol: Callable[[str, dict[str, str]], Answer] = reconciliation
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply({})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._reply({k: v[0] for k, v in parse_qs(body).items()})

            def _reply(self, form: dict[str, str]) -> None:
                form = form or {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
                outer.asked.append((self.command, self.path, dict(self.headers), form))
                told = outer.script.pop(0) if outer.script else outer.protocol(self.command, form)
                status, headers, body = told() if callable(told) else told
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def told(document: object, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()


def reconciliation(method: str, form: dict[str, str]) -> Answer:
    """A reconciliation service over some items: every name has one, by the length of the name."""
    if "queries" not in form:
        return told({"versions": ["0.2"], "name": "x", "identifierSpace": "http://www.wikidata.org/entity/",
                     "schemaSpace": "http://www.wikidata.org/prop/direct/", "batchSize": 4})  # fmt: skip
    batch = json.loads(form["queries"])
    assert len(batch) <= 4
    return told({
        key: {"result": [{"id": f"Q{1000 + n}{len(q['query'])}", "name": q["query"], "score": 88, "match": True}]}
        for n, (key, q) in enumerate(batch.items())
    })  # fmt: skip


def sparql(method: str, form: dict[str, str]) -> Answer:
    """An endpoint with the division codes of some units, written with blanks as they are found there."""
    if "query" not in form:
        return 400, {"Content-Type": "text/plain"}, b"no query"
    rows = []
    for key, code in re.findall(r'\("([^"]+)" "(\d\d \d\d \d\d)"\)', form["query"]):
        here = unit(code.replace(" ", ""))
        if here and here.code != "310106":
            rows.append({"item": {"type": "uri", "value": f"http://www.wikidata.org/entity/Q{here.code}"},
                         "key": {"type": "literal", "value": key},
                         "label": {"type": "literal", "value": here.name, "xml:lang": "zh"}})  # fmt: skip
    return told({"head": {"vars": ["item", "key", "label"]}, "results": {"bindings": rows}})


@pytest.fixture
def service() -> Iterator[StandIn]:
    standing = StandIn()
    yield standing
    standing.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with areas of the ten cases but without their links, and three areas of somebody else's."""
    folder = tmp_path_factory.mktemp("linking")
    database = Database(folder / "db")
    build(database, builtin_sources()[:1])
    file = folder / "places.ttl"
    file.write_text(VILLAGE, encoding="utf-8")
    load_rdf(database, [file])
    return folder / "db"


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to write to."""
    return Path(shutil.copytree(made, tmp_path / "db"))


def link(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["link", *map(str, arguments)])


def table(text: str | bytes) -> list[Any]:
    return list(sssom.parse(text if isinstance(text, bytes) else text.encode(), "t").mappings)


# -- offline ------------------------------------------------------------------


def test_areas_of_others_are_matched_to_units_within_their_parent(data: Path) -> None:
    result = link("--db", data)
    assert result.exit_code == 0, result.output
    rows = table(result.stdout)
    found = {(m.subject[-1], m.object and m.object.rsplit("/", 1)[1]) for m in rows if m.state is State.CANDIDATE}
    assert {("1", "532929"), ("2", "310105")} <= found
    assert not any(m.state is State.REVIEWED for m in rows), "a proposal is never a decision"
    assert all(m.evidence and m.date for m in rows)
    assert "things looked for" in result.stderr


def units(directory: Path, codes: list[str]) -> Path:
    """A data directory with areas of somebody else's that have a code."""
    file = directory / "units.ttl"
    file.write_text(
        "@prefix dk: <https://w3id.org/duikou/ontology#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        + "\n".join(
            f'<https://example.org/{c}> a dk:AdministrativeArea ; rdfs:label "{c}"@zh , "{c}"@en ; '
            f'dk:gbt2260Code "{c}" ; dk:codeEdition "2019" .'
            for c in codes
        ),
        encoding="utf-8",
    )
    load_rdf(Database(directory / "units"), [file])
    return directory / "units"


def test_units_get_their_geonames_records(data: Path, tmp_path: Path) -> None:
    rows = table(link("--db", units(tmp_path, ["530300", "532301"]), "--to", "geonames").stdout)
    told = {m.subject[-6:]: (m.state, m.local) for m in rows}
    here = unit("530300")
    assert here
    assert told == {"530300": (State.CANDIDATE, f"{here.geonames}/"), "532301": (State.NOT_FOUND, "")}
    assert table(link("--db", data, "--to", "geonames").stdout) == [], "the table that comes with Duikou knows these"


def test_without_a_table_or_a_service_nothing_is_asked(data: Path) -> None:
    result = link("--db", data, "--to", "wikidata")
    assert result.exit_code == 2
    assert "--live" in result.stderr


def test_a_review_is_published_and_what_it_refuses_is_not_proposed_again(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.sssom.tsv"
    assert link("--db", data, "-o", file).exit_code == 0
    head, *rows = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    columns = head.split("\t")
    edited = []
    for line in rows:
        cells = dict(zip(columns, line.split("\t"), strict=True))
        if "532929" in cells["object_id"]:
            cells |= {"reviewer_label": "me", "review_date": "2026-02-01", "reviewer_agreement": "1"}
        elif "310105" in cells["object_id"]:
            cells |= {"predicate_modifier": "Not", "reviewer_label": "me", "review_date": "2026-02-01"}
        edited.append("\t".join(cells[c] for c in columns))
    comments = [line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    file.write_text("\n".join([*comments, head, *edited]) + "\n", encoding="utf-8")
    result = link("--db", data, "--review", file)
    assert result.exit_code == 0, result.output
    assert "source/mine: 1 links" in result.stdout
    answer = Database(data).reader().select("SELECT ?o WHERE { <https://example.org/a/1> schema:sameAs ?o }")
    assert [str(row["o"]) for row in answer] == ["<https://w3id.org/duikou/id/area/532929>"]
    again = table(link("--db", data).stdout)
    assert not [m for m in again if m.object and m.object.endswith(("532929", "310105"))]


def test_a_review_without_evidence_is_refused(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "bad.sssom.tsv"
    head = "subject_id\tpredicate_id\tobject_id\tmapping_justification\treviewer_label\treview_date\tevidence\n"
    claim = "duikou:area/310000\tschema:sameAs\t{}\tsemapv:ManualMappingCuration\tme\t2026-01-01\t{}\n"
    for object, evidence, fault in (("wd:Q8686", "", "no evidence"), ("wd:8686", "x", "no identifier of Wikidata")):
        file.write_text(head + claim.format(object, evidence), encoding="utf-8")
        before = Database(data).current
        result = link("--db", data, "--review", file)
        assert result.exit_code == 1
        assert fault in result.stderr
        assert Database(data).current == before, "nothing was published"


# -- live ---------------------------------------------------------------------


def test_a_reconciliation_service_is_asked_in_its_batches(data: Path, tmp_path: Path, service: StandIn) -> None:
    file = tmp_path / "c.sssom.tsv"
    result = link("--db", data, "--live", service.url, "--pause", "0", "--kind", "area", "-o", file)
    assert result.exit_code == 0, result.output
    rows = table(file.read_bytes())
    assert {m.subject for m in rows} >= {f"https://example.org/a/{n}" for n in (1, 2, 3)}
    assert all(m.scheme == "wd" and m.state is State.CANDIDATE for m in rows)
    assert all(service.url in m.evidence for m in rows)
    agents = {headers["User-Agent"] for _, _, headers, _ in service.asked}
    assert len(agents) == 1
    assert agents.pop().startswith("Duikou/")


def test_an_endpoint_is_asked_for_division_codes(tmp_path: Path, service: StandIn) -> None:
    """Of areas whose links nobody has reviewed; what it does not have is written down as not found."""
    directory = units(tmp_path, ["532301", "310106", "540227"])
    service.protocol = sparql
    result = link("--db", directory, "--live", service.url, "--pause", "0", "--kind", "area")
    assert result.exit_code == 0, result.output
    rows = {m.subject.rsplit("/", 1)[1]: m for m in table(result.stdout)}
    assert rows["532301"].local == "Q532301"
    assert "P442" in rows["532301"].evidence
    assert rows["310106"].state is State.NOT_FOUND
    assert rows["310106"].searched == "http://www.wikidata.org/entity/"


def test_a_run_that_broke_off_goes_on_where_it_was(tmp_path: Path, service: StandIn) -> None:
    file = tmp_path / "c.sssom.tsv"
    directory = units(tmp_path, [f"5323{n}" for n in range(22, 36)])
    arguments = ("--db", directory, "--live", service.url, "--pause", "0", "--kind", "area", "-o", file)
    manifest = reconciliation("GET", {})
    good = lambda: reconciliation("POST", service.asked[-1][3])  # noqa: E731
    service.script = [manifest, good, good, (200, {}, b"<html>Sorry</html>")]
    broken = link(*arguments)
    assert broken.exit_code == 1
    assert "does not answer in JSON" in broken.stderr
    kept = table(file.read_bytes())
    assert len(kept) == 8, "two batches of four"
    asked = len(service.asked)
    assert link(*arguments).exit_code == 0
    whole = table(file.read_bytes())
    assert whole[:8] == kept
    assert len({m.subject for m in whole}) == len(whole) > 8
    again = [json.loads(form["queries"]) for *_, form in service.asked[asked:] if "queries" in form]
    names = {q["query"] for batch in again for q in batch.values()}
    assert names.isdisjoint({m.subject_label for m in kept}), "nobody is asked twice"


@pytest.mark.parametrize(
    "rubbish",
    [
        [],
        {"q0": {}},
        {"q0": {"result": "none"}},
        {"q0": {"result": [{"name": "no id"}]}},
        {"q0": {"result": [{"id": 7, "name": "x", "score": 1}]}},
        {"q0": {"result": [{"id": "Q1", "name": "x", "score": "high"}]}},
    ],
)
def test_rubbish_writes_nothing(data: Path, tmp_path: Path, service: StandIn, rubbish: object) -> None:
    file = tmp_path / "c.sssom.tsv"
    service.script = [reconciliation("GET", {}), told(rubbish)]
    result = link("--db", data, "--live", service.url, "--pause", "0", "-o", file)
    assert result.exit_code == 1
    assert "Nothing of this answer was written down" in result.stderr
    assert not file.exists()


def test_identifiers_of_a_wrong_shape_are_left_out(data: Path, service: StandIn) -> None:
    def odd(method: str, form: dict[str, str]) -> Answer:
        if "queries" not in form:
            return reconciliation(method, form)
        keys = json.loads(form["queries"])
        return told({k: {"result": [{"id": "P31", "name": "no item", "score": 99}]} for k in keys})

    service.protocol = odd
    result = link("--db", data, "--live", service.url, "--pause", "0", "--kind", "area")
    assert result.exit_code == 0
    assert {m.state for m in table(result.stdout)} == {State.NOT_FOUND}
    assert "no well-formed identifier" in result.stderr


# -- bad days -----------------------------------------------------------------


def client(url: str, waits: list[float], patience: float = 5.0) -> Client:
    return Client(url, pause=0, patience=patience, attempts=4, sleep=waits.append)


def test_who_is_asked_too_often_is_asked_again_when_it_says(service: StandIn) -> None:
    waits: list[float] = []
    service.script = [(429, {"Retry-After": "7"}, b""), (503, {}, b""), (502, {"Retry-After": "x"}, b"")]
    assert client(service.url, waits).ask({"queries": "{}"}) == {}
    assert waits == [7.0, 4.0, 8.0]


def test_retry_after_is_a_date_too_and_nobody_waits_for_ever(service: StandIn) -> None:
    waits: list[float] = []
    service.script = [(429, {"Retry-After": "Wed, 01 Jan 2020 00:00:00 GMT"}, b""), (429, {"Retry-After": "9999"}, b"")]
    client(service.url, waits).ask({"queries": "{}"})
    assert waits == [0.0, 120.0]


def test_who_stays_away_is_given_up_with_a_reason(service: StandIn) -> None:
    service.script = [(429, {}, b"")] * 4
    with pytest.raises(ServiceError, match="it answers 429, 4 times"):
        client(service.url, []).ask()
    service.close()
    with pytest.raises(ServiceError, match="cannot be reached"):
        client(service.url, []).ask()
    service.close = lambda: None  # type: ignore[method-assign]


def test_no_answer_in_time_is_asked_again(service: StandIn) -> None:
    over = threading.Event()

    def slow() -> Answer:
        over.wait(5)
        return told({})

    service.script = [slow]
    waits: list[float] = []
    try:
        assert client(service.url, waits, patience=0.3).ask({"queries": "{}"}) == {}
    finally:
        over.set()
    assert len(waits) == 1


def test_a_refusal_and_a_redirect_are_told_at_once(service: StandIn) -> None:
    waits: list[float] = []
    service.script = [(403, {}, b""), (301, {"Location": "http://127.0.0.1:1/"}, b"")]
    with pytest.raises(ServiceError, match="403"):
        client(service.url, waits).ask()
    with pytest.raises(ServiceError, match="redirects are not followed"):
        client(service.url, waits).ask()
    assert waits == []
    assert len(service.asked) == 2


def test_there_is_a_pause_between_requests(service: StandIn) -> None:
    waits: list[float] = []
    asking = Client(service.url, pause=30, sleep=waits.append)
    for _ in range(3):
        asking.ask()
    assert len(waits) == 2
    assert all(29 < wait <= 30 for wait in waits)


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "example.org", "file:///etc/passwd", "http://user:pw@example.org/"]
)
def test_only_addresses_of_services_are_asked(data: Path, url: str) -> None:
    result = link("--db", data, "--live", url)
    assert result.exit_code == 1
    assert "no address of a service" in result.stderr


def test_a_name_that_leads_into_this_network_is_refused(data: Path) -> None:
    result = link("--db", data, "--live", "http://localhost:1/")
    assert result.exit_code == 1
    assert "no public address" in result.stderr


def test_a_table_of_links_loads_like_any_source(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "Mine.sssom.tsv"
    file.write_text(
        "#curie_map:\n#  my: https://example.org/a/\n"
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\treviewer_label\n"
        "my:1\tschema:sameAs\twd:Q1200784\tsemapv:ManualMappingCuration\tme\n"
        "my:2\tschema:sameAs\twd:Q1\tsemapv:LexicalMatching\t\n",
        encoding="utf-8",
    )
    result = CliRunner().invoke(main, ["load", str(file), "--db", str(data)])
    assert result.exit_code == 0, result.output
    assert "source/mine: 1 links" in result.stdout
    assert "1 rows are candidate" in result.stderr
    rows = Database(data).reader().select("SELECT ?q WHERE { GRAPH g:source\\/mine { ?s dk:wikidataId ?q } }")
    assert [row["q"].value for row in rows] == ["Q1200784"]
    file.write_text("nothing\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["load", str(file), "--db", str(data)])
    assert result.exit_code == 1
    assert "no column subject_id" in result.stderr
