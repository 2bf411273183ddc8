"""Files as they come: encodings, layouts, and what is wrong with them told by file, line and byte."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from suwen.domains.ingest.connector import ReadRequest, connect
from suwen.domains.ingest.documents import scan as scan_module
from suwen.domains.ingest.errors import SourceUnreadable
from suwen.domains.ingest.session import Session


@pytest.fixture
def session(tmp_path: Path) -> Any:
    """A capture session."""
    with Session(tmp_path / "spill") as opened:
        yield opened


def read(session: Session, folder: Path, table: str, **options: Any) -> tuple[list[tuple[object, ...]], list[Any]]:
    """Read a table; returns its rows and what was no row."""
    with connect("files", {"path": str(folder), **options}).read(session, ReadRequest(table=table)) as reading:
        rows = session.rows(reading.sql)
        return rows, list(reading.refused())


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_are_told_apart(self, session: Session, tmp_path: Path, encoding: str) -> None:
        (tmp_path / "a.csv").write_bytes("编号,姓名\n1,张𠮷\n".encode(encoding))
        assert read(session, tmp_path, "a.csv") == ([("1", "张𠮷")], [])

    def test_the_tail_counts_as_much_as_the_head(
        self, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(scan_module, "CHUNK", 1000)
        head = "id,name\n" + "1,ascii only\n" * 10_000
        (tmp_path / "a.csv").write_bytes(head.encode() + "2,县人民医院\n".encode("gb18030"))
        rows, _ = read(session, tmp_path, "a.csv")
        assert (len(rows), rows[-1]) == (10_001, ("2", "县人民医院"))

    def test_short_words_that_look_like_utf8(self, session: Session, tmp_path: Path) -> None:
        # These two characters in GBK are valid two-byte UTF-8 by chance.
        (tmp_path / "a.csv").write_bytes("id,name\n1,联通\n".encode("gb18030"))
        assert read(session, tmp_path, "a.csv") == ([("1", "联通")], [])

    def test_a_damaged_utf8_file_is_not_taken_for_gb18030(self, session: Session, tmp_path: Path) -> None:
        text = b"id,name\n" + "1,中文姓名\n".encode() * 50
        (tmp_path / "a.csv").write_bytes(text + b"2,\xd6\xd0\n")
        with pytest.raises(SourceUnreadable, match=rf"a\.csv, line 52, byte {len(text) + 2}") as caught:
            read(session, tmp_path, "a.csv")
        assert caught.value.context == {"file": "a.csv", "line": 52, "byte": len(text) + 2}

    def test_a_declared_encoding_is_held_to(self, session: Session, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_bytes("id,name\n1,中\n".encode("gb18030"))
        with pytest.raises(SourceUnreadable, match=r"line 2, byte 10: not utf-8"):
            read(session, tmp_path, "a.csv", encoding="utf-8")
        with pytest.raises(SourceUnreadable, match="no such encoding"):
            read(session, tmp_path, "a.csv", encoding="klingon")

    def test_the_first_rows_of_a_large_file_are_had_without_the_rest(
        self, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(scan_module, "BEGINNING", 1000)
        text = "编号,备注\n" + '1,"两行\n备注"\n' * 500
        # What no GB 18030 text can hold: whoever reads so far stumbles.
        (tmp_path / "a.csv").write_bytes(text.encode("gb18030") + b"2,\xff\xff\n")
        connector = connect("files", {"path": str(tmp_path)})
        with connector.read(session, ReadRequest(table="a.csv", first=20)) as reading:
            rows = session.rows(reading.sql)
            assert (rows[0], len(rows) >= 20, list(reading.refused())) == (("1", "两行\n备注"), True, [])
        with pytest.raises(SourceUnreadable), connector.read(session, ReadRequest(table="a.csv")):
            pass


class TestStructure:
    def test_ragged_rows_are_no_rows_and_keep_their_line(self, session: Session, tmp_path: Path) -> None:
        for encoding in ("utf-8", "gb18030"):
            (tmp_path / "a.csv").write_bytes('id,备注,x\n1,"两\n行",2\n2,c\n3,d,4,5\n5,ok,1\n'.encode(encoding))
            rows, refused = read(session, tmp_path, "a.csv")
            assert rows == [("1", "两\n行", "2"), ("5", "ok", "1")]
            assert [(r.place, r.reason, r.text) for r in refused] == [
                ("a.csv:4", "too few fields", "2,c"), ("a.csv:5", "too many fields", "3,d,4,5")
            ]  # fmt: skip

    def test_an_open_quote_does_not_swallow_the_file(self, session: Session, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text('id,name\n1,a\n2,"open\n3,c\n4,d\n')
        with pytest.raises(SourceUnreadable, match=r"a\.csv, line 3: a quote is opened and not closed"):
            read(session, tmp_path, "a.csv")

    def test_a_header_with_a_name_twice_is_refused(self, session: Session, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("id,name,ID\n1,a,2\n")
        with pytest.raises(SourceUnreadable, match=r"line 1: .* at positions \[1, 3\]"):
            read(session, tmp_path, "a.csv")

    def test_an_empty_file_is_refused(self, session: Session, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("")
        with pytest.raises(SourceUnreadable, match="empty"):
            read(session, tmp_path, "a.csv")

    @pytest.mark.parametrize("chunk", [64, 2**20])
    def test_a_line_too_long_is_named_and_never_held(
        self, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
    ) -> None:
        monkeypatch.setattr(scan_module, "CHUNK", chunk)
        (tmp_path / "a.csv").write_text("id,name\n1,a\n2," + "x" * 500 + "\n3,c\n")
        with pytest.raises(SourceUnreadable, match=r"a\.csv, line 3: longer than 400 bytes"):
            read(session, tmp_path, "a.csv", max_line_bytes=400)
        assert len(read(session, tmp_path, "a.csv", max_line_bytes=503)[0]) == 3

    def test_long_lines_within_the_limit_are_read(self, session: Session, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("id,name\n1," + "长" * 1_500_000 + "\n2,b\n")
        rows, refused = read(session, tmp_path, "a.csv")
        assert ([len(str(row[1])) for row in rows], refused) == ([1_500_000, 1], [])

    @pytest.mark.parametrize("delimiter", [",", "\t", "|", ";"])
    def test_the_delimiter_is_found(self, session: Session, tmp_path: Path, delimiter: str) -> None:
        rows = [["id", "note", "x"], ["1", "a", "b"], ["2", "c", "d"]]
        (tmp_path / "a.txt").write_text("\n".join(delimiter.join(row) for row in rows) + "\n")
        assert read(session, tmp_path, "a.txt") == ([("1", "a", "b"), ("2", "c", "d")], [])

    def test_files_of_a_pattern_join_by_column_name(self, session: Session, tmp_path: Path) -> None:
        (tmp_path / "m1.csv").write_text("id,name\n1,a\n")
        (tmp_path / "m2.csv").write_text("name,id,ward\nb,2,W\n")
        rows, _ = read(session, tmp_path, "m*.csv")
        assert sorted(rows, key=str) == [("1", "a", None), ("2", "b", "W")]


class TestDumps:
    def test_mysqldump_tab_files_are_read_with_the_names_of_their_ddl(self, session: Session, tmp_path: Path) -> None:
        ddl = "CREATE TABLE `t` (`id` int NOT NULL, `nm` varchar(20), `v` text, PRIMARY KEY (`id`)) CHARSET=gbk;"
        (tmp_path / "t.sql").write_text(ddl)
        # 0x5C, the backslash, is the second byte of 誠 in GBK.
        body = "1\t誠a\\\nb\\\\N\t\\N\n2\t中\\\t文\tx\n"
        (tmp_path / "t.txt").write_bytes(body.encode("gb18030"))
        rows, refused = read(session, tmp_path, "t.txt", backslash=True, null="\\N", quote="")
        assert rows == [("1", "誠a\nb\\N", None), ("2", "中\t文", "x")]
        assert refused == []

    @pytest.mark.parametrize("chunk", [1, 2, 3, 7])
    def test_escapes_across_pieces(
        self, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
    ) -> None:
        monkeypatch.setattr(scan_module, "CHUNK", chunk)
        (tmp_path / "t.txt").write_bytes("1\ta\\\\\\\tb\\\\\n2\t\\N\n".encode("gb18030"))
        rows, _ = read(session, tmp_path, "t.txt", backslash=True, null="\\N", quote="", columns=["id", "v"])
        assert rows == [("1", "a\\\tb\\"), ("2", None)]


class TestWorkbooks:
    def book(self, path: Path) -> Path:
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "门诊"
        for row in (
            ["编号", "日期", "金额", "身份证"],
            [1, "2023-02-28", 12.5, "429099199001011234"],
            [2, None, 3.0, None],
        ):
            sheet.append(row)
        sheet["B3"] = __import__("datetime").datetime(2023, 3, 1, 8, 30)
        sheet.append([3, None, None, None, "one too many"])
        book.create_sheet("空")
        book.save(path)
        return path

    def test_cells_arrive_as_text(self, session: Session, tmp_path: Path) -> None:
        self.book(tmp_path / "b.xlsx")
        rows, refused = read(session, tmp_path, "b.xlsx#门诊")
        assert rows == [
            ("1", "2023-02-28", "12.5", "429099199001011234"),
            ("2", "2023-03-01 08:30:00", "3", None),
        ]
        assert [(r.place, r.reason) for r in refused] == [("b.xlsx:4", "too many fields")]

    def test_sheets_are_tables_and_a_wrong_one_is_named(self, session: Session, tmp_path: Path) -> None:
        self.book(tmp_path / "b.xlsx")
        tables = connect("files", {"path": str(tmp_path)}).tables(session)
        assert [table.name for table in tables] == ["b.xlsx#门诊", "b.xlsx#空"]
        with pytest.raises(SourceUnreadable, match="no such sheet"):
            read(session, tmp_path, "b.xlsx#住院")

    def test_a_truncated_workbook_is_refused(self, session: Session, tmp_path: Path) -> None:
        whole = self.book(tmp_path / "b.xlsx").read_bytes()
        (tmp_path / "b.xlsx").write_bytes(whole[: len(whole) // 2])
        with pytest.raises(SourceUnreadable, match=r"b\.xlsx is not a readable workbook"):
            read(session, tmp_path, "b.xlsx")

    def test_truncated_parquet_is_refused(self, session: Session, tmp_path: Path) -> None:
        target = tmp_path / "p.parquet"
        session.execute(f"COPY (SELECT 1 AS id) TO '{target}' (FORMAT parquet)")
        target.write_bytes(target.read_bytes()[:-20])
        with pytest.raises(SourceUnreadable, match=r"p\.parquet is not readable parquet"):
            read(session, tmp_path, "p.parquet")
