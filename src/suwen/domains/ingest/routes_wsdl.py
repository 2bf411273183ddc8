"""HTTP of WSDLs: what a web service offers, each operation as a call that a feed can be pulled by."""

from dataclasses import asdict
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from anyio import to_thread
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator

from suwen.domains.ingest.connectors.http.describing import read_wsdl
from suwen.domains.ingest.connectors.http.options import HttpOptions
from suwen.domains.ingest.connectors.http.speaking import Conversation
from suwen.domains.ingest.errors import SourceUnavailable
from suwen.domains.ingest.permissions import WRITE
from suwen.kernel.permissions import Principal, require

Writer = Annotated[Principal, Depends(require(WRITE.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])
MOST_BYTES = 8 * 2**20
_SECONDS = 20


class WsdlWanted(BaseModel):
    """Where a WSDL is, or its text."""

    model_config = ConfigDict(extra="forbid")

    address: Annotated[str, Field(max_length=1000, pattern=r"^(https?://\S+)?$")] = ""
    text: Annotated[str, Field(max_length=MOST_BYTES)] = ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.address) == bool(self.text):
            raise ValueError("either address or text is needed")
        return self


class WsdlFieldInfo(BaseModel):
    """A field of a message; leaf: it holds a value; many: it may come often."""

    path: str
    type: str
    required: bool
    many: bool
    leaf: bool


class WsdlOperationInfo(BaseModel):
    """An operation, and the call to begin with."""

    name: str
    address: str
    version: str
    action: str
    inputs: list[WsdlFieldInfo]
    outputs: list[WsdlFieldInfo]
    call: dict[str, Any]


class WsdlInfo(BaseModel):
    """What a WSDL offers."""

    operations: list[WsdlOperationInfo]


@router.post("/wsdl")
async def describe_wsdl(wanted: WsdlWanted, principal: Writer) -> WsdlInfo:
    """Read a WSDL from its address or its text; nothing is kept. 422 for what is none, 503 where it cannot be had."""
    found = await to_thread.run_sync(_read, wanted)
    return WsdlInfo(operations=[WsdlOperationInfo.model_validate(asdict(one)) for one in found])


def _read(wanted: WsdlWanted) -> Any:
    if wanted.text:
        return read_wsdl(wanted.text.encode())
    own = urlsplit(wanted.address)
    options = HttpOptions(url=f"{own.scheme}://{own.netloc}", tables={}, timeout=_SECONDS, max_answer_bytes=MOST_BYTES)
    with Conversation(options, lambda: False) as service:

        def had(address: str) -> bytes:
            place = address.partition("?")[0]
            response = service.say(place, lambda _: service.client.build_request("GET", address))
            if not response.is_success:
                raise SourceUnavailable(f"{place}: {response.status_code} {response.reason_phrase}")
            return response.content

        def part(address: str) -> bytes | None:
            # What another host says of the service is not asked for.
            return had(address) if urlsplit(address).netloc == own.netloc else None

        return read_wsdl(had(wanted.address), wanted.address, part)
