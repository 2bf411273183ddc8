"""Proposals for unknown sources, over made-up systems: what is found, what is left open, and that it runs."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from suwen.domains.ingest.public import Proposal, ProposedFeed, propose_source, read_definition
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.sources import ORG

pytestmark = pytest.mark.anyio
Client = Callable[..., Any]

VENDOR = """
CREATE TABLE T_PAT (PAT_ID TEXT PRIMARY KEY, PAT_NM TEXT, GENDER TEXT, BIRTH_DT TEXT, ID_CARD_NO TEXT, MOBILE TEXT);
CREATE TABLE T_ENC (ENC_NO TEXT PRIMARY KEY, PAT_ID TEXT REFERENCES T_PAT, VISIT_TYPE TEXT, DEPT_CD TEXT, DEPT_NM TEXT,
    VISIT_DT TEXT, DISCH_DT TEXT, PAY_TYPE TEXT, TOT_AMT NUMERIC);
CREATE TABLE T_DX (DX_ID TEXT PRIMARY KEY, ENC_NO TEXT REFERENCES T_ENC, PAT_ID TEXT REFERENCES T_PAT, ICD_CD TEXT,
    DIAG_NM TEXT, DIAG_DT TEXT);
CREATE TABLE SYS_PARAM (PARAM_KEY TEXT PRIMARY KEY, PARAM_VALUE TEXT);
"""
"""A vendor's English: abbreviations, no comments, declared keys, one table that is nothing of ours."""


def vendor(folder: Path) -> dict[str, Any]:
    """Make the vendor's database, 30 patients with a visit and a diagnosis each; return its definition's source."""
    path = folder / "vendor.db"
    with sqlite3.connect(path) as db:
        db.executescript(VENDOR)
        for n in range(30):
            day = f"{1 + n % 28:02}"
            who = f"P{n:04}"
            card = f"110105{1950 + n}12{day}{100 + n}X"
            sex = "MF"[n % 2]
            person = (who, "王李张刘陈"[n % 5] + "小明", sex, f"{1950 + n}-12-{day}", card, f"138{n:08}")
            db.execute("INSERT INTO T_PAT VALUES (?, ?, ?, ?, ?, ?)", person)
            visit = (f"V{n}", who, ["门诊", "急诊", "住院"][n % 3], "01", "内科", f"2024-03-{day} 08:00:00", None,
                     ["自费", "职工医保"][n % 2], 10 + n / 4)  # fmt: skip
            db.execute("INSERT INTO T_ENC VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", visit)
            told = (f"D{n}", f"V{n}", who, f"I1{n % 10}.{n % 9}", "原发性高血压", f"2024-03-{day} 09:00:00")
            db.execute("INSERT INTO T_DX VALUES (?, ?, ?, ?, ?, ?)", told)
        db.executemany("INSERT INTO SYS_PARAM VALUES (?, ?)", [("theme", "dark"), ("port", "8080")])
    db.close()
    return {"code": "vendor", "title": "厂商库", "org_code": ORG, "connector": "sqlite", "options": {"path": str(path)}}


async def stored(station: Station, source: dict[str, Any]) -> None:
    """Store a source without feeds of its own, as the source form does; the placeholder feed is never run."""
    feed = {
        "code": "later",
        "table": "T_PAT",
        "dataset": "patient",
        "key": ["PAT_ID"],
        "columns": {"patient_id": "PAT_ID"},
    }
    await station.bring_in({"source": source, "feeds": [feed]})


def elements(feed: ProposedFeed) -> dict[str, str]:
    """Return the accepted elements by column."""
    return {one.column: one.element for one in feed.columns if one.accepted and one.element}


def feeds(proposal: Proposal) -> dict[str, ProposedFeed | None]:
    """Return each table's first feed."""
    return {table.name: table.feeds[0] if table.feeds else None for table in proposal.tables}


async def test_a_vendors_english_is_read(station: Station, tmp_path: Path) -> None:
    await stored(station, vendor(tmp_path))
    found = await propose_source(station.database, station.settings, "vendor", Scope.everything())
    by_table = feeds(found.proposal)
    assert {name: feed.dataset if feed else None for name, feed in by_table.items()} == {
        "SYS_PARAM": None, "T_DX": "diagnosis", "T_ENC": "encounter", "T_PAT": "patient"
    }  # fmt: skip
    patient, visit, diagnosis = by_table["T_PAT"], by_table["T_ENC"], by_table["T_DX"]
    assert patient is not None and visit is not None and diagnosis is not None
    assert elements(patient) == {
        "PAT_ID": "patient_id", "PAT_NM": "name", "GENDER": "sex_code", "BIRTH_DT": "birth_date", "ID_CARD_NO": "id_no",
        "MOBILE": "phone",
    }  # fmt: skip
    assert elements(visit) == {
        "ENC_NO": "encounter_id", "PAT_ID": "patient_id", "VISIT_TYPE": "encounter_type_code", "DEPT_CD": "dept_code",
        "DEPT_NM": "dept_name", "VISIT_DT": "started_at", "DISCH_DT": "ended_at", "PAY_TYPE": "payment_code",
        "TOT_AMT": "total_cost",
    }  # fmt: skip
    assert elements(diagnosis)["ENC_NO"] == "encounter_id"
    told = {one.column: {each.kind for each in one.evidence} for one in diagnosis.columns}
    assert "reference" in told["ENC_NO"], "a foreign key counts once it is known what it leads to"
    codes = {one.element: one.map.codes for one in [*patient.columns, *visit.columns] if one.map}
    assert codes["sex_code"] == {"M": "1", "F": "2"}
    assert codes["encounter_type_code"] == {"门诊": "1", "急诊": "2", "住院": "3"}
    assert codes["payment_code"] == {"自费": "07", "职工医保": "01"}


async def test_what_is_written_loads_and_runs(station: Station, tmp_path: Path) -> None:
    await stored(station, vendor(tmp_path))
    found = await propose_source(station.database, station.settings, "vendor", Scope.everything())
    path = tmp_path / "vendor.yaml"
    path.write_text(found.yaml, encoding="utf-8")
    written = read_definition(path)
    assert [feed.dataset for feed in written.feeds] == ["diagnosis", "encounter", "patient"]
    assert "SYS_PARAM" in found.yaml, "what has no counterpart is said, too"
    await station.bring_in(path)
    for feed, rows in (("t_pat", 30), ("t_enc", 30), ("t_dx", 30)):
        batch = await station.run(f"vendor.{feed}")
        assert (batch.rows_in, batch.rows_std) == (rows, rows)
    kinds = station.rows(
        "SELECT encounter_type_code AS kind, count(*)::INT AS n FROM std.encounter GROUP BY 1 ORDER BY 1"
    )
    assert kinds == [{"kind": "1", "n": 10}, {"kind": "2", "n": 10}, {"kind": "3", "n": 10}]


async def test_chinese_names_and_a_missing_patient(station: Station, tmp_path: Path) -> None:
    (tmp_path / "门诊登记.csv").write_text(
        "就诊流水号,病人编号,就诊日期,主诉,接诊医生,费别\n"
        + "".join(f"M{n},B{n % 7},2024-05-{n:02} 08:30,头痛{n}天,张大夫,自费\n" for n in range(1, 20)),
        encoding="gb18030",
    )
    (tmp_path / "化验结果.csv").write_text(
        "结果号,项目名称,结果,单位,参考范围\n" + "".join(f"R{n},血糖,{4 + n / 10},mmol/L,3.9-6.1\n" for n in range(20)),
        encoding="utf-8",
    )
    source = {
        "code": "files",
        "title": "台账",
        "org_code": ORG,
        "connector": "files",
        "options": {"path": str(tmp_path)},
    }
    feed = {"code": "later", "table": "门诊登记.csv", "dataset": "patient", "key": ["病人编号"],
            "columns": {"patient_id": "病人编号"}}  # fmt: skip
    await station.bring_in({"source": source, "feeds": [feed]})
    found = await propose_source(station.database, station.settings, "files", Scope.everything())
    by_table = feeds(found.proposal)
    visits, results = by_table["门诊登记.csv"], by_table["化验结果.csv"]
    assert visits is not None and results is not None
    assert visits.dataset == "encounter"
    assert {"就诊流水号": "encounter_id", "病人编号": "patient_id", "就诊日期": "started_at", "主诉": "chief_complaint",
            "费别": "payment_code"}.items() <= elements(visits).items()  # fmt: skip
    assert visits.constants == {"encounter_type_code": "1"}, "an outpatient register holds outpatients"
    assert (results.dataset, results.problems) == ("lab_result", ["patient_id"])
    loaded = yaml.safe_load(found.yaml)
    assert [one["dataset"] for one in loaded["feeds"]] == ["encounter"], "what lacks a patient stands as a comment"
    assert "cannot run: no column for patient_id" in found.yaml


async def test_a_proposal_is_a_job_and_is_shown(station: Station, client: Client, tmp_path: Path) -> None:
    await stored(station, vendor(tmp_path))
    address = "/api/ingest/sources/vendor/proposal"
    async with client() as http:
        assert (await http.get(address)).json()["status"] is None
        begun = await http.post(address)
        assert begun.status_code == 202
        await run_until_idle(station.database, settings=station.settings)
        state = (await http.get(address)).json()
        assert (state["status"], state["job_run_id"]) == ("succeeded", begun.json()["job_run_ids"][0])
        assert {table["name"] for table in state["proposal"]["tables"]} == {"SYS_PARAM", "T_DX", "T_ENC", "T_PAT"}
        assert "110105" not in state["yaml"] + str(state["proposal"]), "no value of an identifier is in a proposal"
        assert (await http.get("/api/ingest/sources/none/proposal")).status_code == 404
    async with client(scope=Scope(orgs=frozenset({"other"}), grade=5)) as http:
        assert (await http.get(address)).status_code == 404
        assert (await http.post(address)).status_code == 404
    async with client(permissions=frozenset({"ingest.read"})) as http:
        assert (await http.get(address)).status_code == 403
