"""Every rule type's examples, executed on a real lake: bad rows are found, good rows are not, counts equal lists."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from suwen.domains.lake.public import ColumnSpec, Lake, TableSpec, open_lake
from suwen.domains.quality.rule import Rule, rule_types
from suwen.domains.quality.rule_type import Example, RuleType
from suwen.domains.quality.statement import counted_violations, passes, violations
from suwen.domains.standards.public import Dataset
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

SYSTEM = {"org_code": "VARCHAR", "patient_key": "VARCHAR", "feed": "VARCHAR", "source_key": "VARCHAR"}
CASES = [
    pytest.param(rule_type, example, id=f"{code}-{place}")
    for code, rule_type in rule_types().items()
    for place, example in enumerate(rule_type.examples)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rule_types")


@pytest.fixture(scope="module")
def lake(folder: Path) -> Iterator[Lake]:
    """The lake that tables are written to."""
    opened = open_lake(Settings(workspace=folder, database_url="postgresql:///none"))
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def reader(folder: Path, lake: Lake, request: pytest.FixtureRequest) -> Iterator[Lake]:
    """The same lake read by each engine."""
    if request.param == "duckdb":
        yield lake
        return
    opened = open_lake(Settings(workspace=folder, database_url="postgresql:///none", engine=request.param))
    yield opened
    opened.close()


def example_dataset() -> Dataset:
    return Dataset(
        code="example", title="示例", title_en="Example", category="visit", standard="-", edition="-", provenance="-",
        key=("source_key",), patient_column="patient_key",
        elements=({"name": "source_key", "title": "键", "title_en": "Key", "type": "string"},),
    )  # fmt: skip


def put(lake: Lake, name: str, columns: Mapping[str, str], rows: list[dict[str, Any]]) -> None:
    spec = TableSpec("std", name, tuple(ColumnSpec(column, type_) for column, type_ in columns.items()))
    texts = {column: [None if row.get(column) is None else str(row[column]) for row in rows] for column in columns}
    text_table = pa.table(texts, schema=pa.schema([(column, pa.string()) for column in columns]))
    casts = ", ".join(f'CAST("{column}" AS {type_}) AS "{column}"' for column, type_ in columns.items())
    with duckdb.connect() as connection:
        connection.register("given", text_table)
        lake.replace(spec, connection.execute(f"SELECT {casts} FROM given").to_arrow_table())


def filled(example: Example[Any]) -> tuple[dict[str, str], list[dict[str, Any]]]:
    columns = {**SYSTEM, **example.columns}
    rows = [{"source_key": f"good{n}", **row} for n, row in enumerate(example.good)]
    rows += [{"source_key": f"bad{n}", **row} for n, row in enumerate(example.bad)]
    return columns, [{"org_code": "A", "patient_key": "p", "feed": "f", **row} for row in rows]


@pytest.mark.parametrize(("rule_type", "example"), CASES)
def test_examples(lake: Lake, reader: Lake, rule_type: RuleType[Any], example: Example[Any]) -> None:
    name = f"example_{rule_type.code}_{rule_type.examples.index(example)}"
    params = example.params
    if "dataset" in type(params).model_fields and params.dataset == "example":
        params = params.model_copy(update={"dataset": name})
    dataset = example_dataset().model_copy(update={"code": name})
    columns, rows = filled(example)
    put(lake, name, columns, rows)
    for other, (types, lines) in example.tables.items():
        put(lake, other, types, [dict(line) for line in lines])
    pairs = [(value_set, code) for value_set, codes in example.codes.items() for code in codes]
    codes = pa.table(
        {"value_set": [pair[0] for pair in pairs], "code": [pair[1] for pair in pairs]},
        schema=pa.schema([("value_set", pa.string()), ("code", pa.string())]),
    )
    rule = Rule("r", name, rule_type.code, "c", "规则", "Rule", rule_type.dimension, rule_type.severity, params)

    def select(query: Any) -> list[dict[str, Any]]:
        given = {"today": date(2025, 1, 1)}
        tables = {"lookup.value_set_code": codes}
        return reader.select(query, scope=Scope.everything(), params=given, tables=tables).to_pylist()

    expected = {f"bad{n}" for n in range(len(example.bad))}
    assert {row["source_key"] for row in select(violations(dataset, rule))} == expected
    assert select(counted_violations(dataset, rule)) == [{"n": len(expected)}]
    (step,) = passes(dataset, [rule])
    counted = step.counted[0]
    found = select(step.query)
    assert sum(row[counted.failed] for row in found) == len(expected)
    assert sum(row["n"] for row in found) == len(rows)
    assert len(expected) <= sum(row[counted.checked] for row in found) <= len(rows)


@pytest.mark.parametrize("rule_type", rule_types().values(), ids=rule_types())
def test_a_rule_type_explains_itself(rule_type: RuleType[Any]) -> None:
    chinese, _, english = rule_type.text.partition("\n\n")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    assert english
    assert all(example.good and example.bad for example in rule_type.examples)
    assert rule_type.examples
    assert rule_type.title
    assert rule_type.title_en
