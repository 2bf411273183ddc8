"""Tokens by which machines call: made, shown once, found again by their digest, revoked."""

import secrets
from datetime import datetime

from suwen.domains.identity.models import ApiToken
from suwen.domains.identity.repository import SCOPED_TOKENS, IdentityRepository
from suwen.domains.identity.service.login import TOUCH_EVERY, digest_of
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Invalid, NotFound
from suwen.kernel.permissions import Principal
from suwen.kernel.scope import Scope

PREFIX = "suwen_"
"""Begins every token, so that one that leaked into a file is found by a search."""


async def issue(
    uow: UnitOfWork, *, title: str, org_code: str, permissions: list[str], bound: str, expires_at: datetime | None
) -> tuple[ApiToken, str]:
    """Make a token; returns it as stored, and its text, which is nowhere kept. Raises Invalid for a time gone by."""
    if expires_at is not None and expires_at <= now():
        raise Invalid("到期时间须在将来", received=expires_at.isoformat())
    text = PREFIX + secrets.token_urlsafe(32)
    made = ApiToken(
        title=title,
        org_code=org_code,
        permissions=permissions,
        bound=bound,
        token_digest=digest_of(text),
        expires_at=expires_at,
        created_by=uow.principal.username if uow.principal else "",
    )
    IdentityRepository(uow.session).add(made)
    await uow.session.flush()
    return made, text


async def find_caller(uow: UnitOfWork, token: str) -> Principal | None:
    """Return whom a token stands for, or None when it is unknown, over or revoked."""
    found = await IdentityRepository(uow.session).api_token(digest_of(token))
    moment = now()
    if found is None or found.revoked_at is not None or (found.expires_at is not None and found.expires_at <= moment):
        return None
    if found.last_used_at is None or found.last_used_at + TOUCH_EVERY <= moment:
        found.last_used_at = moment
    return Principal(
        user_id=found.id,
        username=f"token:{found.title}",
        display_name=found.title,
        permissions=frozenset(found.permissions),
        scope=Scope.of(found.org_code),
        bound=found.bound,
    )


async def bound_tokens(uow: UnitOfWork, bound: str) -> list[ApiToken]:
    """Return the tokens that are bound to one thing, the newest first."""
    return await IdentityRepository(uow.session).api_tokens(bound)


async def revoke(uow: UnitOfWork, scope: Scope, key: str, *, bound: str | None = None) -> None:
    """End a token; one that has ended stays so. bound: only if it is bound to this. Raises NotFound."""
    token = await SCOPED_TOKENS.get(uow, scope, key)
    if bound is not None and token.bound != bound:
        raise NotFound("没有此令牌", received=key)
    token.revoked_at = token.revoked_at or now()


async def revoke_bound(uow: UnitOfWork, bound: str) -> None:
    """End every token that is bound to one thing, which is no more."""
    for token in await IdentityRepository(uow.session).api_tokens(bound):
        token.revoked_at = token.revoked_at or now()
