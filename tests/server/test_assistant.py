"""What assistants are told: a real client of the protocol asks, every answer has IRIs and the words behind it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from graph.database import Database
from ontology.namespaces import thing
from server.cli.assisting import server

YIXIU = thing("programme", "yixiu-yunshang")
Ask = Callable[[str, dict[str, Any]], dict[str, Any]]


@pytest.fixture
def ask(ten_cases: Database) -> Ask:
    """Call one tool of the server, in this process, as a client of the protocol does."""

    def call(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        async def run() -> dict[str, Any]:
            async with Client(server(ten_cases.reader())) as client:
                return content(await client.call_tool(tool, arguments))

        return asyncio.run(run())

    return call


def content(result: Any) -> dict[str, Any]:
    told = result.structured_content if result.structured_content is not None else {}
    if result.is_error:
        return {"error": result.content[0].text}
    return told if told else dict(json.loads(result.content[0].text))


def test_a_real_client_speaks_to_the_command(ten_cases: Database) -> None:
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "server.cli", "mcp", "--db", str(ten_cases.path)]
    )

    async def run() -> tuple[list[str], dict[str, Any], dict[str, Any]]:
        async with Client(parameters) as client:
            tools = await client.list_tools()
            assert all(t.annotations is not None and t.annotations.read_only_hint for t in tools.tools)
            found = content(await client.call_tool("search", {"words": "楚雄", "kind": "programme"}))
            rows = content(await client.call_tool("sparql", {"query": "SELECT (COUNT(?c) AS ?n) { ?c a dk:Case }"}))
            return [t.name for t in tools.tools], found, rows

    names, found, rows = asyncio.run(bounded(run()))
    assert names == ["search", "entity", "vocabulary", "sparql", "sources"]
    assert [r["iri"] for r in found["results"]] == [YIXIU]
    assert rows["rows"] == [{"n": "10"}]


async def bounded(task: Awaitable[Any]) -> Any:
    return await asyncio.wait_for(task, 120)


def test_a_search_names_donors_areas_and_the_words_that_name_the_thing(ask: Ask) -> None:
    first = ask("search", {"words": "彝绣云裳"})["results"][0]
    assert first["donors"]
    assert first["recipient_areas"]
    assert any("彝绣云裳" in e["words"] for e in first["evidence"])


def test_an_entity_has_figures_and_roles_with_their_words_and_bounds(ask: Ask) -> None:
    told = ask("entity", {"iri": "programme/yixiu-yunshang"})
    assert told["iri"] == YIXIU
    assert told["figures"]
    for figure in told["figures"]:
        assert figure["evidence"], figure
        assert all(e["words"] and e["begin"] < e["end"] for e in figure["evidence"])
    assert any(f["qualifier"] in ("over", "gt", "ge") for f in told["figures"])
    assert all(role["evidence"] for role in told["roles"])


@pytest.mark.parametrize("written", [YIXIU, f"<{YIXIU}>", "programme/yixiu-yunshang", "/programme/yixiu-yunshang/"])
def test_a_thing_may_be_named_in_several_ways(ask: Ask, written: str) -> None:
    assert ask("entity", {"iri": written})["iri"] == YIXIU


def test_rows_bring_the_evidence_of_the_things_in_them(ask: Ask) -> None:
    query = "SELECT ?f ?v { ?p dk:hasMeasurement ?f . ?f dk:value ?v } ORDER BY ?f LIMIT 5"
    told = ask("sparql", {"query": query, "limit": 3})
    assert (len(told["rows"]), told["total"], told["is_cut"]) == (3, 5, True)
    assert all(told["evidence"][row["f"]["iri"]] for row in told["rows"])


def test_a_graph_and_a_truth_value_are_answers_too(ask: Ask) -> None:
    assert ask("sparql", {"query": "ASK { ?x a dk:Programme }"}) == {"boolean": True}
    assert "dk:Case" in ask("sparql", {"query": "CONSTRUCT { ?x a dk:Case } WHERE { ?x a dk:Case }"})["turtle"].replace(
        "<https://w3id.org/duikou/ontology#Case>", "dk:Case"
    )


def test_the_vocabulary_is_found_by_words(ask: Ask) -> None:
    told = ask("vocabulary", {"words": "lower bound"})
    assert "dk:lowerBound" in [t["term"] for t in told["terms"]]
    everything = ask("vocabulary", {})
    assert len(everything["terms"]) > 150
    assert everything["example_queries"]


def test_sources_are_documents_or_the_passages_behind_a_thing(ask: Ask) -> None:
    documents = ask("sources", {})["documents"]
    assert documents[0]["passages"] > 400
    passages = ask("sources", {"iri": YIXIU})["passages"]
    assert {p["document"] for p in passages} == {documents[0]["iri"]}
    assert len({p["about"] for p in passages}) > 5


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("entity", {"iri": "programme/none"}, "Nothing is known"),
        ("entity", {"iri": "a b:c"}, "is no IRI"),
        ("sources", {"iri": "urn:none"}, "Nothing is known"),
        ("search", {"words": "x", "kind": "nonsense"}, "is not one of"),
        ("sparql", {"query": "SELECT ?x {"}, "1:"),
        ("sparql", {"query": "INSERT DATA { <a:a> <a:b> <a:c> }"}, ""),
    ],
)
def test_what_goes_wrong_is_told_in_words(ask: Ask, tool: str, arguments: dict[str, Any], words: str) -> None:
    told = ask(tool, arguments)
    assert words in told["error"]
    assert "Traceback" not in told["error"]
