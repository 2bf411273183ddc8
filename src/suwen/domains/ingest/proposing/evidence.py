"""What speaks for an element behind a column, in log-odds: names, comments, types, values, keys."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from suwen.domains.ingest.proposing.forms import NameIndex, forms_of, lead_of, lexicon, named
from suwen.domains.ingest.proposing.profile import Profile
from suwen.domains.ingest.proposing.survey import SurveyedColumn, SurveyedTable
from suwen.domains.ingest.proposing.values import Mapped, map_values
from suwen.domains.standards.public import Catalog, Dataset, Element

EvidenceKind = Literal["name", "comment", "type", "values", "codes", "key", "reference", "length", "technical", "model"]
NAMING_BASE, NAMING_GAIN, NAMING_BEND = -4.3, 7.8, 1.5
_TRUTHS = frozenset("0 1 y n t f true false yes no 是 否 有 无 √".split())
_TYPED_DATES = ("DATE", "TIMESTAMP")
_NUMBERS = (
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "FLOAT",
    "DOUBLE", "DECIMAL",
)  # fmt: skip


@dataclass(frozen=True)
class Reason:
    """One piece of evidence: its kind, what was seen, how much it weighs (log-odds; below 0 it speaks against)."""

    kind: EvidenceKind
    seen: str
    weight: float


@dataclass
class Weighed:
    """All evidence for one element behind one column."""

    reasons: list[Reason] = field(default_factory=list[Reason])
    mapped: Mapped | None = None
    base: float = NAMING_BASE

    @property
    def logit(self) -> float:
        """Return the log-odds that the element stands behind the column."""
        return self.base + sum(reason.weight for reason in self.reasons)

    @property
    def confidence(self) -> float:
        """Return the probability of it."""
        return 1 / (1 + math.exp(-self.logit))

    def say(self, kind: EvidenceKind, seen: str, weight: float) -> None:
        """Add a piece of evidence."""
        self.reasons.append(Reason(kind, seen, round(weight, 2)))


TECHNICAL, CHANGED, TABLE = "technical", "changed", "table"
"""First parts of the keys of what is named but is no element."""


class Judge:
    """Weighs columns against the elements of the standards that are in use."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        known = lexicon()
        forms = {
            (dataset.code, element.name): forms_of(dataset, element)
            for dataset in catalog.datasets.values()
            for element in dataset.elements
        }
        self._elements = NameIndex(forms)
        others = {
            (TABLE, code): named(words.get("zh", ()), words.get("en", ())) for code, words in known.tables.items()
        }
        for code, words in ((TECHNICAL, known.technical), (CHANGED, known.changed)):
            others[(code, "")] = named(words.get("zh", ()), words.get("en", ()))
        self._others = NameIndex(others)
        self._meant = lru_cache(maxsize=1 << 14)(self._of_column)

    def table(self, name: str, comment: str, dataset: str) -> float:
        """Return how well a table's name or comment says that it is the dataset (0..1)."""
        named_so, said = self._others.meant(name), self._others.meant(lead_of(comment)) if comment else {}
        return max(named_so.get((TABLE, dataset), 0.0), said.get((TABLE, dataset), 0.0))

    def other(self, what: str, name: str, comment: str) -> float:
        """Return how well a column's name or comment says that it is of the technique, or tells the last change."""
        return max(
            self._others.meant(name).get((what, ""), 0.0), self._others.meant(lead_of(comment)).get((what, ""), 0.0)
        )

    def _of_column(
        self, name: str, comment: str, context: str
    ) -> tuple[Mapping[tuple[str, str], float], Mapping[tuple[str, str], float]]:
        lead = lead_of(comment)
        return self._elements.meant(name, context), self._elements.meant(lead) if lead else {}

    def weigh(
        self,
        table: SurveyedTable,
        column: SurveyedColumn,
        bare: str,
        context: str,
        dataset: Dataset,
        element: Element,
        names: Mapping[str, str],
    ) -> Weighed:
        """Weigh one element behind one column; bare: its name without the table's prefix; names: of its codes."""
        found = Weighed()
        by_name, by_comment = self._meant(bare, column.comment, context)
        key = (dataset.code, element.name)
        own, said = by_name.get(key, 0.0), by_comment.get(key, 0.0)
        naming = max(said, 0.35 * own + 0.65 * said) if column.comment.strip() else own
        if naming < 0.3:
            return found
        if said >= own:
            found.say("comment", lead_of(column.comment), NAMING_GAIN * naming**NAMING_BEND)
        else:
            found.say("name", column.name, NAMING_GAIN * naming**NAMING_BEND)
        other = self.other(TECHNICAL, bare, column.comment)
        if other > naming + 0.02:
            found.say("technical", column.name, -3.0)
        if column.profile.empty:
            found.say("values", "", -0.4)
        else:
            self._type(column, element, found)
            self._values(column, dataset, element, found)
            self._codes(column, element, names, found)
            self._key(table, column, dataset, element, found)
        return found

    def _type(self, column: SurveyedColumn, element: Element, found: Weighed) -> None:
        kind, held = column.type.upper(), column.profile
        dates = kind.startswith(_TYPED_DATES) or held.share("date") + held.share("datetime") > 0.9
        numbers = (kind.startswith(_NUMBERS) or held.share("number") > 0.9) and not kind.startswith(_TYPED_DATES)
        match element.type:
            case "date" | "datetime":
                fits = dates
                timed = kind.startswith("TIMESTAMP") and held.share("midnight") < 0.5
                if fits and element.type == "date" and timed:
                    found.say("type", kind, -1.0)
            case "decimal" | "integer":
                fits = numbers and not (element.type == "integer" and held.is_number_with_fraction)
            case "boolean":
                fits = held.distinct <= 3 and {value.lower() for value in held.values} <= _TRUTHS
            case _:
                fits = not dates or (held.share("integer") > 0.9 and not kind.startswith(_TYPED_DATES))
        if not fits:
            found.say("type", f"{kind} ≠ {element.type}", -4.5)
        elif element.type not in ("string",):
            found.say("type", kind, 0.6)
        if element.length and held.longest > 1.5 * element.length + 2:
            found.say("length", str(held.longest), -1.0)

    def _values(self, column: SurveyedColumn, dataset: Dataset, element: Element, found: Weighed) -> None:
        held = column.profile
        wanted = lexicon().of(dataset.code, element.name).get("values")
        if wanted and wanted != "birth_date":
            share = _share(held, str(wanted))
            found.say("values", f"{wanted} {share:.0%}", 3.2 * share - 1.6 if share < 0.9 else 1.8)
        for pattern, weight in (("resident_id", -3.5), ("mobile", -3.0)):
            if wanted != ("phone" if pattern == "mobile" else pattern) and held.share(pattern) > 0.8:
                found.say("values", f"{pattern} {held.share(pattern):.0%}", weight)
        if element.name.endswith("_name") and held.share("number") > 0.9:
            found.say("values", "number", -2.5)
        if element.name.endswith("_code") and not element.value_set and held.share("chinese") > 0.6:
            found.say("values", "chinese", -2.0)
        if element.name.endswith("_name") and held.share("chinese") > 0.6:
            found.say("values", "chinese", 0.8)

    def _codes(self, column: SurveyedColumn, element: Element, names: Mapping[str, str], found: Weighed) -> None:
        if not element.value_set:
            return
        held = column.profile
        if not held.values:
            found.say("codes", f"{held.distinct}", -2.0)
            return
        found.mapped = map_values(held.values, names, self.catalog.value_set(element.value_set))
        share = found.mapped.confidence
        found.say("codes", f"{len(found.mapped.codes)}/{len(held.values)}", 2.2 * share - 0.7)

    def _key(
        self, table: SurveyedTable, column: SurveyedColumn, dataset: Dataset, element: Element, found: Weighed
    ) -> None:
        unique = column.profile.distinct >= max(2, table.rows * 0.98) and column.profile.filled > 0.98
        if dataset.key == (element.name,):
            found.say("key", column.name, (1.3 if column.name in table.key else 0.9) if unique else -2.5)
        elif column.name in table.key and len(table.key) == 1 and element.name not in dataset.key and unique:
            found.say("key", column.name, -0.7)


def _share(held: Profile, pattern: str) -> float:
    share = held.share(pattern)
    if pattern != "person_name":
        return share
    surnames = lexicon().surnames
    if not held.values:
        return share
    return share * sum(n for text, n in held.values.items() if text[0] in surnames) / max(1, sum(held.values.values()))
