"""What a data folder tells of the server that runs, or ran, on it."""

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

_NO_PROCESS = 2**31 - 1
"""A process id beyond what any kernel gives out."""


@dataclass(frozen=True)
class Postmaster:
    """The contents of `postmaster.pid` (PostgreSQL's own format: one value a line)."""

    pid: int
    socket_folder: Path | None
    status: str

    @classmethod
    def of(cls, data: Path) -> Self | None:
        """Read the file of a data folder; None when there is none or it is not complete."""
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
            pid = int(lines[0])
        except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
            return None
        folder = lines[4].strip() if len(lines) > 4 else ""
        return cls(pid, Path(folder) if folder else None, lines[7].strip() if len(lines) > 7 else "starting")

    def runs_on(self, data: Path) -> bool:
        """Say whether the process is alive and really is a server on that folder: pids are given out again."""
        return any(process.pid == self.pid for process in server_processes(data, only=self.pid))


def server_processes(data: Path, only: int | None = None) -> list[psutil.Process]:
    """Return the living PostgreSQL processes (or the one with pid `only`) whose working folder is the data folder."""
    home = str(data.resolve())
    found: list[psutil.Process] = []
    try:
        candidates = psutil.process_iter() if only is None else iter([psutil.Process(only)])
    except psutil.NoSuchProcess:
        return []
    for process in candidates:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE and process.cwd() == home:
                found.append(process)
    return found


def clear_the_way(data: Path) -> None:
    """Make a folder startable whose server died: end its orphaned backends, disarm a pid that now is another's.

    The pid file stays: in it stands the shared memory key by which PostgreSQL itself makes sure of the same.
    """
    orphans = server_processes(data)
    for process in orphans:
        with contextlib.suppress(psutil.NoSuchProcess):
            # SIGQUIT: the immediate shutdown, as the postmaster would have sent it.
            process.send_signal(signal.SIGQUIT)
    for process in psutil.wait_procs(orphans, timeout=3)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(orphans, timeout=10)
    known = Postmaster.of(data)
    if known is None or not psutil.pid_exists(known.pid):
        return
    # Another process has the pid now, or the dead one waits for its parent to take note of it.
    file = data / "postmaster.pid"
    lines = file.read_text().splitlines()
    with file.open("r+") as handle:
        handle.write("\n".join([str(_NO_PROCESS), *lines[1:]]) + "\n")
        handle.truncate()
        os.fsync(handle.fileno())
    if known.socket_folder:
        for remains in known.socket_folder.glob(".s.PGSQL.*"):
            remains.unlink(missing_ok=True)
