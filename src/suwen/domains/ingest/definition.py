"""The format of a source definition (examples/<name>/source.yaml): one source and its feeds.

source: {code: his, title: …, org_code: "…", system: HIS, connector: postgres, options: {…}}
feeds:
  - code: visits                       # full code: his.visits
    table: outp_visit                  # or query: SELECT … in the source's dialect
    dataset: encounter
    capture: {mode: timestamp, column: updated_at, overlap_seconds: 300}
    key: [visit_id]
    columns:
      encounter_id: visit_id           # a SQL expression over one source row
      payment_code: {expr: pay_type, map: {"1": "07"}, default: "99", blank: "99"}
"""

from collections.abc import Iterable
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from suwen.domains.ingest.changelog import KINDS, Kind
from suwen.kernel.masking import MaskKind

CODE = r"^[a-z][a-z0-9_]{0,39}$"


def _code(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class Strict(BaseModel):
    """Base of the definition's parts: immutable, no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ColumnMapping(Strict):
    """How one element is made from a source row.

    expr: SQL expression (DuckDB dialect) over the row's columns. map: received code → standard code (None: no value).
    default: for a value that `map` does not know (otherwise it stays as received). blank: for a row without a value.
    invalid: an unreadable value sends the row to quarantine, or counts as no value.
    """

    expr: str
    map: dict[str, str | None] = Field(default_factory=dict[str, str | None])
    default: str | None = None
    blank: str | None = None
    invalid: Literal["quarantine", "blank"] = "quarantine"

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"expr": str(value)} if isinstance(value, str | int | float) else value

    @field_validator("map", mode="before")
    @classmethod
    def _text_codes(cls, value: Any) -> Any:
        # YAML reads 8507: and true: as numbers and booleans; codes are text.
        if not isinstance(value, dict):
            return value
        codes = cast("dict[object, object]", value)
        return {_code(code): None if to is None else _code(to) for code, to in codes.items()}

    @field_validator("expr", "default", "blank", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int | float) else value


class Capture(Strict):
    """Which rows a run reads.

    full: all of them; they replace the feed's rows in std. timestamp: those whose `column` is not older than the
    newest seen so far minus `overlap_seconds` (late commits); they are put in or over the feed's rows.
    compare: all of them are read and compared with the digests of the last read; what was inserted, updated and deleted
    is carried on. When more than `largest_loss` (a share) of the rows have vanished, or all, a person is asked first.
    log: all of them once, from then on every change that the source's log tells. outbox: likewise, but the changes are
    those that triggers have written into a table beside it. push: every change that the source sends.
    follow: a worker reads them as they come; else they are read when the feed is run.
    """

    mode: Literal["full", "timestamp", "compare", "log", "outbox", "push"] = "full"
    column: str | None = None
    overlap_seconds: int = Field(default=300, ge=0)
    largest_loss: float = Field(default=0.5, ge=0, le=1)
    follow: bool = True

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"mode": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _column_given(self) -> "Capture":
        if (self.mode == "timestamp") != (self.column is not None):
            raise ValueError("capture: column is needed for mode timestamp and only there")
        return self

    @property
    def told(self) -> Kind | None:
        """How the source tells its changes, None where it does not."""
        return self.mode if self.mode in KINDS else None


class Leaving(Strict):
    """What of a table may leave the hospital; what may not is never written down outside the source.

    columns: these alone (None: all). where: rows of which this condition holds, a SQL expression over one source row.
    masks: column → kind of mask (kernel.masking) that is put over its values.
    """

    columns: tuple[str, ...] | None = Field(default=None, min_length=1)
    where: str | None = None
    masks: dict[str, MaskKind] = Field(default_factory=dict[str, MaskKind])

    def lacking(self, needed: Iterable[str]) -> list[str]:
        """Return which of the columns would not come as they are."""
        kept = None if self.columns is None else {name.lower() for name in self.columns}
        masked = {name.lower() for name in self.masks}
        return [one for one in needed if one.lower() in masked or (kept is not None and one.lower() not in kept)]


class FeedDefinition(Strict):
    """One source table or query that fills one standard dataset."""

    code: str = Field(pattern=CODE)
    title: str = ""
    table: str | None = None
    query: str | None = None
    dataset: str
    capture: Capture = Capture()
    key: tuple[str, ...] = Field(default=(), validate_default=True)
    columns: dict[str, ColumnMapping] = Field(min_length=1)
    leaves: Leaving | None = None

    @field_validator("key")
    @classmethod
    def _key_given(cls, key: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        capture = info.data.get("capture")
        if not key and isinstance(capture, Capture) and capture.mode != "compare":
            raise ValueError("at least one column is needed; only a capture by comparison can do without")
        return key

    @model_validator(mode="after")
    def _one_origin(self) -> "FeedDefinition":
        if (self.table is None) == (self.query is None):
            raise ValueError(f"feed {self.code}: exactly one of table and query is needed")
        if self.capture.told is not None and self.table is None:
            raise ValueError(f"feed {self.code}: changes are told of a table, not of a query")
        if self.leaves is not None and self.capture.told is not None:
            raise ValueError(f"feed {self.code}: leaves holds for rows that are read, not for changes that are told")
        needed = (*self.key, *((self.capture.column,) if self.capture.column else ()))
        if self.leaves is not None and (lacking := self.leaves.lacking(needed)):
            raise ValueError(f"feed {self.code}: leaves keeps back {lacking}, by which rows are told apart")
        return self


class SourceInfo(Strict):
    """A system of one institution, and how it is reached."""

    code: str = Field(pattern=CODE)
    title: str
    org_code: str = Field(min_length=1, max_length=40)
    system: str = ""
    connector: str
    options: dict[str, Any] = Field(default_factory=dict[str, Any])


class SourceDefinition(Strict):
    """A whole definition file."""

    source: SourceInfo
    feeds: tuple[FeedDefinition, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _codes_unique(self) -> "SourceDefinition":
        codes = [feed.code for feed in self.feeds]
        if doubled := sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"feed codes declared twice: {doubled}")
        return self
