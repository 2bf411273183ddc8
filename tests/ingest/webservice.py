"""A web service on loopback, as a hospital's system offers one."""

import gzip
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it came; headers by small letters."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Answer:
    """What is answered; a text is sent as UTF-8."""

    body: str | bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class WebService:
    """A running service; `asked` are the requests in their order."""

    url: str
    asked: list[Asked]


def serve(routes: Mapping[str, Callable[[Asked], Answer]]) -> WebService:
    """Begin to serve; it ends with the process."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            split = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            given = Asked(self.command, split.path, dict(parse_qsl(split.query)), headers, body)
            asked.append(given)
            found = routes.get(split.path)
            answer = found(given) if found is not None else Answer("nothing here", 404)
            content = answer.body.encode() if isinstance(answer.body, str) else answer.body
            told = {"content-type": "application/json", **answer.headers}
            if told.get("content-encoding") == "gzip":
                content = gzip.compress(content)
            self.send_response(answer.status)
            for name, value in told.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return WebService(f"http://127.0.0.1:{server.server_address[1]}", asked)
