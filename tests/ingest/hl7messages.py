"""Made-up HL7 messages."""

from collections.abc import Iterable, Mapping

BEGIN, END = b"\x0b", b"\x1c\r"
NOON = "20240101080000"


def segment(name: str, fields: Mapping[int, object]) -> str:
    """Return a segment with fields at their numbers."""
    last = max(fields, default=0)
    return "|".join([name, *(str(fields.get(place, "")) for place in range(1, last + 1))])


def message(kind: str, control: str, *segments: str, time: str = NOON, charset: str = "") -> str:
    """Return a message; segments follow its MSH."""
    header = f"MSH|^~\\&|LIS|H1|SUWEN|C|{time}||{kind}|{control}|P|2.4"
    return "\r".join([f"{header}||||||{charset}" if charset else header, *segments]) + "\r"


def oru(
    number: int,
    time: str = NOON,
    results: Iterable[object] = (5.1, 6.2),
    *,
    control: str = "",
    name: str = "张三",
    charset: str = "UNICODE UTF-8",
) -> str:
    """Return a result message of report R<number> with so many results."""
    return message(
        "ORU^R01^ORU_R01", control or f"m{number}-{time}",
        segment("PID", {
            1: 1, 3: f"P{number}^^^H1^PI~33010219900101{number:04d}^^^^IDCard", 5: name, 7: "19900101", 8: "M",
        }),
        segment("PV1", {1: 1, 2: "O", 3: "101", 19: f"V{number}", 44: "20240101070000"}),
        segment("OBR", {1: 1, 2: f"A{number}", 3: f"R{number}", 4: "CBC^血常规", 7: "20240101070000", 25: "F"}),
        *(
            segment("OBX", {
                1: place, 2: "NM", 3: f"GLU{place}^葡萄糖{place}", 5: value, 6: "mmol/L", 7: "3.9-6.1", 8: "N", 11: "F",
                14: "20240101073000",
            })
            for place, value in enumerate(results, start=1)
        ),
        time=time, charset=charset,
    )  # fmt: skip


def framed(*messages: str | bytes, charset: str = "utf-8") -> bytes:
    """Return messages as they travel."""
    return b"".join(BEGIN + (one if isinstance(one, bytes) else one.encode(charset)) + END for one in messages)


_PID = segment(
    "PID", {1: 1, 3: "P1^^^H1^PI", 5: "李^四", 7: "19850505", 8: "F", 11: "杭州市\\T\\西湖区", 13: "13800000000"}
)
_PV1 = segment("PV1", {1: 1, 2: "I", 3: "201^5^02", 7: "D7^王医生", 19: "V9", 44: "20240101075500"})
_DOCTOR = {12: "D7^王医生"}
ADT = message("ADT^A01", "a1", "EVN|A01", _PID, segment("NK1", {1: 1, 2: "李五"}), _PV1, segment("PV2", {3: "^发热"}))
ORM = message(
    "ORM^O01", "o1", _PID, _PV1,
    segment("ORC", {1: "NW", 2: "77", 4: "G1", 9: NOON} | _DOCTOR), segment("OBR", {2: "77", 4: "CBC^血常规"}),
    segment("ORC", {1: "CA", 2: "78", 4: "G1", 9: NOON} | _DOCTOR), segment("RXO", {1: "X12^阿莫西林", 2: "0.5"}),
)  # fmt: skip
SIU = message(
    "SIU^S12", "s1", segment("SCH", {1: "55", 7: "^复诊", 11: "^^^20240102090000^20240102091500", 25: "BOOKED"}), _PID,
    "RGS|1", segment("AIS", {1: 1, 3: "CARD^心内科"}), segment("AIP", {1: 1, 3: "D7^王医生"}),
)  # fmt: skip
MDM = message(
    "MDM^T02", "d1", _PID, _PV1, segment("TXA", {1: 1, 2: "DS", 9: "D7^王医生", 12: "DOC1", 16: "出院小结", 17: "AU"}),
    segment("OBX", {1: 1, 2: "TX", 5: "患者好转\\.br\\准予出院"}), segment("OBX", {1: 2, 2: "TX", 5: "随诊"}),
)  # fmt: skip
