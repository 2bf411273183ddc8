"""Who asks, and what they may do: principals, permissions and the FastAPI dependencies that demand them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, TypeAlias, cast
from uuid import UUID

from fastapi import Depends, Request

from suwen.kernel.errors import Forbidden, Unauthenticated
from suwen.kernel.scope import Scope

EVERYTHING = "*"
"""In a principal's permissions: all of them."""


@dataclass(frozen=True)
class Permission:
    """A right that a role can hold, e.g. `Permission("quality.read", "查看质量", "View quality")`."""

    code: str
    title: str
    title_en: str


@dataclass(frozen=True)
class Principal:
    """An authenticated caller with rights (`permissions`, codes) and a data scope.

    bound: the one thing that a machine may use its rights with, as the room that gave them names it; None: no bound.
    """

    user_id: UUID
    username: str
    display_name: str
    permissions: frozenset[str]
    scope: Scope
    must_change_password: bool = False
    bound: str | None = None

    def may(self, code: str) -> bool:
        """Say whether the principal holds a permission."""
        return EVERYTHING in self.permissions or code in self.permissions


class PasswordChangeRequired(Forbidden):
    """The user must choose a new password before doing anything else."""

    title = "请先修改密码"


Authenticator: TypeAlias = Callable[[Request], Awaitable[Principal | None]]
"""Finds the caller of a request; set as `app.state.authenticator` by the composition root."""


async def principal_of(request: Request) -> Principal | None:
    """Return the caller of a request, or None; asks the authenticator once per request."""
    if not hasattr(request.state, "principal"):
        authenticator = cast("Authenticator", request.app.state.authenticator)
        request.state.principal = await authenticator(request)
    return cast("Principal | None", request.state.principal)


async def signed_in(request: Request) -> Principal:
    """FastAPI dependency: the caller, whoever it is. Raises Unauthenticated (401)."""
    principal = await principal_of(request)
    if principal is None:
        raise Unauthenticated("此操作需要登录")
    return principal


SignedIn = Annotated[Principal, Depends(signed_in)]
"""A route parameter for routes open to every signed-in user (their own profile, menu, password)."""


@dataclass(frozen=True)
class Required:
    """FastAPI dependency made by `require`; its `permission` can be read off a route by tests and docs."""

    permission: str

    async def __call__(self, request: Request) -> Principal:
        """Return the caller. Raises Unauthenticated (401), PasswordChangeRequired or Forbidden (403)."""
        principal = await signed_in(request)
        if principal.must_change_password:
            raise PasswordChangeRequired("首次登录或密码到期，须先修改密码")
        if not principal.may(self.permission):
            raise Forbidden("当前用户没有此操作的权限", permission=self.permission)
        return principal


def require(code: str) -> Required:
    """Return a dependency that demands a permission: `principal: Principal = Depends(require("quality.read"))`."""
    return Required(code)
