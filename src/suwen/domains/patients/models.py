"""Stored identities, persons, suspected pairs, decisions and history."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class Person(Base):
    """A person (患者主索引): a set of identities, wherever registered.

    ``merged_into`` is set once all its identities went to another person; the row stays, so that old links resolve.
    """

    __tablename__ = "patients_person"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime]
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("patients_person.id"))


class Identity(Base):
    """A source identity (来源身份): one patient number of one institution, with what was registered under it."""

    __tablename__ = "patients_identity"
    __table_args__ = (
        Index(
            "ix_patients_identity_name_trgm", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}
        ),
    )
    patient_key: Mapped[str] = mapped_column(primary_key=True)
    org_code: Mapped[str] = mapped_column(index=True)
    patient_id: Mapped[str] = mapped_column(info={"mask": "card"})
    person_id: Mapped[UUID] = mapped_column(ForeignKey("patients_person.id"), index=True)
    name: Mapped[str | None] = mapped_column(info={"mask": "name"})
    sex_code: Mapped[str | None]
    birth_date: Mapped[date | None] = mapped_column(info={"mask": "birth_date"})
    id_no: Mapped[str | None] = mapped_column(index=True, info={"mask": "id_number"})
    health_card_no: Mapped[str | None] = mapped_column(index=True, info={"mask": "card"})
    phone: Mapped[str | None] = mapped_column(index=True, info={"mask": "phone"})
    address: Mapped[str | None] = mapped_column(info={"mask": "address"})
    linked_by: Mapped[str | None]
    linked_score: Mapped[float | None]
    seen_at: Mapped[datetime]


class Suspect(Base):
    """A suspected pair (疑似): two identities of different persons that may be one, for a person to decide."""

    __tablename__ = "patients_suspect"
    __table_args__ = (Index("uq_patients_suspect_pair", "left_key", "right_key", unique=True),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    left_key: Mapped[str] = mapped_column(index=True)
    right_key: Mapped[str] = mapped_column(index=True)
    left_org: Mapped[str]
    right_org: Mapped[str]
    score: Mapped[float]
    rule: Mapped[str]
    evidence: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    status: Mapped[str] = mapped_column(default="open", index=True)
    found_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]


class Decision(Base):
    """What a person decided of two identities; it outranks every rule in all later runs."""

    __tablename__ = "patients_decision"
    __audited__ = True
    left_key: Mapped[str] = mapped_column(primary_key=True)
    right_key: Mapped[str] = mapped_column(primary_key=True)
    verdict: Mapped[str]
    reason: Mapped[str | None]
    decided_at: Mapped[datetime]
    decided_by: Mapped[str]


class History(Base):
    """What happened to a person: created, attached, moved, merged, split."""

    __tablename__ = "patients_history"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime]
    action: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(index=True)
    from_person: Mapped[UUID | None] = mapped_column(index=True)
    patient_key: Mapped[str | None] = mapped_column(index=True)
    rule: Mapped[str | None]
    score: Mapped[float | None]
    by: Mapped[str | None]
    reason: Mapped[str | None]
