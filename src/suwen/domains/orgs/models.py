"""Stored organisations. `org_code` is the 18-character unified social credit code of the institution."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class Institution(Base):
    """A medical institution 医疗卫生机构."""

    __tablename__ = "orgs_institution"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    org_code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    short_name: Mapped[str | None]
    category_code: Mapped[str | None] = mapped_column(comment="WS 218")
    level: Mapped[str | None]
    division_code: Mapped[str | None]
    address: Mapped[str | None]
    phone: Mapped[str | None]
    beds: Mapped[int | None]
    parent_code: Mapped[str | None] = mapped_column(comment="org_code of the leading institution")
    active: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})


class Department(Base):
    """A department 科室 of an institution, under the institution's own code."""

    __tablename__ = "orgs_department"
    __table_args__ = (UniqueConstraint("org_code", "code"),)
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    org_code: Mapped[str] = mapped_column(ForeignKey("orgs_institution.org_code"), index=True)
    code: Mapped[str]
    name: Mapped[str]
    category_code: Mapped[str | None] = mapped_column(comment="Standard department category")
    parent_code: Mapped[str | None]
    beds: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})


class Staff(Base):
    """A member of staff 人员 of an institution, under the institution's own code."""

    __tablename__ = "orgs_staff"
    __table_args__ = (UniqueConstraint("org_code", "code"),)
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    org_code: Mapped[str] = mapped_column(ForeignKey("orgs_institution.org_code"), index=True)
    code: Mapped[str]
    name: Mapped[str] = mapped_column(info={"mask": "name"})
    sex_code: Mapped[str | None]
    department_code: Mapped[str | None]
    role: Mapped[str | None]
    title: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(info={"mask": "phone"})
    active: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})


class Division(Base):
    """An administrative division 行政区划 in one yearly edition; level 1 province to 4 township."""

    __tablename__ = "orgs_division"
    __table_args__ = (Index(None, "edition", "parent_code"), Index(None, "code"))

    id: Mapped[str] = mapped_column(primary_key=True, comment="edition:code")
    edition: Mapped[int]
    code: Mapped[str]
    name: Mapped[str]
    full_name: Mapped[str]
    level: Mapped[int]
    parent_code: Mapped[str | None]
