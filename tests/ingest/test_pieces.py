"""Large tables read in pieces from every server that gives them: each row once, whatever the key; killed they go on."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suwen.domains.ingest import division
from suwen.domains.ingest.connector import Connector, ReadRequest, connect
from suwen.domains.ingest.halving import Kind, between
from suwen.domains.ingest.pieces import Piece, Pieces
from suwen.domains.ingest.session import Session
from suwen.kernel.ids import new_id
from suwen.kernel.postgres import EmbeddedPostgres
from tests.ingest.conftest import Station
from tests.ingest.crash import PIECES
from tests.ingest.hospitals import Hospital, OnMariaDB, OnPostgres
from tests.ingest.sources import visits
from tests.ingest.test_crash import killed_run

ROWS = 20_000
ALL = pytest.mark.parametrize("large", ["postgres", pytest.param("mysql", marks=pytest.mark.mariadb)], indirect=True)
BY = {
    "postgres": ("generate_series(1, 20000) AS q(i)", "ANALYZE many", "GRANT SELECT ON many TO {0}"),
    "mysql": ("(SELECT seq AS i FROM seq_1_to_20000) AS q", "ANALYZE TABLE many", "GRANT SELECT ON many TO {0}"),
}
"""The numbers to 20,000, how a table's statistics are taken, how somebody may read it."""


@pytest.fixture
def large(
    request: pytest.FixtureRequest, postgres_server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Hospital]:
    """A table `many` that is read in some four pieces, one after another, with one row without a key."""
    monkeypatch.setattr(division, "PIECE_ROWS", ROWS // 4)
    monkeypatch.setattr(division, "SIDE_BY_SIDE", 1)
    hospital = OnPostgres(postgres_server) if request.param == "postgres" else OnMariaDB()
    numbers, analyze, grant = BY[request.param]
    hospital.execute(
        "CREATE TABLE many (id INT, pid INT, kind VARCHAR(9), started DATE, cost DECIMAL(20, 2), edition BIGINT, "
        "changed TIMESTAMP(6) NULL)"
    )
    hospital.execute(
        "INSERT INTO many SELECT i, mod(i, 1000), 'O', DATE '2023-01-01', i * 0.01, i, "
        f"TIMESTAMP '2023-01-01 08:00:00' FROM {numbers}"
    )
    hospital.execute("INSERT INTO many (pid, kind, started) VALUES (7, 'O', '2023-01-02')")
    hospital.execute("CREATE INDEX many_id ON many (id)")
    hospital.execute(analyze)
    hospital.execute(grant.format(hospital.account))
    yield hospital
    hospital.drop()


def definition(hospital: Hospital, **feed: Any) -> dict[str, Any]:
    return visits(hospital.connector, hospital.options(), "many", **feed)


def ids(station: Station) -> list[tuple[int, int, int]]:
    """Return number of raw rows, of different keys, and of different row numbers."""
    counted = "SELECT count(*) AS n, count(DISTINCT id) AS k, count(DISTINCT _seq) AS s FROM raw.t__visits"
    return [(row["n"], row["k"], row["s"]) for row in station.rows(counted)]


@ALL
@pytest.mark.anyio
async def test_a_large_table_is_read_in_pieces_side_by_side(
    station: Station, large: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(division, "SIDE_BY_SIDE", 3)
    await station.bring_in(definition(large))
    batch = await station.run("t.visits")
    assert (batch.rows_in, batch.rows_std, batch.rows_quarantined) == (ROWS + 1, ROWS, 1)
    assert ids(station) == [(ROWS + 1, ROWS, ROWS + 1)]
    # Cut elsewhere, or not at all, the same rows are known again.
    monkeypatch.setattr(division, "PIECE_ROWS", 1_000_000)
    assert (await station.run("t.visits")).status == "unchanged"


@ALL
@pytest.mark.anyio
async def test_a_killed_read_goes_on_at_the_piece_where_it_stopped(station: Station, large: Hospital) -> None:
    await station.bring_in(definition(large))
    await killed_run(station, PIECES)
    # What is gone now can only come from the pieces that were whole.
    large.execute("DELETE FROM many WHERE id <= 5000")
    batch = await station.run("t.visits")
    assert (batch.rows_in, batch.rows_std) == (ROWS + 1, ROWS)
    assert ids(station) == [(ROWS + 1, ROWS, ROWS + 1)]
    assert list(station.lake.staging.iterdir()) == []


@pytest.mark.parametrize(("large", "column"), [("postgres", "changed"), ("postgres", "edition")], indirect=["large"])
@pytest.mark.anyio
async def test_what_changes_behind_a_piece_is_brought_by_the_next_run(
    station: Station, large: Hospital, column: str
) -> None:
    capture = {"mode": "timestamp", "column": column, "overlap_seconds": 0}
    await station.bring_in(definition(large, capture=capture))
    await killed_run(station, PIECES)
    # The first piece has been read; a row of the last is newer still.
    now = "localtimestamp - interval '200 milliseconds'"
    large.execute(f"UPDATE many SET cost = 77, edition = 900001, changed = {now} WHERE id = 1")
    large.execute("UPDATE many SET cost = 88, edition = 900002, changed = localtimestamp WHERE id = 20000")
    await station.run("t.visits")
    batch = await station.run("t.visits")
    assert (batch.rows_in, batch.rows_std) == (1, 1)
    found = station.rows(
        "SELECT encounter_id, total_cost FROM std.encounter WHERE encounter_id IN ('1', '20000') ORDER BY 1"
    )
    assert [(row["encounter_id"], int(row["total_cost"])) for row in found] == [("1", 77), ("20000", 88)]


KEYS: dict[str, st.SearchStrategy[Any]] = {
    "BIGINT UNSIGNED": st.integers(0, 2**64 - 1) | st.integers(0, 9),
    "DECIMAL(30, 4)": st.decimals(-(10**20), 10**20, places=4, allow_nan=False) | st.sampled_from([Decimal("0.0001")]),
    "VARCHAR(40) COLLATE utf8mb4_unicode_ci": st.text("aAbBäÄß 09é张李'%", max_size=8),
    "VARCHAR(40) COLLATE utf8mb4_bin": st.text(max_size=6).filter(lambda text: text.isprintable()),
    "VARCHAR(40) CHARACTER SET gbk": st.text("甲乙丙丁aAbB\\ 0123456789", max_size=8),
    "DATETIME(6)": st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
    "DATE": st.dates(date(1900, 1, 1), date(2100, 1, 1)) | st.sampled_from(["0000-00-00", "2023-02-00"]),
    "VARBINARY(16)": st.binary(max_size=16),
    "UUID": st.uuids().map(str),
}


@pytest.fixture(scope="module")
def maria() -> Iterator[Hospital]:
    """A database whose tables its reader may read."""
    hospital = OnMariaDB()
    hospital.run(f"SET sql_mode = ''; GRANT SELECT ON {hospital.name}.* TO {hospital.account}")
    yield hospital
    hospital.drop()


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A session that stays attached."""
    with Session(tmp_path_factory.mktemp("spill")) as opened:
        yield opened


def keyed(maria: Hospital, kind: str, keys: list[Any]) -> Connector[Any]:
    """Make a table `t` of rows numbered `n` with these keys in `k`."""
    maria.execute(f"CREATE OR REPLACE TABLE t (n INT AUTO_INCREMENT PRIMARY KEY, k {kind}, INDEX (k))")
    maria.admin.cursor().executemany("INSERT INTO t (k) VALUES (%s)", [[key] for key in keys])
    maria.execute("ANALYZE TABLE t")
    return connect("mysql", maria.options())


def counts(session: Session, pieces: Pieces, cuts: list[str]) -> list[list[Any]]:
    """Return the numbers of the rows of each piece."""
    parts = [pieces.sql(Piece(low, high)) for low, high in pairwise([None, *cuts, None])]
    return [[row[0] for row in session.rows(f"SELECT n FROM ({part}) ORDER BY n")] for part in parts]


@pytest.mark.mariadb
@pytest.mark.parametrize("kind", KEYS)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_row_is_in_one_piece(maria: Hospital, session: Session, kind: str, data: st.DataObject) -> None:
    keys = data.draw(st.lists(st.none() | KEYS[kind], min_size=1, max_size=30))
    with keyed(maria, kind, keys).read(session, ReadRequest(table="t", by="K")) as reading:
        assert reading.pieces is not None
        own = list(reading.pieces.cuts(2))
        shown = "HEX(k)" if kind.startswith("VARBINARY") else "CAST(k AS CHAR)"
        ordered = maria.execute(f"SELECT MIN({shown}) FROM t WHERE k IS NOT NULL GROUP BY k ORDER BY k")
        chosen = [str(key) for (key,) in ordered if data.draw(st.booleans())]
        # A table's own dates may be none; no cut is one.
        for cuts in (own, [cut for cut in chosen if "-00" not in cut]):
            found = counts(session, reading.pieces, cuts)
            assert sorted(number for piece in found for number in piece) == list(range(1, len(keys) + 1))
            empty = {number for number, key in enumerate(keys, start=1) if key is None}
            assert empty <= set(found[0])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    keys=st.lists(
        st.none()
        | st.integers(-(2**63), 2**63 - 1)
        | st.floats(allow_nan=False)
        | st.text("aAbB'\\\\张", max_size=4)
        | st.binary(max_size=3),
        min_size=1,
        max_size=30,
    ),
    declared=st.sampled_from(["", "TEXT COLLATE NOCASE", "INTEGER", "DATE"]),
    most=st.integers(1, 9),
)
def test_every_row_of_a_file_is_in_one_piece(tmp_path: Path, keys: list[Any], declared: str, most: int) -> None:
    path = tmp_path / f"{new_id()}.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE t (n INTEGER PRIMARY KEY, k {declared})")
        connection.execute("CREATE INDEX tk ON t (k)")
        connection.executemany("INSERT INTO t (k) VALUES (?)", [[key] for key in keys])
        connection.execute("CREATE TABLE bare (k INT)")
        connection.execute("INSERT INTO bare SELECT n FROM t")
    source = connect("sqlite", {"path": str(path)})
    with Session(tmp_path / "spill") as session:
        for by in ("k", "N"):
            with source.read(session, ReadRequest(table="t", by=by)) as reading:
                assert reading.pieces is not None
                cuts = list(reading.pieces.cuts(most))
                found = counts(session, reading.pieces, cuts)
                numbers = sorted(int(number) for piece in found for number in piece)
                assert numbers == list(range(1, len(keys) + 1))
                assert bool(cuts) or by == "k" or round(len(keys) / most) <= 1
                assert by == "k" or max(map(len, found)) <= 2 * most
        with source.read(session, ReadRequest(table="bare", by="k")) as reading:
            assert reading.pieces is not None
            assert list(reading.pieces.cuts(1)) == []


MANY: dict[str, Callable[[int], Any]] = {
    "BIGINT UNSIGNED": lambda i: 2**63 + i if i < 300 else 7 * 2**60 + i,
    "DECIMAL(30, 4)": lambda i: Decimal(i) / 7 - 50,
    "VARCHAR(40) COLLATE utf8mb4_unicode_ci": lambda i: f"{'Zy'[i % 2]}-2026-{i * 7 % 401:06}",
    "VARCHAR(40) CHARACTER SET gbk": lambda i: f"张{i % 3}李{i:05}",
    "DATETIME(6)": lambda i: datetime(2020, 1, 1) + timedelta(seconds=i**3),
    "DATE": lambda i: date(2020, 1, 1) + timedelta(days=i),
    "VARBINARY(16)": lambda i: (i**4).to_bytes(16),
    "CHAR(32)": lambda i: hashlib.md5(b"%d" % i).hexdigest(),
}


@pytest.mark.mariadb
@pytest.mark.parametrize("kind", MANY)
def test_pieces_are_of_about_equal_size(maria: Hospital, session: Session, kind: str) -> None:
    connector = keyed(maria, kind, [MANY[kind](i) for i in range(400)])
    with connector.read(session, ReadRequest(table="t", by="k")) as reading:
        assert reading.pieces is not None
        sizes = list(map(len, counts(session, reading.pieces, list(reading.pieces.cuts(50)))))
        assert sum(sizes) == 400
        assert 6 <= len(sizes) <= 10
        assert max(sizes) <= 100
        assert list(reading.pieces.cuts(1_000)) == []


@pytest.mark.mariadb
def test_what_cannot_be_cut_is_read_whole(maria: Hospital, session: Session) -> None:
    maria.execute(
        "CREATE OR REPLACE TABLE t (n INT, free INT, part VARCHAR(90), same INT, odd DOUBLE, "
        "KEY (part(5)), KEY (n, free), KEY (same), KEY (odd))"
    )
    maria.execute("INSERT INTO t SELECT seq, seq, seq, 7, seq FROM seq_1_to_100")
    maria.execute("ANALYZE TABLE t")
    maria.execute("CREATE OR REPLACE VIEW shown AS SELECT n FROM t")
    connector = connect("mysql", maria.options())
    for table, by in (("t", "free"), ("t", "part"), ("t", "same"), ("t", "odd"), ("shown", "n"), ("t", "none")):
        with connector.read(session, ReadRequest(table=table, by=by)) as reading:
            assert reading.pieces is None or list(reading.pieces.cuts(10)) == []


@pytest.mark.parametrize(
    ("kind", "low", "high", "half"),
    [
        ("number", "-3", "2", "0"),
        ("number", "-0.5", "0.25", "-0.12"),
        ("number", "18446744073709551613", "18446744073709551615", "18446744073709551614"),
        ("moment", "2026-01-01", "2026-01-02", "2026-01-02"),
        ("moment", "2026-01-01 00:00:00", "2026-01-01 00:00:03", "2026-01-01 00:00:01.500000"),
        ("moment", "0000-00-00", "2026-01-01", None),
        ("bytes", "", "FF", "80"),
        ("text", "V1", "V9", "V5"),
        ("text", "2f", "a0", "68"),
        ("text", "", "zz", "i0"),
    ],
)
def test_half_way_between_two_values(kind: Kind, low: str, high: str, half: str | None) -> None:
    assert next(iter(between(kind, low, high)), None) == half


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
    st.decimals(allow_nan=False, allow_infinity=False, places=5),
)
def test_half_way_between_numbers(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    (half,) = between("number", f"{low:f}", f"{high:f}")
    assert low <= Decimal(half) <= high
    assert low == high or Decimal(half) > low
