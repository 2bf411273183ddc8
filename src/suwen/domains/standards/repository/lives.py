"""The lives of datasets: their newest versions, what is proposed for them, and the documents made of them."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from suwen.domains.standards.models import DictionaryDocument, Proposal, ProposalActivity, StandardItem
from suwen.domains.standards.repository.items import CLOSED
from suwen.kernel.repository import Repository


class LifeRepository(Repository):  # unscoped: standards belong to no institution
    """What is kept of datasets, retired ones too."""

    async def newest(self) -> list[StandardItem]:
        """Return the newest version of every dataset, by code: the one in force, or the last before it was retired."""
        item = StandardItem
        query = select(item).where(item.kind == "dataset").ext(distinct_on(item.code))
        return await self.all(query.order_by(item.code, item.version.desc()))

    async def proposals(self) -> list[Proposal]:
        """Return the proposals for datasets that are on their way, or published for a day that has not come."""
        announced = (Proposal.stage == "published") & Proposal.published_version.is_(None)
        query = select(Proposal).where(Proposal.kind == "dataset", Proposal.stage.not_in(CLOSED) | announced)
        return await self.all(query.order_by(Proposal.created_at))

    async def approvals(self, dataset: str) -> dict[tuple[bool, int], str]:
        """Return who published the versions of a dataset: (whether it was its retirement, version) → name."""
        proposal, activity = Proposal, ProposalActivity
        query = (
            select(proposal.operation, proposal.published_version, activity.by)
            .join(activity, activity.proposal_id == proposal.id)
            .where(proposal.kind == "dataset", proposal.code == dataset, proposal.published_version.is_not(None))
            .where(activity.action == "published")
        )
        rows = (await self.session.execute(query)).all()
        return {(operation == "retire", version or 0): by for operation, version, by in rows}

    async def documents(self) -> list[tuple[str, str, list[str]]]:
        """Return code and title of the living documents, and the datasets that carry their content."""
        document = DictionaryDocument
        query = select(document.code, document.title, document.datasets).where(document.datasets != "")
        rows = await self.session.execute(query.order_by(document.code))
        return [(str(code), str(title), str(datasets).split(", ")) for code, title, datasets in rows]
