"""Managing users and roles; nobody gives away more than they have themselves."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from suwen.domains.identity.errors import BeyondOwnRights, RoleInUse, UnknownPermission, UnknownRole, UsernameTaken
from suwen.domains.identity.models import Role, User, UserRole
from suwen.domains.identity.repository import SCOPED_SESSIONS, SCOPED_USERS, IdentityRepository
from suwen.domains.identity.schemas import RoleCreate, RoleUpdate, UserCreate, UserUpdate
from suwen.domains.identity.service.passwords import one_time_password, set_password
from suwen.domains.identity.settings import IdentitySettings
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.ids import new_id
from suwen.kernel.permissions import EVERYTHING, Principal
from suwen.kernel.scope import HIGHEST_GRADE, Scope

ADMIN = "admin"
ADMIN_ROLE = "administrator"


async def create_user(uow: UnitOfWork, data: UserCreate, rules: IdentitySettings) -> User:
    """Create a user with a temporary password. Raises UsernameTaken, UnknownRole, WeakPassword, BeyondOwnRights."""
    repository = IdentityRepository(uow.session)
    username = data.username.strip().lower()
    if await repository.user_named(username) is not None:
        raise UsernameTaken("用户名已存在", received=username)
    roles = await _roles(repository, data.roles)
    _check_gift(uow.principal, data.model_dump(), roles.values())
    values = data.model_dump(exclude={"roles", "password", "username"})
    user = User(id=new_id(), username=username, password_hash="", **values)
    await set_password(repository, user, data.password, rules, temporary=True)
    user.role_links = [UserRole(user_id=user.id, role_id=role.id, role=role) for role in roles.values()]
    repository.add(user)
    await uow.session.flush()
    return user


async def update_user(uow: UnitOfWork, user: User, data: UserUpdate) -> User:
    """Change the fields set in `data`. Raises UnknownRole, BeyondOwnRights. Switching off ends the user's sessions."""
    repository = IdentityRepository(uow.session)
    _check_over(uow.principal, user)
    values = data.model_dump(exclude_unset=True)
    wanted = values.pop("roles", None)
    roles = None if wanted is None else await _roles(repository, wanted)
    added = [] if roles is None else [role for code, role in roles.items() if code not in user.roles]
    _check_gift(uow.principal, values, added)
    for name, value in values.items():
        setattr(user, name, value)
    if roles is not None:
        kept = [link for link in user.role_links if link.role.code in roles]
        user.role_links = [*kept, *(UserRole(user_id=user.id, role_id=role.id, role=role) for role in added)]
    if not user.active:
        await revoke_all(repository, user)
    await uow.session.flush()
    return user


async def reset_password(uow: UnitOfWork, user: User, rules: IdentitySettings) -> str:
    """Give a user a one-time password, unlock the account, end the user's sessions; returns the password."""
    repository = IdentityRepository(uow.session)
    _check_over(uow.principal, user)
    password = one_time_password()
    await set_password(repository, user, password, rules, temporary=True)
    user.failed_logins, user.locked_until = 0, None
    await revoke_all(repository, user)
    return password


def unlock(uow: UnitOfWork, user: User) -> None:
    """Let a locked user try again."""
    _check_over(uow.principal, user)
    user.failed_logins, user.locked_until = 0, None


async def revoke_all(repository: IdentityRepository, user: User) -> None:
    """End all sessions of a user."""
    for session in await repository.open_sessions(user.id):
        session.revoked_at = now()


async def find_user(uow: UnitOfWork, scope: Scope, key: str) -> User:
    """Return a user by id. Raises NotFound, also for users of institutions outside the scope."""
    return await SCOPED_USERS.get(uow, scope, key)


async def revoke(uow: UnitOfWork, scope: Scope, key: str) -> None:
    """End a session by id. Raises NotFound, also for users of institutions outside the scope."""
    session = await SCOPED_SESSIONS.get(uow, scope, key)
    session.revoked_at = session.revoked_at or now()


async def create_role(uow: UnitOfWork, data: RoleCreate, known: Collection[str]) -> Role:
    """Create a role. Raises UnknownPermission, BeyondOwnRights."""
    _check_permissions(uow.principal, data.permissions, known)
    role = IdentityRepository(uow.session).add(Role(**data.model_dump()))
    await uow.session.flush()
    return role


async def update_role(uow: UnitOfWork, role: Role, data: RoleUpdate, known: Collection[str]) -> Role:
    """Change a role. Raises UnknownPermission, BeyondOwnRights, RoleInUse for one that is built in."""
    values = data.model_dump(exclude_unset=True)
    if role.built_in:
        raise RoleInUse("内置角色不能修改", received=role.code)
    _check_permissions(uow.principal, set(values.get("permissions", [])) ^ set(role.permissions), known)
    for name, value in values.items():
        setattr(role, name, value)
    await uow.session.flush()
    return role


async def delete_role(uow: UnitOfWork, role: Role) -> None:
    """Remove a role. Raises RoleInUse while users hold it or when it is built in."""
    repository = IdentityRepository(uow.session)
    if role.built_in or await repository.holders(role.id):
        raise RoleInUse("角色是内置的或仍有用户使用，不能删除", received=role.code)
    await repository.delete(role)


async def ensure_admin(uow: UnitOfWork, rules: IdentitySettings) -> str | None:
    """Make sure that there is an administrator; returns a one-time password while nobody has ever logged in with it.

    After the first login the password is the administrator's own and None is returned.
    """
    repository = IdentityRepository(uow.session)
    role = await repository.role_named(ADMIN_ROLE)
    if role is None:
        role = Role(
            code=ADMIN_ROLE, title="系统管理员", title_en="Administrator", permissions=[EVERYTHING], built_in=True
        )
        repository.add(role)
        await uow.session.flush()
    user = await repository.user_named(ADMIN, lock=True)
    if user is not None and user.last_login_at is not None:
        return None
    password = one_time_password()
    if user is None:
        user = User(
            id=new_id(), username=ADMIN, display_name="系统管理员", password_hash="", all_orgs=True, unmask=True
        )
        user.grade = HIGHEST_GRADE
        user.role_links = [UserRole(user_id=user.id, role_id=role.id, role=role)]
        repository.add(user)
    await set_password(repository, user, password, rules, temporary=True)
    await uow.session.flush()
    return password


async def _roles(repository: IdentityRepository, codes: Iterable[str]) -> dict[str, Role]:
    wanted = set(codes)
    found = await repository.roles(wanted)
    if missing := sorted(wanted - set(found)):
        raise UnknownRole("角色不存在", received=missing)
    return found


def _check_gift(principal: Principal | None, values: Mapping[str, Any], roles: Iterable[Role]) -> None:
    """Raise BeyondOwnRights when a principal would give beyond their own; None is the platform itself."""
    if principal is None:
        return
    scope = principal.scope
    beyond: list[str] = []
    if scope.orgs is not None:
        beyond += ["all_orgs"] if values.get("all_orgs") else []
        beyond += sorted(set(values.get("org_codes") or ()) - scope.orgs)
        beyond += ["org_code"] if "org_code" in values and not scope.allows(values["org_code"]) else []
    beyond += ["grade"] if (values.get("grade") or 0) > scope.grade else []
    beyond += ["unmask"] if values.get("unmask") and not scope.unmask else []
    for role in roles:
        beyond += [code for code in role.permissions if not principal.may(code)]
    if beyond:
        raise BeyondOwnRights("不能授予超出本人的权限或数据范围", received=beyond)


def _check_over(principal: Principal | None, user: User) -> None:
    """Raise BeyondOwnRights when a principal would change somebody with greater rights or data."""
    values = {"all_orgs": user.all_orgs, "org_codes": user.org_codes, "grade": user.grade, "unmask": user.unmask}
    _check_gift(principal, values, (link.role for link in user.role_links))


def _check_permissions(principal: Principal | None, codes: Iterable[str], known: Collection[str]) -> None:
    if unknown := sorted(set(codes) - set(known) - {EVERYTHING}):
        raise UnknownPermission("权限不存在", received=unknown, allowed=sorted(known))
    if principal is not None and (beyond := sorted(code for code in codes if not principal.may(code))):
        raise BeyondOwnRights("不能授予超出本人的权限", received=beyond)
