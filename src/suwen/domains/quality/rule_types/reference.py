"""Rule type: a reference finds the row it names."""

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
)
from suwen.domains.standards.public import Catalog, Dataset


class ReferenceParams(Params):
    """columns: of the judged row; dataset and target_columns: the row they name within the same institution."""

    columns: tuple[str, ...]
    dataset: str
    target_columns: tuple[str, ...]


class ReferenceRule(RuleType[ReferenceParams]):
    """关联缺失：记录所引用的主记录（如检验结果所属的检验报告）在同一机构内不存在。

    A present reference finds no row: `r.k IS NULL` after a left join with the distinct keys of the target dataset of
    the same institution. Rows without the reference are not checked.
    """

    code = "reference"
    title = "关联"
    title_en = "Reference"
    dimension = Dimension.relation
    severity = Severity.critical
    params = ReferenceParams
    examples = (
        Example(
            ReferenceParams(columns=("encounter_id",), dataset="encounter", target_columns=("encounter_id",)),
            {"org_code": "VARCHAR", "encounter_id": "VARCHAR"},
            good=({"org_code": "A", "encounter_id": "e1"}, {"org_code": "A", "encounter_id": None}),
            bad=({"org_code": "A", "encounter_id": "e2"}, {"org_code": "B", "encounter_id": "e1"}),
            tables={
                "encounter": (
                    {"org_code": "VARCHAR", "encounter_id": "VARCHAR"},
                    (
                        {"org_code": "A", "encounter_id": "e1"},
                        {"org_code": "A", "encounter_id": "e1"},
                        {"org_code": "B", "encounter_id": "e2"},
                    ),
                )
            },
        ),
    )

    def declared(self, dataset: Dataset, catalog: Catalog) -> Iterator[Declared[ReferenceParams]]:
        """Yield one rule for each declared reference."""
        for reference in dataset.references:
            target = catalog.dataset(reference.dataset)
            titles = "、".join(dataset.by_name[name].title for name in reference.columns)
            names = ", ".join(dataset.by_name[name].title_en for name in reference.columns)
            yield Declared(
                f"{'-'.join(reference.columns)}-{target.code}",
                reference.columns[0],
                ReferenceParams(
                    columns=reference.columns, dataset=target.code, target_columns=reference.target_columns
                ),
                f"{titles}应能在《{target.title}》中找到",
                f"{names} must exist in {target.title_en}",
            )

    def check(self, params: ReferenceParams) -> Check:
        """Return the condition over rows with a whole reference."""
        pairs = {"org_code": "org_code"} | dict(zip(params.columns, params.target_columns, strict=True))
        targets = exp.select(*pairs.values()).distinct().from_(exp.table_(params.dataset, db="std"))
        return Check(
            applies=exp.and_(*(present(name) for name in params.columns)),
            fails=column("org_code", "r").is_(exp.null()),
            joins=(Join("r", targets, exp.and_(*(column(k, "r").eq(column(n)) for n, k in pairs.items()))),),
            alone=True,
        )


RULE_TYPE = ReferenceRule()
