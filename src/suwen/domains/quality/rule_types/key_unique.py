"""Rule type: a key names one row only."""

from collections.abc import Iterator

from sqlglot import exp

from suwen.domains.quality.rule_type import (
    Check,
    Declared,
    Dimension,
    Example,
    Join,
    Params,
    RuleType,
    Severity,
    column,
    present,
    template,
)
from suwen.domains.standards.public import Catalog, Dataset


class KeyUniqueParams(Params):
    """dataset: whose table; columns: the key within one institution."""

    dataset: str
    columns: tuple[str, ...]


class KeyUnique(RuleType[KeyUniqueParams]):
    """主键重复：同一机构内，主键相同的记录多于一条，每一条都算违反。

    Two or more rows of an institution share the dataset's key: the row joins with
    `SELECT org_code, k FROM std.d GROUP BY org_code, k HAVING COUNT(*) > 1`. Rows without a key are not checked.
    """

    code = "key_unique"
    title = "主键唯一"
    title_en = "Unique key"
    dimension = Dimension.uniqueness
    severity = Severity.critical
    params = KeyUniqueParams
    examples = (
        Example(
            KeyUniqueParams(dataset="example", columns=("visit_id", "line")),
            {"org_code": "VARCHAR", "visit_id": "VARCHAR", "line": "INTEGER"},
            good=(
                {"org_code": "A", "visit_id": "1", "line": 1},
                {"org_code": "A", "visit_id": "1", "line": 2},
                {"org_code": "B", "visit_id": "1", "line": 1},
                {"org_code": "A", "visit_id": None, "line": 9},
                {"org_code": "A", "visit_id": None, "line": 9},
            ),
            bad=({"org_code": "A", "visit_id": "7", "line": 1}, {"org_code": "A", "visit_id": "7", "line": 1}),
        ),
    )

    def declared(self, dataset: Dataset, catalog: Catalog) -> Iterator[Declared[KeyUniqueParams]]:
        """Yield the one rule of the dataset's key."""
        titles = "、".join(dataset.by_name[name].title for name in dataset.key)
        names = ", ".join(dataset.by_name[name].title_en for name in dataset.key)
        yield Declared(
            "key",
            dataset.key[0],
            KeyUniqueParams(dataset=dataset.code, columns=dataset.key),
            f"{titles}在机构内不得重复",
            f"{names} must be unique within an institution",
        )

    def check(self, params: KeyUniqueParams) -> Check:
        """Return the condition over rows with a whole key."""
        keys = ("org_code", *params.columns)
        doubled = (
            exp.select(*keys)
            .from_(exp.table_(params.dataset, db="std"))
            .where(*(exp.column(name).is_(exp.null()).not_() for name in params.columns))
            .group_by(*keys)
            .having(template("COUNT(*) > 1"))
        )
        return Check(
            applies=exp.and_(*(present(name) for name in params.columns)),
            fails=column(keys[0], "k").is_(exp.null()).not_(),
            joins=(Join("k", doubled, exp.and_(*(column(name, "k").eq(column(name)) for name in keys))),),
            alone=True,
        )


RULE_TYPE = KeyUnique()
