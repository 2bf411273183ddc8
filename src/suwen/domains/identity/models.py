"""Stored state of the room. Times are UTC; `org_code` is the user's institution, None for the platform's own staff."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id

UNLOGGED = {"audit": False}


class Role(Base):
    """A named set of functional permissions (permission codes, `*` for all)."""

    __tablename__ = "identity_role"
    __audited__: ClassVar[bool] = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="")
    permissions: Mapped[list[str]] = mapped_column(default=list)
    built_in: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)


class UserRole(Base):
    """That a user holds a role."""

    __tablename__ = "identity_user_role"
    __audited__: ClassVar[bool] = True

    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id", ondelete="CASCADE"), primary_key=True)
    role_id: Mapped[UUID] = mapped_column(ForeignKey("identity_role.id"), primary_key=True, index=True)
    role: Mapped[Role] = relationship(lazy="joined")


class User(Base):
    """Somebody who may log in, with a data scope: institutions, sensitivity grade, identifiers in full or masked."""

    __tablename__ = "identity_user"
    __audited__: ClassVar[bool] = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str] = mapped_column(info={"mask": "name"})
    phone: Mapped[str | None] = mapped_column(info={"mask": "phone"})
    org_code: Mapped[str | None] = mapped_column(index=True)
    active: Mapped[bool] = mapped_column(default=True)
    all_orgs: Mapped[bool] = mapped_column(default=False)
    org_codes: Mapped[list[str]] = mapped_column(default=list)
    grade: Mapped[int] = mapped_column(default=3)
    unmask: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str] = mapped_column(info={"secret": True})
    password_changed_at: Mapped[datetime] = mapped_column(default=now)
    must_change_password: Mapped[bool] = mapped_column(default=True)
    failed_logins: Mapped[int] = mapped_column(default=0, info=UNLOGGED)
    locked_until: Mapped[datetime | None] = mapped_column(info=UNLOGGED)
    last_login_at: Mapped[datetime | None] = mapped_column(info=UNLOGGED)
    created_at: Mapped[datetime] = mapped_column(default=now, info=UNLOGGED)
    role_links: Mapped[list[UserRole]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    @property
    def roles(self) -> list[str]:
        """Codes of the roles held."""
        return sorted(link.role.code for link in self.role_links)

    @property
    def permissions(self) -> frozenset[str]:
        """Codes of the permissions of all roles held."""
        return frozenset(code for link in self.role_links for code in link.role.permissions)

    @property
    def locked(self) -> bool:
        """Whether the account is locked right now."""
        return self.locked_until is not None and self.locked_until > now()


class PasswordHistory(Base):
    """A password that a user had before, as hash."""

    __tablename__ = "identity_password_history"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id", ondelete="CASCADE"), index=True)
    password_hash: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


class UserSession(Base):
    """A login that lasts. The token itself is only in the browser; here is its SM3 digest."""

    __tablename__ = "identity_session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id", ondelete="CASCADE"), index=True)
    org_code: Mapped[str | None] = mapped_column(index=True)
    username: Mapped[str]
    token_digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    address: Mapped[str | None]
    user_agent: Mapped[str | None]
    user: Mapped[User] = relationship(lazy="joined")


class ApiToken(Base):
    """A token 接口令牌 by which a machine calls the platform's interfaces. Only its SM3 digest is kept.

    permissions: what it may do. bound: the one thing that it may do this with, as its room names it. org_code: the one
    institution in its scope. created_by: who made it.
    """

    __tablename__ = "identity_api_token"
    __audited__: ClassVar[bool] = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    title: Mapped[str]
    org_code: Mapped[str] = mapped_column(index=True)
    bound: Mapped[str] = mapped_column(index=True)
    permissions: Mapped[list[str]] = mapped_column(default=list)
    token_digest: Mapped[str] = mapped_column(unique=True, info={"secret": True})
    created_by: Mapped[str] = mapped_column(default="", info=UNLOGGED)
    created_at: Mapped[datetime] = mapped_column(default=now, info=UNLOGGED)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None] = mapped_column(info=UNLOGGED)
    revoked_at: Mapped[datetime | None]


class LoginLog(Base):
    """One attempt to log in, or a logout. An unknown `username` is left empty: it may be a mistyped password."""

    __tablename__ = "identity_login_log"
    __table_args__ = (Index("ix_identity_login_log_at", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(default=now)
    user_id: Mapped[UUID | None] = mapped_column(index=True)
    org_code: Mapped[str | None] = mapped_column(index=True)
    username: Mapped[str]
    result: Mapped[str]
    address: Mapped[str | None]
    user_agent: Mapped[str | None]


class ChangeLog(Base):
    """One changed field of one row: who, when, from where, what before, what after (masked)."""

    __tablename__ = "identity_change_log"
    __table_args__ = (Index("ix_identity_change_log_at", "at"), Index("ix_identity_change_log_row", "table", "row_key"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(default=now)
    user_id: Mapped[UUID | None] = mapped_column(index=True)
    org_code: Mapped[str | None] = mapped_column(index=True)
    username: Mapped[str]
    origin: Mapped[str | None]
    table: Mapped[str]
    row_key: Mapped[str]
    operation: Mapped[str]
    field: Mapped[str]
    before: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))


class AccessLog(Base):
    """One reading of direct identifiers in full: who, when, from where, which rows and fields."""

    __tablename__ = "identity_access_log"
    __table_args__ = (Index("ix_identity_access_log_at", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(default=now)
    user_id: Mapped[UUID | None] = mapped_column(index=True)
    org_code: Mapped[str | None] = mapped_column(index=True)
    username: Mapped[str]
    origin: Mapped[str | None]
    subject: Mapped[str]
    row_keys: Mapped[list[str]]
    fields: Mapped[list[str]]
    reason: Mapped[str | None]
