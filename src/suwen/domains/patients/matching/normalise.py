"""Comparable columns from what the institutions wrote."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar, cast

import pyarrow as pa

from suwen.domains.orgs.public import upgrade_resident_id
from suwen.kernel.pinyin import sound

IDENTITY_COLUMNS: tuple[str, ...] = (
    "patient_key",
    "org_code",
    "patient_id",
    "name",
    "sex_code",
    "birth_date",
    "id_no",
    "health_card_no",
    "phone",
    "address",
)
"""Columns of ``std.patient`` that take part in matching."""

COMPARABLE = pa.schema(
    [
        ("unique_id", pa.string()),
        ("org_code", pa.string()),
        ("name", pa.string()),
        ("surname", pa.string()),
        ("reading", pa.string()),
        ("sex", pa.string()),
        ("birth_date", pa.date32()),
        ("birth_text", pa.string()),
        ("id_no", pa.string()),
        ("id_text", pa.string()),
        ("own_id", pa.string()),
        ("guardian", pa.string()),
        ("card", pa.string()),
        ("phone", pa.string()),
        ("address", pa.string()),
        ("newborn", pa.bool_()),
    ]
)
"""Columns the rules and the model compare; ``unique_id`` is the patient key.

``id_no`` is a valid 18-digit resident id, ``id_text`` any text of an id's length, slips and all. ``own_id`` is
``id_no`` only where its birth date and sex agree with the row's, so that it can speak against a match too. An id that
is another person's (a newborn's, whose name says so; a child's whose birth date lies far from the id's) is the
``guardian``'s and says nothing of its bearer. A number under which too many different people stand is left empty.
"""

T = TypeVar("T")

GUARDIAN_GAP = timedelta(days=12 * 365)
"""An id whose birth date lies this far from the row's is another person's: no slip of the pen, a parent's card."""

MOST_NAMES = 4
"""A resident id or card under more different names than this is a stand-in (a clerk's own, a row of ones)."""

MOST_ON_A_PHONE = 30
"""A number that more identities than this give is a counter's, not a family's."""

_NEWBORN = re.compile(r"之[大小长次]?[子女婴]$|之[子女]")
_PERHAPS_NEWBORN = re.compile(r"[子女婴]$|宝宝$|[大小]毛$")
_PUNCTUATION = re.compile(r"[\s·.,，。\-_()()*]+")


def normalise_name(value: str | None) -> str | None:
    """Full width folded, blanks and dots removed: ``"张 三"`` and ``"张三"`` give ``"张三"``; empty gives None."""
    if value is None:
        return None
    text = _PUNCTUATION.sub("", unicodedata.normalize("NFKC", value)).upper()
    return text or None


def reading(name: str | None) -> str | None:
    """The name's sound without tones: ``"李雯"`` and ``"李文"`` both give ``"li wen"``."""
    return " ".join(map(sound, name)) if name else None


def is_newborn(name: str | None, lent: bool) -> bool:
    """Whether a child goes by its mother's name: ``"王芳之女"``; ``"王芳女"`` only on another's id (``lent``)."""
    if not name or len(name) < 3:
        return False
    return bool(_NEWBORN.search(name) or (lent and _PERHAPS_NEWBORN.search(name)))


def is_lent(id_no: str | None, birth: date | None) -> bool:
    """Whether a valid id must be another person's: its birth date lies a generation from the row's."""
    if id_no is None or birth is None:
        return False
    return abs(date(int(id_no[6:10]), int(id_no[10:12]), int(id_no[12:14])) - birth) >= GUARDIAN_GAP


def own_resident_id(id_no: str | None, birth: date | None, sex: str | None) -> str | None:
    """The id where it can belong to this person: its birth date (positions 7-14) and sex digit (17) agree."""
    if id_no is None:
        return None
    if birth is not None and id_no[6:14] != birth.strftime("%Y%m%d"):
        return None
    if sex in {"1", "2"} and (int(id_no[16]) % 2 == 1) != (sex == "1"):
        return None
    return id_no


def valid_id(value: str | None) -> str | None:
    """A valid 18-digit resident id; one of the first generation (15 digits) is brought to 18; else None."""
    text = id_text(value)
    return None if text is None else upgrade_resident_id(text)


def id_text(value: str | None) -> str | None:
    """Letters and digits of what may be a resident id (15 or 18 of them, not all alike), else None."""
    text = re.sub(r"[^0-9X]", "", unicodedata.normalize("NFKC", value).upper()) if value else ""
    return text if len(text) in {15, 18} and len(set(text)) > 2 else None


def normalise_phone(value: str | None) -> str | None:
    """Digits of a mobile number or a landline with at least seven digits; else None."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", value)) if value else ""
    digits = digits.removeprefix("86") if len(digits) == 13 else digits
    return digits if len(digits) >= 7 and len(set(digits)) > 2 else None


def normalise_card(value: str | None) -> str | None:
    """A card number, blanks and dashes removed; a row of one character is none."""
    text = normalise_name(value)
    return text if text and len(set(text)) > 1 else None


def _each(values: Sequence[str | None], convert: Callable[[str | None], T]) -> list[T]:
    """Convert each distinct value once: names and ids repeat."""
    known = {value: convert(value) for value in set(values)}
    return [known[value] for value in values]


def _texts(table: pa.Table, column: str) -> list[str | None]:
    return table.column(column).cast(pa.string()).to_pylist()


def _owned(numbers: Sequence[str | None], names: Sequence[str | None]) -> list[str | None]:
    """The numbers without those under which more than ``MOST_NAMES`` different names stand."""
    held = Counter(number for number, _ in {*zip(numbers, names, strict=True)} if number)
    return [number if number and held[number] <= MOST_NAMES else None for number in numbers]


def comparable(identities: pa.Table) -> pa.Table:
    """Normalise a table of ``IDENTITY_COLUMNS`` into one of schema ``COMPARABLE``, sorted by ``unique_id``."""
    names = _each(_texts(identities, "name"), normalise_name)
    readings = _each(names, reading)
    births: list[date | None] = identities.column("birth_date").cast(pa.date32()).to_pylist()
    sexes = _texts(identities, "sex_code")
    written = _each(_texts(identities, "id_no"), id_text)
    valid = _each(written, valid_id)
    lent = [is_lent(id_no, birth) for id_no, birth in zip(valid, births, strict=True)]
    newborn = [is_newborn(name, other) for name, other in zip(names, lent, strict=True)]
    foreign = [child or other for child, other in zip(newborn, lent, strict=True)]
    # Names are counted among those who may own the number: a mother's id stands under her children's names too.
    holders = [None if other else sound for sound, other in zip(readings, foreign, strict=True)]
    ids = _owned([None if child else id_no for id_no, child in zip(valid, newborn, strict=True)], holders)
    texts = _owned(
        [None if other else (id_no or text) for id_no, text, other in zip(valid, written, foreign, strict=True)],
        holders,
    )
    own = [
        None if text is None else own_resident_id(id_no, birth, sex)
        for text, id_no, birth, sex in zip(texts, ids, births, sexes, strict=True)
    ]
    phones = _each(_texts(identities, "phone"), normalise_phone)
    calls = Counter(phones)
    columns: dict[str, Any] = {
        "unique_id": _texts(identities, "patient_key"),
        "org_code": _texts(identities, "org_code"),
        "name": names,
        "surname": [name[:1] if name else None for name in names],
        "reading": readings,
        "sex": sexes,
        "birth_date": births,
        "birth_text": [birth.isoformat() if birth else None for birth in births],
        "id_no": ids,
        "id_text": texts,
        "own_id": own,
        "guardian": [id_no if other else None for id_no, other in zip(valid, foreign, strict=True)],
        "card": _owned(_each(_texts(identities, "health_card_no"), normalise_card), readings),
        "phone": [phone if calls[phone] <= MOST_ON_A_PHONE else None for phone in phones],
        "address": _each(_texts(identities, "address"), normalise_name),
        "newborn": newborn,
    }
    table = pa.Table.from_pydict(columns, schema=COMPARABLE)
    # The stubs of pyarrow leave the result's type open.
    return cast("pa.Table", cast("Any", table).sort_by("unique_id"))


def own_ids(table: pa.Table) -> dict[str, str | None]:
    """Patient key to own id, of a table of schema ``COMPARABLE``."""
    keys = cast("list[str]", table.column("unique_id").to_pylist())
    return dict(zip(keys, cast("list[str | None]", table.column("own_id").to_pylist()), strict=True))
