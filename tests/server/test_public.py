"""Behind a proxy: addresses are those that the operator named, whatever a client sends."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from graph.database import Database
from server.app import create_app
from server.cli import main

SENT = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "ftp"}


@pytest.mark.parametrize("url", ["https://graph.example.org", "https://graph.example.org/"])
@pytest.mark.parametrize("path", ["/void.ttl", "/dataset", "/sparql", "/openapi.json", "/en/sparql"])
def test_descriptions_name_the_public_address(ten_cases: Database, url: str, path: str) -> None:
    text = create_app(ten_cases, public_url=url).test_client().get(path, headers=SENT).text
    assert "https://graph.example.org/sparql" in text or '"url": "https://graph.example.org"' in text
    assert "evil" not in text
    assert "//localhost" not in text


@pytest.mark.parametrize(
    "url", ["graph.example.org", "ftp://example.org", "https://", "https://example.org/graph", "https://a:b@example.org",
            "https://example.org/?x", "http://[", "http://example.org:99999"],
)  # fmt: skip
def test_what_is_no_address_is_refused(ten_cases: Database, url: str) -> None:
    result = CliRunner().invoke(main, ["serve", "--db", str(ten_cases.path), "--public-url", url])
    assert result.exit_code == 1
    assert "is no address of a server" in result.stderr
