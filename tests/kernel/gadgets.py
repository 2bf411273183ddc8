"""A small audited model and its list, made up to test the kernel with; its table is apart from the product's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

import httpx
from fastapi import FastAPI, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy import MetaData
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import NAMING, Base, Database
from suwen.kernel.ids import new_id
from suwen.kernel.permissions import Principal
from suwen.kernel.resource_routes import catalog_router, resource_router
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Action, Column, Resource
from suwen.kernel.scope import Scope
from suwen.kernel.web import install_problem_handlers, install_request_rule


class Apart(Base):
    """Base with its own metadata."""

    __abstract__ = True
    metadata = MetaData(naming_convention=NAMING)


class Colour(StrEnum):
    red = "red"
    green = "green"


class Gadget(Apart):
    __tablename__ = "gadget"
    __audited__: ClassVar[bool] = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    owner: Mapped[str | None] = mapped_column(info={"mask": "name"})
    secret: Mapped[str | None] = mapped_column(info={"secret": True})
    seen_at: Mapped[datetime | None] = mapped_column(info={"audit": False})
    org_code: Mapped[str]
    colour: Mapped[str] = mapped_column(default="red")
    price: Mapped[Decimal | None]
    made_on: Mapped[date | None]
    tags: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(default=now)


class GadgetOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: Annotated[str, Column("名称", "Name", filter=True, sort=True)]
    owner: Annotated[str | None, Column("拥有者", "Owner", filter=True, mask="name")]
    org_code: Annotated[str, Column("机构", "Institution", filter=True)]
    colour: Annotated[Colour, Column("颜色", "Colour", filter=True)]
    price: Annotated[Decimal | None, Column("价格", "Price", filter=True, sort=True, grade=4)]
    made_on: Annotated[date | None, Column("制造日期", "Made on", filter=True, sort=True)]
    tags: list[str]


class GadgetCreate(BaseModel):
    name: str
    org_code: str
    owner: str | None = None
    colour: Colour = Colour.red
    price: Decimal | None = None


class GadgetUpdate(BaseModel):
    owner: str | None = None
    org_code: str = ""
    price: Decimal | None = None


GADGETS = Resource(
    name="workshop.gadgets",
    domain="workshop",
    title="器具[表]",
    title_en="Gadgets",
    schema=GadgetOut,
    source=ModelSource(Gadget, scope_column="org_code", search=("name",)),
    read="workshop.read",
    write="workshop.write",
    create=GadgetCreate,
    update=GadgetUpdate,
    delete=True,
    actions=(Action("polish", "擦亮", "Polish", "workshop.polish"),),
    default_sort=("name",),
)


def caller(*permissions: str, scope: Scope | None = None) -> Principal:
    """A caller with permissions and a scope (default: everything of org A, grade 5)."""
    return Principal(new_id(), "tester", "测试员", frozenset(permissions), scope or Scope.of("A", grade=5))


@asynccontextmanager
async def client_for(database: Database, principal: Principal | None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an app that serves only the gadgets, to a given caller."""
    app = FastAPI()
    install_problem_handlers(app)
    install_request_rule(app)
    app.include_router(resource_router(GADGETS))
    app.include_router(catalog_router([GADGETS]))
    app.state.database = database

    async def who(_request: Request) -> Principal | None:
        return principal

    app.state.authenticator = who
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"X-Suwen-Request": "1"}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client
