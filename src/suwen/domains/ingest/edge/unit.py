"""The systemd unit by which a node runs as an ordinary user, from the machine's start on."""

import shutil
import subprocess
import sys
from pathlib import Path

from suwen.kernel.durable import write_durably

NAME = "suwen-edge"


def program() -> list[str]:
    """Return how this installation's command is started."""
    found = Path(sys.argv[0])
    beside = Path(sys.executable).with_name("suwen")
    for one in (found, beside):
        if one.name == "suwen" and one.is_file():
            return [str(one.absolute())]
    return [sys.executable, "-c", "from suwen.app.cli import main; main()"]


def unit_text(folder: Path, buffer_mb: int, port: int) -> str:
    """Return the unit of a node in a folder."""
    command = [*program(), "edge", "run", "--folder", str(folder), "--buffer-mb", str(buffer_mb), "--port", str(port)]
    return "\n".join(
        (
            "[Unit]",
            "Description=Suwen edge node",
            "",
            "[Service]",
            f"ExecStart={' '.join(map(_quoted, command))}",
            "Restart=always",
            "RestartSec=10",
            "UMask=0077",
            "NoNewPrivileges=true",
            "",
            "[Install]",
            "WantedBy=default.target",
            "",
        )
    )


def unit_place(home: Path) -> Path:
    """Return where a user's own unit belongs."""
    return home / ".config" / "systemd" / "user" / f"{NAME}.service"


def write_unit(home: Path, text: str) -> Path:
    """Write a user's own unit and return where it is."""
    place = unit_place(home)
    place.parent.mkdir(parents=True, exist_ok=True)
    write_durably(place, text)
    return place


def start_unit() -> bool:
    """Have systemd run the unit now and at each start; False where this machine or user has no systemd."""
    systemctl = shutil.which("systemctl")
    if systemctl is None:
        return False
    commands = ([systemctl, "--user", "daemon-reload"], [systemctl, "--user", "enable", "--now", NAME])
    done = all(subprocess.run(command, check=False, capture_output=True).returncode == 0 for command in commands)
    if done and (loginctl := shutil.which("loginctl")) is not None:
        # Runs though nobody is logged in; a machine that does not allow it says so to its administrator.
        subprocess.run([loginctl, "enable-linger"], check=False, capture_output=True)
    return done


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"' if escaped != word or " " in word else word
