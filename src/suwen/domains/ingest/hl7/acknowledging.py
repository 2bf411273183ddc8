"""Acknowledgements of HL7 messages (HL7 v2.5, section 2.9.2), written with the sender's own separators."""

from datetime import datetime
from typing import Literal

from suwen.domains.ingest.hl7.reader import NONE, Malformed, Message, Separators, escaped, read
from suwen.kernel.clock import LOCAL_ZONE

Code = Literal["AA", "AE", "AR"]
"""Accepted; in error; rejected."""


def acknowledgement(of: Message | None, code: Code, number: str, at: datetime, reason: str = "") -> bytes:
    """Return the answer to a message (None: to what could not be read). number: of the answer itself."""
    marks = of.separators if of is not None else Separators()
    fields = of.header.fields if of is not None else []

    def told(place: int, default: str = "") -> str:
        return fields[place] if place < len(fields) and fields[place] else default

    trigger = of.kind.split("^") if of is not None else [""]
    kind = (
        marks.component.join(["ACK", *trigger[1:2], "ACK"]) if len(trigger) > 1 and marks.component != NONE else "ACK"
    )
    when = at.astimezone(LOCAL_ZONE).strftime("%Y%m%d%H%M%S")
    header = [
        "MSH",
        marks.coding,
        told(5),
        told(6),
        told(3),
        told(4),
        when,
        "",
        kind,
        number,
        told(11, "P"),
        told(12, "2.4"),
    ]
    lines = [marks.field.join(header), marks.field.join(["MSA", code, told(10), escaped(reason, marks)])]
    charset = of.charset if of is not None else "utf-8"
    return ("\r".join(lines) + "\r").encode(charset, "replace")


def header_of(raw: bytes) -> Message | None:
    """Return the MSH of what could otherwise not be read, so that its sender is answered; None without one."""
    line = raw.replace(b"\n", b"\r").split(b"\r", 1)[0]
    for charset in ("utf-8", "gb18030", "latin-1"):
        try:
            return read(line, charset)
        except Malformed:
            continue
    return None
