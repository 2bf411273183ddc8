"""What the values of a column look like: shares of patterns, distinct codes, lengths."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

FEW = 60
"""More different values than this are no codes."""

_DATE = r"(?:18|19|20)\d\d(?:[-/.年]?)(?:1[0-2]|0?[1-9])(?:[-/.月]?)(?:3[01]|[12]\d|0?[1-9])日?"
_PATTERNS: dict[str, re.Pattern[str]] = {
    "resident_id": re.compile(r"[1-9]\d{5}(?:18|19|20)?\d\d(?:1[0-2]|0[1-9])(?:3[01]|[12]\d|0[1-9])\d{3}[\dXx]?"),
    "phone": re.compile(r"1[3-9]\d{9}|0[1-9]\d{1,2}-?\d{7,8}"),
    "mobile": re.compile(r"1[3-9]\d{9}"),
    "date": re.compile(_DATE),
    "datetime": re.compile(_DATE + r"[T ]?\d{1,2}[:时]?\d{2}(?:[:分]?\d{2}秒?)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"),
    "midnight": re.compile(_DATE + r"[T ]?00:?00:?00(?:\.0+)?"),
    "integer": re.compile(r"-?\d{1,18}"),
    "number": re.compile(r"-?\d+(?:\.\d+)?"),
    "icd10": re.compile(r"[A-TV-Z]\d{2}(?:\.[\dxX]\S{0,8})?[+*†]?"),
    "icd9": re.compile(r"\d{2}\.\d{1,4}(?:x\d+)?"),
    "person_name": re.compile(r"[\u4e00-\u9fff·]{2,5}"),
    "address": re.compile(r".*(?:省|市|县|区|镇|乡|村|街|路|号|社区).*"),
    "chinese": re.compile(r".*[\u4e00-\u9fff].*", re.DOTALL),
}


@dataclass(frozen=True)
class Profile:
    """A column's first rows in numbers.

    filled: share of rows with a value. shares: of the filled values, how many fit a pattern wholly, by its name.
    values: each code with its count where there are few, else empty.
    """

    filled: float = 0.0
    distinct: int = 0
    longest: int = 0
    average: float = 0.0
    shares: dict[str, float] = field(default_factory=dict[str, float])
    values: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def empty(self) -> bool:
        """Say whether no row had a value."""
        return self.distinct == 0

    @property
    def is_number_with_fraction(self) -> bool:
        """Say whether values are numbers of which some have a fraction."""
        return self.share("number") > 0.95 > self.share("integer")

    def share(self, pattern: str) -> float:
        """Return the share of filled values that fit a pattern."""
        return self.shares.get(pattern, 0.0)


def profile(values: Sequence[object], kind: str) -> Profile:
    """Profile a sample of a column; `kind` is its DuckDB type, of which only BLOB is not looked into."""
    if kind.upper() == "BLOB" or not values:
        return Profile()
    texts = [text for value in values if (text := _text(value))]
    if not texts:
        return Profile()
    counts = Counter(texts)
    shares = {
        name: share
        for name, pattern in _PATTERNS.items()
        if (share := sum(n for text, n in counts.items() if pattern.fullmatch(text)) / len(texts)) > 0
    }
    few = len(counts) <= FEW and max(map(len, counts)) <= 40
    return Profile(
        filled=len(texts) / len(values),
        distinct=len(counts),
        longest=max(map(len, counts)),
        average=sum(map(len, texts)) / len(texts),
        shares=shares,
        values=dict(counts.most_common()) if few else {},
    )


def _text(value: object) -> str:
    text = str(value).strip() if value is not None else ""
    return text[:-2] if isinstance(value, float) and text.endswith(".0") else text
