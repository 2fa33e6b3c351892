"""Compressed answers: to whom, of what, and never twice the same work."""

from __future__ import annotations

import gzip
from urllib.parse import urlencode

import pytest
import zstandard
from flask.testing import FlaskClient

from server import compression

LONG = "/sparql?" + urlencode({"query": "SELECT * { ?s ?p ?o } LIMIT 200", "format": "json"})


def unpacked(encoding: str | None, body: bytes) -> bytes:
    if encoding == "gzip":
        return gzip.decompress(body)
    return zstandard.ZstdDecompressor().decompress(body) if encoding == "zstd" else body


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        (None, None),
        ("", None),
        ("identity", None),
        ("br", None),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0.5, gzip;q=0.9", "gzip"),
        ("gzip;q=0", None),
        ("zstd;q=0, gzip;q=0, *", None),
        ("*", "zstd"),
        ("*;q=0", None),
        ("identity, gzip;q=0.2", None),
        ("identity;q=0.1, gzip;q=0.2", "gzip"),
    ],
)
def test_the_client_chooses(site: FlaskClient, accept: str | None, encoding: str | None) -> None:
    plain = site.get(LONG)
    answer = site.get(LONG, headers={} if accept is None else {"Accept-Encoding": accept})
    assert answer.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert "Accept" in answer.headers["Vary"].split(", ")
    assert int(answer.headers["Content-Length"]) == len(answer.get_data())
    assert unpacked(encoding, answer.get_data()) == plain.get_data()
    assert answer.headers["ETag"] == plain.headers["ETag"]
    assert answer.headers["ETag"].startswith("W/")
    if encoding:
        assert len(answer.get_data()) < len(plain.get_data()) / 3


@pytest.mark.parametrize(
    "path",
    [
        "/en/",
        "/static/style/base.css",
        "/data/programme/baixian-baipin.jsonld",
        "/data/programme/baixian-baipin.nt",
        "/ontology.rdf",
        "/sparql",
    ],
)
def test_all_that_is_text_is_compressed(site: FlaskClient, path: str) -> None:
    plain = site.get(path, buffered=True)
    answer = site.get(path, headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert unpacked("gzip", answer.get_data()) == plain.get_data()
    tag = answer.headers.get("ETag")
    if tag:
        assert tag.startswith("W/")
        again = site.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": tag}, buffered=True)
        assert again.status_code == 304
        assert "Accept-Encoding" in again.headers["Vary"]


def test_a_few_bytes_are_sent_as_they_are(site: FlaskClient) -> None:
    for path in ("/healthz", "/sparql?query=ASK%7B%7D"):
        assert "Content-Encoding" not in site.get(path, headers={"Accept-Encoding": "gzip"}).headers


def test_head_says_what_get_would(site: FlaskClient) -> None:
    head, got = (site.open(LONG, method=m, headers={"Accept-Encoding": "gzip"}) for m in ("HEAD", "GET"))
    for name in ("Content-Encoding", "Content-Length", "ETag", "Vary"):
        assert head.headers[name] == got.headers[name]
    assert head.get_data() == b""


def test_the_same_body_is_compressed_once(site: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = []

    def pack(body: bytes) -> bytes:
        packed.append(body)
        return gzip.compress(body)

    monkeypatch.setitem(compression.ENCODINGS, "gzip", pack)
    for _ in range(3):
        assert site.get(LONG, headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
    assert len(packed) == 1


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = []

    def pack(body: bytes) -> bytes:
        packed.append(body)
        return body

    monkeypatch.setitem(compression.ENCODINGS, "gzip", pack)
    kept = compression.Encoded(most=2000)
    bodies = [bytes([n]) * 200 for n in range(16)]

    def times(some: list[bytes]) -> int:
        packed.clear()
        assert [kept.get(body, "gzip") for body in some] == some
        return len(packed)

    assert times(bodies) == 16
    assert times(bodies[:10]) == 0, "ten of the sixteen fit"
    assert times(bodies[10:]) == 6
    assert times(bodies[10:]) == 0, "what is asked for again is kept"
    assert times(bodies[:6]) == 6, "instead of what was not asked for the longest time"
    packed.clear()
    for _ in range(2):
        kept.get(b"x" * 300, "gzip")
    assert len(packed) == 2, "one that would displace an eighth of the others is not kept"
