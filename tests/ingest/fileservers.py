"""Servers of files on loopback: SFTP by asyncssh, and as much of S3 as a reader asks, signatures checked."""

import asyncio
import hashlib
import hmac
import threading
from concurrent.futures import Future
from datetime import UTC, datetime
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

import asyncssh

USER, PASSWORD = "reader", "a-password"


class SftpServer:
    """An SFTP server of a folder, run in a thread. key: its public key; own: a private key that it lets in."""

    def __init__(self, root: Path) -> None:
        made = asyncssh.generate_private_key("ssh-ed25519")
        self._own = asyncssh.generate_private_key("ssh-ed25519")
        self.key = made.export_public_key().decode().strip()
        self.own = self._own.export_private_key(passphrase="of the key").decode()
        self.port, self._made, self._root = 0, made, root
        self._loop = asyncio.new_event_loop()
        started: Future[int] = Future()
        self._thread = threading.Thread(target=self._serve, args=(started,), daemon=True)
        self._thread.start()
        self.port = started.result(timeout=30)

    def __enter__(self) -> "SftpServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _serve(self, started: "Future[int]") -> None:
        asyncio.set_event_loop(self._loop)
        own, root = self._own, self._root

        class Server(asyncssh.SSHServer):
            def password_auth_supported(self) -> bool:
                return True

            def validate_password(self, username: str, password: str) -> bool:
                return (username, password) == (USER, PASSWORD)

            def public_key_auth_supported(self) -> bool:
                return True

            def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
                return username == USER and key.public_data == own.public_data

        async def begin() -> asyncssh.SSHAcceptor:
            return await asyncssh.create_server(
                Server, "127.0.0.1", 0, server_host_keys=[self._made], reuse_address=True,
                sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(root).encode()),
            )  # fmt: skip

        server = self._loop.run_until_complete(begin())
        started.set_result(server.get_port())
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(server.wait_closed())


class S3Server:
    """A store of the files of a folder: a bucket is a folder in it. `asked`: method and path of each request."""

    def __init__(self, root: Path) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                split = urlsplit(self.path)
                asked.append(f"{self.command} {split.path}")
                query, path = dict(parse_qsl(split.query, keep_blank_values=True)), unquote(split.path).strip("/")
                if not signed(self, split.path, split.query):
                    self.answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
                elif "list-type" in query:
                    self.answer(200, listing(root, path, query.get("prefix", "")))
                elif (root / path).is_file():
                    content = (root / path).read_bytes()
                    status, whole = 200, len(content)
                    if begins := self.headers.get("range"):
                        low, _, high = begins.removeprefix("bytes=").partition("-")
                        content, status = content[int(low) : int(high or whole) + 1], 206
                    moment = formatdate((root / path).stat().st_mtime, usegmt=True)
                    self.answer(status, content, {"Last-Modified": moment, "ETag": '"e"'})
                else:
                    self.answer(404, b"" if self.command == "HEAD" else b"<Error><Code>NoSuchKey</Code></Error>")

            do_HEAD = do_GET

            def answer(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
                self.send_response(status)
                for name, value in (headers or {"Content-Type": "application/xml"}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        """Serve no longer."""
        self._server.shutdown()
        self._server.server_close()


def listing(root: Path, bucket: str, prefix: str) -> bytes:
    """Return what ListObjectsV2 tells of the objects behind a prefix, up to the next slash."""
    contents, prefixes = "", set[str]()
    for path in sorted((root / bucket).rglob("*")):
        key = path.relative_to(root / bucket).as_posix()
        if not path.is_file() or not key.startswith(prefix):
            continue
        if "/" in key[len(prefix) :]:
            prefixes.add(prefix + key[len(prefix) :].partition("/")[0] + "/")
            continue
        moment = datetime.fromtimestamp(int(path.stat().st_mtime), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        contents += f"<Contents><Key>{escape(key)}</Key><Size>{path.stat().st_size}</Size>"
        contents += f"<LastModified>{moment}</LastModified></Contents>"
    common = "".join(f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>" for one in sorted(prefixes))
    text = (
        f"<ListBucketResult><Name>{bucket}</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>1</KeyCount>"
        f"<IsTruncated>false</IsTruncated>{contents}{common}</ListBucketResult>"
    )
    return text.encode()


def signed(request: BaseHTTPRequestHandler, path: str, query: str) -> bool:
    """Say whether a request bears the signature (AWS Signature Version 4) that the reader's secret gives."""
    told = request.headers.get("authorization", "")
    if not told.startswith("AWS4-HMAC-SHA256 "):
        return False
    parts = dict(part.strip().split("=", 1) for part in told.removeprefix("AWS4-HMAC-SHA256 ").split(","))
    user, day, region, service, end = parts["Credential"].split("/")
    names = parts["SignedHeaders"].split(";")
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in names)
    pairs = sorted((quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in parse_qsl(query, keep_blank_values=True))
    canonical = "\n".join(
        (request.command, path, "&".join(f"{k}={v}" for k, v in pairs), headers, parts["SignedHeaders"],
         request.headers["x-amz-content-sha256"])
    )  # fmt: skip
    scope = f"{day}/{region}/{service}/{end}"
    text = (
        f"AWS4-HMAC-SHA256\n{request.headers['x-amz-date']}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    )
    key = f"AWS4{PASSWORD}".encode()
    for part in (day, region, service, end, text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return user == USER and hmac.compare_digest(key.hex(), parts["Signature"])
