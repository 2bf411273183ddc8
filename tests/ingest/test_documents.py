"""Documents: collected as they are, kept once, read by content, skipped while unchanged, gone on with when killed."""

import signal
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from anyio import to_thread
from pypdf import PdfWriter

from suwen.domains.ingest.archive.reading import keys_of
from suwen.kernel.crypto import sm3
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.sources import csv_source
from tests.ingest.test_groups import rescued
from tests.nursery import nursery_of

CDA = (
    '<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>出院小结</title>'
    '<recordTarget><patientRole><id extension="p7"/></patientRole></recordTarget></ClinicalDocument>'
)
NAMING = r"(?P<patient_id>p\d+)_(?P<encounter_id>v\d+)"


def pdf(*, locked: bool = False) -> bytes:
    """A PDF of two pages without text; locked: by a password."""
    writer, made = PdfWriter(), BytesIO()
    for _ in range(2):
        writer.add_blank_page(200, 200)
    if locked:
        writer.encrypt("secret", algorithm="RC4-128")
    writer.write(made)
    return made.getvalue()


def word(text: str) -> bytes:
    document, made = docx.Document(), BytesIO()
    document.add_paragraph(text)
    document.save(made)
    return made.getvalue()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder of documents."""
    folder = tmp_path / "documents"
    folder.mkdir()
    return folder


def fill(folder: Path) -> None:
    """Put documents of several kinds into a folder, some under names that lie."""
    (folder / "2024").mkdir()
    files = {
        "p1_v1.pdf": pdf(),
        "2024/p1_v2.bin": word("病理诊断：良性"),
        "copy.doc": word("病理诊断：良性"),
        "summary.xml": CDA.encode(),
        "note.txt": "主诉：咳嗽三天".encode("gb18030"),
        "page.htm": "<html><body><script>x()</script>检查所见</body></html>".encode(),
        "scan.txt": b"\x89PNG\r\n\x1a\n0000",
        "locked.pdf": pdf(locked=True),
        "broken.pdf": b"%PDF-1.4 nothing more",
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "copy.doc").write_bytes((folder / "2024/p1_v2.bin").read_bytes())


async def made(station: Station, http: Any, folder: Path, **more: Any) -> str:
    await station.bring_in(csv_source(folder, ""))
    (folder / "visits.csv").unlink()
    answer = await http.post("/api/ingest/collections", json={"title": "病历", "source": "t", **more})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def collected(station: Station, http: Any, key: str) -> dict[str, Any]:
    """Run a collection and return what it says of its run."""
    assert (await http.post(f"/api/ingest/collections/{key}/run")).status_code == 202
    await run_until_idle(station.database, ["documents"], settings=station.settings)
    return (await http.get(f"/api/ingest/collections/{key}")).json()


async def listed(http: Any, **query: str) -> dict[str, dict[str, Any]]:
    rows = (await http.get("/api/ingest/documents", params={"page_size": 100, **query})).json()["items"]
    return {row["path"]: row for row in rows}


async def test_documents_are_kept_as_they_are_and_read_by_content(
    station: Station, client: Callable[..., Any], place: Path
) -> None:
    async with client() as http:
        key = await made(station, http, place, naming=NAMING)
        fill(place)
        run = await collected(station, http, key)
        assert (run["found"], run["kept"], run["unreadable"], run["refused"]) == (9, 9, 2, 0)
        rows = await listed(http)
        assert {path: (row["kind"], row["status"]) for path, row in rows.items()} == {
            "p1_v1.pdf": ("pdf", "read"), "2024/p1_v2.bin": ("docx", "read"), "copy.doc": ("docx", "read"),
            "summary.xml": ("cda", "read"), "note.txt": ("txt", "read"), "page.htm": ("html", "read"),
            "scan.txt": ("image", "plain"), "locked.pdf": ("pdf", "unreadable"), "broken.pdf": ("pdf", "unreadable"),
        }  # fmt: skip
        assert rows["p1_v1.pdf"]["pages"] == 2
        assert [rows[name]["patient_id"] for name in ("p1_v1.pdf", "summary.xml", "note.txt")] == ["p1", "p7", None]
        assert rows["2024/p1_v2.bin"]["encounter_id"] == "v2"
        assert "password" in rows["locked.pdf"]["error"]
        # The same content lies there once.
        assert rows["copy.doc"]["digest"] == rows["2024/p1_v2.bin"]["digest"]
        assert len([one for one in (station.settings.lake / "_documents").rglob("*") if one.is_file()]) == 8
        assert set(await listed(http, **{"f.kind": "docx"})) == {"copy.doc", "2024/p1_v2.bin"}
        # What may name a patient is not asked for by an address.
        assert (await http.get("/api/ingest/documents", params={"f.path": "p1_v1.pdf"})).status_code == 422
        note = f"/api/ingest/documents/{rows['note.txt']['id']}"
        assert (await http.get(f"{note}/text")).json()["text"] == "主诉：咳嗽三天"
        content = await http.get(f"{note}/content")
        assert sm3(content.content) == rows["note.txt"]["digest"]
        assert content.headers["Content-Disposition"].startswith("attachment")
        assert "x()" not in (await http.get(f"/api/ingest/documents/{rows['page.htm']['id']}/text")).json()["text"]
    async with client(Scope.of("elsewhere")) as http:
        assert [(await http.get(f"{note}/{part}")).status_code for part in ("text", "content")] == [404, 404]
        assert (await http.post(f"{note}/replay")).status_code == 404
        assert (await http.post(f"/api/ingest/collections/{key}/run")).status_code == 404
    async with client(permissions=frozenset({"ingest.read"})) as http:
        assert (await http.get(f"{note}/content")).status_code == 403
        assert (await http.get("/api/ingest/documents")).status_code == 403


async def test_only_what_is_new_or_changed_is_taken(station: Station, client: Callable[..., Any], place: Path) -> None:
    async with client() as http:
        key = await made(station, http, place, pattern="*.txt", most_bytes=20)
        (place / "a.txt").write_text("一")
        (place / "large.txt").write_text("x" * 21)
        (place / "b.pdf").write_bytes(pdf())
        run = await collected(station, http, key)
        assert (run["found"], run["kept"], run["refused"]) == (2, 1, 1)
        refused = f"/api/ingest/collections/{key}/refused"
        assert (await http.get(refused)).json() == {"files": ["large.txt: 21 > 20"]}
        async with client(permissions=frozenset({"ingest.read"})) as reader:
            assert (await reader.get(refused)).status_code == 403
        async with client(Scope.of("elsewhere")) as stranger:
            assert (await stranger.get(refused)).status_code == 404
        assert (await collected(station, http, key))["kept"] == 0
        (place / "a.txt").write_text("一二")
        (place / "large.txt").write_text("y")
        assert (await collected(station, http, key))["kept"] == 2
        rows = (await http.get("/api/ingest/documents", params={"f.kind": "txt"})).json()["items"]
        rows = [row for row in rows if row["path"] == "a.txt"]
        assert sorted(row["characters"] for row in rows) == [1, 2], "what stood there before stays"


def fail(_: Path) -> str:
    raise ZeroDivisionError


async def test_an_unreadable_document_is_read_again_from_where_it_is_kept(
    station: Station, client: Callable[..., Any], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with client() as http:
        key = await made(station, http, place)
        (place / "p1_v1.txt").write_text("现病史")
        with monkeypatch.context() as broken:
            broken.setattr("suwen.domains.ingest.archive.reading._decoded", fail)
            await collected(station, http, key)
        (row,) = (await listed(http)).values()
        assert (row["status"], row["error"]) == ("unreadable", "txt: ZeroDivisionError")
        (place / "p1_v1.txt").unlink()
        assert (await http.patch(f"/api/ingest/collections/{key}", json={"naming": NAMING})).status_code == 200
        assert (await http.post(f"/api/ingest/documents/{row['id']}/replay")).status_code == 204
        (row,) = (await listed(http)).values()
        assert (row["status"], row["characters"], row["patient_id"], row["error"]) == ("read", 3, "p1", None)


async def test_what_is_wrong_is_refused(station: Station, client: Callable[..., Any], place: Path) -> None:
    async with client() as http:
        key = await made(station, http, place)
        path = f"/api/ingest/collections/{key}"
        for naming in ("(", "no group", "(?P<other>x)", "(?P<patient_id>x)(y)", "(?P<patient_id>x)(?=y)"):
            assert (await http.patch(path, json={"naming": naming})).status_code == 422
        wanted = {"title": "x", "source": "none"}
        assert (await http.post("/api/ingest/collections", json=wanted)).status_code == 404


def test_whose_a_document_is_costs_no_more_than_its_path_is_long() -> None:
    assert keys_of("病历/p1_v2.pdf", NAMING) == {"patient_id": "p1", "encounter_id": "v2"}
    assert keys_of("病历/张_v2.pdf", "(?P<patient_id>[^/_]+)_(?:v9(?P<encounter_id>x)|v2)") == {"patient_id": "张"}
    assert keys_of("other", NAMING) == keys_of("p1_v2", "") == {}
    # An engine that tries one way after the other would be at it for years.
    assert keys_of("a" * 1_000 + "!", "(?P<patient_id>(?:a+)+)$") == {}


@pytest.mark.parametrize("moment", range(3, 16, 3))
async def test_a_killed_run_goes_on(station: Station, client: Callable[..., Any], place: Path, moment: int) -> None:
    async with client() as http:
        key = await made(station, http, place)
        for number in range(3):
            (place / f"{number}.txt").write_text(f"文档 {number}")
        assert (await http.post(f"/api/ingest/collections/{key}/run")).status_code == 202
        given = station.settings.workspace, station.settings.database_url, moment
        assert await to_thread.run_sync(nursery_of("tests.ingest.run_worker").run, *given) == -signal.SIGKILL
        async with rescued(station):
            await collected(station, http, key)
        rows = await listed(http)
        assert {path: row["status"] for path, row in rows.items()} == {f"{n}.txt": "read" for n in range(3)}
        kept = {sm3(one.read_bytes()) for one in (station.settings.lake / "_documents").rglob("*") if one.suffix == ""
                and one.is_file()}  # fmt: skip
        assert kept == {row["digest"] for row in rows.values()}
