"""How a reader sees the columns of a source row, by the elements that they feed."""

from collections.abc import Callable, Mapping

from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.mapping.expression import columns_used, parse_expression
from suwen.domains.ingest.rawtable import raw_name
from suwen.domains.standards.public import Catalog
from suwen.kernel.masking import mask_value, view_of
from suwen.kernel.scope import HIGHEST_GRADE, Scope

HIDDEN = "***"
Masker = Callable[[str, object], object]
"""Takes the name of a raw column and a value; returns the value as it is shown."""


Rules = Mapping[str, tuple[int, str | None]]
"""By a raw column's name in lower case: grade and mask of the elements that it feeds."""


def column_rules(code: str, definition: FeedDefinition | None, catalog: Catalog) -> Rules:
    """Return the rules of the raw columns that feed an element; a column that feeds several has the strictest."""
    rules: dict[str, tuple[int, str | None]] = {}
    for name, mapping in definition.columns.items() if definition else ():
        element = catalog.dataset(definition.dataset).by_name.get(name) if definition else None
        grade, kind = (element.grade, element.mask) if element else (1, None)
        for column in columns_used(parse_expression(code, name, mapping.expr)):
            held = rules.get(raw_name(column).lower(), (1, None))
            rules[raw_name(column).lower()] = (max(held[0], grade), held[1] or kind)
    return rules


def row_masker(code: str, definition: FeedDefinition | None, catalog: Catalog, scope: Scope) -> Masker:
    """Return the masker of a feed's source rows; of a feed that is no longer known every column counts as unmapped.

    A source column is shown like the element it feeds, and hidden when it feeds none, for nobody has said how sensitive
    it is: only those who may read everything see it, when they ask.
    """
    rules = column_rules(code, definition, catalog)

    def mask(column: str, value: object) -> object:
        if value is None:
            return value
        if column.lower() not in rules:
            return value if scope.unmask and scope.grade == HIGHEST_GRADE else HIDDEN
        grade, kind = rules[column.lower()]
        match view_of(grade, kind, scope):
            case "clear":
                return value
            case "empty":
                return None
            case "masked":
                return mask_value(str(kind), value)

    return mask


def masked_key(definition: FeedDefinition | None, mask: Masker, key: object) -> object:
    """Return the key of a source row as it is shown; one of several columns is masked part by part."""
    if definition is None or key is None or not definition.key:
        return key
    if len(definition.key) == 1:
        return mask(raw_name(definition.key[0]), key)
    parts = str(key).split("|")
    if len(parts) != len(definition.key):
        return key if all(mask(raw_name(name), part) == part for name in definition.key for part in parts) else HIDDEN
    shown = (mask(raw_name(name), part) for name, part in zip(definition.key, parts, strict=True))
    return "|".join("" if part is None else str(part) for part in shown)
