"""HTTP of nodes: what machines say (signed), and what people do about them."""

from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from suwen.domains.ingest.edge.protocol import Begin, Enrolled, Enrolment, Manifest, Message, Report, seal_text
from suwen.domains.ingest.nodes import assigning, enrolling, looking, ordering, rerunning, taking
from suwen.domains.ingest.nodes.calling import NodeCall, answered, call_of, recognise
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.nodes.resources import DELIVERIES
from suwen.domains.ingest.nodes.schemas import NodeCode, NodeSource, SourceNode
from suwen.domains.ingest.permissions import NODE, READ, RUN, WRITE
from suwen.domains.ingest.schemas import Deferred
from suwen.kernel.errors import Invalid
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work, settings_of

MessageT = TypeVar("MessageT", bound=Message)
Node = Annotated[Principal, Depends(require(NODE.code))]
Reader = Annotated[Principal, Depends(require(READ.code))]
Runner = Annotated[Principal, Depends(require(RUN.code))]
Writer = Annotated[Principal, Depends(require(WRITE.code))]
machines = APIRouter(prefix="/api/ingest/edge", tags=["ingest"], dependencies=[Depends(recognise)])
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@machines.post("/enrol")
async def enrol_node(request: Request, wanted: Enrolment, uow: Work) -> Enrolled:
    """Take a machine's public key by a one-time code, and tell it the center's."""
    return await enrolling.enrol(uow, settings_of(request), wanted)


@machines.post("/work", response_class=Response)
async def node_work(request: Request, uow: Work, principal: Node) -> Response:
    """Take a node's report and tell it what to do, encrypted for it: sources' passwords are among it."""
    call = call_of(request)
    report = _body(Report, call)
    node = await NodeRepository(uow.session).node(call.node, principal.scope, locked=True)
    work = await ordering.work_of(uow, settings_of(request), node, report)
    return answered(call, seal_text(work.model_dump_json(), call.public_key))


@machines.post("/deliveries/{delivery}/begin", response_class=Response)
async def begin_delivery(request: Request, delivery: UUID, uow: Work, _: Node) -> Response:
    """Let a node begin a delivery, or begin it anew."""
    call = call_of(request)
    return answered(call, await taking.begin(uow, settings_of(request), call, delivery, _body(Begin, call)))


@machines.post("/deliveries/{delivery}/chunks/{sequence}", response_class=Response)
async def take_chunk(request: Request, delivery: UUID, sequence: int, uow: Work, _: Node) -> Response:
    """Take a chunk of a delivery; answered once it is durable."""
    call = call_of(request)
    return answered(call, await taking.take(uow, settings_of(request), call, delivery, sequence))


@machines.post("/deliveries/{delivery}/finish", response_class=Response)
async def finish_delivery(request: Request, delivery: UUID, uow: Work, _: Node) -> Response:
    """Have a whole delivery landed, or say which chunks are lacking."""
    call = call_of(request)
    return answered(call, await taking.finish(uow, call, delivery, _body(Manifest, call)))


@machines.post("/looks/{look}", response_class=Response)
async def take_look(request: Request, look: UUID, uow: Work, _: Node) -> Response:
    """Take what a node saw at a source, encrypted for the center; nothing where nobody waits for it any more."""
    call = call_of(request)
    await looking.take(uow, settings_of(request), call, look)
    return answered(call, "{}")


@router.post("/nodes/{key}/code")
async def make_code(request: Request, key: UUID, uow: Work, principal: Writer) -> NodeCode:
    """Make a one-time code by which a machine becomes this node; the one before and its key count no longer."""
    node = await NodeRepository(uow.session).node(key, principal.scope, locked=True)
    code = enrolling.new_code(node, settings_of(request))
    assert node.secret_until is not None
    return NodeCode(code=code, until=node.secret_until)


@router.post("/nodes/{key}/revoke", status_code=204)
async def revoke_node(key: UUID, uow: Work, principal: Writer) -> None:
    """Send a node away: its key counts no longer, what it was bringing is given up."""
    node = await NodeRepository(uow.session).node(key, principal.scope, locked=True)
    enrolling.revoke(node)
    await assigning.let_go(uow, node)


@router.get("/nodes/{key}/sources")
async def list_node_sources(key: UUID, uow: Work, principal: Reader) -> list[NodeSource]:
    """Show the sources of a node's institution, and who reads each."""
    return await assigning.sources_of(uow, principal.scope, key)


@router.put("/sources/{code}/node", status_code=204)
async def assign_node(code: str, wanted: SourceNode, uow: Work, principal: Writer) -> None:
    """Have a source read by a node, or by the platform itself."""
    await assigning.assign(uow, principal.scope, code, wanted.node_id)


@router.post("/deliveries/{key}/rerun", status_code=202)
async def rerun_delivery(key: str, uow: Work, principal: Runner) -> Deferred:
    """Queue again what a delivery is for: what has arrived is used, else the node reads it again."""
    held = await DELIVERIES.get(uow, principal.scope, key)
    return Deferred(job_run_ids=[await rerunning.rerun(uow, principal, held)])


@router.post("/deliveries/{key}/abandon", status_code=204)
async def abandon_delivery(key: str, uow: Work, principal: Runner) -> None:
    """Give a delivery up; its feed can be ordered again."""
    await assigning.give_up(uow, await DELIVERIES.get(uow, principal.scope, key))


def _body(kind: type[MessageT], call: NodeCall) -> MessageT:
    try:
        return kind.model_validate_json(call.body)
    except ValidationError as error:
        fields = [".".join(str(part) for part in one["loc"]) for one in error.errors(include_input=False)]
        raise Invalid("请求内容不符合约定", received=fields) from error
