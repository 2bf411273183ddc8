"""Who runs the server: PostgreSQL refuses to run as root, so root hands it to another OS user."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from suwen.kernel.postgres.errors import EmbeddedPostgresFailed

CANDIDATES = ("suwen", "nobody")
"""Users that root lets run the server: the first that exists."""


@dataclass(frozen=True)
class OsUser:
    """The OS user that owns the data and runs the server; `switch` when the present process must change to it."""

    uid: int
    gid: int
    switch: bool

    def give(self, path: Path) -> None:
        """Make this user the owner of a file or folder."""
        if self.switch:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def reaches(self, path: Path) -> bool:
        """Say whether this user may enter every folder above `path`."""
        return not self.switch or all(self._enters(folder) for folder in path.resolve().parents)

    def _enters(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        return bool(status.st_mode & (stat.S_IXGRP if status.st_gid == self.gid else stat.S_IXOTH))


def server_user() -> OsUser:
    """Return the user that is to run the server.

    Raises EmbeddedPostgresFailed when root finds no other user, or the present user has no entry in /etc/passwd
    (a container started with an arbitrary uid), which PostgreSQL demands.
    """
    if os.geteuid() != 0:
        try:
            entry = pwd.getpwuid(os.geteuid())
        except KeyError as error:
            detail = "当前操作系统用户在 /etc/passwd 中没有条目，内置 PostgreSQL 无法运行；请设置 SUWEN_DATABASE_URL"
            raise EmbeddedPostgresFailed(detail, received=os.geteuid()) from error
        return OsUser(entry.pw_uid, entry.pw_gid, switch=False)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return OsUser(entry.pw_uid, entry.pw_gid, switch=True)
    raise EmbeddedPostgresFailed("root 不能运行 PostgreSQL，且没有可代为运行的系统用户", allowed=CANDIDATES)
