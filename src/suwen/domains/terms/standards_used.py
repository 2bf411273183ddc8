"""Which source dictionaries are mapped to a value set, or to one of its codes."""

from suwen.domains.standards.public import Touched, Usage, uses_standards
from suwen.domains.terms.repository.reports import ReportRepository
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope


@uses_standards("terms")
async def dictionaries_using(uow: UnitOfWork, touched: Touched, scope: Scope) -> list[Usage]:
    """Return the dictionaries in the scope whose entries stand for the terms, each with how many do."""
    return [
        Usage(
            kind="term_mapping",
            code=f"{dictionary.system} {dictionary.topic or dictionary.kind}",
            title=dictionary.title,
            detail=f"{dictionary.org_code} · {entries} 条对照",
            path=f"/terms/bench/{dictionary.id}",
        )
        for dictionary, entries in await ReportRepository(uow.session).using(scope, touched.value_sets, touched.codes)
    ]
