"""The node's own page, for the hospital's engineer on the machine itself: /health as JSON, / to be read.

It listens on this machine alone and tells how the node is: no row, no key, no password.
"""

import json
from collections.abc import Callable
from functools import partial
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from suwen.domains.ingest.edge.errors import PortTaken

PORT = 8790
Tell = Callable[[], dict[str, Any]]
_STATES = {
    "ok": ("正常", "Working"),
    "offline": ("中心无应答，数据在本机等待", "The center does not answer; what was read waits here"),
    "refused": ("中心暂未收下数据，数据在本机等待", "The center does not take what was read; it waits here"),
    "full": ("磁盘已满，暂停读取，腾出空间后自动继续", "The disk is full; reading goes on when there is room"),
    "waiting": ("缓存已满，暂停读取", "The buffer is full; nothing more is read"),
    "failing": ("数据源读取失败", "A source cannot be read"),
}
_STYLE = """
body{font:15px/1.6 system-ui,sans-serif;margin:2.5rem auto;max-width:52rem;padding:0 1rem;color:#1f2937}
h1{font-size:1.3rem}table{border-collapse:collapse;width:100%;margin:1rem 0}
td,th{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #e5e7eb;vertical-align:top}
th{width:16rem;font-weight:500;color:#6b7280}.ok{color:#15803d}.bad{color:#b91c1c}small{color:#6b7280}
"""


def page(told: dict[str, Any]) -> str:
    """Return the page of what a node tells."""
    title, english = _STATES[told["status"]]
    rows = [
        (
            "状态 Status",
            f'<b class="{"ok" if told["status"] == "ok" else "bad"}">{title}</b><br><small>{english}</small>',
        ),
        ("机构 Institution", escape(f"{told['title']}（{told['org_code']}）")),
        ("中心 Center", escape(told["center"])),
        ("最近联系 Last contact", escape(told["last_contact"] or "—")),
        (
            "缓存 Buffer",
            f"{told['buffered_chunks']} 块 chunks, {told['buffered_bytes']:,} / {told['buffer_limit']:,} bytes",
        ),
        ("最近错误 Last error", escape(told["error"] or "—")),
        ("版本 Version", escape(told["version"])),
    ]
    body = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in rows)
    orders = "".join(
        f"<tr><td>{escape(one['feed'])}</td><td>{one['rows']:,}</td><td>{escape(one['error'] or '—')}</td></tr>"
        for one in told["orders"]
    )
    work = (
        "<h2>当前任务 Orders</h2><table>"
        f"<tr><th>采集任务 Feed</th><th>已读行数 Rows read</th><th>错误 Error</th></tr>{orders}</table>"
        if orders
        else "<p><small>当前没有任务 Nothing is ordered at the moment</small></p>"
    )
    return (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><meta http-equiv="refresh" content="5">'
        f"<title>素问前置机 Suwen edge node</title><style>{_STYLE}</style>"
        f"<h1>素问前置机 Suwen edge node</h1><table>{body}</table>{work}</html>"
    )


class HealthServer:
    """Serves the page while it is open; port 0 takes a free one."""

    def __init__(self, tell: Tell, port: int = PORT) -> None:
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, tell))
        except OSError as error:
            raise PortTaken("the port of the health page is taken", received=port) from error
        self._thread = Thread(target=self._server.serve_forever, daemon=True, name="health")

    @property
    def url(self) -> str:
        """Where it is found."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "HealthServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, tell: Tell, *given: Any) -> None:
        self._tell = tell
        # The library answers within this.
        super().__init__(*given)

    def do_GET(self) -> None:
        """Answer."""
        if self.path == "/health":
            told = self._tell()
            status = 503 if told["status"] in ("failing", "full") else 200
            self._answer(status, "application/json", json.dumps(told, ensure_ascii=False))
        elif self.path == "/":
            self._answer(200, "text/html; charset=utf-8", page(self._tell()))
        else:
            self._answer(404, "text/plain; charset=utf-8", "没有此页面 no such page")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of requests."""

    def _answer(self, status: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)
