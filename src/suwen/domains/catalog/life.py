"""An asset as it is shown: its row of the list, its stages with figures, its institutions, what happened to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from suwen.domains.catalog.assets import Asset, Figures, Known, Measure, gather, readers
from suwen.domains.catalog.schemas_assets import AssetLife, AssetPlace, AssetRow, AssetStage, StageCount, StageFigure
from suwen.domains.catalog.stages import HOLDS, STAGES, Stage, Standing, stands_at
from suwen.domains.lake.public import AssetMoment, Lake, asset_moments, current_lake
from suwen.domains.orgs.public import institutions
from suwen.domains.standards.public import (
    OPERATIONS,
    Dataset,
    DatasetLife,
    UnknownDataset,
    dataset_lives,
    version_spans,
)
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import LOWEST_GRADE, Scope


@dataclass(frozen=True)
class Shown:
    """A figure that a stage shows."""

    measure: str
    title: str
    title_en: str
    kind: Literal["number", "share", "moment"] = "number"


SHOWN: Mapping[Stage, tuple[Shown, ...]] = {
    "standard": (
        Shown("version", "现行版本", "Version in force"),
        Shown("since", "施行时间", "In force", "moment"),
        Shown("fields", "数据元", "Elements"),
        Shown("grade", "数据分级", "Grade"),
        Shown("masked", "直接标识符", "Direct identifiers"),
        Shown("review_due", "复审期限", "Review due", "moment"),
    ),
    "collection": (
        Shown("feeds", "采集任务", "Feeds"),
        Shown("failing", "异常任务", "Failing feeds"),
        Shown("arrived", "完成批次", "Batches"),
        Shown("rows", "入库行数", "Rows"),
        Shown("received", "接收行入库率", "Rows accepted", "share"),
        Shown("arrived_at", "最近入库", "Last arrival", "moment"),
    ),
    "mapping": (
        Shown("mapped", "术语对照率", "Terms mapped", "share"),
        Shown("coded", "值域符合率", "Valid codes", "share"),
    ),
    "index": (
        Shown("institution", "机构已注册", "Institutions known", "share"),
        Shown("department", "科室已注册", "Departments known", "share"),
        Shown("person", "人员已关联", "Persons known", "share"),
        Shown("linked_at", "最近关联", "Last linked", "moment"),
    ),
    "quality": (
        Shown("score", "质量得分", "Score"),
        Shown("problems", "未通过规则", "Rules broken"),
        Shown("rules", "质量规则", "Rules"),
        Shown("judged", "检查次数", "Checks"),
        Shown("judged_at", "最近评价", "Last judged", "moment"),
    ),
    "use": (
        Shown("metrics", "指标", "Metrics"),
        Shown("documents", "共享文档", "Shared documents"),
    ),
    "retired": (Shown("retired_at", "退役时间", "Retired", "moment"),),
}
"""The figures of every stage, in their order."""
_HOLDS = {code: (title, title_en) for code, title, title_en in HOLDS}
_OPERATIONS = {code: (title, title_en) for code, title, title_en in OPERATIONS}


async def rows(uow: UnitOfWork, scope: Scope) -> list[AssetRow]:
    """Return every dataset, retired ones too, as a row of the list."""
    return [_row(asset) for asset in await gather(uow, current_lake(), scope)]


async def stage_counts(uow: UnitOfWork, lake: Lake, scope: Scope) -> list[StageCount]:
    """Return how many assets stand at each stage."""
    standing = [stands_at(asset.standings) for asset in await gather(uow, lake, scope)]
    return [
        StageCount(
            stage=stage,
            title=title,
            title_en=title_en,
            assets=sum(each.stage == stage for each in standing),
            held=sum(each.stage == stage and each.state == "held" for each in standing),
        )
        for stage, title, title_en in STAGES
    ]


async def life_of(uow: UnitOfWork, lake: Lake, scope: Scope, code: str) -> AssetLife:
    """Return the whole life of a dataset. Raises UnknownDataset."""
    found = await gather(uow, lake, scope, code)
    if not found:
        raise UnknownDataset(code, [each.dataset.code for each in await dataset_lives(uow)])
    asset = found[0]
    names = {row.org_code: row.name for row in await institutions(uow, scope)}
    moments = [*await _own_moments(uow, asset.life), *await asset_moments(uow, code, scope)]
    titles = {stage: (title, title_en) for stage, title, title_en in STAGES}
    return AssetLife(
        asset=_row(asset),
        stages=[_stage(asset, each, *titles[each.stage]) for each in asset.standings],
        places=_places(asset.figures, names),
        readers=readers(asset.uses),
        moments=sorted(moments, key=lambda moment: moment.at, reverse=True),
    )


def _row(asset: Asset) -> AssetRow:
    dataset, life, figures = asset.dataset, asset.life, asset.figures
    standing = stands_at(asset.standings)
    return AssetRow(
        **dataset.model_dump(include={"code", "title", "title_en", "category", "standard", "version"}),
        stage=standing.stage,
        hold=standing.hold,
        rows=_count(figures, "rows"),
        institutions=sum("rows" in measures for measures in figures.places.values()),
        feeds=_count(figures, "feeds"),
        failing=_count(figures, "failing"),
        arrived_at=figures.of("arrived").at,
        mapped=figures.of("mapped").share.percent,
        coded=figures.of("coded").share.percent,
        institution=figures.of("institution").share.percent,
        department=figures.of("department").share.percent,
        person=figures.of("person").share.percent,
        score=figures.of("score").value,
        problems=_count(figures, "problems"),
        judged_at=figures.of("judged").at,
        readers=len(readers(asset.uses)),
        grade=_grade(dataset),
        fields=len(dataset.elements),
        review_due=life.review_due,
        proposed=life.proposed.operation if life.proposed else None,
        retired_at=life.retired_at,
    )


def _stage(asset: Asset, standing: Standing, title: str, title_en: str) -> AssetStage:
    hold = _HOLDS[standing.hold] if standing.hold else (None, None)
    return AssetStage(
        stage=standing.stage,
        title=title,
        title_en=title_en,
        state=standing.state,
        hold=standing.hold,
        hold_title=hold[0],
        hold_title_en=hold[1],
        figures=[_figure(asset, shown) for shown in SHOWN[standing.stage]],
    )


def _figure(asset: Asset, shown: Shown) -> StageFigure:
    figure = StageFigure(measure=shown.measure, title=shown.title, title_en=shown.title_en)
    match shown.kind:
        case "moment":
            figure.at = _moments(asset)[shown.measure]
        case "number":
            figure.value = _numbers(asset)[shown.measure]
        case "share":
            known = asset.figures.whole.get(shown.measure, Known())
            figure.percent, figure.value = True, known.share.percent
            figure.met, figure.of = known.met, known.of
    return figure


def _numbers(asset: Asset) -> dict[str, float | None]:
    dataset, figures = asset.dataset, asset.figures
    counts: tuple[Measure, ...] = ("feeds", "failing", "arrived", "rows", "problems", "judged")
    kinds = {"rules": "rule", "metrics": "metric", "documents": "document"}
    return {
        "version": dataset.version,
        "fields": len(dataset.elements),
        "grade": _grade(dataset),
        "masked": sum(element.mask is not None for element in dataset.elements),
        "score": figures.of("score").value,
        **{measure: _count(figures, measure) for measure in counts},
        **{name: sum(usage.kind == kind for usage in asset.uses) for name, kind in kinds.items()},
    }


def _moments(asset: Asset) -> dict[str, datetime | date | None]:
    life, figures = asset.life, asset.figures
    return {
        "since": life.since,
        "review_due": life.review_due,
        "arrived_at": figures.of("arrived").at,
        "linked_at": figures.of("person").at,
        "judged_at": figures.of("judged").at,
        "retired_at": life.retired_at,
    }


def _places(figures: Figures, names: Mapping[str, str]) -> list[AssetPlace]:
    found = [
        AssetPlace(
            org_code=org,
            name=names.get(org),
            rows=_count(figures, "rows", org),
            feeds=_count(figures, "feeds", org),
            failing=_count(figures, "failing", org),
            arrived_at=figures.of("arrived", org).at,
            mapped=figures.of("mapped", org).share.percent,
            coded=figures.of("coded", org).share.percent,
            department=figures.of("department", org).share.percent,
            person=figures.of("person", org).share.percent,
            score=figures.of("score", org).value,
            problems=_count(figures, "problems", org),
        )
        for org in figures.places
    ]
    return sorted(found, key=lambda place: (-place.rows, place.org_code))


async def _own_moments(uow: UnitOfWork, life: DatasetLife) -> list[AssetMoment]:
    """Return the versions of the standard that came into force or ended it, and what is proposed for it."""
    code = life.dataset.code
    moments: list[AssetMoment] = []
    spans = await version_spans(uow, code)
    for span in spans:
        moments.append(
            AssetMoment(
                at=span.since,
                kind="published",
                title=f"标准第 {span.version} 版施行",
                title_en=f"Version {span.version} of the standard in force",
                by=span.published_by,
            )
        )
    if life.retired_at is not None:
        ended_by = spans[-1].retired_by if spans else None
        moments.append(AssetMoment(at=life.retired_at, kind="retired", title="废止", title_en="Retired", by=ended_by))
    if life.proposed is not None:
        title, title_en = _OPERATIONS[life.proposed.operation]
        moments.append(
            AssetMoment(
                at=life.proposed.begun_at,
                kind="proposed",
                title=f"发起{title}",
                title_en=f"{title_en} proposed",
                by=life.proposed.begun_by,
                path=f"/standards/proposals/{life.proposed.id}",
            )
        )
    return moments


def _count(figures: Figures, measure: Measure, org: str | None = None) -> int:
    return int(figures.of(measure, org).value or 0)


def _grade(dataset: Dataset) -> int:
    return max((element.grade for element in dataset.columns), default=LOWEST_GRADE)
