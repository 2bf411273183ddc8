"""Comparable columns from what the institutions wrote."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar, cast

import pyarrow as pa
from pypinyin import Style, lazy_pinyin

from suwen.domains.orgs.public import upgrade_resident_id

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
        ("card", pa.string()),
        ("phone", pa.string()),
        ("address", pa.string()),
        ("newborn", pa.bool_()),
    ]
)
"""Columns the rules and the model compare; ``unique_id`` is the patient key.

``id_no`` is a valid 18-digit resident id as written, ``id_text`` any text of an id's length, slips and all; both are
empty for a newborn, who is registered on the mother's. ``own_id`` is ``id_no`` only where its birth date and sex agree
with the row's, so that it can speak against a match too.
"""

T = TypeVar("T")

_NEWBORN = re.compile(r"之[子女]|[子女婴]$|宝宝|[大小]毛$")
_PUNCTUATION = re.compile(r"[\s·.,，。\-_()()*]+")


def normalise_name(value: str | None) -> str | None:
    """Full width folded, blanks and dots removed: ``"张 三"`` and ``"张三"`` give ``"张三"``; empty gives None."""
    if value is None:
        return None
    text = _PUNCTUATION.sub("", unicodedata.normalize("NFKC", value)).upper()
    return text or None


def reading(name: str | None) -> str | None:
    """The name's sound without tones: ``"李雯"`` and ``"李文"`` both give ``"li wen"``."""
    return " ".join(lazy_pinyin(name, style=Style.NORMAL)) if name else None


def is_newborn_name(name: str | None) -> bool:
    """Whether the name names a child by its mother: ``"王芳之女"``."""
    return bool(name and len(name) >= 3 and _NEWBORN.search(name))


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
    """Letters and digits of what may be a resident id (15 or 18 of them), else None."""
    text = re.sub(r"[^0-9X]", "", unicodedata.normalize("NFKC", value).upper()) if value else ""
    return text if len(text) in {15, 18} else None


def normalise_phone(value: str | None) -> str | None:
    """Digits of a mobile number or a landline with at least seven digits; else None."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", value)) if value else ""
    digits = digits.removeprefix("86") if len(digits) == 13 else digits
    return digits if len(digits) >= 7 and len(set(digits)) > 2 else None


def _each(values: Sequence[str | None], convert: Callable[[str | None], T]) -> list[T]:
    """Convert each distinct value once: names and ids repeat."""
    known = {value: convert(value) for value in set(values)}
    return [known[value] for value in values]


def _texts(table: pa.Table, column: str) -> list[str | None]:
    return table.column(column).cast(pa.string()).to_pylist()


def comparable(identities: pa.Table) -> pa.Table:
    """Normalise a table of ``IDENTITY_COLUMNS`` into one of schema ``COMPARABLE``, sorted by ``unique_id``."""
    names = _each(_texts(identities, "name"), normalise_name)
    newborn = _each(names, is_newborn_name)
    written = _texts(identities, "id_no")
    written = [None if child else value for value, child in zip(written, newborn, strict=True)]
    ids = _each(written, valid_id)
    births: list[date | None] = identities.column("birth_date").cast(pa.date32()).to_pylist()
    sexes = _texts(identities, "sex_code")
    own = [own_resident_id(id_no, birth, sex) for id_no, birth, sex in zip(ids, births, sexes, strict=True)]
    columns: dict[str, Any] = {
        "unique_id": _texts(identities, "patient_key"),
        "org_code": _texts(identities, "org_code"),
        "name": names,
        "surname": [name[:1] if name else None for name in names],
        "reading": _each(names, reading),
        "sex": sexes,
        "birth_date": births,
        "birth_text": [birth.isoformat() if birth else None for birth in births],
        "id_no": ids,
        "id_text": [valid or text for valid, text in zip(ids, _each(written, id_text), strict=True)],
        "own_id": own,
        "card": _each(_texts(identities, "health_card_no"), normalise_name),
        "phone": _each(_texts(identities, "phone"), normalise_phone),
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
