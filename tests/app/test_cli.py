"""The command: each part imported when it is asked for, and all of it told by the help."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from suwen.app.bench import benchmarks, load
from suwen.app.cli import Commands, app

ROOT = Path(__file__).parents[2]


def test_the_help_tells_every_command() -> None:
    told = CliRunner().invoke(app, ["--help"])
    assert told.exit_code == 0
    assert {"init", "serve", "worker", "run", "demo", "backup", "bench", "ingest", "terms"} <= set(Commands())
    assert [name for name in Commands() if f" {name} " not in told.output] == []


def test_a_part_of_a_command_is_found_and_a_slip_is_told() -> None:
    part = CliRunner().invoke(app, ["ingest", "propose", "--help"])
    slip = CliRunner().invoke(app, ["term", "match"])
    assert (part.exit_code, "--source" in part.output) == (0, True)
    assert (slip.exit_code, "terms" in slip.output) == (2, True)


def test_every_benchmark_begins_from_wherever_the_command_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    # They build on each other, and the command knows no place but its own.
    monkeypatch.setattr(sys, "path", [place for place in sys.path if Path(place or ".").resolve() != ROOT])
    for name in [each for each in sys.modules if each.partition(".")[0] == "bench"]:
        monkeypatch.delitem(sys.modules, name)
    assert {"collect", "binlog"} <= set(benchmarks())
    assert all(callable(load(name)) for name in benchmarks())


def test_a_server_told_to_stop_does_not_wait_for_what_never_ends(tmp_path: Path, database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = os.environ | {"SUWEN_WORKSPACE": str(tmp_path), "SUWEN_STOP_SECONDS": "1"}
    env |= {"SUWEN_DATABASE_URL": database_url, "SUWEN_PORT": str(port)}
    served = subprocess.Popen([sys.executable, "-c", "from suwen.app.cli import app; app()", "serve"], env=env)
    try:
        with answering(served, port) as client:
            client.sendall(
                b"POST /api/auth/login HTTP/1.1\r\nHost: a\r\nX-Suwen-Request: 1\r\nContent-Length: 99\r\n\r\n{"
            )
            # The second is answered, so the first is under way.
            with answering(served, port) as other:
                other.sendall(b"GET /api/none HTTP/1.1\r\nHost: a\r\n\r\n")
                assert other.recv(9) == b"HTTP/1.1 "
            served.send_signal(signal.SIGTERM)
            assert served.wait(60) is not None
    finally:
        served.kill()
        served.wait()


def answering(served: subprocess.Popen[bytes], port: int) -> socket.socket:
    """Return a connection to a server once it listens."""
    while served.poll() is None:
        with suppress(ConnectionRefusedError):
            return socket.create_connection(("127.0.0.1", port))
        time.sleep(0.1)
    raise AssertionError(served.returncode)
