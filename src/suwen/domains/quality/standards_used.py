"""What the quality room has to do with standards: its rules are made from them, its scores say how far data conform."""

from suwen.domains.quality.rule import compile_dataset
from suwen.domains.quality.service import overview
from suwen.domains.standards.public import Figure, Touched, Usage, conforms, load_catalog, uses_standards
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope


@uses_standards("quality")
async def rules_using(uow: UnitOfWork, touched: Touched, _scope: Scope) -> list[Usage]:
    """Return the rules that judge a touched column."""
    catalog = await load_catalog(uow)
    return [
        Usage(kind="rule", code=rule.code, title=rule.title, path=f"/quality/rules?q={rule.code}")
        for code in sorted(touched.datasets & catalog.datasets.keys())
        for rule in compile_dataset(catalog.dataset(code), catalog)
        if (code, rule.column) in touched.columns
    ]


@conforms("quality")
async def scores(uow: UnitOfWork, scope: Scope) -> list[Figure]:
    """Return the quality score of every dataset of every institution in the scope."""
    catalog = await load_catalog(uow)
    state = await overview(uow, catalog, scope)
    return [
        Figure(
            org_code=cell.org_code,
            dataset=cell.dataset,
            measure="score",
            value=cell.score,
            rows=cell.checked,
            version=f"v{catalog.dataset(cell.dataset).version}" if cell.dataset in catalog.datasets else None,
        )
        for cell in state.cells
    ]
