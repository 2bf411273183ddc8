"""HTTP of the SOAP interface: calls, answered once they are durable, and the WSDL that describes them."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError

from suwen.domains.ingest.permissions import READ, RECEIVE
from suwen.domains.ingest.receiving.receiving import keep, limited, sending_source
from suwen.domains.ingest.receiving.soap.answering import CONTENT, answered, fault
from suwen.domains.ingest.receiving.soap.reading import called, envelope_of, version_of
from suwen.domains.ingest.receiving.soap.wsdl import write_wsdl
from suwen.kernel.errors import SuwenError, Unavailable
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work, settings_of

Sender = Annotated[Principal, Depends(require(RECEIVE.code))]
Reader = Annotated[Principal, Depends(require(READ.code))]
XML = "text/xml"
_TEXT = {"schema": {"type": "string"}}
_SAID = dict.fromkeys((XML, "application/soap+xml"), _TEXT)


class SoapRoute(APIRoute):
    """A route whose errors are told as SOAP faults, whatever raised them: rights, the envelope, the database."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of a request."""
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except SuwenError as error:
                return _fault(request, error)
            except OperationalError:
                return _fault(request, Unavailable("数据库没有应答，请稍后再试"))

        return told


router = APIRouter(prefix="/api/ingest", tags=["ingest"])
calls = APIRouter(prefix="/api/ingest", tags=["ingest"], route_class=SoapRoute)


@calls.post(
    "/soap/{source}",
    response_class=Response,
    openapi_extra={"requestBody": {"required": True, "content": _SAID}},
    responses={
        200: {"description": "What became of the message", "content": _SAID},
        400: {"description": "A fault of SOAP 1.2: the sender's mistake", "content": _SAID},
        401: {"description": "A fault: no token, or one that is over", "content": _SAID},
        403: {"description": "A fault: another source's token", "content": _SAID},
        500: {"description": "A fault; SOAP 1.1 has this status for every one", "content": _SAID},
    },
)
async def receive_soap(request: Request, source: str, uow: Work, principal: Sender) -> Response:
    """Take records of a table of a source, operation `send_<table>`; answered once they are durable.

    SOAP 1.1 or 1.2, document/literal, as the WSDL says. Authenticated by the source's token: `Authorization: Bearer …`.
    """
    body = await limited(request.stream(), request.headers.get("content-length"))
    found, connector = await sending_source(uow, principal, settings_of(request), source)
    root = envelope_of(body, request.headers.get("content-type", ""))
    request.state.soap = version = version_of(root)
    call = called(root, found.code, connector.declared())
    told = await keep(uow, found, settings_of(request), "soap", call.read, call.content)
    return Response(answered(found.code, call.table.name, version, told), media_type=CONTENT[version])


@router.get("/soap/{source}", response_class=Response, responses={200: {"content": {XML: _TEXT}}})
async def describe_soap(request: Request, source: str, uow: Work, principal: Sender) -> Response:
    """Return the WSDL of a source that sends, to its own system (`?wsdl` may stand behind the address)."""
    return await _described(request, source, uow, principal)


@router.get("/sources/{code}/wsdl", response_class=Response, responses={200: {"content": {XML: _TEXT}}})
async def read_wsdl(request: Request, code: str, uow: Work, principal: Reader) -> Response:
    """Return the WSDL of a source that sends, for whoever hands it to its system's maker."""
    return await _described(request, code, uow, principal)


async def _described(request: Request, code: str, uow: Work, principal: Principal) -> Response:
    source, connector = await sending_source(uow, principal, settings_of(request), code)
    address = f"{str(request.base_url).rstrip('/')}/api/ingest/soap/{source.code}"
    described = write_wsdl(source.code, source.title, address, connector.declared())
    headers = {"Content-Disposition": f'inline; filename="{source.code}.wsdl"'}
    return Response(described, media_type=XML, headers=headers)


def _fault(request: Request, error: SuwenError) -> Response:
    usual = "1.2" if "soap+xml" in request.headers.get("content-type", "") else "1.1"
    version: str = getattr(request.state, "soap", usual)
    status, body = fault(str(request.path_params.get("source", "")), version, error)
    headers = {"Retry-After": "5"} if error.retryable else None
    return Response(body, status, headers, CONTENT[version])
