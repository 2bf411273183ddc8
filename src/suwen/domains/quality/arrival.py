"""Rules about arrival: rows that could not be made standard and lie in quarantine count as failures too.

Such a row never reaches a std table, so no statement over std tables can see it; its counts come from ingest.
"""

from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

from suwen.domains.quality.rule import Rule
from suwen.domains.quality.rule_type import Dimension, Params, Severity
from suwen.domains.standards.public import Catalog

Arrivals: TypeAlias = Mapping[str, Mapping[tuple[str, date], tuple[int, int]]]
"""By dataset, then by (institution, day of arrival): rows received, rows quarantined of them."""


class ArrivalParams(Params):
    """An arrival rule has no parameters."""


def arrival_rules(catalog: Catalog) -> tuple[Rule, ...]:
    """Return one rule for each dataset: every row received can be made standard."""
    return tuple(
        Rule(
            code=f"{dataset.code}.arrival.rows",
            dataset=dataset.code,
            type="arrival",
            column="*",
            title=f"{dataset.title}的记录应能入库（类型、格式可解析，主键不缺不重）",
            title_en=f"Every row of {dataset.title_en} must be readable into the standard table",
            dimension=Dimension.conformity,
            severity=Severity.critical,
            params=ArrivalParams(),
        )
        for dataset in catalog
    )
