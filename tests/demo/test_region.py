"""The generator: one spec, one county; what it writes holds together; the truth tells what was spoiled."""

import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pytest

from suwen.app.demo.region import INSTITUTIONS, RegionManifest, RegionSpec, departments, generate, staff
from suwen.app.demo.region.checks import credit_code
from suwen.app.demo.region.faults import spoil
from suwen.app.demo.region.loaders import read_dump
from suwen.app.demo.region.population import CHUNK
from suwen.app.demo.region.render import Sheet
from suwen.app.demo.region.schema import schema
from suwen.app.demo.region.world import make
from suwen.domains.orgs.public import resident_id_valid

SMALL = RegionSpec(persons=60)
_ENDLESS = """
import sys
from pathlib import Path
from suwen.app.demo.region import RegionSpec, generate

class Told:
    def stage(self, title, total): ...
    def advance(self, n=1):
        print("a chunk is written", flush=True)

generate(RegionSpec(persons=1_000_000), Path(sys.argv[1]), Told())
"""


def query(region: RegionManifest, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """Rows of a query over the parquet files of the general hospital and the truth."""
    with duckdb.connect() as connection:
        for name in schema("general").tables:
            connection.execute(f"CREATE VIEW {name} AS FROM '{region.source('general') / name}.parquet'")
        for name in ("persons", "identities", "errors"):
            connection.execute(f"CREATE VIEW {name} AS FROM '{region.folder / getattr(region, name)}'")
        return connection.execute(sql, parameters).fetchall()


def contents(folder: Path) -> dict[str, Any]:
    """Everything in a region: parquet as rows, the rest as bytes."""
    out: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            out[str(path.relative_to(folder))] = duckdb.execute("FROM read_parquet($p)", {"p": str(path)}).fetchall()
        elif path.is_file():
            out[str(path.relative_to(folder))] = path.read_bytes()
    return out


class TestGenerate:
    def test_the_same_spec_gives_the_same_content_and_another_seed_another(self, tmp_path: Path) -> None:
        generate(SMALL, tmp_path / "a")
        generate(SMALL, tmp_path / "b")
        assert contents(tmp_path / "a") == contents(tmp_path / "b")
        generate(replace(SMALL, seed=1), tmp_path / "c")
        assert contents(tmp_path / "a").keys() == contents(tmp_path / "c").keys()
        assert contents(tmp_path / "a") != contents(tmp_path / "c")

    def test_a_standing_region_is_left_alone_and_another_spec_replaces_it(self, tmp_path: Path) -> None:
        first = generate(SMALL, tmp_path / "county")
        stamp = (tmp_path / "county" / "manifest.json").stat().st_mtime_ns
        assert generate(SMALL, tmp_path / "county") == first
        assert (tmp_path / "county" / "manifest.json").stat().st_mtime_ns == stamp
        assert generate(replace(SMALL, persons=70), tmp_path / "county").digest != first.digest

    def test_what_a_killed_run_left_is_not_taken_for_a_region(self, tmp_path: Path) -> None:
        draft = tmp_path / ".county.draft" / "general"
        draft.mkdir(parents=True)
        (draft / "BRXX.parquet").write_bytes(b"half")
        manifest = generate(SMALL, tmp_path / "county")
        assert not draft.exists()
        assert manifest.rows["general"]["BRXX"] > 0

    def test_a_killed_run_leaves_the_standing_region_whole(self, tmp_path: Path) -> None:
        before = generate(SMALL, tmp_path / "county")
        with subprocess.Popen(
            [sys.executable, "-c", _ENDLESS, str(tmp_path / "county")], stdout=subprocess.PIPE
        ) as run:
            assert run.stdout is not None
            assert run.stdout.readline() == b"a chunk is written\n"
            run.kill()
        assert run.returncode == -signal.SIGKILL
        assert (tmp_path / ".county.draft").exists()
        assert RegionManifest.read(tmp_path / "county") == before
        assert generate(replace(SMALL, seed=2), tmp_path / "county").digest != before.digest
        assert not (tmp_path / ".county.draft").exists()

    def test_chunks_do_not_depend_on_how_many_there_are(self) -> None:
        one, many = make(RegionSpec(persons=CHUNK), 0), make(RegionSpec(persons=CHUNK + 50), 0)
        assert one.people.id_no.equals(many.people.id_no)
        assert one.registrations.name.equals(many.registrations.name)
        assert (one.visits.started == many.visits.started).all()
        later = make(RegionSpec(persons=CHUNK + 50), 1)
        assert not set(later.people.id_no.to_pylist()) & set(many.people.id_no.to_pylist())
        assert not set(later.people.phone.to_pylist()) & set(many.people.phone.to_pylist())
        assert later.visits.number.min() > many.visits.number.max()

    def test_nonsense_is_refused_with_the_value(self) -> None:
        with pytest.raises(ValueError, match="persons=0"):
            RegionSpec(persons=0)


class TestManifest:
    def test_counts_are_those_of_the_files(self, region: RegionManifest) -> None:
        for name, rows in region.rows["general"].items():
            assert query(region, f"SELECT count(*) FROM {name}") == [(rows,)]
        for name, rows in region.rows["tcm"].items():
            assert sum(1 for _ in read_dump(region.source("tcm") / f"{name}.txt")) == rows
        assert RegionManifest.read(region.folder) == region

    def test_dump_is_gb18030_with_as_many_fields_as_columns(self, region: RegionManifest) -> None:
        for name, table in schema("tcm").tables.items():
            rows = list(read_dump(region.source("tcm") / f"{name}.txt"))
            assert {len(row) for row in rows} <= {len(table.columns)}
            assert f"CREATE TABLE `{name}`" in (region.source("tcm") / f"{name}.sql").read_text("gb18030")
        bodies = [row[6] for row in read_dump(region.source("tcm") / "emr_doc.txt") if row[6]]
        assert all("主诉：" in body or "：" in body for body in bodies)
        assert any("\n" in body for body in bodies)
        with pytest.raises(UnicodeDecodeError):
            (region.source("tcm") / "visit.txt").read_text("utf-8")

    def test_files_of_the_clinic_open(self, region: RegionManifest) -> None:
        for name, table in schema("township").tables.items():
            path = region.source("township") / table.file
            if path.suffix == ".xlsx":
                rows = list(openpyxl.load_workbook(path, read_only=True).worksheets[0].values)
                assert list(rows[0]) == [column.name for column in table.columns]
                assert len(rows) == region.rows["township"][name] + 1
            else:
                lines = path.read_text(table.encoding).splitlines()
                assert lines[0].split(",") == [column.name for column in table.columns]
                assert len(lines) == region.rows["township"][name] + 1


SPOILED = "(SELECT row_key FROM errors WHERE source = 'general' AND \"table\" IN ('MZ_JZ', 'ZY_JZ', 'FYMX'))"


class TestContent:
    def test_fee_items_sum_to_the_total_of_the_encounter(self, region: RegionManifest) -> None:
        sql = f"""WITH visits AS (SELECT JZLSH, ZFY, YPF FROM MZ_JZ UNION SELECT JZLSH, ZFY, YPF FROM ZY_JZ),
            bad AS (SELECT JZLSH FROM FYMX WHERE FYXH IN {SPOILED} OR JZLSH NOT IN (SELECT JZLSH FROM visits)),
            hit AS (SELECT left(JZLSH, 2) || right(JZLSH, 12) AS JZLSH FROM bad),
            items AS (SELECT JZLSH, FYLB, TRY_CAST(JE AS DECIMAL(12, 2)) AS paid FROM FYMX),
            fees AS (SELECT JZLSH, sum(paid) AS total,
                     sum(paid) FILTER (FYLB IN ('XY', 'ZCY', 'ZCAO')) AS drugs FROM items GROUP BY 1)
            SELECT count(*), count(*) FILTER (ZFY <> total), count(*) FILTER (YPF <> coalesce(drugs, 0))
            FROM visits JOIN fees USING (JZLSH) WHERE JZLSH NOT IN (SELECT JZLSH FROM hit)"""
        compared, wrong, wrong_drugs = query(region, sql)[0]
        spoiled = query(region, "SELECT count(*) FROM errors WHERE source = 'general' AND \"table\" = 'FYMX'")[0][0]
        assert compared > 500
        assert wrong <= spoiled
        assert wrong_drugs <= spoiled

    def test_references_hold_but_for_the_injected_ones(self, region: RegionManifest) -> None:
        visits = "(SELECT JZLSH FROM MZ_JZ UNION SELECT JZLSH FROM ZY_JZ)"
        for table in ("ZDXX", "YZ", "JYBG", "TZ", "FYMX", "JCBG", "BLWS", "HLJL"):
            lost = query(region, f"SELECT count(*) FROM {table} WHERE JZLSH NOT IN {visits}")[0][0]
            told = query(region, "SELECT count(*) FROM errors WHERE \"table\" = $t AND kind = 'dangling'", t=table)[0][
                0
            ]
            assert lost == told
        assert (
            query(region, "SELECT count(*) FROM JYJG WHERE BGDH NOT IN (SELECT BGDH FROM JYBG)")[0][0]
            == (query(region, "SELECT count(*) FROM errors WHERE \"table\" = 'JYJG' AND kind = 'dangling'")[0][0])
        )

    def test_results_beyond_the_reference_are_flagged(self, region: RegionManifest) -> None:
        sql = """SELECT count(*), count(*) FILTER (YCBZ = '↑') FROM JYJG
                 WHERE TRY_CAST(JGZ AS DOUBLE) IS NOT NULL AND YCBZ <> 'ZZ'
                 AND (YCBZ = '↑') <> (TRY_CAST(JGZ AS DOUBLE) > TRY_CAST(CKSX AS DOUBLE))"""
        assert query(region, sql) == [(0, 0)]
        high = """SELECT avg((YCBZ = '↑')::INT) FROM JYJG JOIN ZDXX USING (JZLSH)
                  WHERE XMDM = 'GLU' AND (ZDDM = $icd) AND ZYZD = '1'"""
        assert query(region, high, icd="E11.900")[0][0] > 0.5

    def test_nobody_comes_before_birth_or_after_death(self, region: RegionManifest) -> None:
        sql = """WITH known AS (SELECT patient_id, person_id, birth_date::DATE AS born
                               FROM identities JOIN persons USING (person_id) WHERE source = 'general'),
            visits AS (SELECT BRID, JZSJ AS began, NULL AS died FROM MZ_JZ UNION ALL
                       SELECT BRID, RYSJ, CASE WHEN LYFS = 'SW' THEN CYSJ END FROM ZY_JZ
                       WHERE CYSJ > RYSJ OR CYSJ IS NULL)
            SELECT count(*) FILTER (began::DATE < born), count(*) FILTER (began > last) FROM
            (SELECT *, min(died) OVER (PARTITION BY person_id) AS last FROM visits JOIN known ON BRID = patient_id)"""
        early, late = query(region, sql)[0]
        reversed_ = query(region, "SELECT count(*) FROM errors WHERE kind = 'reversed'")[0][0]
        assert early == 0
        assert late <= reversed_


class TestTruth:
    def test_every_patient_of_the_sources_has_a_true_person(self, region: RegionManifest) -> None:
        sql = "SELECT count(*), count(DISTINCT BRID), count(person_id), count(p.number) FROM BRXX"
        sql += " JOIN identities ON source = 'general' AND patient_id = BRID"
        sql += " JOIN (SELECT person_id AS known, 1 AS number FROM persons) AS p ON known = person_id"
        rows = region.rows["general"]["BRXX"]
        assert query(region, sql) == [(rows, rows, rows, rows)]
        shared = "SELECT count(*) FROM (SELECT person_id FROM identities GROUP BY 1 HAVING count(DISTINCT source) > 1)"
        assert query(region, shared)[0][0] > 50

    def test_kinds_of_corruption_are_as_told(self, region: RegionManifest) -> None:
        sql = """SELECT kinds, XM, p.name, SFZH, p.id_no, CSRQ, p.birth_date, p.sex, XB FROM BRXX
                 JOIN identities AS i ON source = 'general' AND patient_id = BRID JOIN persons AS p USING (person_id)
                 WHERE BRID NOT IN (SELECT row_key FROM errors WHERE "table" = 'BRXX' AND "column" <> 'SFZH')"""
        seen: Counter[str] = Counter()
        for told, name, true_name, id_no, true_id, born, true_born, true_sex, sex in query(region, sql):
            kinds = set(told.split("+")) if told else set()
            seen.update(kinds)
            renamed = kinds & {"homophone", "name_changed", "newborn_on_mother"}
            assert (name != true_name) == bool(renamed)
            assert ("id_missing" in kinds) == (id_no is None)
            assert (born != true_born.replace("-", "")) == ("birth_typo" in kinds)
            assert ({"M": "1", "F": "2"}[sex] != true_sex) == ("sex_wrong" in kinds)
            if "id_15" in kinds:
                assert id_no == true_id[:6] + true_id[8:17]
            elif "id_swapped" in kinds:
                assert sorted(id_no) == sorted(true_id)
                assert not resident_id_valid(id_no)
        assert {"homophone", "id_missing", "card_missing", "phone_shared"} <= set(seen)

    def test_row_numbers_stay_unique_over_many_chunks(self) -> None:
        spec, table = RegionSpec(persons=12 * CHUNK, error_rate=0.01), schema("general").tables["MZ_JZ"]
        numbers: list[int] = []
        for chunk in (0, 1, 10, 11):
            sheet = Sheet(make(spec, chunk), chunk, 0, schema("general"), table)
            rows, errors = spoil(sheet.table_of_values(), table, 0.01, chunk == 0, np.random.default_rng(chunk))
            assert "duplicate" in errors["kind"].to_pylist()
            numbers += rows[table.columns[table.place("row")].name].to_pylist()
        assert len(set(numbers)) == len(numbers)

    def test_true_ids_are_valid_unique_and_of_nobody(self, region: RegionManifest) -> None:
        ids = [row[0] for row in query(region, "SELECT id_no FROM persons")]
        assert all(resident_id_valid(text) for text in ids)
        assert len(set(ids)) == len(ids)
        assert {text[:6] for text in ids} == {"429099"}
        assert {row[0][:3] for row in query(region, "SELECT phone FROM persons")} == {"154"}

    def test_share_of_errors_is_the_asked_one(self, region: RegionManifest) -> None:
        sql = """SELECT "table", kind, "column", count(*) FROM errors
                 WHERE source = 'general' AND row_id IS NOT NULL GROUP BY ALL"""
        for table, kind, column, count in query(region, sql):
            rows, rate = region.rows["general"][table], region.spec["error_rate"]
            assert count <= max(1, round(rows * rate)), (table, kind, column)
            assert rows * rate < 2 or count >= 0.4 * rows * rate, (table, kind, column)

    def test_spoiled_values_are_in_the_rows_told(self, region: RegionManifest) -> None:
        sql = """SELECT JGSJ FROM JYJG JOIN errors ON "table" = 'JYJG' AND kind = 'bad_date' AND row_id = PXH"""
        assert {row[0] for row in query(region, sql)} <= {"0000-00-00 00:00:00", "2023-02-31 10:15:00"}
        sql = """SELECT count(*) FROM errors JOIN FYMX ON row_id = PXH AND row_key = FYXH
                 WHERE "table" = 'FYMX' AND kind = 'duplicate'
                 AND FYXH IN (SELECT FYXH FROM FYMX GROUP BY 1 HAVING count(*) = 2)"""
        told = query(region, "SELECT count(*) FROM errors WHERE \"table\" = 'FYMX' AND kind = 'duplicate'")
        assert query(region, sql) == told != [(0,)]


class TestInstitutions:
    def test_codes_are_valid_and_lists_are_consistent(self) -> None:
        assert credit_code("9", "1", "350100", "M000100Y") == "91350100M000100Y43"
        assert set(INSTITUTIONS) == {"general", "tcm", "township", "eunomia"}
        for key, institution in INSTITUTIONS.items():
            assert len(institution.org_code) == 18
            codes = {department.code for department in departments(key)}
            people = staff(key)
            assert len({person.code for person in people}) == len(people)
            assert {person.department_code for person in people} == codes
            assert all(2 <= len(person.name) <= 3 for person in people)
