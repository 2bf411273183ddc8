"""What is wrong with a mapping that is being written, all of it at once, each by its place."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from pydantic import ValidationError

from suwen.domains.ingest.definition import ColumnMapping, FeedDefinition
from suwen.domains.ingest.errors import InvalidDefinition, UnknownSourceColumn
from suwen.domains.ingest.mapping.bind import expression_types
from suwen.domains.ingest.mapping.expression import bind_columns, parse_expression
from suwen.domains.ingest.rawtable import SourceColumn, raw_name, raw_type
from suwen.domains.ingest.schemas import MappingProblem, Place
from suwen.domains.standards.public import Catalog, Dataset
from suwen.kernel.errors import SuwenError

_UNFINISHED: Mapping[Place, str] = {
    "key": "须选择源主键列",
    "columns": "还没有映射任何数据元",
    "capture": "须选择更新时间列",
}


def read_feed(given: Mapping[str, Any]) -> tuple[FeedDefinition | None, list[MappingProblem]]:
    """Return the feed and what keeps it from being whole; None when not even its mapping can be looked at.

    While it is being written code, key, columns or the changing column may be missing: the rest is looked at all the
    same.
    """
    try:
        return FeedDefinition.model_validate(given), []
    except ValidationError as error:
        problems = [_invalid(item) for item in cast("list[dict[str, Any]]", error.errors(include_input=False))]
    filled = {**given, "code": "draft", "capture": "full"}
    empty: dict[str, Any] = {"key": (), "columns": {}}
    missing = {name: value for name, value in empty.items() if not given.get(name)}
    stand_in: dict[str, Any] = {"key": ["_"], "columns": {"_": "NULL"}}
    try:
        feed = FeedDefinition.model_validate(filled | {name: stand_in[name] for name in missing})
    except ValidationError:
        return None, problems
    return feed.model_copy(update=missing), problems


def problems_of(
    feed: FeedDefinition, columns: Sequence[SourceColumn], dataset: Dataset, catalog: Catalog
) -> list[MappingProblem]:
    """Return what is wrong with a feed over a source's columns, errors first."""
    names = {column.name.lower(): raw_name(column.name) for column in columns}
    known = tuple(column.name for column in columns)
    found = [*_names(feed, names, known), *_missing(feed, dataset)]
    row = [(raw_name(column.name), raw_type(column.type)) for column in columns]
    for element, mapping in feed.columns.items():
        if element not in dataset.by_name and element != "org_code":
            found.append(_problem("columns", element, "没有此数据元", "the dataset has no such element", element))
            continue
        try:
            bound = bind_columns(feed.code, element, parse_expression(feed.code, element, mapping.expr), names, known)
            expression_types(feed.code, {element: bound}, row)
        except (InvalidDefinition, UnknownSourceColumn) as error:
            found.append(_told(error, "columns", element))
        found += _codes(element, mapping, dataset, catalog)
    return sorted(found, key=lambda problem: problem.level)


def _names(feed: FeedDefinition, names: Mapping[str, str], known: Sequence[str]) -> Iterator[MappingProblem]:
    wanted: list[tuple[Place, str]] = []
    wanted.extend(("key", name) for name in feed.key)
    if feed.capture.column is not None:
        wanted.append(("capture", feed.capture.column))
    for place, name in wanted:
        if name.lower() not in names:
            yield _told(UnknownSourceColumn(feed.code, place, name, known), place, None)


def _missing(feed: FeedDefinition, dataset: Dataset) -> Iterator[MappingProblem]:
    needed = {*dataset.key, dataset.patient_column}
    for name in sorted(needed - set(feed.columns)):
        yield _problem("columns", name, "必须映射", "the key and the patient must be mapped", None)
    for element in dataset.elements:
        if element.required and element.name not in needed and element.name not in feed.columns:
            text = "the standard requires this element; without it the quality rules will count every row"
            yield _problem("columns", element.name, "标准要求必填", text, None, level="warning")


def _codes(element: str, mapping: ColumnMapping, dataset: Dataset, catalog: Catalog) -> Iterator[MappingProblem]:
    declared = dataset.by_name.get(element)
    if declared is None or declared.value_set is None:
        return
    titles = catalog.value_set(declared.value_set).titles
    targets = [*mapping.map.values(), mapping.default, mapping.blank]
    for code in sorted({code for code in targets if code is not None and code not in titles}):
        text = f"value set {declared.value_set} has no such code"
        yield _problem("columns", element, "值集中没有此代码", text, code, level="warning")


def _invalid(item: Mapping[str, Any]) -> MappingProblem:
    place, *inside = [str(part) for part in item["loc"]] or ["feed"]
    known: Place = cast("Place", place) if place in ("key", "capture", "columns") else "feed"
    element = inside[0] if known == "columns" and inside else None
    text = f"{'.'.join([place, *inside])}: {item['msg']}" if known == "feed" else str(item["msg"])
    return _problem(
        known, element, _UNFINISHED.get(known, "配置不完整") if element is None else "配置不完整", text, None
    )


def _told(error: SuwenError, place: Place, element: str | None) -> MappingProblem:
    # The place is told beside the text, so its beginning (feed and column) is left out.
    text = error.detail.split(": ", 1)[-1]
    allowed = None if error.allowed is None or isinstance(error.allowed, str) else [str(one) for one in error.allowed]
    problem = _problem(place, element, error.title, text, None if error.received is None else str(error.received))
    return problem.model_copy(update={"allowed": allowed})


def _problem(
    place: Place, element: str | None, title: str, detail: str, received: str | None, level: str = "error"
) -> MappingProblem:
    return MappingProblem.model_validate(
        {
            "place": place, "element": element, "level": level, "title": title, "detail": detail,
            "received": received, "allowed": None,
        }
    )  # fmt: skip
