"""The lists of the room: users, roles, sessions and the three logs."""

from typing import cast

from pydantic import BaseModel

from suwen.domains.identity.models import AccessLog, ApiToken, ChangeLog, LoginLog, Role, User, UserSession
from suwen.domains.identity.schemas import (
    AccessLogOut,
    ApiTokenOut,
    ChangeLogOut,
    LoginLogOut,
    RoleCreate,
    RoleOut,
    RoleUpdate,
    SessionOut,
    UserCreate,
    UserOut,
    UserUpdate,
)
from suwen.domains.identity.service import users
from suwen.domains.identity.settings import get_identity_settings
from suwen.kernel.database import UnitOfWork
from suwen.kernel.registry import declared_permissions
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Action, Resource
from suwen.kernel.scope import Scope

GROUP = "系统管理"


class UserSource(ModelSource[User]):
    """Users of the institutions in the caller's scope; writing goes through the service."""

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> User:
        """Create a user with a temporary password."""
        return await users.create_user(uow, cast("UserCreate", data), get_identity_settings())

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> User:
        """Change a user."""
        return await users.update_user(uow, await self.get(uow, scope, key), cast("UserUpdate", data))


class RoleSource(ModelSource[Role]):
    """Roles; writing goes through the service."""

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> Role:
        """Create a role."""
        return await users.create_role(uow, cast("RoleCreate", data), declared_permissions())

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> Role:
        """Change a role."""
        row = await self.get(uow, scope, key)
        return await users.update_role(uow, row, cast("RoleUpdate", data), declared_permissions())

    async def delete(self, uow: UnitOfWork, scope: Scope, key: str) -> None:
        """Remove a role that nobody holds."""
        await users.delete_role(uow, await self.get(uow, scope, key))


USERS = Resource(
    name="identity.users",
    domain="identity",
    title="用户",
    title_en="Users",
    schema=UserOut,
    source=UserSource(User, scope_column="org_code", search=("username", "display_name")),
    read="identity.users.read",
    write="identity.users.write",
    create=UserCreate,
    update=UserUpdate,
    actions=(
        Action("reset-password", "重置密码", "Reset password", "identity.users.write", "生成一次性密码并结束其会话？"),
        Action("unlock", "解锁", "Unlock", "identity.users.write"),
    ),
    default_sort=("username",),
    group=GROUP,
    icon="user",
    order=10,
)

ROLES = Resource(
    name="identity.roles",
    domain="identity",
    title="角色",
    title_en="Roles",
    schema=RoleOut,
    source=RoleSource(Role, search=("code", "title")),
    read="identity.roles.read",
    write="identity.roles.write",
    create=RoleCreate,
    update=RoleUpdate,
    delete=True,
    default_sort=("code",),
    group=GROUP,
    icon="team",
    order=20,
)

SESSIONS = Resource(
    name="identity.sessions",
    domain="identity",
    title="会话",
    title_en="Sessions",
    schema=SessionOut,
    source=ModelSource(UserSession, scope_column="org_code", search=("username",)),
    read="identity.sessions.read",
    actions=(Action("revoke", "结束会话", "End session", "identity.sessions.write", "结束该会话？"),),
    default_sort=("-last_seen_at",),
    group=GROUP,
    icon="desktop",
    order=30,
)

TOKENS = Resource(
    name="identity.tokens",
    domain="identity",
    title="接口令牌",
    title_en="Tokens of interfaces",
    schema=ApiTokenOut,
    source=ModelSource(ApiToken, scope_column="org_code", search=("title", "bound")),
    read="identity.tokens.read",
    actions=(
        Action("revoke", "吊销", "Revoke", "identity.tokens.write", "吊销后持此令牌的系统立即不能再调用，确定？"),
    ),
    default_sort=("-created_at",),
    group=GROUP,
    icon="key",
    order=35,
)

LOGIN_LOG = Resource(
    name="identity.login_log",
    domain="identity",
    title="登录日志",
    title_en="Login log",
    schema=LoginLogOut,
    source=ModelSource(LoginLog, scope_column="org_code", search=("username", "address")),
    read="identity.audit.read",
    default_sort=("-at",),
    group=GROUP,
    icon="login",
    order=40,
)

CHANGE_LOG = Resource(
    name="identity.change_log",
    domain="identity",
    title="变更日志",
    title_en="Change log",
    schema=ChangeLogOut,
    source=ModelSource(ChangeLog, scope_column="org_code", search=("username", "table", "row_key")),
    read="identity.audit.read",
    default_sort=("-at",),
    group=GROUP,
    icon="history",
    order=50,
)

ACCESS_LOG = Resource(
    name="identity.access_log",
    domain="identity",
    title="明文查看日志",
    title_en="Unmasked access log",
    schema=AccessLogOut,
    source=ModelSource(AccessLog, scope_column="org_code", search=("username", "subject")),
    read="identity.audit.read",
    default_sort=("-at",),
    group=GROUP,
    icon="eye",
    order=60,
)

RESOURCES = (USERS, ROLES, SESSIONS, TOKENS, LOGIN_LOG, CHANGE_LOG, ACCESS_LOG)
