"""A SPARQL endpoint somewhere else, behind the same seam as the engine in this process."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import BinaryIO, Final
from urllib.parse import urlencode, urlsplit

from graph.engine import Answer, Dataset, NotAcceptable
from graph.formats import Format, Kind
from ontology.errors import Origin, Problem, QueryError, StoreError

#: Seconds to wait for an answer.
PATIENCE: Final = 120


class Endpoint:
    """An endpoint that is asked over HTTP, by POST as a form: the way every server understands."""

    def __init__(self, url: str) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise StoreError(
                Problem(f"{url} is no address of an endpoint", remedy="It begins with http:// or https://")
            )
        self.url = url

    def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.engine.Engine.answer`. `StoreError` where the endpoint does not answer as one."""
        fields = [("query", text)]
        fields += [("default-graph-uri", g) for g in dataset.default_graphs]
        fields += [("named-graph-uri", g) for g in dataset.named_graphs]
        accept = ", ".join(f"{f.media_type};q={1 - n / 10:.1f}" for n, f in enumerate(formats))
        request = urllib.request.Request(
            self.url, urlencode(fields).encode(), {"Accept": accept, "User-Agent": "duikou"}
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                body, media_type = response.read(), response.headers.get_content_type()
        except urllib.error.HTTPError as error:
            raise self._refused(error) from error
        except OSError as error:
            reason = getattr(error, "reason", None) or error
            raise StoreError(
                Problem(f"{self.url} cannot be reached: {reason}", remedy="Check the address and that the server runs")
            ) from error
        return Answer(media_type, body, self._format(media_type, formats))

    def write(self, text: str, dataset: Dataset, formats: Sequence[Format], out: BinaryIO) -> Format:
        """See `graph.engine.Engine.write`."""
        answer = self.answer(text, dataset, formats)
        out.write(answer.body)
        return answer.format

    def _format(self, media_type: str, formats: Sequence[Format]) -> Format:
        kinds = {f.kind for f in formats}
        found = Format.of_media_type(media_type, *kinds) or Format.of_media_type(media_type, Kind.RESULTS, Kind.GRAPH)
        if found is None:
            raise StoreError(
                Problem(f"{self.url} answered with {media_type}", remedy="Is it the address of a SPARQL endpoint?")
            )
        return found

    def _refused(self, error: urllib.error.HTTPError) -> QueryError | StoreError:
        body = error.read().decode("utf-8", "replace")
        try:
            document = json.loads(body)
            detail = str(document["detail"])
        except (ValueError, KeyError, TypeError):
            document, detail = {}, body.strip().partition("\n")[0][:200] or str(error.reason)
        if error.code == 400:
            where = Origin("query", document.get("line"), document.get("column")) if document.get("line") else None
            return QueryError(Problem(detail, where))
        if error.code == 406:
            return NotAcceptable(Problem(f"{self.url} cannot answer in that format: {detail}"))
        return StoreError(Problem(f"{self.url} answered {error.code}: {detail}"))
