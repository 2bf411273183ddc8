"""One suite over every connector: what it says it can do, it does, and no value is harmed on the way."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from suwen.domains.ingest.attached import AttachedConnector
from suwen.domains.ingest.changelog import KINDS, Wanted
from suwen.domains.ingest.connector import Connector, ReadRequest, Since, connect, connectors
from suwen.domains.ingest.errors import InvalidDefinition, SourceNotPrepared, SourceUnavailable, UnknownSourceColumn
from suwen.domains.ingest.pieces import Piece
from suwen.domains.ingest.session import Session
from suwen.kernel.postgres import EmbeddedPostgres
from tests.conformance.connector_cases import CASES, NAMES, ROWS, Case

MARKS = {"mysql": pytest.mark.mariadb, "odbc": pytest.mark.odbc, "kafka": pytest.mark.kafka}
ALL = [pytest.param(name, marks=MARKS.get(name, ())) for name in CASES]


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path, postgres_server: EmbeddedPostgres) -> Case:
    """The source of the connector under test."""
    return CASES[request.getfixturevalue("name")](tmp_path, postgres_server)


@pytest.fixture
def session(tmp_path: Path) -> Any:
    """A capture session."""
    with Session(tmp_path / "spill") as opened:
        yield opened


def connector(name: str, case: Case) -> Connector[Any]:
    return connect(name, case.options)


def texts(session: Session, sql: str) -> list[tuple[object, ...]]:
    return session.rows(f"SELECT COLUMNS(*)::VARCHAR FROM ({sql}) ORDER BY 1")


def plain(value: object) -> object:
    """Undo what a type may add without changing the value: trailing zeros of a decimal or a second."""
    if (
        isinstance(value, str)
        and "." in value
        and value.replace(".", "").lstrip("-").replace(":", "").replace(" ", "").replace("-", "").isdigit()
    ):
        return value.rstrip("0").rstrip(".")
    return value


def test_every_connector_has_a_case() -> None:
    assert set(connectors()) == set(CASES)


@pytest.mark.parametrize("name", list(CASES))
def test_declares_itself(name: str) -> None:
    kind = connectors()[name]
    assert kind.name == name
    assert kind.title
    assert kind.title_en
    assert kind.options_model.model_json_schema()["properties"]
    with pytest.raises(InvalidDefinition, match="nonsense"):
        connect(name, {"nonsense": 1})


@pytest.mark.parametrize("name", ALL)
class TestConnector:
    def test_answers_and_lists_its_tables(self, name: str, case: Case, session: Session) -> None:
        probe = connector(name, case).test(session)
        listed = [table.name.removeprefix("public.") for table in connector(name, case).tables(session)]
        assert case.table in listed
        assert probe.tables == len(listed)

    def test_tells_the_structure_that_it_declares(self, name: str, case: Case, session: Session) -> None:
        can, opened = connectors()[name].capabilities, connector(name, case)
        structure = opened.structure(session)
        sample = structure.of(case.table)
        assert (sample.comment, dict(sample.columns)) == (("样表", {"name": "姓名"}) if can.comments else ("", {}))
        assert sample.primary_key == (("id",) if can.keys else ())
        assert set(sample.types) == (set(NAMES) if can.dialect in ("postgres", "mysql") else set())
        listed = {table.name for table in opened.tables(session)}
        references = [(one.columns, one.table in listed, one.target) for one in structure.of("part").foreign_keys]
        assert references == ([(("of",), True, ("id",))] if can.keys and can.whole else [])

    def test_says_when_it_cannot_be_reached(self, name: str, case: Case, session: Session) -> None:
        if case.unreachable is None:
            assert not connectors()[name].capabilities.whole
            return
        with pytest.raises(SourceUnavailable):
            connect(name, case.unreachable).test(session)

    def test_tells_columns_without_reading(self, name: str, case: Case, session: Session) -> None:
        found = connector(name, case).columns(session, ReadRequest(table=case.table))
        assert tuple(column.name for column in found) == NAMES
        typed = {column.type for column in found} != {"VARCHAR"}
        assert typed == connectors()[name].capabilities.typed

    def test_brings_every_value_unharmed(self, name: str, case: Case, session: Session) -> None:
        with connector(name, case).read(session, ReadRequest(table=case.table)) as reading:
            got = texts(session, reading.sql)
            assert list(reading.refused()) == []
        # What a source sends is told as changes; it has no rows that could be read.
        wanted = ROWS if connectors()[name].capabilities.whole else []
        assert [tuple(map(plain, row)) for row in got] == [tuple(map(plain, row)) for row in wanted]

    def test_gives_every_row_in_one_piece_if_it_gives_pieces(self, name: str, case: Case, session: Session) -> None:
        opened = connector(name, case)
        with opened.read(session, ReadRequest(table=case.table, by="id")) as reading:
            assert (reading.pieces is not None) == opened.capabilities.pieces
            if reading.pieces is None:
                return
            cuts = list(reading.pieces.cuts(1))
            assert cuts
            parts = [reading.pieces.sql(Piece(low, high)) for low, high in pairwise([None, *cuts, None])]
            got = [row for part in parts for row in texts(session, part)]
            assert got == texts(session, reading.sql)
            assert [list(map(str, session.describe(part))) for part in parts] == [
                [str(column) for column in reading.columns]
            ] * len(parts)
        with opened.read(session, ReadRequest(table=case.table, by="name")) as reading:
            assert reading.pieces is not None
            assert list(reading.pieces.cuts(1)) == []

    def test_reads_only_the_wanted_columns(self, name: str, case: Case, session: Session) -> None:
        request = ReadRequest(table=case.table, columns=("BIG", "id"))
        with connector(name, case).read(session, request) as reading:
            assert [column.name for column in reading.columns] == ["big", "id"]
            wanted = ROWS if connectors()[name].capabilities.whole else []
            assert sorted(texts(session, reading.sql)) == sorted((row[2], row[0]) for row in wanted)
        with (
            pytest.raises(UnknownSourceColumn, match="colour"),
            connector(name, case).read(session, ReadRequest(table=case.table, columns=("colour",))),
        ):
            pass

    def test_runs_queries_if_it_says_so(self, name: str, case: Case, session: Session) -> None:
        opened = connector(name, case)
        assert (case.query is not None) == opened.capabilities.queries
        if case.query is None:
            with pytest.raises(InvalidDefinition), opened.read(session, ReadRequest(query="SELECT 1")):
                pass
            return
        with opened.read(session, ReadRequest(query=case.query)) as reading:
            assert len(session.rows(reading.sql)) == 3
        for bad in ("DELETE FROM sample", "SELECT 1; SELECT 2", "SELEC 1"):
            with pytest.raises(InvalidDefinition), opened.read(session, ReadRequest(query=bad)):
                pass

    def test_reads_since_a_value_boundary_included(self, name: str, case: Case, session: Session) -> None:
        opened = connector(name, case)
        request = ReadRequest(table=case.table, since=Since("changed_at", "2024-01-02 08:00:00.123456"))
        if not opened.capabilities.incremental:
            with pytest.raises(InvalidDefinition), opened.read(session, request):
                pass
            return
        with opened.read(session, request) as reading:
            assert [row[0] for row in texts(session, reading.sql)] == ["2", "3"]
        if case.query is not None:
            request = ReadRequest(query=case.query, since=request.since)
            with opened.read(session, request) as reading:
                assert [row[0] for row in texts(session, reading.sql)] == ["2", "3"]

    def test_names_a_table_that_is_not_there(self, name: str, case: Case, session: Session) -> None:
        with pytest.raises(SourceUnavailable, match="nothing"):
            connector(name, case).columns(session, ReadRequest(table="nothing"))

    def test_cannot_write(self, name: str, case: Case, session: Session) -> None:
        opened = connector(name, case)
        if not isinstance(opened, AttachedConnector):
            return
        opened.columns(session, ReadRequest(table=case.table))
        found = session.rows("SELECT readonly FROM duckdb_databases() WHERE database_name = 'source'")
        assert found == [(True,)]

    def test_stamps_change_with_the_rows_if_it_says_so(self, name: str, case: Case, session: Session) -> None:
        opened = connector(name, case)
        assert (opened.stamp(ReadRequest(table=case.table)) is not None) == opened.capabilities.stamps

    def test_tells_changes_in_the_ways_that_it_says(self, name: str, case: Case) -> None:
        opened = connector(name, case)
        for kind in KINDS:
            wanted = Wanted(kind, "t.sample", case.table, ("id",), "0123abcd")
            if not getattr(opened.capabilities, kind):
                with pytest.raises(InvalidDefinition):
                    opened.changes(wanted)
                continue
            if kind == "push":
                # It lies in this installation's own database: tests/ingest/test_receiving has one.
                with pytest.raises(InvalidDefinition):
                    opened.changes(wanted)
                continue
            # Nothing is prepared yet: it says what is missing, and by which SQL its administrator mends and undoes it.
            changes = opened.changes(wanted)
            found = changes.readiness()
            if changes.kept_as is None:
                # There is nothing to undo, and what all feeds share may be ready.
                assert found.removal == ""
                if not found.errors:
                    assert changes.begin()
                    continue
                assert found.setup
                with pytest.raises(SourceNotPrepared):
                    changes.begin()
                continue
            assert found.errors
            assert "sample" in found.setup
            assert "sample" in found.removal
            with pytest.raises(SourceNotPrepared):
                opened.changes(wanted).begin()
        assert opened.kept("0123abcd") == ()


@pytest.mark.mariadb
def test_dates_that_are_none_arrive_from_mysql(tmp_path: Path, session: Session) -> None:
    case = CASES["mysql"](tmp_path, None)
    with connect("mysql", case.options).read(session, ReadRequest(table="zero")) as reading:
        assert texts(session, reading.sql) == [
            ("1", "0000-00-00", "0000-00-00 00:00:00", "7", "18446744073709551615"),
            ("2", "2023-02-00", "2023-02-01 10:00:00", "0", "1"),
        ]


def test_postgres_keeps_numbers_that_no_type_holds(
    tmp_path: Path, session: Session, postgres_server: EmbeddedPostgres
) -> None:
    case = CASES["postgres"](tmp_path, postgres_server)
    query = "SELECT 1::numeric(50,10) AS wide, 0.1::numeric AS free, '1 day'::interval AS i, '{1,2}'::int[] AS a"
    with connect("postgres", case.options).read(session, ReadRequest(query=query)) as reading:
        assert texts(session, reading.sql) == [("1.0000000000", "0.1", "1 day", "[1, 2]")]
