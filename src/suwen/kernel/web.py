"""The HTTP side shared by all rooms: problems, the unit of work of a request, and the rule against forged requests."""

import traceback
from collections.abc import AsyncIterator
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.errors import SuwenError, Unavailable
from suwen.kernel.logs import get_logger
from suwen.kernel.permissions import principal_of
from suwen.kernel.settings import Settings

PROBLEM = "application/problem+json"
REQUEST_HEADER = "X-Suwen-Request"
"""A browser adds no such header to a forged cross-site form, and may not without our consent: proof of our own UI."""
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def database_of(request: Request) -> Database:
    """Return the application's database."""
    return cast("Database", request.app.state.database)


def settings_of(request: Request) -> Settings:
    """Return the application's settings."""
    return cast("Settings", request.app.state.settings)


def client_address(request: Request) -> str | None:
    """Return the address from which the request came."""
    return request.client.host if request.client else None


async def unit_of_work(request: Request) -> AsyncIterator[UnitOfWork]:
    """FastAPI dependency: the request's unit of work, committed before the response is sent."""
    principal = await principal_of(request)
    async with database_of(request).unit_of_work(principal, origin=client_address(request)) as uow:
        yield uow


Work = Annotated[UnitOfWork, Depends(unit_of_work, scope="function")]
"""A route parameter: the unit of work. Its scope ends with the route function, so a failing commit is still told."""


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the app with `application/problem+json`."""

    async def known(_request: Request, error: Exception) -> Response:
        assert isinstance(error, SuwenError)
        headers = {"Retry-After": "5"} if error.retryable else None
        return problem_response(error.problem(), headers)

    async def unavailable(_request: Request, _error: Exception) -> Response:
        return problem_response(Unavailable("数据库没有应答，请稍后再试").problem(), {"Retry-After": "5"})

    async def invalid(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        # The received values stay out: a form may hold a password or an identifier.
        errors = [
            {"field": ".".join(str(part) for part in item["loc"]), "message": item["msg"], "kind": item["type"]}
            for item in cast("list[dict[str, Any]]", error.errors())
        ]
        return problem_response(_plain_problem(422, "数据无效", "请求的数据不符合要求", "invalid", errors=errors))

    async def http(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        title = {404: "未找到", 405: "方法不允许"}.get(error.status_code, "请求无法处理")
        body = _plain_problem(error.status_code, title, str(error.detail), f"http_{error.status_code}")
        return problem_response(body, dict(error.headers or {}))

    app.add_exception_handler(SuwenError, known)
    app.add_exception_handler(OperationalError, unavailable)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_middleware(_TellUnexpected)


class InterruptedAnswer(Exception):
    """An error came while the answer was being sent; what it was is in the log entry `request_failed`."""


class _TellUnexpected:
    """Answer 500 to what no handler knows. Plain ASGI: Starlette's decorator starts a task group for each request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; answer an error, or cut the answer off where it has begun (InterruptedAnswer)."""
        begun = False

        async def told(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, told)
        except Exception as error:
            if scope["type"] != "http":
                raise
            # Where and what kind, never the message: a driver quotes the values of a row in it.
            frames = [
                f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
            ]
            get_logger().error(
                "request_failed",
                method=scope["method"],
                path=scope["path"],
                error=f"{type(error).__module__}.{type(error).__qualname__}",
                frames=frames,
            )
            if begun:
                # Cut off, so that nobody takes a part for the whole; the server logs what it gets, so it gets no more.
                raise InterruptedAnswer from None
            answer = problem_response(_plain_problem(500, "内部错误", "服务器内部错误，已记入日志", "internal"))
            await answer(scope, receive, send)


def install_request_rule(app: FastAPI) -> None:
    """Refuse (403) every state-changing request to /api that lacks the header `X-Suwen-Request: 1`.

    One that bears a token needs none: a browser adds no token to a forged form either, and its cookie does not count.
    """
    app.add_middleware(_RequestRule)


class _RequestRule:
    """Lets a request pass, or refuses it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and _of_unknown_origin(Request(scope)):
            detail = f"写操作须带请求头 {REQUEST_HEADER}: 1"
            refused = problem_response(_plain_problem(403, "来源不明的请求", detail, "missing_request_header"))
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _of_unknown_origin(request: Request) -> bool:
    changing = request.method not in _SAFE_METHODS and request.url.path.startswith("/api")
    bearing = request.headers.get("authorization", "").lower().startswith("bearer ")
    return changing and not bearing and request.headers.get(REQUEST_HEADER) != "1"


def problem_response(body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """Return a problem+json response with the body's status."""
    return JSONResponse(jsonable_encoder(body), body["status"], headers, media_type=PROBLEM)


def _plain_problem(status: int, title: str, detail: str, code: str, **more: object) -> dict[str, Any]:
    return {
        "type": f"urn:suwen:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "retryable": False,
        **more,
    }
