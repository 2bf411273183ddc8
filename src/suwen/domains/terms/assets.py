"""How much of every dataset's terms stands for a standard code, and when the mapping was brought into it."""

from collections import defaultdict
from collections.abc import Sequence

from anyio import to_thread

from suwen.domains.lake.public import AssetFigure, AssetMoment, Lake, knows_assets, recalls_assets
from suwen.domains.standards.public import Dataset
from suwen.domains.terms.repository.publishing import PublishRepository
from suwen.domains.terms.service.counting import Translated, translations
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope

RECALLED = 5
"""Newest applications to a dataset that are told, besides the first."""


@knows_assets("terms")
async def mapped(_uow: UnitOfWork, lake: Lake, datasets: Sequence[Dataset], scope: Scope) -> list[AssetFigure]:
    """Return, by dataset and institution, the terms that its rows hold and those of them with a standard code."""

    def count() -> dict[str, tuple[Translated, ...]]:
        return {each.code: translations(lake, each) for each in datasets}

    sums: defaultdict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for code, counts in (await to_thread.run_sync(count)).items():
        for each in counts:
            if scope.allows(each.org_code):
                rows, met = sums[code, each.org_code]
                sums[code, each.org_code] = (rows + each.rows, met + each.mapped)
    return [
        AssetFigure(dataset=code, measure="mapped", org_code=org, met=met, of=rows)
        for (code, org), (rows, met) in sums.items()
    ]


@recalls_assets("terms")
async def applications(uow: UnitOfWork, dataset: str, scope: Scope) -> list[AssetMoment]:
    """Return the first and the newest runs that brought the mapping into a dataset.

    What they changed counts the rows of all institutions, and is told only to those who see all.
    """
    found = await PublishRepository(uow.session).applications(dataset, RECALLED)
    return [
        AssetMoment(
            at=each.at,
            kind="mapped",
            title="标化应用" if number else "首次标化应用",
            title_en="Mapping applied" if number else "Mapping applied for the first time",
            detail=f"{each.before:,} → {each.after:,}" if scope.orgs is None else "",
            by=each.by,
            path=f"/terms/applications?f.dataset={dataset}",
        )
        for number, each in enumerate(found)
    ]
