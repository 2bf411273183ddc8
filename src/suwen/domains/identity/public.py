"""The door of the room: who calls, machines' tokens, the first administrator, the record of unmasked reading."""

from datetime import datetime

from fastapi import Request

from suwen.domains.identity.schemas import COOKIE
from suwen.domains.identity.schemas import ApiTokenOut as Token
from suwen.domains.identity.service import tokens, users
from suwen.domains.identity.service.audit import SYSTEM, record_access
from suwen.domains.identity.service.login import find_principal
from suwen.domains.identity.settings import get_identity_settings
from suwen.kernel.database import UnitOfWork
from suwen.kernel.permissions import Authenticator, Principal
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from suwen.kernel.web import database_of

__all__ = [
    "SYSTEM",
    "Token",
    "authenticator",
    "ensure_admin",
    "issue_token",
    "record_access",
    "revoke_token",
    "revoke_tokens",
    "tokens_of",
]

_BEARER = "bearer "


def authenticator(settings: Settings) -> Authenticator:
    """Return what finds the caller of a request by the session cookie, or a machine by the token that it bears.

    For `app.state.authenticator`. A request that bears a token counts as the machine's, whatever cookie comes with it.
    """

    async def find(request: Request) -> Principal | None:
        given = request.headers.get("authorization", "")
        if given.lower().startswith(_BEARER):
            async with database_of(request).unit_of_work() as uow:
                return await tokens.find_caller(uow, given[len(_BEARER) :].strip())
        token = request.cookies.get(COOKIE)
        if not token:
            return None
        # Its own unit of work: the session's last use counts even when the request then fails.
        async with database_of(request).unit_of_work() as uow:
            return await find_principal(uow, token, settings)

    return find


async def issue_token(
    uow: UnitOfWork, *, title: str, org_code: str, permissions: list[str], bound: str, expires_at: datetime | None
) -> str:
    """Make a token by which a machine of an institution may do this with one thing (`Principal.bound`).

    Returns its text: it is shown once, only its digest is kept. Raises Invalid for a time gone by.
    """
    _, text = await tokens.issue(
        uow, title=title, org_code=org_code, permissions=permissions, bound=bound, expires_at=expires_at
    )
    return text


async def tokens_of(uow: UnitOfWork, bound: str) -> list[Token]:
    """Return the tokens that are bound to one thing, the newest first; the caller has seen that it may be looked at."""
    return [Token.model_validate(each) for each in await tokens.bound_tokens(uow, bound)]


async def revoke_token(uow: UnitOfWork, scope: Scope, key: str, bound: str) -> None:
    """End a token that is bound to one thing. Raises NotFound."""
    await tokens.revoke(uow, scope, key, bound=bound)


async def revoke_tokens(uow: UnitOfWork, bound: str) -> None:
    """End all tokens that are bound to a thing which is no more."""
    await tokens.revoke_bound(uow, bound)


async def ensure_admin(uow: UnitOfWork) -> str | None:
    """Make sure that the user `admin` exists, with all rights; returns its one-time password until its first login.

    Each call before that login gives a new password and ends the one before. After it: None.
    """
    return await users.ensure_admin(uow, get_identity_settings())
