"""One server and one browser for all scenarios: the demo, small, in a process of its own."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tools.node import ROOT, UI, build, environment, node_path

PERSONS = 100
HOSPITALS = ("general", "township")
"""Enough for every page to have rows; tests/demo and tests/ingest/test_eunomia.py carry the others."""
PASSWORD = "Browser-2026-test"
RUN = (str(node_path()), "e2e/run.ts")
PICTURES = ROOT / "test-results"


@dataclass(frozen=True)
class Served:
    """A running demo, and the administrator's password after the first login."""

    url: str
    username: str
    password: str


class Player:
    """The process that plays scenarios, each as by one who has just signed in (ui/e2e/run.ts)."""

    def __init__(self, served: Served) -> None:
        PICTURES.mkdir(exist_ok=True)
        given = {"URL": served.url, "USER": served.username, "PASSWORD": served.password, "PICTURES": str(PICTURES)}
        env = environment({f"SUWEN_E2E_{name}": value for name, value in given.items()})
        self._process = subprocess.Popen(
            RUN, cwd=UI, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def play(self, scenario: str) -> str | None:
        """Play a scenario to its end and return why it failed, or None."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{scenario}\n")
        self._process.stdin.flush()
        said = ""
        for line in self._process.stdout:
            if line.startswith('{"scenario":'):
                answer = json.loads(line)
                assert answer["scenario"] == scenario
                return answer["failure"]
            said += line
        pytest.fail(f"the browser's process ended:\n{said}")

    def close(self) -> None:
        """Let the browser go."""
        self._process.communicate()


@pytest.fixture(scope="session")
def player(served: Served) -> Iterator[Player]:
    """What plays the scenarios, one browser for all."""
    started = Player(served)
    yield started
    started.close()


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
    command += [part for name in HOSPITALS for part in ("--hospital", name)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    # A pipe that nobody empties stops the server with the log line that no longer fits.
    emptying = threading.Thread(target=deque, args=(process.stdout, 0))
    try:
        one_time = _announced_password(process)
        emptying.start()
        yield Served(f"http://127.0.0.1:{port}", "admin", _own_password(f"http://127.0.0.1:{port}", one_time))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
        if emptying.ident is not None:
            emptying.join()
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
