"""Buckets: which part of a patient-level table holds a patient's rows."""

from collections.abc import Iterable, Sequence

from suwen.domains.lake.schemas import DataFile, Snapshot

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
    keys = sorted(set(patient_keys))
    buckets = snapshot.spec.buckets
    if snapshot.spec.partition != "bucket" or not buckets:
        return tuple(f for f in snapshot.files if any(f.may_hold("patient_key", key) for key in keys))
    wanted: dict[str, list[str]] = {}
    for key in keys:
        wanted.setdefault(str(bucket_of(key, buckets)), []).append(key)
    return tuple(f for f in snapshot.files if _holds(f, wanted.get(f.partition or "", ())))


def _holds(file: DataFile, keys: Sequence[str]) -> bool:
    return any(file.may_hold("patient_key", key) for key in keys)
