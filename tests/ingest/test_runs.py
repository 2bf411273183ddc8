"""Runs of a feed from source to std, seen through the public door."""

import json
import os
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import text

from suwen.domains.ingest.public import SourceUnavailable, UnknownFeed, arrivals
from suwen.domains.ingest.vault import unseal
from suwen.domains.ingest.watching.drift.errors import SchemaDrifted
from suwen.kernel.database import Database
from tests.ingest.conftest import Station
from tests.ingest.sources import ORG, csv_source, visits

pytestmark = pytest.mark.anyio
STD = "SELECT encounter_id, patient_id, encounter_type_code, started_at, total_cost FROM std.encounter ORDER BY 1"


def ids(station: Station) -> list[str]:
    return [row["encounter_id"] for row in station.rows(STD)]


def quarantined(station: Station) -> list[tuple[str | None, str, str | None, str | None]]:
    rows = station.rows("SELECT * FROM raw.quarantine WHERE feed = 't.visits' ORDER BY seq, source_key")
    return [(row["source_key"], row["reason"], row["element"], row["received"]) for row in rows]


async def stored(database: Database, query: str) -> list[Any]:
    async with database.unit_of_work() as uow:
        return list((await uow.session.execute(text(query))).all())


class TestFullCapture:
    async def test_carries_rows_with_values_made_standard(self, station: Station, tmp_path: Path) -> None:
        await station.bring_in(csv_source(tmp_path, " 7 ,p1,O,2023年2月8日,１２．５\n8,p2,X,20230208101500,\n"))
        batch = await station.run("t.visits")
        assert (batch.status, batch.rows_in, batch.rows_std, batch.rows_quarantined) == ("standardised", 2, 2, 0)
        first, second = station.rows(STD)
        assert (first["encounter_id"], first["encounter_type_code"], str(first["total_cost"])) == ("7", "1", "12.50")
        assert first["started_at"] == datetime(2023, 2, 8)
        assert (second["encounter_type_code"], second["total_cost"]) == ("9", None)
        system = station.rows("SELECT org_code, patient_key, bucket, feed, source_key, batch_id FROM std.encounter")[0]
        assert (system["org_code"], system["feed"], system["batch_id"]) == (ORG, "t.visits", batch.batch_id)
        assert len(system["patient_key"]) == 24
        assert system["bucket"] == int(system["patient_key"][:2], 16) % station.settings.buckets

    async def test_carries_the_sums_of_its_business_days(self, station: Station, tmp_path: Path) -> None:
        lines = ["1,p1,O,2023-01-01,1.5", "2,p2,E,2023年1月2日,2", "3,p3,I,20230102081500,0.25", "4,p4,O,,4"]
        await station.bring_in(csv_source(tmp_path, "\n".join(lines) + "\n"))
        await station.run("t.visits")
        query = (
            "SELECT day, rows, amounts->>'cost', key_sum, key_xor FROM ingest_batch_day WHERE number = {} ORDER BY day"
        )
        first = await stored(station.database, query.format(1))
        assert [(str(day), rows, Decimal(cost)) for day, rows, cost, *_ in first] == [
            ("2023-01-01", 1, Decimal("1.5")), ("2023-01-02", 2, Decimal("2.25")), ("None", 1, Decimal(4))
        ]  # fmt: skip
        # Another order of the same rows has the same sums; another key on a day has not.
        csv_source(tmp_path, "\n".join(reversed([*lines, "5,p1,O,2023-01-01,0"])) + "\n")
        await station.run("t.visits")
        second = await stored(station.database, query.format(2))
        assert second[1:] == first[1:]
        assert [row[1] for row in second] == [2, 2, 1]
        assert second[0][3:] != first[0][3:]

    async def test_same_content_again_changes_nothing(self, station: Station, tmp_path: Path) -> None:
        await station.bring_in(csv_source(tmp_path, "1,p1,O,2023-01-01,1\n2,p1,O,2023-01-02,1\n"))
        first = await station.run("t.visits")
        versions = [station.lake.snapshot(t).version for t in ("raw.t__visits", "std.encounter")]
        untouched = await station.run("t.visits")
        # Another time and order of the same rows: the stamp differs, the content does not.
        (tmp_path / "visits.csv").write_text("id,pid,kind,started,cost\n2,p1,O,2023-01-02,1\n1,p1,O,2023-01-01,1\n")
        os.utime(tmp_path / "visits.csv", ns=(1, 1))
        reordered = await station.run("t.visits")
        assert [untouched.status, reordered.status] == ["unchanged", "unchanged"]
        assert (reordered.digest, reordered.rows_std) == (first.digest, 2)
        assert [station.lake.snapshot(t).version for t in ("raw.t__visits", "std.encounter")] == versions

    async def test_vanished_rows_leave_std_and_stay_in_raw(self, station: Station, tmp_path: Path) -> None:
        await station.bring_in(csv_source(tmp_path, "1,p1,O,2023-01-01,1\n2,p1,O,2023-01-02,1\n"))
        await station.run("t.visits")
        csv_source(tmp_path, "2,p1,O,2023-01-02,5\n3,p1,O,2023-01-02,1\n")
        batch = await station.run("t.visits")
        assert (batch.rows_in, ids(station)) == (2, ["2", "3"])
        assert station.rows("SELECT count(*) AS n FROM raw.t__visits") == [{"n": 4}]

    async def test_an_emptied_source_empties_std(self, station: Station, tmp_path: Path) -> None:
        await station.bring_in(csv_source(tmp_path, "1,p1,O,2023-01-01,1\n"))
        await station.run("t.visits")
        csv_source(tmp_path, "")
        batch = await station.run("t.visits")
        assert (batch.status, batch.rows_in, ids(station)) == ("standardised", 0, [])

    async def test_new_and_retyped_columns_join_the_raw_table(
        self, station: Station, client: Callable[..., Any], tmp_path: Path
    ) -> None:
        path = tmp_path / "s.duckdb"
        create = "CREATE OR REPLACE TABLE visits AS SELECT 1 AS id, 'p' AS pid, 'O' AS kind, "
        with duckdb.connect(str(path)) as source:
            source.execute(create + "DATE '2023-01-01' AS started, 5 AS cost")
        await station.bring_in(visits("duckdb", {"path": str(path)}, "visits"))
        await station.run("t.visits")
        with duckdb.connect(str(path)) as source:
            source.execute(create + "'20230102' AS started, 5.25 AS cost, 'new' AS ward")
        with pytest.raises(SchemaDrifted, match="column started was DATE, is VARCHAR"):
            await station.run("t.visits")
        async with client() as http:
            changes = "/api/ingest/feeds/t.visits/drifts"
            found = {one["column"]: one["id"] for one in (await http.get(changes)).json()}
            assert set(found) == {"started", "ward"}
            await http.post(f"{changes}/accept", json={"drifts": list(found.values()), "apply": False})
        batch = await station.run("t.visits")
        assert (batch.rows_std, str(station.rows(STD)[0]["started_at"])) == (1, "2023-01-02 00:00:00")
        raw = station.rows("SELECT started, cost, ward FROM raw.t__visits ORDER BY _batch_id")
        assert [tuple(row.values()) for row in raw] == [("2023-01-01", "5", None), ("20230102", "5.25", "new")]


class TestQuarantine:
    async def test_every_refused_row_has_its_reason(self, station: Station, tmp_path: Path) -> None:
        text = (
            "1,p1,O,2023-01-01,1\n"
            ",p1,O,2023-01-01,1\n"
            "3,,O,2023-01-01,1\n"
            "4,p1,O,0000-00-00,1\n"
            "5,p1,O,20230231,1\n"
            "6,p1,O,2023-01-01,abc\n"
            "7,p1,O,2023-01-01,1\n"
            "7,p2,E,2023-01-02,2\n"
            "8,p1,O\n"
            "9,p1,O,2023-01-01,1,more\n"
        )
        await station.bring_in(csv_source(tmp_path, text))
        batch = await station.run("t.visits")
        assert (batch.rows_in, batch.rows_std, batch.rows_quarantined) == (10, 2, 8)
        assert quarantined(station) == [
            (None, "malformed_row", None, "too many fields"),
            (None, "malformed_row", None, "too few fields"),
            (None, "missing_key", "encounter_id", None),
            ("3", "missing_patient", "patient_id", None),
            ("4", "unreadable_value", "started_at", "0000-00-00"),
            ("5", "unreadable_value", "started_at", "20230231"),
            ("6", "unreadable_value", "total_cost", "abc"),
            ("7", "duplicate_key", "encounter_id", None),
        ]
        kept = station.rows("SELECT row_json FROM raw.quarantine WHERE reason = 'malformed_row' ORDER BY seq DESC")
        assert [json.loads(row["row_json"])["place"] for row in kept] == ["visits.csv:10", "visits.csv:11"]
        # The last of the same key wins.
        assert [row["patient_id"] for row in station.rows(STD) if row["encounter_id"] == "7"] == ["p2"]
        counts = await stored(
            station.database, "SELECT reason, sum(rows)::int FROM ingest_rejection GROUP BY 1 ORDER BY 1"
        )
        assert dict(counts) == {
            "duplicate_key": 1, "malformed_row": 2, "missing_key": 1, "missing_patient": 1, "unreadable_value": 3
        }  # fmt: skip
        async with station.database.unit_of_work() as uow:
            assert list((await arrivals(uow))["encounter"].values()) == [(10, 8)]

    async def test_a_mended_source_leaves_quarantine(self, station: Station, tmp_path: Path) -> None:
        await station.bring_in(csv_source(tmp_path, "1,p1,O,20230231,1\n"))
        assert (await station.run("t.visits")).rows_quarantined == 1
        csv_source(tmp_path, "1,p1,O,20230228,1\n")
        assert (await station.run("t.visits")).rows_quarantined == 0
        assert quarantined(station) == []

    async def test_replay_reads_kept_rows_with_the_new_mapping(self, station: Station, tmp_path: Path) -> None:
        definition = csv_source(tmp_path, "1,p1,O,n/a,1\n2,p1,O,2023-01-01,1\n3,p1\n")
        await station.bring_in(definition)
        assert (await station.run("t.visits")).rows_quarantined == 2
        definition["feeds"][0]["columns"]["started_at"] = {"expr": "started", "invalid": "blank"}
        assert (await station.bring_in(definition)).updated == ("t.visits",)
        (tmp_path / "visits.csv").unlink()
        batch = await station.replay("t.visits")
        assert (batch.status, batch.rows_in, batch.rows_std, batch.rows_quarantined) == ("standardised", 3, 2, 1)
        assert [row[1] for row in quarantined(station)] == ["malformed_row"]

    async def test_identifiers_are_not_told(self, station: Station, tmp_path: Path) -> None:
        (tmp_path / "p.csv").write_text("pid,born\np1,19900231\n")
        definition = visits("files", {"path": str(tmp_path)}, "p.csv", dataset="patient", key=["pid"])
        definition["feeds"][0]["columns"] = {"patient_id": "pid", "birth_date": "born"}
        await station.bring_in(definition)
        assert (await station.run("t.visits")).rows_quarantined == 1
        assert quarantined(station) == [("p1", "unreadable_value", "birth_date", "***")]


class TestIncrementalCapture:
    def change(self, path: Path, *statements: str) -> None:
        with duckdb.connect(str(path)) as source:
            for statement in statements:
                source.execute(statement)

    async def start(self, station: Station, path: Path) -> None:
        self.change(
            path,
            "CREATE TABLE visits (id INT, pid TEXT, kind TEXT, started DATE, cost INT, changed TIMESTAMP)",
            "INSERT INTO visits SELECT i, 'p' || i, 'O', DATE '2023-01-01', i, TIMESTAMP '2023-01-01' + i * INTERVAL 1 "
            "MINUTE FROM range(1, 6) AS r(i)",
        )
        capture = {"mode": "timestamp", "column": "changed", "overlap_seconds": 60}
        await station.bring_in(visits("duckdb", {"path": str(path)}, "visits", capture=capture))

    async def test_only_what_changed_is_landed(self, station: Station, tmp_path: Path) -> None:
        path = tmp_path / "s.duckdb"
        await self.start(station, path)
        assert (await station.run("t.visits")).rows_in == 5
        again = await station.run("t.visits")
        assert (again.status, again.rows_in) == ("unchanged", 0)
        self.change(
            path,
            # At the very mark, before it (committed late, within the overlap), after it; and an update.
            "INSERT INTO visits VALUES (6, 'p6', 'O', '2023-01-01', 6, '2023-01-01 00:05:00')",
            "INSERT INTO visits VALUES (7, 'p7', 'O', '2023-01-01', 7, '2023-01-01 00:04:30')",
            "INSERT INTO visits VALUES (8, 'p8', 'O', '2023-01-01', 8, '2023-01-01 09:00:00')",
            "UPDATE visits SET pid = 'other', changed = '2023-01-01 09:00:01' WHERE id = 2",
        )
        changed = await station.run("t.visits")
        assert (changed.rows_in, changed.rows_std) == (4, 4)
        assert ids(station) == [str(n) for n in range(1, 9)]
        assert [row["patient_id"] for row in station.rows(STD) if row["encounter_id"] == "2"] == ["other"]
        assert station.rows("SELECT count(*) AS n FROM raw.t__visits") == [{"n": 9}]
        marks = await stored(station.database, "SELECT high_water FROM ingest_feed")
        assert marks == [("2023-01-01 09:00:01",)]

    async def test_a_wrong_clock_does_not_hide_later_rows(self, station: Station, tmp_path: Path) -> None:
        path = tmp_path / "s.duckdb"
        await self.start(station, path)
        self.change(path, "INSERT INTO visits VALUES (6, 'p6', 'O', '2023-01-01', 6, '2999-01-01 00:00:00')")
        assert (await station.run("t.visits")).rows_in == 6
        self.change(path, "INSERT INTO visits VALUES (7, 'p7', 'O', '2023-01-01', 7, '2023-01-01 00:30:00')")
        assert (await station.run("t.visits")).rows_in == 1
        assert ids(station)[-1] == "7"

    async def test_a_key_that_comes_again_leaves_quarantine(self, station: Station, tmp_path: Path) -> None:
        path = tmp_path / "s.duckdb"
        await self.start(station, path)
        self.change(path, "UPDATE visits SET pid = NULL WHERE id IN (1, 2)")
        assert (await station.run("t.visits")).rows_quarantined == 2
        self.change(path, "UPDATE visits SET pid = 'p1', changed = '2023-01-02' WHERE id = 1")
        assert (await station.run("t.visits")).rows_quarantined == 0
        assert [row[0] for row in quarantined(station)] == ["2"]
        replayed = await station.replay("t.visits")
        assert (replayed.rows_in, replayed.rows_std, replayed.rows_quarantined) == (5, 4, 1)


class TestFailures:
    async def test_a_failed_batch_leaves_what_landed_and_a_rerun_goes_on(
        self, station: Station, tmp_path: Path
    ) -> None:
        await station.bring_in(csv_source(tmp_path, "1,p1,O,2023-01-01,1\n"))
        await station.run("t.visits")
        (tmp_path / "visits.csv").unlink()
        with pytest.raises(SourceUnavailable, match=r"visits\.csv"):
            await station.run("t.visits")
        assert ids(station) == ["1"]
        failed = await stored(
            station.database, "SELECT status, error_code FROM ingest_batch ORDER BY number DESC LIMIT 1"
        )
        assert failed == [("failed", "source_unavailable")]
        csv_source(tmp_path, "1,p1,O,2023-01-01,1\n2,p1,O,2023-01-01,1\n")
        assert (await station.run("t.visits")).rows_std == 2
        assert list(station.lake.staging.iterdir()) == []

    async def test_an_unknown_feed_is_named(self, station: Station) -> None:
        with pytest.raises(UnknownFeed, match="nobody"):
            await station.run("nobody.nothing")


async def test_passwords_are_kept_encrypted(station: Station) -> None:
    options = {"host": "/nowhere", "database": "d", "user": "u", "password": "open sesame"}
    definition = visits("postgres", options, "visits")
    from suwen.domains.ingest.public import import_source

    async with station.database.unit_of_work() as uow:
        await import_source(uow, definition, station.settings, check=False)
    kept = (await stored(station.database, "SELECT options FROM ingest_source"))[0][0]
    assert "sesame" not in json.dumps(kept)
    key = bytes.fromhex((station.settings.workspace / "master.key").read_text())
    assert unseal(kept, key) == options
    assert (station.settings.workspace / "master.key").stat().st_mode & 0o077 == 0
