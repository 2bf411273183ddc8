"""Tokens of sources that send."""

from datetime import timedelta

from suwen.domains.identity.public import Token, issue_token, revoke_token, tokens_of
from suwen.domains.ingest.permissions import RECEIVE
from suwen.domains.ingest.receiving.receiving import bound_to, sending_connector
from suwen.domains.ingest.receiving.schemas import TokenMade, TokenWanted
from suwen.domains.ingest.repository import IngestRepository
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings


async def make(uow: UnitOfWork, scope: Scope, settings: Settings, code: str, wanted: TokenWanted) -> TokenMade:
    """Make a token by which a source's system may send its data, and nothing else. Raises UnknownSource, NotSent."""
    source = await IngestRepository(uow.session).source(code, scope)
    sending_connector(source, settings)
    token = await issue_token(
        uow,
        title=wanted.title,
        org_code=source.org_code,
        permissions=[RECEIVE.code],
        bound=bound_to(source.code),
        expires_at=now() + timedelta(days=wanted.days) if wanted.days is not None else None,
    )
    return TokenMade(token=token)


async def listed(uow: UnitOfWork, scope: Scope, code: str) -> list[Token]:
    """Return the tokens of a source, the newest first. Raises UnknownSource."""
    source = await IngestRepository(uow.session).source(code, scope)
    return await tokens_of(uow, bound_to(source.code))


async def revoke(uow: UnitOfWork, scope: Scope, code: str, key: str) -> None:
    """End a token of a source. Raises UnknownSource, NotFound."""
    source = await IngestRepository(uow.session).source(code, scope)
    await revoke_token(uow, scope, key, bound_to(source.code))
