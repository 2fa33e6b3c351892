"""Large data that looks like ours: the ten cases many times over, under other keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyoxigraph import RdfFormat, serialize

from graph.quads import quads
from loaders.builtin import builtin_sources

#: What the copies have in common, as real programmes do.
_SHARED = "area|indicator|group|framework|document|recognition"
_OWN = re.compile(rf"/id/(?!(?:{_SHARED})/)([a-z-]+)/")


def programmes(copies: int) -> Iterator[bytes]:
    """Yield N-Quads, one block of some 8,000 quads for each copy of the ten cases."""
    sources = [s for s in builtin_sources() if s.graph not in ("areas", "source/common")]
    blocks = [serialize(quads(source), format=RdfFormat.N_QUADS) or b"" for source in sources]
    text = b"".join(blocks).decode()
    for i in range(copies):
        renamed = _OWN.sub(lambda found, i=i: f"/id/{found[1]}/x{i}-", text)  # type: ignore[misc]
        yield renamed.replace("/graph/source/", f"/graph/source/x{i}-").encode()
