"""HTTP of receiving: what systems send, their tokens, the records of an entry of the inbox."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from suwen.domains.identity.public import record_access
from suwen.domains.ingest.permissions import READ, RECEIVE, ROWS, WRITE
from suwen.domains.ingest.receiving import looking, tokens
from suwen.domains.ingest.receiving.receiving import limited, receive
from suwen.domains.ingest.receiving.schemas import (
    InboxRecords,
    Received,
    SentRecord,
    SentRecords,
    TokenInfo,
    TokenMade,
    TokenWanted,
)
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work, settings_of

Sender = Annotated[Principal, Depends(require(RECEIVE.code))]
Reader = Annotated[Principal, Depends(require(READ.code))]
RowReader = Annotated[Principal, Depends(require(ROWS.code))]
Writer = Annotated[Principal, Depends(require(WRITE.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


def _body() -> dict[str, Any]:
    """Return the description of the body, which is read by hand: numbers stay as they are written."""
    one, many = SentRecord.model_json_schema(), SentRecords.model_json_schema()
    many["properties"]["records"]["items"] = many.pop("$defs")["Sent"]
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": {"oneOf": [one, many]}}}}}


@router.post(
    "/receive/{source}/{table}",
    openapi_extra=_body(),
    responses={
        409: {"description": "Another message came under this id, or the source does not send"},
        413: {"description": "More bytes or records than are taken at once"},
        422: {"description": "No message, or its only record is none: `place` says where"},
    },
)
async def receive_records(request: Request, source: str, table: str, uow: Work, principal: Sender) -> Received:
    """Take one record or many of a table of a source; answered once they are durable.

    Authenticated by the source's token: `Authorization: Bearer …`. Records carry the declared columns; `operation` is
    upsert, or delete with the key. A message with a `message_id` that came before is answered as the first time.
    """
    body = await limited(request.stream(), request.headers.get("content-length"))
    return Received.model_validate(await receive(uow, principal, settings_of(request), source, table, body))


@router.get("/sources/{code}/tokens")
async def list_tokens(code: str, uow: Work, principal: Reader) -> list[TokenInfo]:
    """Show the tokens of a source that sends, without what they are."""
    return [TokenInfo.model_validate(one) for one in await tokens.listed(uow, principal.scope, code)]


@router.post("/sources/{code}/tokens", status_code=201)
async def make_token(request: Request, code: str, wanted: TokenWanted, uow: Work, principal: Writer) -> TokenMade:
    """Make a token for a source that sends; it is told this once."""
    return await tokens.make(uow, principal.scope, settings_of(request), code, wanted)


@router.delete("/sources/{code}/tokens/{key}", status_code=204)
async def revoke_token(code: str, key: str, uow: Work, principal: Writer) -> None:
    """Revoke a token of a source."""
    await tokens.revoke(uow, principal.scope, code, key)


@router.get("/inbox/{key}/records")
async def read_records(
    request: Request, key: str, uow: Work, principal: RowReader, unmask: bool = False
) -> InboxRecords:
    """Show the first records of an entry of the inbox; identifiers are masked unless `unmask`."""
    found = await looking.records(uow, principal.scope, settings_of(request), key, unmask=unmask)
    if unmask and principal.scope.unmask and (found.records or found.text):
        await record_access(uow, "ingest.inbox", [key], ["record"])
    return found
