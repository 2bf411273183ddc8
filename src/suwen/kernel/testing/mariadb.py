"""A MariaDB of a test's or benchmark's own, whose settings and log it may do with as it likes."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pymysql

SECONDS = 60
PASSWORD = "root"
ZONE = {"TZ": "CST-8CDT,M4.2.0,M9.2.0"}
"""The server's clocks are put forward in summer."""

_FIRST = f"""
ALTER USER root@localhost IDENTIFIED BY '{PASSWORD}';
CREATE USER root@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;
"""


class MariaServer:
    """A server with a log, on a port of its own, until it is stopped; url: of its administrator."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"mysql://root:{PASSWORD}@127.0.0.1:{self.port}/"
        data = folder / "data"
        user = ["--user=root"] if os.getuid() == 0 else []
        common = ["--no-defaults", *user, f"--datadir={data}"]
        made = ["mariadb-install-db", *common, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(made, check=True, capture_output=True)
        first = folder / "first.sql"
        first.write_text(_FIRST)
        settings = [
            "--bind-address=127.0.0.1", f"--port={self.port}", f"--socket={folder / 'socket'}", "--log-bin=bin",
            "--server-id=7", "--binlog-format=ROW", "--binlog-row-metadata=FULL", "--character-set-server=utf8mb4",
            "--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=16M",
            f"--init-file={first}",
        ]  # fmt: skip
        with (folder / "log").open("wb") as log:
            server = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
            self._process = subprocess.Popen(
                [server, *common, *settings], stdout=log, stderr=log, env=os.environ | ZONE
            )
        self._wait()

    def stop(self) -> None:
        """Let it end at once."""
        self._process.kill()
        self._process.wait()

    def _wait(self) -> None:
        ends = time.monotonic() + SECONDS
        while True:
            try:
                pymysql.connect(host="127.0.0.1", port=self.port, user="root", password=PASSWORD).close()
            except pymysql.OperationalError:
                assert self._process.poll() is None, (self._folder / "log").read_text()
                assert time.monotonic() < ends
                time.sleep(0.05)
            else:
                return
