"""Taking what nodes send: a chunk is told of as taken once its file and its row are durable, and is taken once."""

from uuid import UUID

from anyio import to_thread
from pydantic import ValidationError

from suwen.domains.ingest.edge.protocol import Begin, Manifest, Sealed, Standing, ToldChunk, open_chunk
from suwen.domains.ingest.nodes.calling import NodeCall
from suwen.domains.ingest.nodes.errors import BadChunk, NotKept
from suwen.domains.ingest.nodes.models import LANDED_PURPOSES, DeliveryState, IngestDelivery, IngestDeliveryChunk
from suwen.domains.ingest.nodes.places import chunk_path, clear
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.reconcile.waking import wake
from suwen.kernel.clock import now
from suwen.kernel.crypto import DecryptionFailed
from suwen.kernel.database import UnitOfWork
from suwen.kernel.durable import sync, write_durably
from suwen.kernel.settings import Settings

LAND = "ingest.land_delivery"
_OPEN, _COMPLETE, _CLOSED = Standing(state="open"), Standing(state="complete"), Standing(state="closed")


async def begin(uow: UnitOfWork, settings: Settings, call: NodeCall, delivery: UUID, wanted: Begin) -> Standing:
    """Let an attempt begin; chunks of the one before count no longer. Raises UnknownDelivery."""
    repository = NodeRepository(uow.session)
    held = await repository.delivery_of(call.node, delivery)
    if (over := _over(held, wanted.attempt)) is not None:
        return over
    if held.attempt != wanted.attempt:
        await repository.forget_chunks(delivery)
        await to_thread.run_sync(clear, settings, delivery)
        held.attempt, held.begun_at, held.chunks, held.bytes = wanted.attempt, now(), 0, 0
        held.state = DeliveryState.RECEIVING.value
    return _OPEN


async def take(uow: UnitOfWork, settings: Settings, call: NodeCall, delivery: UUID, sequence: int) -> Standing:
    """Keep a chunk. Raises UnknownDelivery, BadChunk for one that is not what it says it is."""
    repository = NodeRepository(uow.session)
    held = await repository.delivery_of(call.node, delivery)
    chunk = _unpacked(call, delivery, sequence)
    if (over := _over(held, chunk.header.attempt)) is not None:
        return over
    if held.attempt != chunk.header.attempt:
        # It comes late, of an attempt that was given up: its sender is to begin before it sends.
        raise BadChunk("数据块不属于当前读取", received=sequence)
    known = await repository.chunk(delivery, sequence)
    if known is not None:
        if known.digest != chunk.header.digest:
            raise BadChunk("同一序号的数据块内容不同", received=sequence)
        return _OPEN
    size = await to_thread.run_sync(_keep, settings, call, chunk)
    row = IngestDeliveryChunk(
        delivery_id=delivery,
        sequence=sequence,
        attempt=chunk.header.attempt,
        digest=chunk.header.digest,
        rows=chunk.header.rows,
        bytes=size,
    )
    uow.session.add(row)
    held.chunks, held.bytes = held.chunks + 1, held.bytes + len(call.body)
    return _OPEN


async def finish(uow: UnitOfWork, call: NodeCall, delivery: UUID, manifest: Manifest) -> Standing:
    """Have a whole delivery landed, or let go on who asked for it; or say which chunks are lacking: it is read again.

    Raises UnknownDelivery.
    """
    repository = NodeRepository(uow.session)
    held = await repository.delivery_of(call.node, delivery)
    if (over := _over(held, manifest.attempt)) is not None:
        return over
    here = {chunk.sequence: chunk for chunk in await repository.chunks(delivery)}
    lacking = [told.sequence for told in manifest.chunks if not _is(here.get(told.sequence), told)]
    if held.attempt != manifest.attempt or lacking or len(here) != len(manifest.chunks):
        return Standing(state="open", missing=tuple(lacking) or (0,))
    held.manifest, held.completed_at = manifest.model_dump(mode="json"), now()
    held.rows_read = sum(told.rows for told in manifest.chunks if not told.refused)
    held.state, held.error = DeliveryState.COMPLETE.value, None
    if held.purpose in LANDED_PURPOSES:
        held.job_run_id = uow.defer(LAND, {"delivery": str(delivery)})
    else:
        await wake(uow, held)
    return _COMPLETE


def _over(held: IngestDelivery, attempt: str) -> Standing | None:
    """Return the answer about a delivery that is not open any more."""
    if held.state in (DeliveryState.COMPLETE, DeliveryState.LANDED):
        return _COMPLETE if held.attempt == attempt else _CLOSED
    return _CLOSED if held.state == DeliveryState.ABANDONED else None


def _is(here: IngestDeliveryChunk | None, told: ToldChunk) -> bool:
    return here is not None and (here.digest, here.rows) == (told.digest, told.rows)


def _unpacked(call: NodeCall, delivery: UUID, sequence: int) -> Sealed:
    try:
        chunk = Sealed.unpack(call.body)
    except (ValueError, ValidationError) as error:
        raise BadChunk("数据块的头部无法读取", received=sequence) from error
    if (chunk.header.delivery, chunk.header.sequence) != (delivery, sequence):
        raise BadChunk("数据块与请求地址不符", received=chunk.header.sequence, allowed=str(sequence))
    return chunk


def _keep(settings: Settings, call: NodeCall, chunk: Sealed) -> int:
    """Write a chunk's content; on the disk when this returns."""
    try:
        content = open_chunk(chunk, call.center.private)
    except DecryptionFailed as error:
        raise BadChunk(error.detail, received=chunk.header.sequence) from error
    path = chunk_path(settings, chunk.header.delivery, chunk.header.attempt, chunk.header.sequence)
    try:
        if not path.parent.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            for folder in (path.parent.parent, path.parent.parent.parent):
                sync(folder)
        write_durably(path, content)
    except OSError as error:
        raise NotKept(f"中心的磁盘无法写入：{error.strerror}") from error
    return len(content)
