"""JSON and XML files: records found where they lie, values as they were written, what is none told by its place."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suwen.domains.ingest.connector import ReadRequest, connect
from suwen.domains.ingest.documents import scan as scan_module
from suwen.domains.ingest.errors import SourceUnreadable
from suwen.domains.ingest.session import Session

Rows = list[dict[str, object]]
TELLING = st.characters(max_codepoint=0x7F) | st.characters(min_codepoint=0x800, exclude_categories=["Cs"])
"""Two bytes of UTF-8 may be a character of GB 18030 as well: a file of such alone cannot be told from one in that."""


@pytest.fixture
def session(tmp_path: Path) -> Any:
    """A capture session."""
    with Session(tmp_path / "spill") as opened:
        yield opened


def read(session: Session, path: Path, table: str | None = None, **options: Any) -> tuple[Rows, list[tuple[str, str]]]:
    """Read a file; returns its rows, without what has no value, and place and reason of what was no row."""
    connector = connect("files", {"path": str(path.parent), **options})
    with connector.read(session, ReadRequest(table=table or path.name)) as reading:
        names = [column.name for column in reading.columns]
        rows = [dict(zip(names, row, strict=True)) for row in session.rows(reading.sql)]
        present = [{name: value for name, value in row.items() if value is not None} for row in rows]
        return present, [(refused.place, refused.reason) for refused in reading.refused()]


class TestJson:
    def test_a_record_a_line_and_what_is_none(self, session: Session, tmp_path: Path) -> None:
        path = tmp_path / "visits.jsonl"
        lines = [
            '{"id": 12345678901234567890.10, "paid": true, "left": null}',
            "not a record",
            '{"id": 2, "doctor": {"name": "李", "codes": [1, "x"]}}',
            "",
            "[1]",
            '{"id": "\\ud83d"}',
        ]
        path.write_bytes("\n".join(lines).encode("gb18030"))
        assert read(session, path) == (
            [
                # An amount keeps every digit that was written.
                {"id": "12345678901234567890.10", "paid": "true"},
                {"id": "2", "doctor.name": "李", "doctor.codes": '["1", "x"]'},
            ],
            [
                ("visits.jsonl:2", "not JSON"),
                ("visits.jsonl:5", "not an object"),
                ("visits.jsonl:6", "half a character"),
            ],
        )

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(
        records=st.lists(
            st.dictionaries(st.sampled_from(["编号", "name", "a b"]), st.text(TELLING), min_size=1),
            min_size=1,
            max_size=5,
        ),
        form=st.sampled_from(["lines", "list", "spread", "within"]),
        chunk=st.integers(1, 40),
    )
    def test_records_are_found_in_every_form(
        self, session: Session, tmp_path: Path, records: list[dict[str, str]], form: str, chunk: int
    ) -> None:
        path, record = tmp_path / "any.json", ""
        match form:
            case "lines":
                text = "\n".join(json.dumps(each) for each in records)
            case "list":
                text = f"\n[{', '.join(json.dumps(each, ensure_ascii=False) for each in records)}\n]\n"
            case "spread":
                text = "\n".join(json.dumps(each, indent=1, ensure_ascii=False) for each in records)
            case _:
                text, record = json.dumps({"code": 0, "data": {"rows": records}}), "data.rows"
        path.write_text(text, encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(scan_module, "CHUNK", chunk)
            assert read(session, path, record=record) == (records, [])

    @pytest.mark.parametrize(
        ("text", "record", "message"),
        [
            ('[{"id": 1},\n {"id": 2', "", r"line 2: cut off or no JSON, after 1 records"),
            ('[{"id": 1}]\n[{"id": 2}]', "", r"line 1: more behind the end of the list"),
            ('{"data": {"rows": []}}', "data.row", r"no member row in data"),
            ('{"data": ', "data.rows", r"line 1: not JSON, perhaps cut off"),
            ("[]", "", r"holds no record"),
            ('{"id": 1, "ID": 2}', "", r"differ in small and capital letters only"),
            ('[{"id": "' + "x" * 500 + '"}]', "", r"a record longer than 400 characters"),
        ],
    )
    def test_what_is_wrong_is_told(
        self, session: Session, tmp_path: Path, text: str, record: str, message: str
    ) -> None:
        path = tmp_path / "bad.json"
        path.write_text(text)
        with pytest.raises(SourceUnreadable, match=rf"bad\.json.*{message}"):
            read(session, path, record=record, max_line_bytes=400)


VISITS = (
    '<?xml version="1.0" encoding="{declared}"?>\n<reply xmlns="urn:his" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
    "<code>0</code><visits><visit id='1'><name>张三</name><diag>甲</diag><diag>乙</diag><left i:nil='true'/></visit>"
    "<note>x</note><visit id='2'><name lang='zh'>李</name><ward><code>W1</code></ward></visit></visits></reply>"
)


class TestXml:
    @pytest.mark.parametrize(("declared", "encoding"), [("GBK", "gbk"), ("UTF-8", "utf-8-sig"), ("utf-16", "utf-16")])
    @pytest.mark.parametrize("chunk", [3, 2**20])
    def test_records_at_a_path(
        self,
        session: Session,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        declared: str,
        encoding: str,
        chunk: int,
    ) -> None:
        monkeypatch.setattr(scan_module, "CHUNK", chunk)
        path = tmp_path / "visits.xml"
        path.write_bytes(VISITS.format(declared=declared).encode(encoding))
        assert read(session, path, record="visits/visit") == (
            [
                {"@id": "1", "name": "张三", "diag": '["甲", "乙"]'},
                {"@id": "2", "name.@lang": "zh", "name.#text": "李", "ward.code": "W1"},
            ],
            [],
        )

    def test_children_of_the_root_and_whole_documents(self, session: Session, tmp_path: Path) -> None:
        for number in (1, 2):
            (tmp_path / f"{number}.xml").write_text(f"<doc><id>{number}</id><title>T</title></doc>")
        rows, _ = read(session, tmp_path / "1.xml", "*.xml", record=".")
        assert sorted(rows, key=str) == [{"id": "1", "title": "T"}, {"id": "2", "title": "T"}]
        assert read(session, tmp_path / "1.xml")[0] == [{"#text": "1"}, {"#text": "T"}]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("<r><a>1</a>\n<b></r>", r"line 2, column 5: not XML: mismatched tag"),
            ("<r><a>1</a>", r"not XML: no element found"),
            ("<r><b><c/></b></r>", r"no element at a/b"),
            ('<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/hostname">]><r>&f;</r>', r"undefined entity"),
            (
                "<!DOCTYPE r [<!ENTITY a0 'xxxxxxxxxx'>"
                + "".join(f"<!ENTITY a{n + 1} '{f'&a{n};' * 10}'>" for n in range(8))
                + "]><r>&a8;</r>",
                r"limit on input amplification",
            ),
            ("<r>" + "<a>" * 300 + "</a>" * 300 + "</r>", r"more than 200 elements within each other"),
        ],
    )
    def test_what_is_wrong_is_told(self, session: Session, tmp_path: Path, text: str, message: str) -> None:
        path = tmp_path / "bad.xml"
        path.write_text(text)
        with pytest.raises(SourceUnreadable, match=rf"bad\.xml.*{message}"):
            read(session, path, record="a/b")
