"""Every query of the room."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select

from suwen.domains.identity.models import ApiToken, PasswordHistory, Role, User, UserRole, UserSession
from suwen.kernel.repository import Repository
from suwen.kernel.resource_source import ModelSource

SCOPED_USERS = ModelSource(User, scope_column="org_code")
SCOPED_SESSIONS = ModelSource(UserSession, scope_column="org_code")
SCOPED_TOKENS = ModelSource(ApiToken, scope_column="org_code")


class IdentityRepository(Repository):  # unscoped: decides who is who; lists of users go by SCOPED_USERS
    """Users, roles, sessions and passwords."""

    async def user_named(self, username: str, *, lock: bool = False) -> User | None:
        """Return the user of a name, whatever its case; `lock` holds the row until the commit."""
        query = select(User).where(User.username == username.strip().lower())
        return await self.one_or_none(query.with_for_update(of=User) if lock else query)

    async def user_count(self) -> int:
        """Return the number of users."""
        return await self.count(select(User.id))

    async def session_of(self, token_digest: str) -> UserSession | None:
        """Return the session with its user by the digest of its token."""
        return await self.one_or_none(select(UserSession).where(UserSession.token_digest == token_digest))

    async def open_sessions(self, user_id: UUID) -> list[UserSession]:
        """Return a user's sessions that nobody has revoked."""
        return await self.all(
            select(UserSession).where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
        )

    async def api_token(self, token_digest: str) -> ApiToken | None:
        """Return a machine's token by its digest."""
        return await self.one_or_none(select(ApiToken).where(ApiToken.token_digest == token_digest))

    async def api_tokens(self, bound: str) -> list[ApiToken]:
        """Return the tokens that are bound to one thing, the newest first."""
        return await self.all(select(ApiToken).where(ApiToken.bound == bound).order_by(ApiToken.id.desc()))

    async def roles(self, codes: Iterable[str]) -> dict[str, Role]:
        """Return the roles of the given codes, by code."""
        rows = await self.all(select(Role).where(Role.code.in_(sorted(set(codes)))))
        return {role.code: role for role in rows}

    async def role_named(self, code: str) -> Role | None:
        """Return the role of a code."""
        return await self.one_or_none(select(Role).where(Role.code == code))

    async def holders(self, role_id: UUID) -> int:
        """Return how many users hold a role."""
        query = select(func.count()).select_from(UserRole).where(UserRole.role_id == role_id)
        return int(await self.session.scalar(query) or 0)

    async def past_passwords(self, user_id: UUID, limit: int) -> list[str]:
        """Return the hashes of a user's latest passwords, the newest first."""
        query = (
            select(PasswordHistory.password_hash)
            .where(PasswordHistory.user_id == user_id)
            .order_by(PasswordHistory.created_at.desc(), PasswordHistory.id.desc())
            .limit(limit)
        )
        return await self.all(query)
