"""The PostgreSQL side: declarative base, engine, and the unit of work that commits once."""

import importlib
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, TypeAlias

from sqlalchemy import BigInteger, Date, DateTime, MetaData, Numeric, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from suwen.kernel.changes import Change, WatchedSession, collected_changes
from suwen.kernel.errors import Unavailable
from suwen.kernel.permissions import Principal

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every stored model.

    A model with `__audited__ = True` has each of its writes told to the change listeners. Column `info` guides that:
    `{"mask": "<kind>"}` masks the value (see kernel.masking), `{"secret": True}` hides it, `{"audit": False}` omits it.
    """

    __audited__: ClassVar[bool] = False
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        int: BigInteger(),
        date: Date(),
        datetime: DateTime(timezone=True),
        uuid.UUID: Uuid(),
        Decimal: Numeric(),
        dict[str, Any]: JSONB(),
        dict[str, str]: JSONB(),
        dict[str, int]: JSONB(),
        list[str]: JSONB(),
        list[int]: JSONB(),
        list[dict[str, Any]]: JSONB(),
    }


class UnitOfWork:
    """One request's or one job's work on the database: one session, one commit at its clean end.

    `origin` names where the request came from (client address) for the audit trail.
    """

    def __init__(self, session: AsyncSession, principal: Principal | None = None, origin: str | None = None) -> None:
        self.session = session
        self.principal = principal
        self.origin = origin
        self._before_commit: list[UnitHook] = []

    def announce(self, event: object) -> None:
        """Store an event (`kernel.events.Event`) to be delivered once this unit of work has committed."""
        _plugs.announcer()(self, event)

    def defer(self, job_name: str, args: Mapping[str, Any] | None = None, *, priority: int = 0) -> uuid.UUID:
        """Queue a job to start once this unit of work has committed; returns the id of its run.

        `args` must be JSON-able; a greater `priority` goes first.
        """
        return _plugs.deferrer()(self, job_name, dict(args or {}), priority)

    async def ping(self) -> None:
        """Ask the database for a sign of life. Raises Unavailable."""
        try:
            await self.session.execute(text("SELECT 1"))
        except OperationalError as error:
            raise Unavailable("数据库没有应答") from error

    def before_commit(self, hook: "UnitHook") -> None:
        """Have a hook awaited just before the commit, inside the transaction (for the kernel's own plug-ins)."""
        self._before_commit.append(hook)

    async def commit(self) -> None:
        """Flush, tell the change listeners, run the hooks, commit. Called by `Database.unit_of_work` alone."""
        await self.session.flush()
        # A listener or hook writes rows itself, so go on until nothing new turned up.
        while (changes := collected_changes(self.session.sync_session)) or self._before_commit:
            if changes:
                for listener in _plugs.listeners:
                    await listener(self, changes)
            hooks, self._before_commit = self._before_commit, []
            for hook in hooks:
                await hook(self)
            await self.session.flush()
        await self.session.commit()


UnitHook: TypeAlias = Callable[[UnitOfWork], Awaitable[None]]
Announcer: TypeAlias = Callable[[UnitOfWork, object], None]
Deferrer: TypeAlias = Callable[[UnitOfWork, str, dict[str, Any], int], uuid.UUID]
ChangeListener: TypeAlias = Callable[[UnitOfWork, Sequence[Change]], Awaitable[None]]


class _Plugs:
    """What kernel.events, kernel.jobs and the audit put into every unit of work."""

    def __init__(self) -> None:
        self.announce: Announcer | None = None
        self.defer: Deferrer | None = None
        self.listeners: list[ChangeListener] = []

    def announcer(self) -> Announcer:
        if self.announce is None:
            importlib.import_module("suwen.kernel.events")
        if self.announce is None:
            raise RuntimeError("suwen.kernel.events did not call set_announcer")
        return self.announce

    def deferrer(self) -> Deferrer:
        if self.defer is None:
            importlib.import_module("suwen.kernel.jobs")
        if self.defer is None:
            raise RuntimeError("suwen.kernel.jobs did not call set_deferrer")
        return self.defer


_plugs = _Plugs()


def set_announcer(announcer: Announcer) -> None:
    """Say how `UnitOfWork.announce` stores an event; called by kernel.events when imported."""
    _plugs.announce = announcer


def set_deferrer(deferrer: Deferrer) -> None:
    """Say how `UnitOfWork.defer` queues a job; called by kernel.jobs when imported."""
    _plugs.defer = deferrer


def on_changes(listener: ChangeListener) -> ChangeListener:
    """Register a listener that is awaited, before the commit, with the changes of audited models (decorator)."""
    if listener not in _plugs.listeners:
        _plugs.listeners.append(listener)
    return listener


class Database:
    """A PostgreSQL database reached by psycopg.

    url: `postgresql://user:password@host/name`, or `postgresql://user@/name?host=/socket/folder` for a unix socket.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        parsed = make_url(url)
        self.dsn = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        self.engine: AsyncEngine = create_async_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            # An error's text goes to logs: it must not quote rows.
            hide_parameters=True,
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, sync_session_class=WatchedSession)

    @asynccontextmanager
    async def unit_of_work(
        self, principal: Principal | None = None, *, origin: str | None = None
    ) -> AsyncGenerator[UnitOfWork, None]:
        """Open a unit of work: commits once on clean exit, rolls everything back on any error."""
        async with self._sessions() as session:
            uow = UnitOfWork(session, principal, origin)
            try:
                yield uow
                await uow.commit()
            except BaseException:
                await session.rollback()
                raise

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()
