"""Making machines nodes: one-time codes, and the exchange of keys."""

import base64
import secrets
from datetime import timedelta

from suwen.domains.ingest.edge.protocol import Enrolled, Enrolment, enrolment_proof
from suwen.domains.ingest.nodes.errors import BadCode, NodeRevoked
from suwen.domains.ingest.nodes.keys import center_keys
from suwen.domains.ingest.nodes.models import IngestNode, NodeStatus
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.vault import clear_text, master_key, sealed_text
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

HOURS = 24
"""How long a code is good for."""
_SECRET_BYTES = 15


def new_code(node: IngestNode, settings: Settings) -> str:
    """Return a new one-time code of a node; the one before and the key that it had count no longer.

    Raises NodeRevoked.
    """
    if node.status == NodeStatus.REVOKED:
        raise NodeRevoked("停用的前置机不能再注册，请新建一台", received=str(node.id))
    secret = base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode().lower()
    node.secret, node.secret_until = sealed_text(secret, master_key(settings)), now() + timedelta(hours=HOURS)
    node.status, node.public_key = NodeStatus.PENDING.value, None
    return f"{node.id}.{secret}"


async def enrol(uow: UnitOfWork, settings: Settings, wanted: Enrolment) -> Enrolled:
    """Take a node's public key for the one that belongs to it. Raises BadCode.

    Asked again by the same machine, whose answer was lost, it is answered the same.
    """
    repository = NodeRepository(uow.session)
    held = await repository.known(wanted.node)
    if held is None or held.secret is None or held.secret_until is None or held.secret_until < now():
        raise BadCode("注册码不存在、已过期或已使用")
    node = await repository.node(held.id, Scope.everything(), locked=True)
    secret = clear_text(str(node.secret), master_key(settings))
    proof = enrolment_proof(secret, "node", str(node.id), wanted.public_key)
    if len(wanted.public_key) != 128 or not secrets.compare_digest(proof, wanted.proof):
        raise BadCode("注册码不存在、已过期或已使用")
    if node.public_key not in (None, wanted.public_key):
        raise BadCode("注册码不存在、已过期或已使用")
    if node.status == NodeStatus.PENDING:
        node.status, node.public_key, node.enrolled_at = NodeStatus.ACTIVE.value, wanted.public_key, now()
    center = (await center_keys(uow, settings)).public.hex()
    told = enrolment_proof(secret, "center", str(node.id), wanted.public_key, center)
    return Enrolled(title=node.title, org_code=node.org_code, center_key=center, proof=told)


def revoke(node: IngestNode) -> None:
    """Send a node away for good: nothing that it says counts any more."""
    node.status, node.public_key, node.secret, node.secret_until = NodeStatus.REVOKED.value, None, None, None
