"""A node as a service of an ordinary user: its folder, its unit."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from suwen.domains.ingest.edge.cli import app
from suwen.domains.ingest.edge.errors import NotEnrolled
from suwen.domains.ingest.edge.folder import EdgeFolder, Identity
from suwen.kernel.crypto import sm2_key_pair


@pytest.fixture
def folder(tmp_path: Path) -> EdgeFolder:
    """A folder, with a blank in its name, of a machine that is a node."""
    made, pair = EdgeFolder(tmp_path / "my node"), sm2_key_pair()
    made.make()
    made.keep(Identity("http://center", "1", pair.public.hex(), pair.private.hex(), pair.public.hex(), "节点", "ORG"))
    return made


class TestInstall:
    def test_it_writes_a_unit_that_runs_the_node(
        self, folder: EdgeFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Path, "home", lambda: tmp_path)
        done = CliRunner().invoke(app, ["install", "--folder", str(folder.path), "--no-start", "--port", "0"])
        assert done.exit_code == 0, done.output
        unit = tmp_path / ".config" / "systemd" / "user" / "suwen-edge.service"
        text = unit.read_text()
        assert f'"{folder.path}" --buffer-mb 10240 --port 0' in text
        assert "User=" not in text
        if (verify := shutil.which("systemd-analyze")) is not None:
            runtime = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
            assert subprocess.run([verify, "--user", "verify", str(unit)], check=False, env=runtime).returncode == 0

    def test_a_machine_that_is_no_node_is_told_so(self, tmp_path: Path) -> None:
        done = CliRunner().invoke(app, ["install", "--folder", str(tmp_path / "new"), "--no-start"])
        assert isinstance(done.exception, NotEnrolled)
