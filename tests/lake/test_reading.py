"""Reads through the door: the scope is never left, names and values are checked."""

from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from suwen.domains.lake.errors import InvalidStatement, ScopeTooNarrow, UnknownColumn, UnknownTable
from suwen.domains.lake.public import ColumnSpec, Lake, ParquetFiles, TableSpec
from suwen.kernel.masking import mask_value
from suwen.kernel.scope import Scope
from tests.lake.samples import EVERYTHING, patient_key, visit, visits

Rows = list[dict[str, object]]


def read(lake: Lake, sql: str, scope: Scope = EVERYTHING, **more: object) -> Rows:
    """Select as Python rows."""
    return lake.select(sql, scope=scope, **more).to_pylist()


class TestScope:
    """What a scope shows."""

    def test_only_its_institutions(self, filled: Lake) -> None:
        sql = "SELECT DISTINCT org_code FROM std.visit ORDER BY 1"
        assert read(filled, sql, Scope.of("B")) == [{"org_code": "B"}]
        assert read(filled, sql, Scope.of("B", "A")) == [{"org_code": "A"}, {"org_code": "B"}]
        assert read(filled, sql, Scope(frozenset())) == []

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT count(*) AS n FROM std.visit",
            "SELECT count(*) AS n FROM std.visit AS v WHERE v.org_code = 'A' OR TRUE",
            "WITH a AS (SELECT * FROM std.visit) SELECT count(*) AS n FROM a",
            "SELECT count(*) AS n FROM (SELECT 1 FROM std.visit EXCEPT ALL SELECT 1 FROM std.visit WHERE FALSE)",
            "SELECT (SELECT count(*) FROM std.visit) AS n",
            "SELECT count(*) AS n FROM std.visit v LEFT JOIN std.visit w ON v.visit_id = w.visit_id",
            "SELECT y.m AS n FROM (SELECT count(*) AS n FROM std.visit) x, LATERAL (SELECT x.n AS m) y",
        ],
    )
    def test_no_way_around_it(self, filled: Lake, sql: str) -> None:
        assert read(filled, sql, Scope.of("B")) == [{"n": 12}]

    def test_columns_above_the_grade_are_null(self, filled: Lake) -> None:
        sql = "SELECT DISTINCT patient_id IS NULL AS hidden FROM std.visit"
        assert read(filled, sql, Scope.of("A", grade=3)) == [{"hidden": False}]
        assert read(filled, sql, Scope.of("A", grade=2, unmask=True)) == [{"hidden": True}]

    def test_identifiers_above_the_grade_are_masked_even_for_who_may_unmask(self, filled: Lake) -> None:
        sql = "SELECT DISTINCT name, birth_date FROM std.visit"
        for unmask, born in ((False, date(1990, 1, 1)), (True, date(1990, 5, 17))):
            scope = Scope.of("A", grade=3, unmask=unmask)
            assert read(filled, sql, scope) == [{"name": mask_value("name", "张三丰"), "birth_date": born}]

    def test_identifiers_are_masked_unless_unmasked(self, filled: Lake) -> None:
        sql = "SELECT DISTINCT name, phone, birth_date FROM std.visit"
        masked = {
            "name": mask_value("name", "张三丰"),
            "phone": mask_value("phone", "13900001234"),
            "birth_date": date(1990, 1, 1),
        }
        clear = {"name": "张三丰", "phone": "13900001234", "birth_date": date(1990, 5, 17)}
        assert read(filled, sql, Scope.of("A", grade=4)) == [masked]
        assert read(filled, sql, Scope.of("A", grade=4, unmask=True)) == [clear]

    def test_a_masked_value_cannot_be_searched(self, filled: Lake) -> None:
        sql = "SELECT count(*) AS n FROM std.visit WHERE name = $name"
        assert read(filled, sql, Scope.of("A", grade=4), params={"name": "张三丰"}) == [{"n": 0}]

    def test_raw_is_for_the_platform_only(self, lake: Lake) -> None:
        lake.append(TableSpec("raw", "his__x", (ColumnSpec("a", "string"),)), pa.table({"a": ["1"]}))
        assert read(lake, "SELECT a FROM raw.his__x") == [{"a": "1"}]
        for scope in (Scope.of("A", grade=5, unmask=True), Scope(None, 4, unmask=True), Scope(None, 5)):
            with pytest.raises(ScopeTooNarrow):
                read(lake, "SELECT a FROM raw.his__x", scope)

    def test_a_table_without_institution_needs_all_of_them(self, lake: Lake) -> None:
        columns = (ColumnSpec("day", "date"),)
        for name, shared in (("closed", False), ("calendar", True)):
            lake.append(TableSpec("mart", name, columns, shared=shared), pa.table({"day": [date(2024, 1, 1)]}))
        with pytest.raises(ScopeTooNarrow):
            read(lake, "SELECT * FROM mart.closed", Scope.of("A"))
        assert read(lake, "SELECT * FROM mart.calendar", Scope.of("A")) == [{"day": date(2024, 1, 1)}]

    @pytest.mark.parametrize("code", ["x' OR '1'='1", "A') OR TRUE --", "A\\", "$scope_orgs"])
    def test_an_institution_code_is_a_value(self, filled: Lake, code: str) -> None:
        assert read(filled, "SELECT * FROM std.visit", Scope.of(code)) == []


class TestRefused:
    """What is not a readable query over the lake."""

    @pytest.mark.parametrize(
        "sql",
        [
            "DELETE FROM std.visit",
            "INSERT INTO std.visit SELECT * FROM std.visit",
            "CREATE TABLE x AS SELECT 1",
            "ATTACH 'x.db'",
            "COPY std.visit TO 'x.csv'",
            "SET memory_limit = '1GB'",
            "SELECT 1; SELECT 2",
            "SELECT FROM WHERE",
            "SELECT * FROM read_parquet('x.parquet')",
            "SELECT * FROM read_text('/etc/passwd')",
            "SELECT * FROM glob('*')",
            "SELECT * FROM duckdb_settings()",
            "SELECT * FROM query('SELECT 1')",
            "SELECT v.org_code FROM std.visit v, LATERAL read_text('/etc/passwd')",
            "WITH __std__visit AS (SELECT 1) SELECT * FROM __std__visit, std.visit",
            "SELECT no_such_function(org_code) FROM std.visit",
            "",
        ],
    )
    def test_statements(self, filled: Lake, sql: str) -> None:
        with pytest.raises(InvalidStatement):
            read(filled, sql)

    @pytest.mark.parametrize("table", ["visit", "'x.csv'", "std.nothing", "main.visit", "information_schema.tables"])
    def test_tables(self, filled: Lake, table: str) -> None:
        with pytest.raises(UnknownTable) as caught:
            read(filled, f"SELECT * FROM {table}")
        assert caught.value.allowed

    def test_columns(self, filled: Lake) -> None:
        with pytest.raises(UnknownColumn) as caught:
            read(filled, "SELECT costs FROM std.visit")
        assert "cost" in (caught.value.allowed or ())

    def test_reserved_values(self, filled: Lake) -> None:
        with pytest.raises(InvalidStatement):
            read(filled, "SELECT 1", Scope.of("B"), params={"scope_orgs": ["A"]})

    def test_a_failing_cast_does_not_tell_the_value(self, filled: Lake) -> None:
        for run in (filled.select, lambda sql, scope: filled.stream(sql, scope=scope).read_all()):
            with pytest.raises(Exception, match="convert") as caught:
                run("SELECT CAST(name AS INTEGER) FROM std.visit", scope=EVERYTHING)
            assert "张" not in str(caught.value)


class TestSelect:
    """Values, inputs, versions, patients."""

    def test_values_are_bound(self, filled: Lake) -> None:
        sql = "SELECT visit_id FROM std.visit WHERE org_code=$org AND visit_id IN ($a,$b) AND started_at<$t ORDER BY 1"
        given = {"org": "A", "a": "3", "b": "4", "t": datetime(2025, 1, 1), "unused": 1}
        assert read(filled, sql, params=given) == [{"visit_id": "3"}, {"visit_id": "4"}]

    def test_names_may_be_qualified(self, filled: Lake) -> None:
        sql = "SELECT std.visit.org_code, count(*) AS n FROM std.visit GROUP BY std.visit.org_code ORDER BY 1"
        assert read(filled, sql) == [{"org_code": "A", "n": 30}, {"org_code": "B", "n": 12}]

    def test_lookup_tables(self, filled: Lake, tmp_path: Path) -> None:
        codes = pa.table({"code": ["B"], "title": ["乙"]})
        pq.write_table(codes, tmp_path / "codes.parquet")
        sql = "SELECT DISTINCT c.title FROM std.visit v JOIN {} c ON c.code = v.org_code"
        filled.register_lookup("orgs", codes)
        files = {"lookup.files": ParquetFiles((str(tmp_path / "codes.parquet"),))}
        assert read(filled, sql.format("lookup.orgs")) == [{"title": "乙"}]
        assert read(filled, sql.format("lookup.files"), tables=files) == [{"title": "乙"}]

    def test_only_the_patients_asked_for(self, filled: Lake) -> None:
        keys = [patient_key("A", 1), patient_key("B", 2)]
        sql = "SELECT org_code, visit_id FROM std.visit ORDER BY ALL"
        found = [(row["org_code"], row["visit_id"]) for row in read(filled, sql, patient_keys=keys)]
        assert found == [("A", "3"), ("A", "4"), ("A", "5"), ("B", "6"), ("B", "7"), ("B", "8")]
        assert read(filled, sql, Scope.of("A"), patient_keys=keys[1:]) == []
        assert read(filled, sql, patient_keys=[]) == []
        assert read(filled, sql, patient_keys=["nobody", ""]) == []

    def test_lookup_gives_every_table(self, filled: Lake) -> None:
        keys = [patient_key("A", 1), patient_key("B", 2)]
        for scope, count in ((EVERYTHING, 6), (Scope.of("B"), 3), (Scope(frozenset()), 0)):
            found = filled.lookup(["visit", "missing"], keys, scope=scope)
            assert list(found) == ["visit"]
            assert found["visit"].num_rows == count
        assert filled.lookup(["visit"], [], scope=EVERYTHING)["visit"].num_rows == 0
        masked = filled.lookup(["visit"], keys, scope=Scope.of("A", grade=4))["visit"]
        assert set(masked["name"].to_pylist()) == {"张**"}

    @pytest.mark.parametrize(
        "scope", [EVERYTHING, Scope.of("A"), Scope.of("B", grade=5), Scope(None, 2), Scope(None, 4)]
    )
    def test_lookup_shows_what_select_shows(self, filled: Lake, scope: Scope) -> None:
        keys = [patient_key("A", 1), patient_key("B", 2)]
        found = filled.lookup(["visit"], keys, scope=scope)["visit"]
        selected = filled.select("SELECT * FROM std.visit", scope=scope, patient_keys=keys)
        assert found.schema.names == selected.schema.names
        assert sorted(map(str, found.to_pylist())) == sorted(map(str, selected.to_pylist()))

    def test_lookup_sees_what_was_written_meanwhile(self, filled: Lake) -> None:
        keys = [patient_key("A", 1)]
        filled.lookup(["visit"], keys, scope=EVERYTHING)
        filled.upsert("std.visit", visits([visit(500, patient=1)]))
        assert filled.lookup(["visit"], keys, scope=EVERYTHING)["visit"].num_rows == 4

    def test_stream_comes_in_batches(self, filled: Lake) -> None:
        reader = filled.stream("SELECT range AS n FROM range(10000)", scope=EVERYTHING, batch_rows=2048)
        sizes = [batch.num_rows for batch in reader]
        assert sum(sizes) == 10_000
        assert max(sizes) <= 2048

    def test_a_stream_left_unread_harms_nobody(self, filled: Lake) -> None:
        filled.stream("SELECT * FROM std.visit", scope=EVERYTHING)
        assert read(filled, "SELECT count(*) AS n FROM std.visit") == [{"n": 42}]

    def test_copy_out(self, filled: Lake, tmp_path: Path) -> None:
        sql = "SELECT visit_id, name FROM std.visit"
        scope = Scope.of("B", grade=4)
        assert filled.copy_out(sql, tmp_path / "out.csv", "csv", scope=scope) == 12
        assert filled.copy_out(sql, tmp_path / "out.parquet", "parquet", scope=scope) == 12
        assert set(pc.read_csv(tmp_path / "out.csv")["name"].to_pylist()) == {"张**"}
        assert pq.read_table(tmp_path / "out.parquet").num_rows == 12


class TestVersions:
    """Time travel."""

    def test_older_versions_and_moments(self, filled: Lake) -> None:
        before = filled.snapshot("std.visit")
        filled.replace("std.visit", visits([visit(1)]))
        sql = "SELECT count(*) AS n FROM std.visit"
        assert read(filled, sql) == [{"n": 1}]
        assert read(filled, sql, versions={"std.visit": before.version}) == [{"n": 42}]
        assert read(filled, sql, versions={"std.visit": before.committed_at}) == [{"n": 42}]
        assert filled.snapshot("std", "visit", version=before.version).rows == 42

    def test_an_unknown_version_is_named(self, filled: Lake) -> None:
        with pytest.raises(UnknownTable) as caught:
            read(filled, "SELECT 1 FROM std.visit", versions={"std.visit": 99})
        assert caught.value.allowed == "0..2"
