"""Stored organisations. `org_code` is the 18-character unified social credit code of the institution."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
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
    longitude: Mapped[float | None] = mapped_column(comment="degrees, CGCS2000 or WGS 84")
    latitude: Mapped[float | None]
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
    id_number: Mapped[str | None] = mapped_column(info={"mask": "id_number"})
    department_code: Mapped[str | None]
    role: Mapped[str | None]
    title: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(info={"mask": "phone"})
    active: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})


class Equipment(Base):
    """A piece of equipment 设备 of an institution, under the institution's own number.

    Days are ISO text, as applications and versions keep them.
    """

    __tablename__ = "orgs_equipment"
    __table_args__ = (UniqueConstraint("org_code", "code"),)
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    org_code: Mapped[str] = mapped_column(ForeignKey("orgs_institution.org_code"), index=True)
    code: Mapped[str]
    name: Mapped[str]
    category_code: Mapped[str | None]
    model: Mapped[str | None]
    maker: Mapped[str | None]
    made_on: Mapped[str | None]
    used_from: Mapped[str | None]
    price: Mapped[int | None] = mapped_column(comment="yuan")
    department_code: Mapped[str | None]
    state: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})


class Supply(Base):
    """A consumable 耗材 that an institution uses, under the institution's own code."""

    __tablename__ = "orgs_supply"
    __table_args__ = (UniqueConstraint("org_code", "code"),)
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    org_code: Mapped[str] = mapped_column(ForeignKey("orgs_institution.org_code"), index=True)
    code: Mapped[str]
    name: Mapped[str]
    spec: Mapped[str | None]
    unit: Mapped[str | None]
    maker: Mapped[str | None]
    insurance_code: Mapped[str | None]
    permit_no: Mapped[str | None]
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


FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
"""End of what still holds, so that a moment is asked for with two comparisons."""


class Registration(Base):
    """An application to register, change or cancel one thing, from its draft to its end."""

    __tablename__ = "orgs_registration"
    __table_args__ = (
        UniqueConstraint("org_code", "number"),
        Index(
            "ix_orgs_registration_pending",
            "kind",
            "target",
            unique=True,
            postgresql_where=text("status IN ('submitted', 'approved')"),
        ),
        Index(None, "status", "effective_from"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    org_code: Mapped[str] = mapped_column(comment="Institution that applies; empty for the platform itself")
    number: Mapped[str] = mapped_column(comment="The applicant's own number")
    kind: Mapped[str]
    operation: Mapped[str] = mapped_column(comment="register, change or cancel")
    target: Mapped[str] = mapped_column(index=True, comment="Key of the thing, its parts joined by /")
    title: Mapped[str]
    status: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(comment="What is applied for; identifiers are masked at its end")
    digest: Mapped[str] = mapped_column(comment="SHA-256 of what was first applied for under the number")
    batch: Mapped[str | None] = mapped_column(index=True)
    row: Mapped[int | None] = mapped_column(comment="Row of the batch's file")
    effective_from: Mapped[date | None]
    authors: Mapped[list[str]] = mapped_column(comment="Ids of the users who wrote or submitted it")
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str | None]
    effective_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class RegistrationStep(Base):
    """Who did what to an application, when; never changed."""

    __tablename__ = "orgs_registration_step"
    __table_args__ = (Index(None, "registration_id", "at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orgs_registration.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    by: Mapped[str]
    action: Mapped[str]
    note: Mapped[str]


class RecordVersion(Base):
    """A registered thing as it was from `valid_from` until before `valid_to`; identifiers are masked."""

    __tablename__ = "orgs_version"
    __table_args__ = (
        Index(
            "ix_orgs_version_living", "kind", "row_key", unique=True, postgresql_where=text("valid_to > '9999-01-01'")
        ),
        Index(None, "kind", "target", "valid_from"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    row_key: Mapped[str]
    target: Mapped[str]
    org_code: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    operation: Mapped[str] = mapped_column(comment="register, change, cancel or delete")
    content: Mapped[dict[str, Any]]
    changes: Mapped[list[dict[str, Any]]] = mapped_column(comment="field, before, after")
    summary: Mapped[str] = mapped_column(comment="The changes in words")
    by: Mapped[str]
    registration: Mapped[str | None] = mapped_column(comment="Number of the application that brought it about")
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime] = mapped_column(default=FOREVER)


class InstitutionYear(Base):
    """An institution as it counts in the statistics of one year."""

    __tablename__ = "orgs_institution_year"
    __table_args__ = (UniqueConstraint("year", "org_code"),)

    id: Mapped[str] = mapped_column(primary_key=True, comment="year:org_code")
    year: Mapped[int]
    org_code: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    short_name: Mapped[str | None]
    category_code: Mapped[str | None] = mapped_column(comment="WS 218")
    level: Mapped[str | None]
    division_code: Mapped[str | None]
    address: Mapped[str | None]
    phone: Mapped[str | None]
    beds: Mapped[int | None]
    parent_code: Mapped[str | None] = mapped_column(comment="org_code of the leading institution")
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    active: Mapped[bool]
    updated_at: Mapped[datetime]
