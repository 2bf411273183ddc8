"""Rules: read off the standards by the rule types, as values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast

from suwen.domains.quality.errors import UnknownRuleType
from suwen.domains.quality.rule_type import WEIGHTS, Check, Dimension, Params, RuleType, Severity
from suwen.domains.standards.public import Catalog, Dataset
from suwen.kernel.registry import discover_plugins


@cache
def rule_types() -> Mapping[str, RuleType[Any]]:
    """Return the rule types by code, found in the folder `rule_types/`."""
    modules = discover_plugins("suwen.domains.quality.rule_types")
    found = [cast("RuleType[Any]", module.RULE_TYPE) for module in modules]
    return {rule_type.code: rule_type for rule_type in sorted(found, key=lambda each: each.code)}


@dataclass(frozen=True)
class Rule:
    """One rule of one dataset.

    code: `<dataset>.<type>.<subject>`, stable over runs; `column` is the first column judged.
    """

    code: str
    dataset: str
    type: str
    column: str
    title: str
    title_en: str
    dimension: Dimension
    severity: Severity
    params: Params

    @property
    def weight(self) -> int:
        """How much the rule weighs in a score: 5 critical, 3 major, 1 minor."""
        return WEIGHTS[self.severity]

    def check(self) -> Check:
        """Return the rule's condition over the dataset's rows."""
        return rule_type(self.type).check(self.params)


def rule_type(code: str) -> RuleType[Any]:
    """Return the rule type of `code`; raise `UnknownRuleType` with the known ones."""
    found = rule_types().get(code)
    if found is None:
        raise UnknownRuleType(code, rule_types())
    return found


def compile_dataset(dataset: Dataset, catalog: Catalog) -> tuple[Rule, ...]:
    """Return the rules that a dataset's declaration asks for, in a stable order."""
    return tuple(
        Rule(
            code=f"{dataset.code}.{each.code}.{declared.subject}",
            dataset=dataset.code,
            type=each.code,
            column=declared.column,
            title=declared.title,
            title_en=declared.title_en,
            dimension=each.dimension,
            severity=declared.severity or each.severity,
            params=cast("Params", declared.params),
        )
        for each in rule_types().values()
        for declared in each.declared(dataset, catalog)
    )


def compile_rules(catalog: Catalog) -> tuple[Rule, ...]:
    """Return the basic rules of all datasets, compiled from their declarations.

    >>> from suwen.domains.standards.public import Catalog
    >>> "encounter.key_unique.key" in {rule.code for rule in compile_rules(Catalog.from_packs())}
    True
    """
    return tuple(rule for dataset in catalog for rule in compile_dataset(dataset, catalog))


def adjusted(rules: Iterable[Rule], severities: Mapping[str, Severity], disabled: frozenset[str]) -> tuple[Rule, ...]:
    """Return the rules with the severities that users chose, without the disabled ones."""
    return tuple(
        replace(rule, severity=severities.get(rule.code, rule.severity)) for rule in rules if rule.code not in disabled
    )
