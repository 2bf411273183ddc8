"""What the room's routes take and give. Identifiers are masked before they get here unless the reader may see them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field


class PersonSearch(BaseModel):
    """A search for persons; sent as a body, so that no identifier enters a URL or an access log."""

    text: str = Field("", max_length=64, description="姓名片段，或完整的身份证号、健康卡号、手机号、患者编号")
    org_code: str | None = None
    page: int = Field(1, ge=1)
    page_size: int = Field(20, ge=1, le=200)
    unmask: bool = False


class IdentityOut(BaseModel):
    """A source identity 来源身份."""

    patient_key: str
    org_code: str
    patient_id: str
    name: str | None
    sex_code: str | None
    birth_date: str | None
    id_no: str | None
    health_card_no: str | None
    phone: str | None
    address: str | None
    linked_by: str | None
    linked_score: float | None
    seen_at: datetime


class PersonOut(BaseModel):
    """A person 主索引 as one reader sees it: named by the newest identity in the reader's scope."""

    id: UUID
    name: str | None
    sex_code: str | None
    birth_date: str | None
    age: int | None
    id_no: str | None
    phone: str | None
    identities: int
    institutions: list[str]
    seen_at: datetime


class PersonPage(BaseModel):
    """One page of persons."""

    items: list[PersonOut]
    total: int
    page: int
    page_size: int


class PersonDetail(PersonOut):
    """A person with the identities in the reader's scope."""

    members: list[IdentityOut]
    unmasked: bool


class SuspectOut(BaseModel):
    """A suspected pair 疑似: both identities side by side; evidence is match weight in bits per comparison."""

    id: UUID
    score: float
    rule: str
    evidence: dict[str, Any]
    status: str
    found_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    left: IdentityOut
    right: IdentityOut


class SuspectPage(BaseModel):
    """One page of suspected pairs."""

    items: list[SuspectOut]
    total: int
    page: int
    page_size: int


class DecisionIn(BaseModel):
    """What was decided of a suspected pair."""

    verdict: Literal["same", "different"]
    reason: str | None = Field(None, max_length=500)


class DecidedOut(BaseModel):
    """A decided pair."""

    id: UUID
    status: str
    decided_at: datetime | None
    decided_by: str | None


class SplitIn(BaseModel):
    """Take one identity out of a person."""

    patient_key: str
    reason: str = Field(min_length=1, max_length=500)


class HistoryOut(BaseModel):
    """One line of a person's history."""

    at: datetime
    action: str
    person_id: UUID
    from_person: UUID | None
    patient_key: str | None
    rule: str | None
    score: float | None
    by: str | None
    reason: str | None


class PatientCounts(BaseModel):
    """How many identities, persons, persons shared by institutions, and open suspects the reader can see."""

    identities: int
    persons: int
    shared: int
    suspects: int


class JobStarted(BaseModel):
    """The run of a job that was queued."""

    job_id: UUID
