"""From a survey to a proposal: feeds with columns, value maps, keys and what a person must still decide."""

import re
from collections.abc import Callable, Mapping

from suwen.domains.ingest.proposing.evidence import TECHNICAL, Judge, Weighed
from suwen.domains.ingest.proposing.known import SURE, Model, elements_of, model_of
from suwen.domains.ingest.proposing.matching import ACCEPT, Fit, Matcher, bare_name
from suwen.domains.ingest.proposing.proposal import (
    Choice,
    CodeMap,
    EvidenceOut,
    Proposal,
    ProposedColumn,
    ProposedFeed,
    ProposedTable,
)
from suwen.domains.ingest.proposing.survey import Survey, SurveyedColumn, SurveyedTable
from suwen.domains.standards.public import Catalog, Dataset

SHOWN = 3
CODE_CONFIDENCE = 0.5
SECOND = 0.6
"""A further dataset of a table needs so many sure elements of its own, and this share of the best one's score."""


def propose(catalog: Catalog, survey: Survey, source: str) -> Proposal:
    """Propose datasets, elements and value maps for every table of a source."""
    judge = Judge(catalog)
    model = model_of(survey)
    matcher = Matcher(judge, survey)
    fits = matcher.match()
    codes: set[str] = set()
    tables = [
        _of_model(model, catalog, table, codes)
        if model is not None and model.of(table) is not None
        else _matched(matcher, table, fits[table.name], codes)
        for table in survey.tables
    ]
    return Proposal(source=source, tables=tables, unreadable=survey.unreadable)


def _matched(matcher: Matcher, table: SurveyedTable, fits: list[Fit], codes: set[str]) -> ProposedTable:
    best = fits[0]
    feeds = [best, *_further(matcher, best, fits[1:])] if best.probability >= ACCEPT else []
    proposed = [_feed(matcher, table, fit, codes) for fit in feeds]
    none = 1 - sum(fit.probability for fit in fits)
    return ProposedTable(
        name=table.name,
        comment=table.comment,
        rows=table.rows,
        columns=len(table.columns),
        confidence=round(best.probability if feeds else max(none, 1 - best.probability), 3),
        feeds=proposed,
        alternatives=[
            Choice(code=fit.dataset, confidence=round(fit.probability, 3))
            for fit in fits[:4]
            if fit not in feeds and fit.probability > 0.01
        ],
    )


def _further(matcher: Matcher, best: Fit, others: list[Fit]) -> list[Fit]:
    """Return further datasets that the table feeds: named like it, or with elements that the best one has not."""
    taken = {match.element for match in best.matches.values() if match.weighed.confidence >= ACCEPT}
    found: list[Fit] = []
    for fit in others:
        dataset = matcher.datasets[fit.dataset]
        own = {
            match.element
            for match in fit.matches.values()
            if match.weighed.confidence >= 0.7 and match.element not in {*taken, *dataset.key, dataset.patient_column}
        }
        specific = {name for name in own if name not in matcher.datasets[best.dataset].by_name}
        if len(specific) >= 2 and fit.score >= SECOND * best.score and fit.naming >= 0.8:
            found.append(fit)
    return found[:1]


def _feed(matcher: Matcher, table: SurveyedTable, fit: Fit, codes: set[str]) -> ProposedFeed:
    dataset = matcher.datasets[fit.dataset]
    columns = [_column(one, fit) for one in table.columns]
    comments = {one.name: one.comment for one in table.columns}
    _complete_key(table, dataset, columns, lambda name: matcher.judge.other(TECHNICAL, name, comments[name]))
    accepted = {one.element: one for one in columns if one.accepted and one.element}
    own_key = [accepted[name].column for name in dataset.key if name in accepted]
    return ProposedFeed(
        dataset=dataset.code,
        confidence=round(fit.probability, 3),
        code=_code(table.name, codes),
        title=_title(table),
        key=list(table.key) or own_key,
        changing=matcher.changing(table),
        columns=columns,
        constants=matcher.constants(table, fit),
        needed=_needed(dataset),
        problems=_problems(dataset, set(accepted), bool(table.key or own_key)),
    )


def _column(column: SurveyedColumn, fit: Fit) -> ProposedColumn:
    shown = ProposedColumn(column=column.name, type=column.type, comment=column.comment)
    match = fit.matches.get(column.name)
    if match is None:
        return shown
    weighed = match.weighed
    sure = round(weighed.confidence, 3)
    return shown.model_copy(
        update={
            "element": match.element,
            "confidence": sure,
            "accepted": weighed.confidence >= ACCEPT,
            "evidence": [EvidenceOut(kind=r.kind, seen=r.seen, weight=r.weight) for r in weighed.reasons],
            "alternatives": [Choice(code=code, confidence=round(p, 3)) for code, p in match.others[:SHOWN]],
            "map": _codes(column, weighed),
        }
    )


def _codes(column: SurveyedColumn, weighed: Weighed) -> CodeMap | None:
    mapped = weighed.mapped
    if mapped is None or not column.profile.values:
        return None
    sure = {code: to for code, (to, confidence) in mapped.codes.items() if confidence >= CODE_CONFIDENCE}
    changed = {code: to for code, to in sure.items() if code != to}
    unknown = [code for code in column.profile.values if code not in sure]
    return CodeMap(codes=changed, unknown=unknown, confidence=round(mapped.confidence, 3))


def _complete_key(
    table: SurveyedTable, dataset: Dataset, columns: list[ProposedColumn], technical: Callable[[str], float]
) -> None:
    """Let a column that tells the rows apart stand for the dataset's key where nothing else does."""
    if len(dataset.key) != 1 or any(one.element == dataset.key[0] and one.accepted for one in columns):
        return
    telling = [
        one.name for one in table.columns if one.profile.distinct == table.rows > 1 and one.profile.longest <= 64
    ]
    free = {one.column for one in columns if not one.accepted}
    usual = [name for name in telling if name in free and technical(name) < 0.8 and name not in table.key]
    chosen = next(iter([*usual, *(name for name in table.key if len(table.key) == 1 and name in free)]), None)
    at = next((n for n, one in enumerate(columns) if one.column == chosen), None)
    if chosen is not None and at is not None:
        reason = EvidenceOut(kind="key", seen=chosen, weight=1.0)
        change = {"element": dataset.key[0], "confidence": 0.6, "accepted": True, "evidence": [reason], "map": None}
        columns[at] = columns[at].model_copy(update=change)
        for n, one in enumerate(columns):
            if n != at and one.element == dataset.key[0]:
                columns[n] = one.model_copy(update={"element": None, "accepted": False, "confidence": 0.0})


def _problems(dataset: Dataset, accepted: set[str], keyed: bool) -> list[str]:
    return [*(name for name in _needed(dataset) if name not in accepted), *([] if keyed else ["key"])]


def _needed(dataset: Dataset) -> list[str]:
    return [*dataset.key, *([] if dataset.patient_column in dataset.key else [dataset.patient_column])]


def _of_model(model: Model, catalog: Catalog, table: SurveyedTable, codes: set[str]) -> ProposedTable:
    feeds: list[ProposedFeed] = []
    for code, elements in elements_of(model, table).items():
        dataset = catalog.dataset(code)
        by_column = {names[0]: (element, text) for element, (text, names) in elements.items()}
        further = {name for _, (_, names) in elements.items() for name in names[1:]}
        columns = [_model_column(model, one, by_column.get(one.name), further) for one in table.columns]
        own_key = [elements[name][1][0] for name in dataset.key if name in elements]
        feeds.append(
            ProposedFeed(
                dataset=code,
                confidence=SURE,
                code=_code(table.name, codes),
                title=_title(table),
                key=list(table.key) or own_key,
                columns=columns,
                needed=_needed(dataset),
                problems=_problems(dataset, set(elements), bool(table.key or own_key)),
            )
        )
    return ProposedTable(
        name=table.name,
        comment=table.comment,
        rows=table.rows,
        columns=len(table.columns),
        confidence=SURE,
        feeds=feeds,
        model=model.title,
    )


def _model_column(
    model: Model, column: SurveyedColumn, given: tuple[str, str] | None, further: set[str]
) -> ProposedColumn:
    shown = ProposedColumn(column=column.name, type=column.type, comment=column.comment)
    if given is None:
        return shown
    element, text = given
    reason = EvidenceOut(kind="model", seen=f"{model.title}: {column.name}", weight=3.0)
    known: Mapping[str, str] = model.values.get(element, {})
    held = column.profile.values
    mapped = None
    if known:
        codes = {code: known[code] for code in held if code in known}
        unknown = [code for code in held if code not in known]
        mapped = CodeMap(codes=codes, unknown=unknown, confidence=SURE)
    change = {
        "element": element,
        "confidence": SURE,
        "accepted": True,
        "expression": text if text != column.name else None,
        "evidence": [reason],
        "map": mapped,
    }
    return shown.model_copy(update=change)


def _code(table: str, taken: set[str]) -> str:
    bare = re.sub(r"[^a-z0-9]+", "_", bare_name(table).lower())
    code = re.sub(r"^[^a-z]+|_+$", "", bare)[:36] or "feed"
    chosen, number = code, 2
    while chosen in taken:
        chosen, number = f"{code}_{number}", number + 1
    taken.add(chosen)
    return chosen


def _title(table: SurveyedTable) -> str:
    return table.comment or bare_name(table.name)
