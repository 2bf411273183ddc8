"""How fast a table comes from PostgreSQL into raw, beside the server's own limit, DuckDB alone and dlt.

Scale: rows of the table, of 20 columns (default 5,000,000). Each way is a process of its own, on the same table, one
after another; rate and peak memory are that process's. Suwen's way is a feed's run until its batch has landed: rows in
raw with source key and digest, SM3 over the digests, sums of each business day, the lake's commit and the batch's; the
standards and the feed's definition are brought in before, by another process.
The limit is what PostgreSQL gives when nobody takes it: COPY … TO '/dev/null' (FORMAT binary). dlt writes parquet files
into a folder, through connectorx and through pyarrow.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import anyio
import duckdb
import psycopg
import psycopg.conninfo
from anyio import to_thread

from suwen.app.bench import BenchOptions, BenchResult, Result
from suwen.domains.ingest.public import import_source, run_feed
from suwen.domains.ingest.session import literal
from suwen.domains.lake.public import load_extension, open_lake
from suwen.domains.standards.public import install_packs
from suwen.kernel.database import Database
from suwen.kernel.migrations import upgrade
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.progress import NullProgress
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

ROWS = 5_000_000
HOSPITAL, PLATFORM, TABLE = "hospital", "platform", "charge"
OF_LIMIT, OF_CONNECTORX, OF_PYARROW, MEMORY_MIB = 0.75, 1.7, 5.0, 500.0
_GENERATED = """
CREATE TABLE charge AS SELECT
  i AS item_id, 'P' || lpad(mod(i, 300007)::text, 8, '0') AS patient_id,
  'V' || lpad((i / 7)::text, 10, '0') AS visit_no, '51040000' || mod(i, 9) AS org_code,
  (ARRAY['内科', '外科', '妇产科', '儿科', '急诊科'])[1 + mod(i, 5)] AS dept_name, 'D' || mod(i, 37) AS dept_code,
  (ARRAY['血常规', '肝功能', '肾功能', '电解质', '血糖', '阿莫西林胶囊', '头孢呋辛酯片'])[1 + mod(i, 7)] AS item_name,
  'F' || lpad(mod(i, 4999)::text, 6, '0') AS item_code, mod(i, 4)::smallint AS kind,
  (mod(i, 13) + 1)::int AS quantity, (mod(i, 100000) * 0.01)::numeric(12, 2) AS unit_price,
  (mod(i, 100000) * 0.01 * (mod(i, 13) + 1))::numeric(14, 2) AS amount,
  (mod(i, 100000) * 0.004)::numeric(14, 2) AS self_pay, mod(i, 2) = 0 AS insured,
  timestamp '2023-01-01' + make_interval(secs => i * 3) AS ordered_at,
  timestamp '2023-01-01' + make_interval(secs => i * 3 + 600) AS executed_at,
  date '2023-01-01' + (i * 3 / 86400)::int AS charge_day, 'E' || mod(i, 911) AS operator_code,
  md5(i::text) AS serial_no, (mod(i, 1000) * 0.1)::numeric(6, 1) AS discount
FROM generate_series(1, %(rows)s) AS i
"""
SOURCE: dict[str, Any] = {
    "code": "bench", "title": "医院", "org_code": "12429099990000041Q", "system": "HIS", "connector": "postgres"
}  # fmt: skip
FEED: dict[str, Any] = {
    "code": "charge", "table": TABLE, "dataset": "fee_item", "key": ["item_id"],
    "columns": {
        "fee_id": "item_id", "encounter_id": "visit_no", "patient_id": "patient_id", "item_code": "item_code",
        "item_name": "item_name", "category_code": "kind", "quantity": "quantity", "unit_price": "unit_price",
        "amount": "amount", "charged_at": "ordered_at", "dept_code": "dept_code",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Taken:
    """What one way took: seconds, and the peak memory of its process in MiB."""

    seconds: float
    memory: float


def run(options: BenchOptions) -> BenchResult:
    """Make the table; bring it in, each way in a process of its own."""
    rows = options.scale or ROWS
    return BenchResult("collect", _results(rows, brought_in(options, options.workspace, rows, tuple(WAYS))))


def brought_in(options: BenchOptions, workspace: Path, rows: int, ways: Sequence[str]) -> dict[str, Taken]:
    """Make the table of so many rows and bring it in these ways; return what each took."""
    server = EmbeddedPostgres(workspace / "ws")
    server.ensure()
    try:
        options.progress.stage(f"生成数据 {rows:,}", 1)
        make_hospital(server, rows)
        upgrade(server.url(PLATFORM))
        anyio.run(_define_feed, server, _folder("suwen", workspace))
        options.progress.stage(f"采集 {rows:,}", len(ways))
        taken: dict[str, Taken] = {}
        for name in ways:
            taken[name] = _in_its_own_process(name, workspace)
            options.progress.advance()
    finally:
        server.destroy()
    return taken


def make_hospital(server: EmbeddedPostgres, rows: int) -> None:
    """Make the databases: that of a hospital with its table, and an empty one for the platform."""
    server.create_database(HOSPITAL)
    server.create_database(PLATFORM)
    with (
        psycopg.connect(server.dsn(HOSPITAL), autocommit=True) as connection,
        psycopg.ClientCursor(connection) as cursor,
    ):
        cursor.execute(_GENERATED, {"rows": rows})
        cursor.execute("ALTER TABLE charge ADD PRIMARY KEY (item_id)")
        cursor.execute("VACUUM ANALYZE charge")


def _results(rows: int, taken: dict[str, Taken]) -> list[Result]:
    rate = {name: rows / one.seconds for name, one in taken.items()}
    ours = rate["suwen"]
    results = [Result("rows of 20 columns", float(rows), "rows")]
    for name, title in TITLES.items():
        results.append(Result(title, rate[name], "rows/s"))
        limit = MEMORY_MIB if name == "suwen" else None
        results.append(Result(f"{title}: peak memory", taken[name].memory, "MiB", limit, "lower"))
    return [
        *results,
        Result("Suwen / limit", ours / rate["limit"], "", OF_LIMIT),
        Result("Suwen / DuckDB alone", ours / rate["duckdb"], ""),
        Result("Suwen / dlt with connectorx", ours / rate["connectorx"], "", OF_CONNECTORX),
        Result("Suwen / dlt with pyarrow", ours / rate["pyarrow"], "", OF_PYARROW),
    ]


def _in_its_own_process(name: str, workspace: Path) -> Taken:
    here = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-m", "bench.collect", name, str(workspace)],
        cwd=here, check=True, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": f"{here / 'src'}:{here}"},
    )  # fmt: skip
    told = json.loads(done.stdout.splitlines()[-1])
    return Taken(told["seconds"], told["memory"])


def _folder(name: str, workspace: Path) -> Path:
    folder = workspace / name
    folder.mkdir(exist_ok=True)
    return folder


def _peak() -> float:
    # Not getrusage: its figure begins with that of the process that started this one.
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return int(told.partition("VmHWM:")[2].split()[0]) / 1024


def _timed(work: Callable[[], object]) -> Taken:
    begun = time.perf_counter()
    work()
    return Taken(time.perf_counter() - begun, _peak())


def _limit(server: EmbeddedPostgres, folder: Path) -> Taken:
    with psycopg.connect(server.dsn(HOSPITAL), autocommit=True) as connection:
        copy = "COPY (SELECT * FROM charge) TO '/dev/null' (FORMAT binary)"
        connection.execute(copy)
        return _timed(lambda: connection.execute(copy))


def _duckdb(server: EmbeddedPostgres, folder: Path) -> Taken:
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
        load_extension(connection, "postgres")
        attach = f"ATTACH {literal(server.dsn(HOSPITAL))} AS source (TYPE postgres, READ_ONLY)"
        connection.execute(attach)
        file = literal(str(folder / "charge.parquet"))
        copy = f"COPY (FROM source.public.charge) TO {file} (FORMAT parquet, COMPRESSION zstd)"
        return _timed(lambda: connection.execute(copy))


def _dlt(backend: Literal["connectorx", "pyarrow"]) -> Callable[[EmbeddedPostgres, Path], Taken]:
    def bring(server: EmbeddedPostgres, folder: Path) -> Taken:
        os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
        import dlt
        from dlt.destinations import filesystem
        from dlt.sources.sql_database import sql_table
        from sqlalchemy import create_engine

        at = psycopg.conninfo.conninfo_to_dict(server.dsn(HOSPITAL))
        host = str(at["host"]).replace("/", "%2F")
        address: dict[str, dict[str, Any]] = {
            "connectorx": {"backend_kwargs": {"conn": f"postgresql://{at['user']}@{host}/{HOSPITAL}"}}
        }
        engine = create_engine(f"postgresql+psycopg://{at['user']}@/{HOSPITAL}?host={at['host']}")
        table: Any = sql_table(
            credentials=engine, table=TABLE, backend=backend, chunk_size=100_000,
            reflection_level="full_with_precision", **address.get(backend, {}),
        )  # fmt: skip
        pipeline: Any = dlt.pipeline(
            f"bench_{backend}", destination=filesystem(folder.as_uri()), dataset_name="raw",
            pipelines_dir=str(folder / "pipelines"),
        )  # fmt: skip
        return _timed(lambda: pipeline.run(table, loader_file_format="parquet", write_disposition="replace"))

    return bring


class _Landed(Exception):
    pass


class _UntilLanded(NullProgress):
    """Ends the run where its rows are in raw and its batch says so."""

    def stage(self, title: str, total: int | None = None) -> None:
        if title.endswith("标准化"):
            raise _Landed


def _suwen(server: EmbeddedPostgres, folder: Path) -> Taken:
    return anyio.run(_run_feed, server, folder)


def _settings(server: EmbeddedPostgres, folder: Path) -> Settings:
    return Settings(workspace=folder, database_url=server.url(PLATFORM))


async def _define_feed(server: EmbeddedPostgres, folder: Path) -> None:
    database = Database(server.url(PLATFORM))
    at = psycopg.conninfo.conninfo_to_dict(server.dsn(HOSPITAL))
    options = {"host": at["host"], "database": HOSPITAL, "user": at["user"]}
    async with database.unit_of_work() as uow:
        await install_packs(uow)
        await import_source(uow, {"source": {**SOURCE, "options": options}, "feeds": [FEED]}, _settings(server, folder))
    await database.close()


async def _run_feed(server: EmbeddedPostgres, folder: Path) -> Taken:
    settings = _settings(server, folder)
    database, lake = Database(server.url(PLATFORM)), open_lake(settings)
    begun = time.perf_counter()
    try:
        await run_feed(database, lake, settings, "bench.charge", _UntilLanded())
    except _Landed:
        taken = Taken(time.perf_counter() - begun, _peak())
    else:
        raise AssertionError("the run ended without a word of its last stage")
    count = "SELECT count(*) AS n, count(DISTINCT _source_key) AS k FROM raw.bench__charge"
    landed = await to_thread.run_sync(lambda: lake.select(count, scope=Scope.everything()).to_pylist()[0])
    with psycopg.connect(server.dsn(HOSPITAL)) as connection:
        given = connection.execute("SELECT count(*) FROM charge").fetchone()
    assert given is not None
    assert (landed["n"], landed["k"]) == (given[0], given[0]), landed
    await database.close()
    lake.close()
    return taken


WAYS: dict[str, Callable[[EmbeddedPostgres, Path], Taken]] = {
    "limit": _limit,
    "duckdb": _duckdb,
    "suwen": _suwen,
    "connectorx": _dlt("connectorx"),
    "pyarrow": _dlt("pyarrow"),
}
TITLES = {
    "limit": "COPY BINARY to nowhere (the limit)",
    "duckdb": "DuckDB's scan to parquet",
    "suwen": "Suwen, source to raw",
    "connectorx": "dlt with connectorx",
    "pyarrow": "dlt with pyarrow",
}


def main(name: str, workspace: Path) -> None:
    """Bring the table in one way; tells ``{seconds, memory}`` on standard output."""
    taken = WAYS[name](EmbeddedPostgres(workspace / "ws"), _folder(name, workspace))
    print(json.dumps({"seconds": taken.seconds, "memory": taken.memory}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
