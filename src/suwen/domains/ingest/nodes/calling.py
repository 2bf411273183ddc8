"""Who calls: requests that bear a node's signature, and the center's signature of what they are answered."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel

from suwen.domains.ingest.edge.protocol import (
    CLOCK_SECONDS,
    MOST_BYTES,
    NODE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    answer_text,
    moment_of,
    request_text,
)
from suwen.domains.ingest.nodes.errors import BadSignature
from suwen.domains.ingest.nodes.keys import center_keys
from suwen.domains.ingest.nodes.models import NodeStatus
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.permissions import NODE
from suwen.domains.ingest.receiving.receiving import limited
from suwen.kernel.clock import now
from suwen.kernel.crypto import Sm2KeyPair, sm2_sign, sm2_verify
from suwen.kernel.errors import Forbidden
from suwen.kernel.permissions import Principal
from suwen.kernel.scope import Scope
from suwen.kernel.web import database_of, settings_of


@dataclass(frozen=True)
class NodeCall:
    """A request of a node: who it is, what it says, and the keys to answer with."""

    node: UUID
    public_key: bytes
    body: bytes = field(repr=False)
    signature: str
    center: Sm2KeyPair


async def recognise(request: Request) -> None:
    """Make the node whose signature a request bears its caller; a request that names no node is let on as it is.

    Raises BadSignature; TooLarge before all of it is read.
    """
    named = request.headers.get(NODE_HEADER)
    if named is None:
        return
    at, signature = request.headers.get(TIME_HEADER, ""), request.headers.get(SIGNATURE_HEADER, "")
    moment = moment_of(at)
    if moment is None or abs(now() - moment) > timedelta(seconds=CLOCK_SECONDS):
        # The node takes the time over and asks again; by itself it can do nothing with it.
        raise BadSignature("请求时间与中心时钟相差过大", center_time=now().isoformat())
    body = await limited(request.stream(), request.headers.get("content-length"), MOST_BYTES)
    settings = settings_of(request)
    async with database_of(request).unit_of_work() as uow:
        node = await NodeRepository(uow.session).known(_id(named))
        if node is None or node.status != NodeStatus.ACTIVE or node.public_key is None:
            raise BadSignature("前置机未注册或已停用", received=named)
        center, org, title, public = await center_keys(uow, settings), node.org_code, node.title, node.public_key
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    text = request_text(request.method, target, named, at, body)
    try:
        known = sm2_verify(bytes.fromhex(public), text, bytes.fromhex(signature))
    except ValueError:
        known = False
    if not known:
        raise BadSignature("签名与前置机的公钥不符", received=named)
    caller = _id(named)
    request.state.principal = Principal(
        caller, f"node:{caller}", title, frozenset({NODE.code}), Scope.of(org), bound=f"ingest.node:{caller}"
    )
    request.state.node_call = NodeCall(caller, bytes.fromhex(public), body, signature, center)


def call_of(request: Request) -> NodeCall:
    """Return the node's call. Raises Forbidden where a person asks, whatever rights it has."""
    call = getattr(request.state, "node_call", None)
    if not isinstance(call, NodeCall):
        raise Forbidden("此接口只供前置机使用")
    return call


def answered(call: NodeCall, told: BaseModel | str) -> Response:
    """Return an answer that bears the center's signature."""
    body = (told if isinstance(told, str) else told.model_dump_json()).encode()
    signature = sm2_sign(call.center, answer_text(call.signature, body)).hex()
    return Response(body, media_type="application/json", headers={SIGNATURE_HEADER: signature})


def _id(named: str) -> UUID:
    try:
        return UUID(named)
    except ValueError:
        raise BadSignature("前置机编号无效") from None
