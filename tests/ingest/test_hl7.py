"""HL7 v2 messages read and flattened: whatever is written comes out as it was meant, whatever the message's letters."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suwen.domains.ingest.hl7.acknowledging import acknowledgement, header_of
from suwen.domains.ingest.hl7.flattening import Flattener, declaration
from suwen.domains.ingest.hl7.reader import Malformed, Separators, charset_of, escaped, read, unescaped
from suwen.kernel.clock import now
from tests.ingest.hl7messages import ADT, MDM, ORM, SIU, oru

FLATTENER = Flattener(declaration())
MARKS = st.lists(st.sampled_from("|^~\\&#$%!*+;:,"), min_size=5, max_size=5, unique=True).map(lambda m: Separators(*m))
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=20)


def rows(message: str | bytes) -> dict[str, list[dict[str, Any]]]:
    """Return a message's rows by table, without what is empty, deletions marked."""
    raw = message.encode() if isinstance(message, str) else message
    return {
        part.table: [
            {name: value for name, value in one.values.items() if value is not None}
            | ({"deleted": True} if one.op == "D" else {})
            for one in part.changes
        ]
        for part in FLATTENER.parts(read(raw))
    }


class TestReader:
    @given(MARKS, st.lists(TEXTS, min_size=1, max_size=5))
    def test_any_text_survives_between_any_separators(self, marks: Separators, texts: list[str]) -> None:
        written = marks.component.join(escaped(text, marks) for text in texts)
        line = marks.field.join(["ZZZ", "1", written])
        raw = f"MSH{marks.field}{marks.coding}{marks.field}A\r{line}\r".encode()
        message = read(raw, "utf-8")
        assert message.separators == marks
        field = message.segments[1].field(2)
        got = [message.component(message.repetitions(field)[0], n) for n in range(1, len(texts) + 1)]
        assert got == texts

    @given(st.binary(max_size=300))
    def test_any_bytes_are_a_message_or_told_why_not(self, raw: bytes) -> None:
        for given_raw in (raw, b"MSH|^~\\&|" + raw):
            try:
                assert read(given_raw).segments
            except Malformed as error:
                place = error.context.get("place")
                header_of(given_raw)
            else:
                place = "read"
            assert place

    @given(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\\"), max_size=20),
        st.text("\\FSTREX.br0A", max_size=12),
    )
    def test_what_is_no_escape_stays(self, plain: str, odd: str) -> None:
        marks = Separators()
        assert unescaped(plain, marks, "utf-8") == plain
        assert isinstance(unescaped(plain + odd, marks, "utf-8"), str)

    @pytest.mark.parametrize("name", ["UNICODE UTF-8", "GB 18030-2000", "GBK", ""])
    def test_a_character_may_hold_the_byte_of_a_separator(self, name: str) -> None:
        # In GB 18030 the second byte of these is that of | ^ ~ \ &.
        text = "亅俕倊亊" + "".join(bytes([0x81, mark]).decode("gb18030") for mark in b"|^~\\")
        charset = "utf-8" if "UTF" in name else "gb18030"
        raw = oru(1, name=text, charset=name).encode(charset)
        message = read(raw)
        assert (message.charset, message.segments[1].field(5)) == (charset, text)

    def test_escapes(self) -> None:
        marks = Separators()
        assert unescaped(r"a\F\b\S\c\T\d\R\e\E\f", marks, "utf-8") == "a|b^c&d~e\\f"
        assert unescaped(r"\H\bold\N\ \.br\x\X4142\ \Zwhat\ \C2842\ \open", marks, "utf-8") == (
            "bold \nxAB \\Zwhat\\  \\open"
        )

    def test_repetitions_components_and_fields_that_are_not_there(self) -> None:
        message = read(b"MSH|^~\\&|A||||||ORU^R01|1\rPID|1||a^b&c~d\r")
        pid = message.segments[1]
        assert (message.kind, message.control_id) == ("ORU^R01", "1")
        assert message.repetitions(pid.field(3)) == ["a^b&c", "d"]
        first, second = message.repetitions(pid.field(3))
        assert (message.component(first, 2), message.component(first, 2, 2), message.component(first, 9)) == (
            "b",
            "c",
            "",
        )
        assert (message.component(second, 1), message.component(second, 2), pid.field(99)) == ("d", "", "")
        assert message.header.field(1) == "|"

    @pytest.mark.parametrize(
        ("raw", "place"),
        [
            (b"", "segment 1"),
            (b"PID|1\r", "segment 1"),
            (b"MSH|^^~&|\r", "MSH-2"),
            (b"MSH|^~\\&|\rnonsense\r", "segment 2"),
            (b"MSH|^~\\&|A\rMSH|^~\\&|B\r", "segment 2"),
            (b"MSH|^~\\&|A\rPID|\0\r", "character 15"),
            (b"MSH|^~\\&|A|||||||||||||||KLINGON\r", "MSH-18"),
            (b"MSH|^~\\&|A|||||||||||||||ASCII\rPID|\xff\r", "byte 35"),
        ],
    )
    def test_what_is_malformed_is_told_by_its_place(self, raw: bytes, place: str) -> None:
        with pytest.raises(Malformed) as raised:
            read(raw)
        assert raised.value.context["place"] == place

    def test_of_several_character_sets_the_wider_one_counts(self) -> None:
        assert charset_of(b"MSH|^~\\&|A|||||||||||||||ASCII~GB 18030-2000\r") == "gb18030"


class TestTables:
    def test_results(self) -> None:
        found = rows(oru(7))
        assert found["patient"] == [
            {
                "patient_id": "P7", "id_no": "330102199001010007", "name": "张三", "birth_date": "19900101", "sex": "M",
                "event": "R01", "message_time": "20240101080000",
            }
        ]  # fmt: skip
        assert [(one["visit_id"], one["patient_id"]) for one in found["visit"]] == [("V7", "P7")]
        assert [(one["report_id"], one["report_name"], one["status"]) for one in found["report"]] == [
            ("R7", "血常规", "F")
        ]
        assert [(one["report_id"], one["number"], one["item_code"], one["value"]) for one in found["observation"]] == [
            ("R7", "1", "GLU1", "5.1"), ("R7", "2", "GLU2", "6.2"),
        ]  # fmt: skip

    def test_admissions(self) -> None:
        found = rows(ADT)
        assert set(found) == {"patient", "visit"}
        (patient,), (visit,) = found["patient"], found["visit"]
        assert (patient["name"], patient["given_name"], patient["address"]) == ("李", "四", "杭州市&西湖区")
        assert patient["contact_name"] == "李五"
        assert (visit["visit_id"], visit["reason"], visit["bed"], visit["admitted_at"]) == (
            "V9", "发热", "02", "20240101075500",
        )  # fmt: skip
        assert rows(ADT.replace("ADT^A01", "ADT^A11"))["visit"] == [{"visit_id": "V9", "deleted": True}]

    def test_orders_appointments_documents(self) -> None:
        orders = rows(ORM)["order_item"]
        assert [(one["order_id"], one["control"], one["item_name"], one.get("dose")) for one in orders] == [
            ("77", "NW", "血常规", None), ("78", "CA", "阿莫西林", "0.5"),
        ]  # fmt: skip
        (appointment,) = rows(SIU)["appointment"]
        assert (appointment["patient_id"], appointment["service_name"], appointment["starts_at"]) == (
            "P1", "心内科", "20240102090000",
        )  # fmt: skip
        assert (appointment["doctor_name"], appointment["status"]) == ("王医生", "BOOKED")
        (document,) = rows(MDM)["document"]
        assert (document["document_id"], document["title"]) == ("DOC1", "出院小结")
        assert document["content"] == "患者好转\n准予出院\n随诊"

    def test_several_patients_and_reports_of_a_message_keep_apart(self) -> None:
        second = oru(2).split("\r", 1)[1].replace("V2", "")
        found = rows(oru(1) + second)
        assert [one["patient_id"] for one in found["patient"]] == ["P1", "P2"]
        assert [one["visit_id"] for one in found["visit"]] == ["V1"]
        assert [(one["report_id"], one["patient_id"], one.get("visit_id")) for one in found["report"]] == [
            ("R1", "P1", "V1"), ("R2", "P2", None),
        ]  # fmt: skip
        assert [(one["report_id"], one["patient_id"]) for one in found["observation"]] == [
            ("R1", "P1"), ("R1", "P1"), ("R2", "P2"), ("R2", "P2"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("message", "place"),
        [
            (oru(1).replace("P1^^^H1^PI~330102199001010001^^^^IDCard", ""), "segment 2 PID"),
            (oru(1).replace("|A1|R1|", "|||"), "segment 4 OBR"),
            (oru(1).replace("OBX|2", "OBX|1"), "OBX"),
        ],
    )
    def test_what_lacks_its_key_is_malformed(self, message: str, place: str) -> None:
        with pytest.raises(Malformed) as raised:
            rows(message)
        assert raised.value.context["place"] == place

    def test_a_source_declares_tables_of_its_own(self) -> None:
        own = {"per": "ZAP", "messages": ["ADT"], "key": ["id"], "columns": {"id": "ZAP-1", "who": "PID-3.1"}}
        flattener = Flattener(declaration({"zap": own}))
        (part,) = [one for one in flattener.parts(read((ADT + "ZAP|x\r").encode())) if one.table == "zap"]
        assert part.changes[0].values == {"id": "x", "who": "P1"}
        for wrong in ({"columns": {"id": "ZAP"}}, {"key": ["no"]}, {"per": "zap"}):
            with pytest.raises(ValueError, match=r"path|columns|per"):
                Flattener(declaration({"zap": own | wrong}))


class TestAcknowledgement:
    @given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
    def test_it_is_a_message_in_the_senders_letters(self, reason: str) -> None:
        of = read(oru(1).replace("|", "#").replace("^", "%").encode())
        answer = read(acknowledgement(of, "AE", "n1", now(), reason))
        assert (answer.separators, answer.kind) == (of.separators, "ACK^R01")
        msa = answer.segments[1]
        assert (msa.name, msa.field(1), msa.field(2)) == ("MSA", "AE", of.control_id)
        assert answer.text(msa.field(3)) == reason
        assert answer.header.field(3) == of.header.field(5)

    def test_it_answers_what_could_not_be_read(self) -> None:
        answer = read(
            acknowledgement(header_of(b"MSH|^~\\&|A|B|C|D|1||ORU^R01|77|P|2.3\rnonsense"), "AR", "n", now(), "x")
        )
        assert answer.segments[1].fields == ["MSA", "AR", "77", "x"]
        assert read(acknowledgement(header_of(b"what"), "AR", "n", now(), "x")).segments[1].field(1) == "AR"
