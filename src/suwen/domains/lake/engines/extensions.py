"""DuckDB extensions from their wheels, so that a machine without internet has them."""

from importlib import resources
from importlib.metadata import version

import duckdb
from sqlglot import exp

from suwen.domains.lake.errors import EngineUnavailable

EXTENSIONS = {
    "excel": "excel",
    "mysql": "mysql_scanner",
    "postgres": "postgres_scanner",
    "spatial": "spatial",
    "sqlite": "sqlite_scanner",
}


def load_extension(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load an extension of `EXTENSIONS` into a connection; raises EngineUnavailable if its wheel is missing."""
    if name not in EXTENSIONS:
        raise EngineUnavailable("no such extension", received=name, allowed=EXTENSIONS)
    file = f"{EXTENSIONS[name]}.duckdb_extension"
    try:
        root = resources.files(f"duckdb_extension_{EXTENSIONS[name]}")
    except ModuleNotFoundError as error:
        raise EngineUnavailable(f"the wheel duckdb-extension-{EXTENSIONS[name]} is not installed") from error
    path = root / "extensions" / f"v{version('duckdb')}" / file
    if not path.is_file():
        raise EngineUnavailable(f"the wheel of {name} is for another DuckDB", allowed=version("duckdb"))
    literal = exp.Literal.string(str(path)).sql(dialect="duckdb")
    connection.execute(f"LOAD {literal}")  # sql: LOAD takes no parameter
