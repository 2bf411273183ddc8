"""How a target is told by messages: what of it people declare, kept as `delivery` of a distribution."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from suwen.domains.ingest.distribution.errors import InvalidDistribution


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid")


class KafkaDelivery(_Declared):
    """How a row becomes a record of a topic; its key is the row's, as a JSON object.

    envelope: change: {"id", "sequence", "operation", "dataset", "key", "row"}; record: the row by itself, nothing for
    one that is gone; debezium: {"op", "before", "after", "source"}. Headers tell id and sequence in any case.
    """

    envelope: Literal["change", "record", "debezium"] = "change"


class Operations(_Declared):
    """What a platform calls an operation, filled in as {operation}."""

    insert: str = "insert"
    update: str = "update"
    delete: str = "delete"


class PlatformDelivery(_Declared):
    """How rows become a request of an upper-level platform's interface, and how its answer is judged.

    path, headers, body: {message_id}, {operation}, {dataset}, {org_code}, {sent_at}, {count}, {user}, {password} and
    {token} are filled in; in the body also {record}, or {records} where a request holds several. record: one of them,
    with {column} of the dataset; none: all columns by their names. In JSON a text that is nothing but a placeholder
    becomes its value with its type.
    statuses: HTTP statuses of a request that was taken. within: where in the answer a text stands that is the document
    itself. success, success_values: what stands where when it was taken. receipt, reason: where the platform's number
    and its words stand. refused: where it lists records that it did not take while it took the others; refused_value:
    the member of each that equals refused_column of the row; refused_reason: the member with the words.
    """

    path: str = Field("", max_length=500)
    method: Literal["POST", "PUT"] = "POST"
    headers: dict[str, str] = Field(default_factory=dict[str, str])
    format: Literal["json", "xml"] = "json"
    body: str = ""
    record: str = ""
    per_request: int = Field(1, ge=1, le=1000)
    operations: Operations = Operations()
    removals: bool = True
    date_format: str = "%Y-%m-%d"
    time_format: str = "%Y-%m-%dT%H:%M:%S"
    statuses: tuple[int, ...] = (200, 201, 202, 204)
    answer: Literal["json", "xml", ""] = ""
    within: str = ""
    within_format: Literal["json", "xml", ""] = ""
    success: str = ""
    success_values: tuple[str, ...] = ()
    receipt: str = ""
    reason: str = ""
    refused: str = ""
    refused_value: str = ""
    refused_column: str = ""
    refused_reason: str = ""


DELIVERIES: dict[str, type[KafkaDelivery | PlatformDelivery]] = {"kafka": KafkaDelivery, "platform": PlatformDelivery}


def delivery_of(target: str, given: dict[str, Any]) -> KafkaDelivery | PlatformDelivery | None:
    """Return what is declared of a target; None for one that is not told by messages. Raises InvalidDistribution."""
    kind = DELIVERIES.get(target)
    if kind is None:
        return None
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidDistribution(f"delivery.{place}: {first['msg']}", allowed=sorted(kind.model_fields)) from None
