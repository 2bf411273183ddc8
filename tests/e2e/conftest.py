"""One server for all scenarios: the demo, small, in a process of its own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tools.node import ROOT, build

PERSONS = 300
PASSWORD = "Browser-2026-test"


@dataclass(frozen=True)
class Served:
    """A running demo, and the administrator's password after the first login."""

    url: str
    username: str
    password: str


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """Build the UI if a source changed, run the demo, and give its address; ends with everything it started."""
    assert build() == 0, "the web UI could not be built"
    # Short: the path of the database's socket must fit into 107 bytes.
    workspace = Path(tempfile.mkdtemp(prefix="suwen-e2e-"))
    port = free_port()
    env = dict(os.environ, SUWEN_WORKSPACE=str(workspace), SUWEN_PORT=str(port), SUWEN_HOST="127.0.0.1", COLUMNS="200")
    command = [sys.executable, "-c", "from suwen.app.cli import main; main()", "demo", "--persons", str(PERSONS)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        one_time = _announced_password(process)
        yield Served(f"http://127.0.0.1:{port}", "admin", _own_password(f"http://127.0.0.1:{port}", one_time))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
        from suwen.kernel.postgres import EmbeddedPostgres

        EmbeddedPostgres(workspace).destroy()
        shutil.rmtree(workspace, ignore_errors=True)


def _announced_password(process: "subprocess.Popen[str]") -> str:
    """Read what the demo prints until it announces the password."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if found := re.match(r"\s*password\s+(\S+)", line):
            return found.group(1)
    pytest.fail("the demo ended before it served:\n" + "".join(lines[-60:]))


def _own_password(url: str, one_time: str) -> str:
    """Change the one-time password, as the first login demands; the server is up when it answers."""
    transport = httpx.HTTPTransport(retries=20)
    with httpx.Client(base_url=url, headers={"X-Suwen-Request": "1"}, transport=transport, timeout=60) as client:
        login = client.post("/api/auth/login", json={"username": "admin", "password": one_time})
        assert login.status_code == 200, login.text
        changed = client.post("/api/auth/password", json={"old_password": one_time, "new_password": PASSWORD})
        assert changed.status_code == 204, changed.text
    return PASSWORD
