"""The check of a scheme 采集校验: sources, connections, tables, columns and rows against its scope."""

from collections.abc import Sequence
from typing import Any

from anyio import to_thread

from suwen.domains.ingest.connector import Connector, ReadRequest
from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.errors import BehindNode
from suwen.domains.ingest.models import IngestSource
from suwen.domains.ingest.schemes.models import IngestScheme
from suwen.domains.ingest.schemes.repository import Brought, SchemeRepository
from suwen.domains.ingest.schemes.schemas import SchemeCheck, SchemeFinding
from suwen.domains.ingest.schemes.systems import kind_of
from suwen.domains.ingest.service.sources import connected
from suwen.domains.ingest.session import Session
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import SuwenError
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings


async def check_scheme(uow: UnitOfWork, scope: Scope, settings: Settings, scheme: IngestScheme) -> SchemeCheck:
    """Look at an institution's system and return what is as the scheme says and what is not, step by step."""
    repository = SchemeRepository(uow.session)
    sources = [one for one in await repository.sources(scheme.org_code) if kind_of(one.system) == scheme.system]
    feeds = [one for one in await repository.brought(scope) if one.source.id in {source.id for source in sources}]
    if not sources:
        return SchemeCheck(
            good=False, findings=[_finding(None, "source", False, "没有此系统的数据源", "no source yet")]
        )
    findings: list[SchemeFinding] = []
    for source in sources:
        findings += await _looked_at(source, settings, [one for one in feeds if one.source.id == source.id])
    for dataset in scheme.datasets:
        own = [one for one in feeds if one.feed.dataset == dataset]
        rows = sum(one.rows for one in own)
        if not own:
            findings.append(_finding(dataset, "rows", False, "没有采集任务", "no feed fills it"))
        else:
            findings.append(_finding(dataset, "rows", rows > 0, f"已接收 {rows} 行", f"{rows} rows received"))
    return SchemeCheck(good=all(one.good for one in findings), findings=findings)


async def _looked_at(source: IngestSource, settings: Settings, feeds: Sequence[Brought]) -> list[SchemeFinding]:
    try:
        connector = connected(source, settings)
    except BehindNode:
        told = f"数据源 {source.code} 由前置机采集，平台不直接连接", f"source {source.code} is read by its edge node"
        return [_finding(None, "connection", True, *told)]
    wanted = [(one.feed.dataset, FeedDefinition.model_validate(one.feed.definition)) for one in feeds]

    def probe() -> list[SchemeFinding]:
        with Session(settings.workspace / "spill") as session:
            try:
                server = connector.test(session).server
            except SuwenError as error:
                told = f"数据源 {source.code} 无法连接：{error.detail}", f"source {source.code}: {error.detail}"
                return [_finding(None, "connection", False, *told)]
            told = f"数据源 {source.code} 已连接：{server}", f"source {source.code} answers: {server}"
            found = [_finding(None, "connection", True, *told)]
            for dataset, feed in wanted:
                found += _columns(connector, session, dataset, feed)
            return found

    return await to_thread.run_sync(probe)


def _columns(connector: Connector[Any], session: Session, dataset: str, feed: FeedDefinition) -> list[SchemeFinding]:
    request = ReadRequest(table=feed.table, query=feed.query)
    try:
        there = {column.name.lower() for column in connector.columns(session, request)}
    except SuwenError as error:
        return [_finding(dataset, "table", False, f"源表不可读：{error.detail}", f"cannot be read: {error.detail}")]
    origin = feed.table or "SELECT"
    found = [_finding(dataset, "table", True, f"源表 {origin} 可读", f"source table {origin} is readable")]
    if lacking := sorted(name for name in feed.key if name.lower() not in there):
        names = "、".join(lacking)
        return [*found, _finding(dataset, "columns", False, f"缺少主键列 {names}", f"key columns lacking: {names}")]
    count = len(there)
    return [*found, _finding(dataset, "columns", True, f"{count} 列，主键齐全", f"{count} columns, the key among them")]


def _finding(dataset: str | None, step: Any, good: bool, what: str, what_en: str) -> SchemeFinding:
    return SchemeFinding(dataset=dataset, step=step, good=good, what=what, what_en=what_en)
