"""Adopts datasets of the catalogue as datasets of the platform, by the life cycle of a new standard."""

from typing import cast

from suwen.domains.standards.adopting import dataset_of, proposed, unfit
from suwen.domains.standards.definitions import CATEGORY_TITLES, CATEGORY_TITLES_EN, CatalogueDataset, Category, Dataset
from suwen.domains.standards.errors import AdoptionRefused, UnknownItem
from suwen.domains.standards.models import Proposal
from suwen.domains.standards.repository import StandardsRepository
from suwen.domains.standards.schemas_adopting import AdoptionDraft, AdoptionIn, CategoryChoice
from suwen.domains.standards.schemas_revising import ProposalIn
from suwen.domains.standards.service.checking import contradiction
from suwen.domains.standards.service.looking import living_item
from suwen.domains.standards.service.revising import begin_ready
from suwen.kernel.database import UnitOfWork

_CATEGORIES = [
    CategoryChoice(code=code, title=title, title_en=CATEGORY_TITLES_EN[code])
    for code, title in cast("dict[Category, str]", CATEGORY_TITLES).items()
]


async def draft_of(uow: UnitOfWork, code: str) -> AdoptionDraft:
    """Return the declaration that is proposed for a dataset of the catalogue. Raises UnknownItem."""
    repository = StandardsRepository(uow.session)
    catalogue, declared = await _catalogue(uow, code), await _declared(repository)
    used = {element.value_set for element in catalogue.elements if element.value_set}
    wanted = proposed(catalogue, declared, await repository.longest_codes(used))
    return AdoptionDraft(
        **wanted.model_dump(),
        standard=catalogue.standard,
        edition=catalogue.edition,
        categories=_CATEGORIES,
        carried=list(dict.fromkeys((*catalogue.datasets, *await repository.adopting(code)))),
        problems=await problems(uow, wanted),
    )


async def problems(uow: UnitOfWork, wanted: AdoptionIn) -> list[str]:
    """Return what stands in the way of adopting; empty when nothing does. Raises UnknownItem."""
    repository = StandardsRepository(uow.session)
    catalogue = await _catalogue(uow, wanted.catalogue)
    found: list[str] = []
    versions = await repository.version_heads("dataset", wanted.code)
    if any(row.valid_to is None for row in versions):
        found.append(f"代码 {wanted.code} 已是现行平台数据集，请换一个")
    elif versions:
        found.append(f"代码 {wanted.code} 曾是平台数据集，湖中可能还有它的表，请换一个")
    if await repository.open_proposal("dataset", wanted.code) is not None:
        found.append(f"代码 {wanted.code} 已有进行中的事项")
    used = {column.value_set for column in wanted.columns if column.included and column.value_set}
    found += unfit(catalogue, wanted, await repository.longest_codes(used))
    if found:
        return found
    # Only a declaration that makes a dataset can contradict others.
    wrong = await contradiction(uow, dataset_of(catalogue, wanted, await _declared(repository)))
    return [wrong] if wrong else []


async def adopt(uow: UnitOfWork, wanted: AdoptionIn) -> Proposal:
    """Propose a dataset of the catalogue as one of the platform; who approves it brings it into force.

    The national standard was made and consulted on, so the proposal begins at its approval, which is another's.
    Raises UnknownItem, AdoptionRefused with all reasons.
    """
    if found := await problems(uow, wanted):
        raise AdoptionRefused("；".join(found), received=wanted.code)
    catalogue = await _catalogue(uow, wanted.catalogue)
    dataset = dataset_of(catalogue, wanted, await _declared(StandardsRepository(uow.session)))
    reason = f"采用 {catalogue.standard} {catalogue.code} {catalogue.title}"
    proposal = ProposalIn(
        kind="dataset",
        code=dataset.code,
        operation="create",
        reason=reason,
        body=dataset.model_dump(mode="json"),
    )
    return await begin_ready(uow, proposal, wanted.note or reason)


async def _catalogue(uow: UnitOfWork, code: str) -> CatalogueDataset:
    living = await living_item(uow, "catalogue", code)
    if living is None:
        raise UnknownItem(f"catalogue {code}", received=code)
    return cast("CatalogueDataset", living[0])


async def _declared(repository: StandardsRepository) -> dict[str, Dataset]:
    return {each.code: each for each in cast("list[Dataset]", await repository.items("dataset"))}
