"""Pages that are made from the declarations themselves: `python -m tools.docs` writes docs/generated.

openapi.json (the API, for review), datasets.md, rules.md, metrics.md, connectors.md.
"""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "generated"
NOTE = "Made by `make docs` from the declarations; do not edit."


def openapi() -> str:
    """Return the API's description, keys in order."""
    from suwen.app.api import create_app

    return json.dumps(create_app().openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def datasets() -> str:
    """Return every dataset with its elements."""
    from suwen.domains.standards.public import Catalog

    parts = [_head("Datasets 数据集")]
    for dataset in Catalog.from_packs():
        parts.append(
            f"## {dataset.code} {dataset.title}\n\n{dataset.standard}, version {dataset.version}; "
            f"key `{' + '.join(dataset.key)}`, patient `{dataset.patient_column}`\n"
        )
        rows = (
            (e.name, e.title, e.de, e.type, e.format, e.value_set, "yes" if e.required else "", e.grade, e.mask)
            for e in dataset.elements
        )
        head = ("element", "title", "data element", "type", "format", "value set", "required", "grade", "mask")
        parts.append(_table(head, rows))
    return "\n".join(parts)


def rules() -> str:
    """Return the quality rules compiled from the datasets."""
    from suwen.domains.quality.rule import compile_dataset
    from suwen.domains.standards.public import Catalog

    catalog = Catalog.from_packs()
    rows = (
        (rule.code, rule.title, rule.dimension, rule.severity)
        for dataset in catalog
        for rule in compile_dataset(dataset, catalog)
    )
    return _head("Quality rules 质控规则") + "\n" + _table(("rule", "title", "dimension", "severity"), rows)


def metrics() -> str:
    """Return the metrics of the packs."""
    from suwen.domains.metrics.pack import load_pack
    from suwen.domains.standards.public import Catalog

    found = load_pack(Catalog.from_packs()).values()
    rows = ((m.code, m.title, m.group, m.kind, m.unit, m.formula) for m in found)
    return _head("Metrics 指标") + "\n" + _table(("metric", "title", "group", "kind", "unit", "formula"), rows)


def connectors() -> str:
    """Return the connectors with their options."""
    from suwen.domains.ingest.connector import connectors as installed
    from suwen.kernel.resources import describe_form

    parts = [_head("Connectors 连接器")]
    for connector in installed().values():
        does = [name for name, able in asdict(connector.capabilities).items() if able is True]
        parts.append(f"## {connector.name} {connector.title}\n\nCan: {', '.join(does) or 'full reads of tables'}\n")
        if connector.untried:
            parts.append(f"Statements alone tested, no server at hand: {', '.join(connector.untried)}\n")
        fields = describe_form(connector.options_model) or []
        rows = ((f["name"], f["label"], f["kind"], "yes" if f["required"] else "", f["default"]) for f in fields)
        parts.append(_table(("option", "label", "kind", "required", "default"), rows))
    return "\n".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "openapi.json": openapi,
    "datasets.md": datasets,
    "rules.md": rules,
    "metrics.md": metrics,
    "connectors.md": connectors,
}


def write() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        (FOLDER / name).write_text(make(), encoding="utf-8")


def _head(title: str) -> str:
    return f"# {title}\n\n{NOTE}\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    write()
    sys.exit(0)
