"""The center's SM2 key pair: made at first need, its private half sealed under the master key."""

from suwen.domains.ingest.edge.protocol import key_of
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.vault import clear_text, master_key, sealed_text
from suwen.kernel.crypto import Sm2KeyPair, sm2_key_pair
from suwen.kernel.database import UnitOfWork
from suwen.kernel.settings import Settings


async def center_keys(uow: UnitOfWork, settings: Settings) -> Sm2KeyPair:
    """Return the center's key pair. Raises DecryptionFailed under another master key."""
    repository, key = NodeRepository(uow.session), master_key(settings)
    held = await repository.center_key()
    if held is None:
        made = sm2_key_pair()
        await repository.keep_center_key(made.public.hex(), sealed_text(made.private.hex(), key))
        held = await repository.center_key()
        assert held is not None
    return key_of(clear_text(held.private_key, key), held.public_key)
