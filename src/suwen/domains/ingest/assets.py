"""What collection knows of every dataset: the feeds that fill it, what they brought, and since when."""

from collections.abc import Sequence

from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.lake.public import AssetFigure, AssetMeasure, AssetMoment, Lake, knows_assets, recalls_assets
from suwen.domains.standards.public import Dataset
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope


@knows_assets("ingest")
async def delivered(uow: UnitOfWork, _lake: Lake, datasets: Sequence[Dataset], scope: Scope) -> list[AssetFigure]:
    """Return feeds, failing feeds, rows received and runs that ended well, by dataset and institution."""
    repository, codes = IngestRepository(uow.session), {each.code for each in datasets}
    found: list[AssetFigure] = []
    for each in await repository.deliveries(scope):
        counts: dict[AssetMeasure, int] = {"feeds": each.feeds, "failing": each.failing, "arrived": each.arrived}
        found += [
            AssetFigure(dataset=each.dataset, measure=measure, org_code=each.org_code, value=count, at=each.last_at)
            for measure, count in counts.items()
        ]
    rows: dict[tuple[str, str], tuple[int, int]] = {}
    for dataset, org, _, received, quarantined in await repository.arrivals():
        if scope.allows(org):
            met, of = rows.get((dataset, org), (0, 0))
            rows[dataset, org] = (met + received - quarantined, of + received)
    found += [
        AssetFigure(dataset=dataset, measure="received", org_code=org, met=met, of=of)
        for (dataset, org), (met, of) in rows.items()
    ]
    return [figure for figure in found if figure.dataset in codes]


@recalls_assets("ingest")
async def deliveries(uow: UnitOfWork, dataset: str, scope: Scope) -> list[AssetMoment]:
    """Return when a dataset was connected to a source, first collected and last collected, within the scope."""
    places = [each for each in await IngestRepository(uow.session).deliveries(scope) if each.dataset == dataset]
    connected = min((each.connected_at for each in places if each.connected_at), default=None)
    first = min((each.first_at for each in places if each.first_at), default=None)
    last = max((each.last_at for each in places if each.last_at), default=None)
    batches = f"/ingest/batches?f.dataset={dataset}"
    told = (
        (connected, "connected", "建立首个采集任务", "First feed set up", f"/ingest/feeds?f.dataset={dataset}"),
        (first, "collected", "首次入库", "First collected", batches),
        (last if last != first else None, "collected", "最近一次入库", "Last collected", batches),
    )
    return [
        AssetMoment(at=at, kind=kind, title=title, title_en=title_en, path=path)
        for at, kind, title, title_en, path in told
        if at is not None
    ]
