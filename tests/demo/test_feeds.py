"""The three sources of examples/region, carried through ingest: nothing lost, every injected error where it belongs."""

from collections import Counter
from collections.abc import Callable

import duckdb
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import make_url

from suwen.app.demo.region import RegionManifest, load_postgres
from suwen.app.demo.region.definitions import definition
from suwen.domains.lake.public import Lake
from suwen.domains.standards.public import Catalog
from suwen.kernel.scope import Scope
from tests.demo.conftest import Carry

DANGLING = ("diagnosis", "drug_order", "lab_report", "vital_sign", "fee_item")


def errors(region: RegionManifest, source: str, expected: str) -> list[tuple[str, str, str, str]]:
    """(table, row_key, column, kind) of the injected errors of a source that should end there."""
    sql = 'SELECT "table", row_key, "column", kind FROM read_parquet($path) WHERE source = $source AND expected = $end'
    path = str(region.folder / region.errors)
    return duckdb.execute(sql, {"path": path, "source": source, "end": expected}).fetchall()


async def test_no_row_is_lost_and_every_injected_error_ends_where_it_belongs(
    region: RegionManifest, carry: Carry, lake: Lake
) -> None:
    for name in ("general", "tcm", "township"):
        results = await carry(definition(name, {"path": str(region.source(name))}, "files"))
        spoiled = errors(region, name, "quarantine")
        assert {kind for _, _, _, kind in spoiled} >= {"bad_date", "duplicate"}
        for result in results:
            table = result.table.partition(".")[0]
            assert result.rows_in == region.rows[name][table] == result.rows_std + result.rows_quarantined
            # The clinic's log fills two datasets; its amounts are in one of them only.
            unread = "bad_number" if result.feed.endswith("diagnoses") else None
            told = Counter(line[2:] for line in spoiled if line[0] == table and line[3] != unread)
            assert result.rows_quarantined == told.total(), f"{result.feed}: {told}"
    unknown = strange_codes(lake)
    spoiled = [line for name in ("general", "tcm", "township") for line in errors(region, name, "quality")]
    # Payment stands in the clinic's log once; bad codes of the log are counted in the encounters.
    assert unknown.total() == sum(kind == "bad_code" for *_, kind in spoiled), unknown
    assert set(DANGLING) >= {code for code in DANGLING if orphans(lake, code)}
    assert sum(orphans(lake, code) for code in DANGLING) >= sum(kind == "dangling" for *_, kind in spoiled) / 2


def strange_codes(lake: Lake) -> Counter[str]:
    """Rows by column whose code is not in the value set, for all standard tables; only injected codes may be."""
    catalog, found = Catalog.from_packs(), Counter[str]()
    for code, dataset in catalog.datasets.items():
        for element in (e for e in dataset.elements if e.value_set is not None):
            known = {item.code for item in catalog.value_set(element.value_set or "").items}
            sql = (
                f"SELECT {element.name} AS c, count(*) AS n FROM std.{code} WHERE {element.name} IS NOT NULL GROUP BY 1"
            )
            rows = lake.select(sql, scope=Scope.everything()).to_pylist()
            strange = {row["c"]: row["n"] for row in rows if row["c"] not in known}
            assert set(strange) <= {"ZZ", "?"}, f"{code}.{element.name}: {strange}"
            found.update({f"{code}.{element.name}": sum(strange.values())})
    return found


def orphans(lake: Lake, dataset: str) -> int:
    """Rows of a dataset whose encounter does not exist."""
    sql = f"""SELECT count(*) AS n FROM std.{dataset} AS c LEFT JOIN std.encounter AS e
              ON e.org_code = c.org_code AND e.encounter_id = c.encounter_id
              WHERE c.encounter_id IS NOT NULL AND e.encounter_id IS NULL"""
    return int(lake.select(sql, scope=Scope.everything()).to_pylist()[0]["n"])


async def test_the_general_hospital_comes_in_from_its_database(
    region: RegionManifest, carry: Carry, make_database: Callable[[], str]
) -> None:
    url = make_url(make_database())
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    assert load_postgres(dsn, region.source("general")) == region.rows["general"]
    parts = conninfo_to_dict(dsn)
    names = {"host": "host", "port": "port", "database": "dbname", "user": "user", "password": "password"}
    body = definition("general", {name: parts[key] for name, key in names.items() if parts.get(key)})
    body["feeds"] = [feed for feed in body["feeds"] if feed["code"] in ("brxx", "zy_jz", "yz")]
    results = await carry(body)
    assert [result.rows_in for result in results] == [region.rows["general"][name] for name in ("BRXX", "ZY_JZ", "YZ")]
    assert all(result.rows_std > 0.95 * result.rows_in for result in results)
