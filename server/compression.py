"""Compressed answers, for clients that take them: zstd or gzip, by Accept-Encoding.

What compresses well is compressed from a kilobyte on. A compressed body is kept, by its own digest, so
that an answer that comes from the cache is not compressed anew. Entity tags are weak, because one
stands for the answer in all encodings. Nothing here is secret, so its length tells nobody anything.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import zstandard
from flask import Flask, Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from graph.kept import Kept

#: From how many bytes on a body is compressed.
LEAST: Final = 1024
#: The most bytes of compressed bodies that are kept.
KEPT: Final = 32 << 20
_EXTENSION: Final = "duikou.encoded"
#: Above this size time counts for more than the last bytes.
_LARGE: Final = 1 << 20
_TEXTUAL: Final = frozenset(
    {"application/json", "application/xml", "application/n-triples", "application/n-quads", "application/trig"}
)


def _gzip(body: bytes) -> bytes:
    packer = zlib.compressobj(1 if len(body) > _LARGE else 6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=1 if len(body) > _LARGE else 6).compress(body)


#: Encodings in our order of preference.
ENCODINGS: Final[dict[str, Callable[[bytes], bytes]]] = {"zstd": _zstd, "gzip": _gzip}


class Encoded:
    """Compressed bodies, those asked for last; safe to use from several threads."""

    def __init__(self, most: int = KEPT) -> None:
        self._kept: Final[Kept[tuple[str, bytes], bytes]] = Kept(most)

    def get(self, body: bytes, encoding: str) -> bytes:
        """Return a body in an encoding."""
        key = (encoding, hashlib.blake2b(body, digest_size=24).digest())
        packed = self._kept.get(key)
        if packed is None:
            packed = ENCODINGS[encoding](body)
            self._kept.keep(key, packed, len(packed))
        return packed


def register(app: Flask) -> None:
    """Compress the answers of an application."""
    encoded = app.extensions[_EXTENSION] = Encoded()

    def compress(response: Response) -> Response:
        if response.status_code == 304:
            response.vary.add("Accept-Encoding")
            return response
        if response.status_code == 206 or (response.is_streamed and not response.direct_passthrough):
            return response
        if "Content-Encoding" in response.headers or not is_textual(response.mimetype or ""):
            return response
        response.direct_passthrough = False
        body = response.get_data()
        if len(body) < LEAST:
            return response
        response.vary.add("Accept-Encoding")
        encoding = wanted(request.headers.get("Accept-Encoding", ""))
        if encoding is None:
            return response
        response.set_data(encoded.get(body, encoding))
        response.headers["Content-Encoding"] = encoding
        tag, is_weak = response.get_etag()
        if tag is not None and not is_weak:
            response.set_etag(tag, weak=True)
        return response

    app.after_request(compress)


def of(app: Flask) -> Encoded:
    """Return the compressed bodies of an application."""
    found = app.extensions[_EXTENSION]
    assert isinstance(found, Encoded)
    return found


def is_textual(media_type: str) -> bool:
    """Return whether what has this type is text, whatever it is called."""
    return media_type.startswith("text/") or media_type.endswith(("+json", "+xml")) or media_type in _TEXTUAL


@lru_cache(maxsize=256)
def wanted(header: str) -> str | None:
    """Return the encoding that a client likes best by its Accept-Encoding, or None for none."""
    wishes = parse_accept_header(header, Accept)
    best = max(ENCODINGS, key=wishes.quality)  # the first of equals
    quality = wishes.quality(best)
    return best if quality > 0 and quality >= _identity(wishes) else None


def _identity(wishes: Accept) -> float:
    """Return how much the client wants it as it is; only a client that names it may want it more."""
    named = {value.lower(): quality for value, quality in wishes}
    return float(named.get("identity", 0.0))
