"""Systems of the region: what of each is connected, and its distributions made all at once."""

from collections.abc import Sequence

from sqlalchemy import select

from suwen.domains.ingest.distribution.defining import LEADING, Distributions
from suwen.domains.ingest.distribution.errors import InvalidDistribution
from suwen.domains.ingest.distribution.models import Distribution, TargetKind
from suwen.domains.ingest.distribution.repository import within
from suwen.domains.ingest.distribution.schemas import DistributionIn
from suwen.domains.ingest.peers.catalogue import Peer, peer_of, peers
from suwen.domains.ingest.peers.schemas import PeerDataset, PeerInfo, PeerMade, PeerWanted
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.standards.public import Catalog, load_catalog
from suwen.kernel.database import UnitOfWork
from suwen.kernel.repository import Repository
from suwen.kernel.scope import Scope


async def list_peers(uow: UnitOfWork, scope: Scope) -> list[PeerInfo]:
    """Return the declared systems with what of them is connected within the scope."""
    catalog = await load_catalog(uow)
    sources = await IngestRepository(uow.session).sources(scope)
    sent = await _sent(uow, scope)
    found: list[PeerInfo] = []
    for peer in peers():
        places = [source.code for source in sources if source.system in (peer.code, peer.title)]
        found.append(
            PeerInfo(
                code=peer.code, title=peer.title, title_en=peer.title_en, cron=peer.cron,
                gives=_datasets(peer.gives, catalog), takes=_datasets(peer.takes, catalog), places=places,
                distributions=len([one for one in sent if one.place in places]),
            )
        )  # fmt: skip
    return found


async def make_distributions(uow: UnitOfWork, scope: Scope, code: str, wanted: PeerWanted) -> PeerMade:
    """Store a distribution of each dataset that a system is given, switched off until its messages are declared.

    Datasets that go to the place already are left as they are. Raises UnknownPeer, UnknownSource, InvalidDistribution.
    """
    peer, catalog = peer_of(code), await load_catalog(uow)
    source = await IngestRepository(uow.session).source(wanted.place, scope)
    target = next((kind for kind, able in LEADING.items() if source.connector in able), None)
    if target is None:
        raise InvalidDistribution("this connection leads to no target", received=source.connector)
    there = {one.dataset for one in await _sent(uow, scope) if one.place == source.code}
    made = PeerMade(made=[], kept=[])
    for one in _datasets(peer.gives, catalog):
        if one.code in there:
            made.kept.append(one.code)
            continue
        distribution = await Distributions(Distribution).create(uow, scope, _wanted(peer, one, target, wanted))
        assert isinstance(distribution, Distribution)
        made.made.append(distribution.id)
    return made


def _wanted(peer: Peer, dataset: PeerDataset, target: TargetKind, wanted: PeerWanted) -> DistributionIn:
    return DistributionIn(
        title=f"{peer.title}·{dataset.title}", dataset=dataset.code, orgs=wanted.orgs, masked=wanted.masked,
        target=target, place=wanted.place, cron=peer.cron, enabled=False,
        table=f"{peer.code}.{dataset.code}" if target is TargetKind.KAFKA else dataset.code,
        folder=peer.code if target is TargetKind.FILES else "",
    )  # fmt: skip


async def _sent(uow: UnitOfWork, scope: Scope) -> Sequence[Distribution]:
    query = select(Distribution).where(Distribution.removed_at.is_(None))
    return await Repository(uow.session).all(within(query, Distribution, scope))


def _datasets(codes: Sequence[str], catalog: Catalog) -> list[PeerDataset]:
    """Return those of the datasets that are in force."""
    return [
        PeerDataset(code=one.code, title=one.title, title_en=one.title_en)
        for one in (catalog.datasets[code] for code in codes if code in catalog.datasets)
    ]
