"""Files on an SFTP server and in an S3-compatible store: fetched whole, told when unchanged, refused from strangers."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from openpyxl import Workbook

from suwen.domains.ingest.connector import ReadRequest, connect
from suwen.domains.ingest.connectors.files.places.s3 import S3
from suwen.domains.ingest.connectors.files.places.sftp import Sftp
from suwen.domains.ingest.errors import InvalidDefinition, SourceUnavailable
from suwen.domains.ingest.session import Session
from tests.ingest.conftest import Station
from tests.ingest.fileservers import PASSWORD, USER, S3Server, SftpServer
from tests.ingest.sources import HEADER, visits

ROWS = "1,p1,O,2023-01-01,3.50\n2,p2,E,2023-01-02,4\n"


@pytest.fixture(params=["sftp", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A folder as its server sees it, and the options by which it is read."""
    folder = tmp_path / "served" / "hospital" / "出院 2023"
    folder.mkdir(parents=True)
    (folder / "visits.csv").write_text(HEADER + ROWS, encoding="gb18030")
    options: dict[str, Any] = {"place": request.param, "user": USER, "password": PASSWORD}
    if request.param == "s3":
        store = S3Server(tmp_path / "served")
        yield folder, {**options, "path": "hospital/出院 2023", "host": store.url}
        store.stop()
        return
    with SftpServer(tmp_path / "served") as server:
        at = {"host": "127.0.0.1", "port": server.port, "host_key": server.key}
        yield folder, {**options, **at, "path": "/hospital/出院 2023"}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session(tmp_path / "spill") as opened:
        yield opened


@pytest.fixture
def fetches(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """How many bytes of each file were asked for, call by call; None: all."""
    came: list[int | None] = []
    for kind in (Sftp, S3):
        fetch = kind.fetch

        def counted(self: Any, wanted: Any, to: Path, most: int | None = None, fetch: Any = fetch) -> list[Path]:
            came.append(most)
            return fetch(self, wanted, to, most)

        monkeypatch.setattr(kind, "fetch", counted)
    return came


def test_every_form_is_read_from_there_and_nothing_is_left_here(
    place: tuple[Path, dict[str, Any]], session: Session
) -> None:
    folder, options = place
    book = Workbook()
    book.active.append(["id"])
    book.active.append(["7"])
    book.save(folder / "book.xlsx")
    (folder / "records.jsonl").write_text('{"id": "8"}\n', encoding="utf-8")
    (folder / "visits2.csv").write_text(HEADER + "3,p3,I,2023-01-03,5\n", encoding="utf-8")
    (folder / "inner").mkdir()
    (folder / "inner" / "deep.csv").write_text(HEADER, encoding="utf-8")
    session.execute(f"COPY (SELECT 9 AS id) TO '{folder / 'lake.parquet'}' (FORMAT parquet)")
    opened = connect("files", options)
    assert opened.test(session).tables == 5
    names = ["book.xlsx#Sheet", "lake.parquet", "records.jsonl", "visits.csv", "visits2.csv"]
    assert [table.name for table in opened.tables(session)] == names
    for table, keys in zip(names, (["7"], [9], ["8"], ["1", "2"], ["3"]), strict=True):
        assert next(column.name for column in opened.columns(session, ReadRequest(table=table))) == "id"
        with opened.read(session, ReadRequest(table=table, columns=("id",))) as reading:
            assert [row[0] for row in session.rows(reading.sql)] == keys
    with opened.read(session, ReadRequest(table="visits*.csv")) as reading:
        assert sorted(str(row[0]) for row in session.rows(reading.sql)) == ["1", "2", "3"]
    assert [path for path in session.folder.iterdir() if path.name.startswith("files-")] == []
    with pytest.raises(SourceUnavailable, match=r"no file none\.csv"):
        opened.columns(session, ReadRequest(table="none.csv"))
    # One file instead of a folder; and nothing there at all.
    one = connect("files", options | {"path": f"{options['path']}/visits.csv"})
    assert [table.name for table in one.tables(session)] == ["visits.csv"]
    with one.read(session, ReadRequest(table="visits.csv", first=1)) as reading:
        assert len(session.rows(reading.sql)) == 2
    with pytest.raises(SourceUnavailable):
        connect("files", options | {"path": "/nowhere/at/all.csv"}).columns(session, ReadRequest(table="all.csv"))


def test_of_a_large_file_a_first_look_fetches_the_beginning_only(
    place: tuple[Path, dict[str, Any]], session: Session, fetches: list[int | None]
) -> None:
    folder, options = place
    with (folder / "visits.csv").open("a", encoding="gb18030") as file:
        file.writelines(f"{number},p,O,2023-01-01,1\n" for number in range(3, 300_000))
    opened = connect("files", options)
    assert len(opened.columns(session, ReadRequest(table="visits.csv"))) == 5
    with opened.read(session, ReadRequest(table="visits.csv", first=20)) as reading:
        assert session.rows(reading.first(20).sql)[0][1] == "p1"
    assert all(most is not None and most < 5 * 2**20 for most in fetches)
    with opened.read(session, ReadRequest(table="visits.csv")) as reading:
        assert session.rows(f"SELECT count(*) FROM ({reading.sql})") == [(299_999,)]


@pytest.mark.anyio
async def test_a_run_brings_every_row_and_skips_what_is_unchanged(
    place: tuple[Path, dict[str, Any]], station: Station, fetches: list[int | None]
) -> None:
    folder, options = place
    await station.bring_in(visits("files", options))
    assert (await station.run("t.visits")).rows_std == 2
    fetches.clear()
    assert (await station.run("t.visits")).status == "unchanged"
    assert fetches == []
    (folder / "visits.csv").write_text(HEADER + ROWS + "3,p3,I,2023-01-03,5\n", encoding="gb18030")
    assert (await station.run("t.visits")).rows_std == 3
    # The same length, another moment.
    (folder / "visits.csv").write_text(HEADER + ROWS + "3,p3,I,2023-01-03,6\n", encoding="gb18030")
    os.utime(folder / "visits.csv", (2_000_000_000, 2_000_000_000))
    assert (await station.run("t.visits")).rows_std == 3
    rows = station.rows("SELECT total_cost::DOUBLE AS c FROM std.encounter ORDER BY c")
    assert [row["c"] for row in rows] == [3.5, 4.0, 6.0]


def test_a_wrong_secret_is_refused_and_never_repeated(place: tuple[Path, dict[str, Any]], session: Session) -> None:
    _, options = place
    with pytest.raises(SourceUnavailable) as refused:
        connect("files", options | {"password": "another-secret"}).test(session)
    assert "another-secret" not in str(refused.value.detail)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    (tmp_path / "visits.csv").write_text(HEADER + ROWS, encoding="utf-8")
    with SftpServer(tmp_path) as running:
        yield running


def options_of(server: SftpServer, **more: Any) -> dict[str, Any]:
    at = {"host": "127.0.0.1", "port": server.port, "host_key": server.key, "user": USER, "path": "/"}
    return {"place": "sftp", **at, **more}


def test_a_server_with_another_key_gets_no_password(server: SftpServer, session: Session) -> None:
    stranger = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    with pytest.raises(SourceUnavailable, match="another key than the known one"):
        connect("files", options_of(server, host_key=stranger, password=PASSWORD)).test(session)
    # Nobody is trusted at first sight.
    with pytest.raises(InvalidDefinition, match="needs host_key"):
        connect("files", options_of(server, host_key=""))
    with pytest.raises(InvalidDefinition, match="no public key"):
        connect("files", options_of(server, host_key="AAAA", password=PASSWORD)).test(session)
    scanned = f"[127.0.0.1]:{server.port} {server.key} comment"
    assert connect("files", options_of(server, host_key=scanned, password=PASSWORD)).test(session).tables == 1


def test_a_private_key_lets_in(server: SftpServer, session: Session) -> None:
    opened = connect("files", options_of(server, private_key=server.own, password="of the key"))
    assert opened.test(session).tables == 1
    with pytest.raises(InvalidDefinition, match="another passphrase") as refused:
        connect("files", options_of(server, private_key=server.own, password="wrong")).test(session)
    assert "PRIVATE KEY-" not in str(refused.value.detail)


def test_a_file_that_is_written_meanwhile_is_not_taken(
    server: SftpServer, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change_after(work: Callable[..., Any]) -> Callable[..., Any]:
        async def changed(*given: Any, **more: Any) -> Any:
            done = await work(*given, **more)
            (tmp_path / "visits.csv").write_text(HEADER + ROWS * 2, encoding="utf-8")
            return done

        return changed

    monkeypatch.setattr(asyncssh.SFTPClient, "get", change_after(asyncssh.SFTPClient.get))
    with (
        pytest.raises(SourceUnavailable, match="written anew"),
        connect("files", options_of(server, password=PASSWORD)).read(session, ReadRequest(table="visits.csv")),
    ):
        pass
