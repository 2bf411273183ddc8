"""The door of the room: who calls, the first administrator, and the record of unmasked reading."""

from fastapi import Request

from suwen.domains.identity.schemas import COOKIE
from suwen.domains.identity.service import users
from suwen.domains.identity.service.audit import SYSTEM, record_access
from suwen.domains.identity.service.login import find_principal
from suwen.domains.identity.settings import get_identity_settings
from suwen.kernel.database import UnitOfWork
from suwen.kernel.permissions import Authenticator, Principal
from suwen.kernel.settings import Settings
from suwen.kernel.web import database_of

__all__ = ["SYSTEM", "authenticator", "ensure_admin", "record_access"]


def authenticator(settings: Settings) -> Authenticator:
    """Return what finds the caller of a request by the session cookie; for `app.state.authenticator`."""

    async def find(request: Request) -> Principal | None:
        token = request.cookies.get(COOKIE)
        if not token:
            return None
        # Its own unit of work: the session's last use counts even when the request then fails.
        async with database_of(request).unit_of_work() as uow:
            return await find_principal(uow, token, settings)

    return find


async def ensure_admin(uow: UnitOfWork) -> str | None:
    """Make sure that the user `admin` exists, with all rights; returns its one-time password until its first login.

    Each call before that login gives a new password and ends the one before. After it: None.
    """
    return await users.ensure_admin(uow, get_identity_settings())
