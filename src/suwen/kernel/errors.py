"""Errors that carry what was received and what would have been allowed, told to the client as RFC 9457 problems."""

from collections.abc import Collection
from typing import Any, ClassVar


class SuwenError(Exception):
    """Base of every error that a caller can act on.

    A subclass says its HTTP `status`, whether a retry can help, a stable `code` and a `title`; an instance adds
    the `detail`, the value `received` and the values `allowed`. Neither may hold a direct identifier of a person.
    What is said in English as well stands beside, with `_en` behind its name: the title of every kind of error, the
    detail where it is given.
    """

    status: ClassVar[int] = 400
    retryable: ClassVar[bool] = False
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str] = "请求无法处理"
    title_en: ClassVar[str] = "The request cannot be handled"

    def __init__(
        self,
        detail: str,
        *,
        received: object = None,
        allowed: Collection[Any] | str | None = None,
        **context: object,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.received = received
        self.allowed = allowed
        self.context = context

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # A room's error gets its own stable code from its name unless it states one.
        if "code" not in cls.__dict__:
            cls.code = _snake(cls.__name__)

    def problem(self) -> dict[str, Any]:
        """Return the RFC 9457 body: type, titles, status, detail, code, received, allowed, retryable, the context."""
        body: dict[str, Any] = {
            "type": f"urn:suwen:problem:{self.code}",
            "title": self.title,
            "title_en": self.title_en,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "retryable": self.retryable,
        }
        if self.received is not None:
            body["received"] = self.received
        if self.allowed is not None:
            body["allowed"] = self.allowed if isinstance(self.allowed, str) else [str(item) for item in self.allowed]
        return body | {key: value for key, value in self.context.items() if key not in body}

    def __str__(self) -> str:
        parts = [self.detail]
        if self.received is not None:
            parts.append(f"received {self.received!r}")
        if self.allowed is not None:
            parts.append(f"allowed {self.allowed if isinstance(self.allowed, str) else sorted(map(str, self.allowed))}")
        return "; ".join(parts)


def _snake(name: str) -> str:
    letters = [f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name)]
    return "".join(letters)


class NotFound(SuwenError):
    """The thing asked for does not exist, or the caller's scope hides it."""

    status = 404
    title = "未找到"
    title_en = "Not found"


class Forbidden(SuwenError):
    """The caller is known but may not do this."""

    status = 403
    title = "没有权限"
    title_en = "Not permitted"


class Unauthenticated(SuwenError):
    """No valid session came with the request."""

    status = 401
    title = "请先登录"
    title_en = "Please log in"


class Conflict(SuwenError):
    """The request contradicts what is stored, e.g. a key that is taken."""

    status = 409
    title = "与现有数据冲突"
    title_en = "In conflict with what is stored"


class Invalid(SuwenError):
    """A value was understood but is not acceptable."""

    status = 422
    title = "数据无效"
    title_en = "Not acceptable"


class Unavailable(SuwenError):
    """Something needed is not there right now; trying again later can help."""

    status = 503
    retryable = True
    title = "服务暂不可用"
    title_en = "Not available at the moment"


class NoRoom(Unavailable):
    """A disk is full; what was under way is gone on with, or done again, when there is room."""

    title = "磁盘空间不足"
    title_en = "Disk full"
