"""Buckets: which part of a patient-level table holds a patient's rows."""

from collections.abc import Iterable

from suwen.domains.lake.schemas import DataFile, Snapshot
from suwen.domains.lake.specs import PATIENT_KEY

_DIGITS = "0123456789abcdef"


def bucket_sql(buckets: int, column: str = "patient_key") -> str:
    """Return the bucket as SQL for both engines; `column` is an identifier of ours, never a value.

    Two hex digits of the key, 0..255, modulo the number of buckets.
    """
    digits = (f"(INSTR('{_DIGITS}', SUBSTR({column}, {i}, 1)) - 1)" for i in (1, 2))
    high, low = digits
    return f"CAST(({high} * 16 + {low}) % {buckets} AS INT)"


def bucket_of(patient_key: str, buckets: int) -> int:
    """Return the bucket of a patient key, -1 for a text that is none."""
    digits = [_DIGITS.find(digit) for digit in patient_key[:2]]
    return -1 if len(digits) < 2 or -1 in digits else (digits[0] * 16 + digits[1]) % buckets


def files_of(snapshot: Snapshot, patient_keys: Iterable[str]) -> tuple[DataFile, ...]:
    """Return the files that can hold rows of these patients, by bucket and by the bounds of each file."""
    return tuple(file for file, _ in keys_by_file(snapshot, patient_keys))


def keys_by_file(snapshot: Snapshot, patient_keys: Iterable[str]) -> list[tuple[DataFile, list[str]]]:
    """Return the files that can hold rows of these patients, each with the keys that it can hold."""
    keys = sorted(set(patient_keys))
    buckets = snapshot.spec.buckets if snapshot.spec.partition == "bucket" else None
    wanted: dict[str, list[str]] = {}
    for key in keys if buckets else ():
        wanted.setdefault(str(bucket_of(key, buckets or 1)), []).append(key)
    found: list[tuple[DataFile, list[str]]] = []
    for file in snapshot.files:
        held = [k for k in (wanted.get(file.partition or "", ()) if buckets else keys) if file.may_hold(PATIENT_KEY, k)]
        if held:
            found.append((file, held))
    return found
