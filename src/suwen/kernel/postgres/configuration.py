"""How the embedded server is set up: its cluster, and the parameters that it runs with."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from suwen.kernel.postgres.errors import EmbeddedPostgresFailed
from suwen.kernel.postgres.installation import Installation

ROLE = "suwen"
"""The database's owner and superuser. The socket's folder is open to the server's OS user (and root) alone."""

PARAMETERS: dict[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "jit": "off",
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    # A failing statement's text or DETAIL may hold a person's identifiers: neither goes to the log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_timezone": "UTC",
}
"""PostgreSQL parameters: durable, small enough for a laptop. A production server has its own database."""

_INCLUDE = "\n# Written by Suwen at every start.\ninclude 'suwen.conf'\n"


def initialise(programs: Installation, data: Path) -> None:
    """Make a new cluster: UTF-8, code point order with Unicode character classes, no password on the socket.

    Built beside and moved into place, so a killed process leaves no half-made folder where one is looked for.
    """
    for remains in data.parent.glob(f".{data.name}-*"):
        shutil.rmtree(remains, ignore_errors=True)
    building = Path(tempfile.mkdtemp(prefix=f".{data.name}-", dir=data.parent))
    programs.user.give(building)
    arguments = ["-D", str(building), "-U", ROLE, "--encoding=UTF8", "--auth=trust", "--no-instructions"]
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    try:
        # The libc part is needed by pg_trgm, which asks libc what a letter is: under plain C no Chinese one.
        programs.run("initdb", *arguments, *builtin, "--locale=C.UTF-8")
    except EmbeddedPostgresFailed as error:
        if "locale" not in str(error.context.get("log")):
            shutil.rmtree(building, ignore_errors=True)
            raise
        programs.run("initdb", *arguments, *builtin, "--locale=C")
    with (building / "postgresql.conf").open("a") as file:
        file.write(_INCLUDE)
    (building / "suwen.conf").touch()
    programs.user.give(building / "suwen.conf")
    building.rename(data)


def write_settings(data: Path, settings: Mapping[str, str]) -> None:
    """Write the parameters for the next start: the defaults and, above them, `settings`."""
    lines = [f"{name} = '{_quoted(value)}'\n" for name, value in (PARAMETERS | dict(settings)).items()]
    (data / "suwen.conf").write_text("".join(lines))


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
