"""A small SPARQL endpoint on loopback, over pyoxigraph, that can be told to misbehave."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from pyoxigraph import Store

from graph.engine import Dataset
from graph.formats import Format
from graph.reader import Reader
from ontology.errors import QueryError

Misbehaviour = Callable[[BaseHTTPRequestHandler], bool]


class Endpoint:
    """What a test sees of it: its address, its store, the headers it was sent, and how it is to misbehave."""

    def __init__(self) -> None:
        self.store = Store()
        self.url = ""
        self.asked: list[dict[str, str]] = []
        #: Called before a request is answered; True says that it was answered so.
        self.misbehave: Misbehaviour = lambda handler: False

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append({k.lower(): v for k, v in handler.headers.items()})
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        if self.misbehave(handler):
            return
        if handler.headers.get_content_type() == "application/sparql-update":
            fields = {"update": [body.decode()]}
        else:
            fields = parse_qs(body.decode())
        try:
            if "update" in fields:
                self.store.update(fields["update"][0])
                reply(handler, 204)
                return
            dataset = Dataset(
                tuple(fields.get("default-graph-uri", ())), tuple(fields.get("named-graph-uri", ())), union=False
            )
            types = [t.strip() for t in handler.headers["Accept"].split(",")]
            formats = [f for t in types for f in Format if f.media_type == t.partition(";")[0]]
            found = Reader(self.store, None).answer(fields["query"][0], dataset, formats)
            reply(handler, 200, found.media_type, found.body)
        except (QueryError, SyntaxError, RuntimeError) as error:
            reply(handler, 400, "text/plain", str(error).encode())


def reply(handler: BaseHTTPRequestHandler, status: int, media_type: str = "", body: bytes = b"", **more: str) -> bool:
    """Send a whole reply; return True, for misbehaviours."""
    handler.send_response(status)
    for name, value in more.items():
        handler.send_header(name.replace("_", "-"), value)
    if media_type:
        handler.send_header("Content-Type", media_type)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
    return True


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """Run an endpoint on a free port."""
    made = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            made.answer(self)

        do_GET = do_PUT = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            return

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                return  # the client has gone, as it may

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}/sparql"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
