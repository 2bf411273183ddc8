"""A proposal as a source definition: what is sure stands in it, the rest beside it as a comment."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import yaml

from suwen.domains.ingest.definition import FeedDefinition, SourceInfo
from suwen.domains.ingest.proposing.proposal import Proposal, ProposedColumn, ProposedFeed, ProposedTable
from suwen.domains.ingest.session import quoted

REPORT = (
    "table", "table_comment", "dataset", "dataset_confidence", "column", "type", "comment", "element", "confidence",
    "accepted", "evidence", "unmapped_codes",
)  # fmt: skip
"""Columns of the report."""

OPEN = "?"
"""Stands where a person must fill in."""


def feeds_of(proposal: Proposal, *, incremental: bool) -> list[FeedDefinition]:
    """Return the feeds that can run as they are: those whose key and patient were found."""
    return [
        feed_of(table, feed, incremental=incremental)
        for table in proposal.tables
        for feed in table.feeds
        if not feed.problems
    ]


def feed_of(table: ProposedTable, feed: ProposedFeed, *, incremental: bool) -> FeedDefinition:
    """Return a proposed feed as a definition, with the columns that are sure enough; what it lacks stands as `?`."""
    columns: dict[str, Any] = {element: f"'{value}'" for element, value in feed.constants.items()}
    for one in feed.columns:
        if one.accepted and one.element is not None:
            columns[one.element] = mapping_of(one)
    columns = columns or {OPEN: OPEN}
    timed = incremental and feed.changing is not None
    capture: Any = {"mode": "timestamp", "column": feed.changing} if timed else "full"
    given = {
        "code": feed.code,
        "title": feed.title,
        "table": table.name,
        "dataset": feed.dataset,
        "key": feed.key or [OPEN],
    }
    return FeedDefinition.model_validate({**given, "capture": capture, "columns": columns})


def mapping_of(column: ProposedColumn) -> dict[str, Any] | str:
    """Return how an element is made of its column: the column, or with its value map."""
    expression = column.expression or expression_of(column.column)
    if column.map is None or not column.map.codes:
        return expression
    return {"expr": expression, "map": column.map.codes}


def expression_of(name: str) -> str:
    """Return a column's name as an expression, quoted where SQL would read it otherwise."""
    plain = name.isidentifier() and not name[0].isdigit()
    return name if plain and name.isascii() else quoted(name)


def yaml_of(info: SourceInfo, proposal: Proposal, *, incremental: bool) -> str:
    """Return the definition file: each element with its confidence and what speaks for it as a comment.

    It can be loaded as it is; what is unsure stands in it as comments, for a person to decide.
    """
    lines = [
        f"# Proposed for {proposal.source}: read it before it is loaded. 映射建议，导入前请核对。",
        "# Behind each element: confidence, what speaks for it (+) and against it (-).",
        *_yaml({"source": info.model_dump(mode="json", exclude_defaults=True)}),
        "feeds:",
    ]
    for table in proposal.tables:
        for feed in table.feeds:
            written = list(_feed(table, feed, incremental=incremental))
            lines += ["", *(written if not feed.problems else (f"# {line}" for line in written))]
    none = [table for table in proposal.tables if not table.feeds]
    if none:
        lines += ["", "# Without a counterpart among the datasets 无对应数据集:"]
        lines += [f"#   {table.name} {table.comment} ({table.confidence:.2f})".rstrip() for table in none]
    lines += [f"# Not readable 无法读取: {name}: {why}" for name, why in proposal.unreadable.items()]
    return "\n".join(lines) + "\n"


def _feed(table: ProposedTable, feed: ProposedFeed, *, incremental: bool) -> Iterator[str]:
    definition = feed_of(table, feed, incremental=incremental)
    head = definition.model_dump(mode="json", include={"code", "title", "table", "dataset", "capture", "key"})
    if head["capture"]["mode"] == "full":
        head["capture"] = "full"
    else:
        head["capture"] = {name: head["capture"][name] for name in ("mode", "column")}
    others = ", ".join(f"{one.code} {one.confidence:.2f}" for one in table.alternatives)
    yield f"  # {feed.dataset} {feed.confidence:.2f}" + (f", or {others}" if others else "")
    if feed.problems:
        yield f"  # cannot run: no column for {', '.join(feed.problems)}"
    for number, line in enumerate(_yaml(head)):
        yield ("  - " if number == 0 else "    ") + line
    yield "    columns:"
    for element, value in feed.constants.items():
        text = _scalar(f"'{value}'")
        yield f"      {element}: {text}  # by the table's name"
    for one in feed.columns:
        if one.element is None:
            yield f"      # {one.column} {one.comment}: no counterpart".rstrip()
            continue
        text = _scalar(mapping_of(one))
        yield f"      {'' if one.accepted else '# '}{one.element}: {text}  # {one.confidence:.2f} {_why(one)}"
        if one.map is not None and one.map.unknown:
            yield f"      #   without a counterpart: {', '.join(one.map.unknown)}"


def _why(column: ProposedColumn) -> str:
    told = (f"{each.kind} {each.seen} {each.weight:+.1f}" for each in column.evidence)
    text = "; ".join(told) + (f" ({column.comment})" if column.comment else "")
    return " ".join(text.split())


def report_of(proposal: Proposal) -> str:
    """Return every column of the source as CSV: table, dataset, column, element, confidence, evidence."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(REPORT)
    for table in proposal.tables:
        if not table.feeds:
            writer.writerow([table.name, table.comment, "", table.confidence])
        for feed in table.feeds:
            for one in feed.columns:
                unknown = " ".join(one.map.unknown) if one.map else ""
                row = [table.name, table.comment, feed.dataset, feed.confidence, one.column, one.type, one.comment]
                writer.writerow([*row, one.element, one.confidence, one.accepted, _why(one), unknown])
    return out.getvalue()


def _yaml(value: object) -> list[str]:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=110).rstrip("\n").split("\n")


def _scalar(value: object) -> str:
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, default_flow_style=True, width=10_000)
    return text.removesuffix("...\n").rstrip("\n")
