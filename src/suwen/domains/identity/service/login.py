"""Logging in and out: lockout, sessions, and who a session belongs to."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from suwen.domains.identity.errors import AccountDisabled, AccountLocked, WrongCredentials, WrongOldPassword
from suwen.domains.identity.models import LoginLog, User, UserSession
from suwen.domains.identity.repository import IdentityRepository
from suwen.domains.identity.service.passwords import (
    hash_password,
    iterations_of,
    password_expired,
    set_password,
    verify_password,
)
from suwen.domains.identity.settings import IdentitySettings
from suwen.kernel.clock import now
from suwen.kernel.crypto import sm3
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Unauthenticated
from suwen.kernel.permissions import Principal
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

TOUCH_EVERY = timedelta(seconds=60)
"""A session's last use is stored at most this often, so that reading does not write."""
_AGENT_LENGTH = 200


@dataclass(frozen=True)
class LoginOutcome:
    """How an attempt ended: a session's token and its user, or the error to tell.

    An error is returned, not raised, because the attempt itself (log, count of failures) must be committed.
    """

    token: str | None = None
    user: User | None = None
    error: Unauthenticated | None = None


def digest_of(token: str) -> str:
    """Return the SM3 digest under which a session's token is stored."""
    return sm3(token.encode())


async def log_in(
    uow: UnitOfWork, username: str, password: str, agent: str | None, settings: Settings, rules: IdentitySettings
) -> LoginOutcome:
    """Try to log somebody in; the outcome tells a session's token or why not."""
    repository = IdentityRepository(uow.session)
    user = await repository.user_named(username, lock=True)
    if user is None:
        # The same work as for a real user, so that the time taken does not tell which names exist.
        await hash_password(password, rules.hash_iterations)
        _log(uow, repository, None, "unknown_user", agent)
        return LoginOutcome(error=WrongCredentials("用户名或密码不正确"))
    if user.locked:
        _log(uow, repository, user, "locked", agent)
        return LoginOutcome(error=AccountLocked("密码错误次数过多，请稍后再试", locked_until=_iso(user)))
    if not await verify_password(password, user.password_hash):
        return LoginOutcome(error=_failed(uow, repository, user, agent, rules))
    if not user.active:
        _log(uow, repository, user, "disabled", agent)
        return LoginOutcome(error=AccountDisabled("账号已停用，请联系管理员"))
    if iterations_of(user.password_hash) != rules.hash_iterations:
        user.password_hash = await hash_password(password, rules.hash_iterations)
    user.failed_logins, user.locked_until, user.last_login_at = 0, None, now()
    if password_expired(user, rules):
        user.must_change_password = True
    token = secrets.token_urlsafe(32)
    session = UserSession(
        user_id=user.id,
        org_code=user.org_code,
        username=user.username,
        token_digest=digest_of(token),
        expires_at=now() + timedelta(hours=settings.session_hours),
        address=uow.origin,
        user_agent=(agent or "")[:_AGENT_LENGTH] or None,
    )
    repository.add(session)
    _log(uow, repository, user, "success", agent)
    return LoginOutcome(token, user)


async def log_out(uow: UnitOfWork, token: str, agent: str | None) -> None:
    """End the session of a token; an unknown token is no error."""
    repository = IdentityRepository(uow.session)
    session = await repository.session_of(digest_of(token))
    if session is not None and session.revoked_at is None:
        session.revoked_at = now()
        _log(uow, repository, session.user, "logout", agent)


async def find_principal(uow: UnitOfWork, token: str, settings: Settings) -> Principal | None:
    """Return whom a token stands for, or None when the session is unknown, over, idle too long or revoked."""
    session = await IdentityRepository(uow.session).session_of(digest_of(token))
    moment = now()
    if session is None or session.revoked_at is not None or session.expires_at <= moment:
        return None
    if session.last_seen_at + timedelta(minutes=settings.session_idle_minutes) <= moment or not session.user.active:
        return None
    if session.last_seen_at + TOUCH_EVERY <= moment:
        session.last_seen_at = moment
    return principal_from(session.user)


def principal_from(user: User) -> Principal:
    """Return a user as the principal of a request."""
    return Principal(
        user_id=user.id,
        username=user.username,
        display_name=user.display_name,
        permissions=user.permissions,
        scope=Scope(None if user.all_orgs else frozenset(user.org_codes), user.grade, user.unmask),
        must_change_password=user.must_change_password,
    )


async def change_password(
    uow: UnitOfWork, principal: Principal, old: str, new: str, rules: IdentitySettings, keep_token: str | None
) -> None:
    """Change one's own password and end one's other sessions. Raises WrongOldPassword, WeakPassword."""
    repository = IdentityRepository(uow.session)
    user = await repository.get(User, principal.user_id)
    if not await verify_password(old, user.password_hash):
        raise WrongOldPassword("原密码不正确")
    await set_password(repository, user, new, rules, temporary=False)
    kept = digest_of(keep_token) if keep_token else None
    for session in await repository.open_sessions(user.id):
        if session.token_digest != kept:
            session.revoked_at = now()


def _failed(
    uow: UnitOfWork, repository: IdentityRepository, user: User, agent: str | None, rules: IdentitySettings
) -> Unauthenticated:
    user.failed_logins += 1
    _log(uow, repository, user, "wrong_password", agent)
    if user.failed_logins < rules.lock_after:
        return WrongCredentials("用户名或密码不正确")
    user.failed_logins, user.locked_until = 0, now() + timedelta(minutes=rules.lock_minutes)
    return AccountLocked("密码错误次数过多，账号已锁定", locked_until=_iso(user))


def _iso(user: User) -> str | None:
    return user.locked_until.isoformat() if user.locked_until else None


def _log(uow: UnitOfWork, repository: IdentityRepository, user: User | None, result: str, agent: str | None) -> None:
    repository.add(
        LoginLog(
            user_id=user.id if user else None,
            org_code=user.org_code if user else None,
            username=user.username if user else "",
            result=result,
            address=uow.origin,
            user_agent=(agent or "")[:_AGENT_LENGTH] or None,
        )
    )
