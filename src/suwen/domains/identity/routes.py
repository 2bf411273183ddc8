"""HTTP of the room: login, logout, one's own profile and password, and the actions on users and sessions."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Header, Request, Response
from fastapi.responses import JSONResponse

from suwen.domains.identity.schemas import (
    COOKIE,
    Login,
    Me,
    OneTimePassword,
    PasswordChange,
    PermissionOut,
    ScopeOut,
)
from suwen.domains.identity.service import login, tokens, users
from suwen.domains.identity.service.passwords import policy_text
from suwen.domains.identity.settings import get_identity_settings
from suwen.kernel.permissions import Principal, SignedIn, require
from suwen.kernel.registry import Domain
from suwen.kernel.web import PROBLEM, Work, settings_of

auth = APIRouter(prefix="/api/auth", tags=["identity"])
manage = APIRouter(prefix="/api/identity", tags=["identity"])
Token = Annotated[str | None, Cookie(alias=COOKIE)]
Agent = Annotated[str | None, Header(alias="User-Agent")]
UserWriter = Annotated[Principal, Depends(require("identity.users.write"))]


@auth.post("/login", responses={401: {"description": "Wrong credentials, locked or disabled account"}})
async def log_in(request: Request, response: Response, data: Login, work: Work, agent: Agent = None) -> Me:
    """Log in with user name and password; sets the session cookie."""
    settings, rules = settings_of(request), get_identity_settings()
    outcome = await login.log_in(work, data.username, data.password, agent, settings, rules)
    if outcome.error is not None:
        # Answered rather than raised: the failed attempt must be committed.
        return JSONResponse(outcome.error.problem(), outcome.error.status, media_type=PROBLEM)  # pyright: ignore[reportReturnType]
    assert outcome.token is not None
    assert outcome.user is not None
    response.set_cookie(
        COOKIE,
        outcome.token,
        max_age=int(settings.session_hours * 3600),
        httponly=True,
        secure=settings.secure_cookies,
        samesite="strict",
    )
    return _me(login.principal_from(outcome.user))


@auth.post("/logout", status_code=204)
async def log_out(
    response: Response, principal: SignedIn, work: Work, token: Token = None, agent: Agent = None
) -> None:
    """End the caller's session and clear the cookie."""
    await login.log_out(work, token or "", agent)
    response.delete_cookie(COOKIE, samesite="strict", httponly=True)


@auth.get("/me")
async def me(principal: SignedIn) -> Me:
    """Return the caller."""
    return _me(principal)


@auth.post("/password", status_code=204)
async def change_password(principal: SignedIn, data: PasswordChange, work: Work, token: Token = None) -> None:
    """Change the caller's own password; other sessions of the caller end."""
    rules = get_identity_settings()
    await login.change_password(work, principal, data.old_password, data.new_password, rules, token)


@manage.get("/permissions", dependencies=[Depends(require("identity.roles.read"))])
async def list_permissions(request: Request) -> list[PermissionOut]:
    """Return all permissions that the rooms declare, for the role form."""
    domains: tuple[Domain, ...] = request.app.state.domains
    return [
        PermissionOut(code=p.code, title=p.title, title_en=p.title_en, domain=domain.name, domain_title=domain.title)
        for domain in domains
        for p in domain.permissions
    ]


@manage.post("/users/{key}/reset-password")
async def reset_password(principal: UserWriter, key: str, work: Work) -> OneTimePassword:
    """Give a user a one-time password and end the user's sessions."""
    user = await users.find_user(work, principal.scope, key)
    return OneTimePassword(password=await users.reset_password(work, user, get_identity_settings()))


@manage.post("/users/{key}/unlock", status_code=204)
async def unlock(principal: UserWriter, key: str, work: Work) -> None:
    """Let a locked user try again."""
    users.unlock(work, await users.find_user(work, principal.scope, key))


@manage.post("/sessions/{key}/revoke", status_code=204)
async def revoke(
    principal: Annotated[Principal, Depends(require("identity.sessions.write"))], key: str, work: Work
) -> None:
    """End a session."""
    await users.revoke(work, principal.scope, key)


@manage.post("/tokens/{key}/revoke", status_code=204)
async def revoke_token(
    principal: Annotated[Principal, Depends(require("identity.tokens.write"))], key: str, work: Work
) -> None:
    """End a machine's token."""
    await tokens.revoke(work, principal.scope, key)


def _me(principal: Principal) -> Me:
    scope = principal.scope
    return Me(
        id=principal.user_id,
        username=principal.username,
        display_name=principal.display_name,
        permissions=sorted(principal.permissions),
        scope=ScopeOut(orgs=None if scope.orgs is None else sorted(scope.orgs), grade=scope.grade, unmask=scope.unmask),
        must_change_password=principal.must_change_password,
        password_policy=policy_text(get_identity_settings()),
    )
