"""Speaking with a web service: let in, tried again while it is busy, spared, its texts in whatever character set."""

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Self
from xml.sax.saxutils import escape

import httpx

from suwen.domains.ingest.connectors.http.answers import Answer
from suwen.domains.ingest.connectors.http.options import PLACEHOLDER, HttpOptions
from suwen.domains.ingest.errors import SourceUnavailable, SourceUnreadable

TRIES = 4
LONGEST_WAIT = 60.0
"""Seconds between tries, whatever the service asks for."""
CONTENT = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
_AGAIN = (429, 502, 503, 504)
_UNAUTHORIZED = 401
_CHARSETS = {"gb2312": "gb18030", "gbk": "gb18030"}
Making = Callable[[Mapping[str, str]], httpx.Request]
"""Makes a request of the secrets {user}, {password}, {token}; called again for each try."""


class Conversation:
    """A web service, open; `place` stands in messages: an address, never what was filled in.

    tries: how often the last request was sent.
    """

    def __init__(self, options: HttpOptions, stopped: Callable[[], bool]) -> None:
        self.options, self._stopped = options, stopped
        self.tries = 0
        self._token = options.token.get_secret_value()
        self._last = 0.0
        self._logged_in = self._answered = False
        verify: Any = str(options.ca) if options.ca is not None else True
        try:
            self.client = httpx.Client(timeout=options.timeout, verify=verify)
        except OSError as error:
            raise SourceUnavailable(f"the CA file cannot be used: {error.strerror}", received=str(options.ca)) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def address(self, path: str) -> str:
        """Return the whole address of a path."""
        return self.options.url.rstrip("/") + path

    def greet(self) -> str:
        """Ask at the address itself, and return what the service calls itself; any answer will do.

        Raises SourceUnavailable.
        """
        response = self.say(
            self.options.url, lambda secrets: self.client.build_request("GET", self.options.url, headers=self.let_in())
        )
        if response.status_code == _UNAUTHORIZED:
            raise SourceUnavailable(f"{self.options.url}: {response.status_code} {response.reason_phrase}")
        return response.headers.get("server", "") or httpx.URL(self.options.url).host

    def say(self, place: str, make: Making) -> httpx.Response:
        """Send a request, again after a while where the service is busy or away for a moment; return what it answered.

        Raises SourceUnavailable.
        """
        if self.options.login is not None and not self._logged_in:
            self._log_in()
        response = self._tried(place, make)
        if response.status_code == _UNAUTHORIZED and self.options.login is not None:
            # The token has expired meanwhile.
            self._log_in()
            response = self._tried(place, make)
        if response.is_redirect:
            raise SourceUnavailable(f"{place}: the service has moved elsewhere; give that address")
        return response

    def let_in(self, given: Mapping[str, str] | None = None, *, own_token: bool = False) -> dict[str, str]:
        """Return headers, small, with the token unless the request itself bears it (own_token)."""
        headers = {name.lower(): text for name, text in (given or {}).items()}
        if self._token and not own_token:
            headers.setdefault("authorization", f"Bearer {self._token}")
        return headers

    def text(self, place: str, response: httpx.Response) -> str:
        """Return an answer's text. Raises SourceUnreadable."""
        given = (response.charset_encoding or "").lower()
        declared = re.match(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.\-]+)["']""", response.content[:300])
        name = given or (declared[1].decode().lower() if declared else "utf-8-sig")
        try:
            return response.content.decode(_CHARSETS.get(name, name))
        except (UnicodeDecodeError, LookupError):
            raise SourceUnreadable(f"{place}: the answer is no {name} text", received=name) from None

    def _tried(self, place: str, make: Making) -> httpx.Response:
        for tries in range(1, TRIES + 1):
            self._spare()
            wait, self.tries = float(2**tries) / 4, tries
            try:
                response = self._send(make(self._secrets()))
            except httpx.HTTPError as error:
                # One that has never answered is not away for a moment.
                if tries == TRIES or not self._answered:
                    raise SourceUnavailable(f"{place}: {_reason(error)}") from None
            else:
                self._answered = True
                if response.status_code not in _AGAIN or tries == TRIES:
                    return response
                wait = _wanted_wait(response, wait)
            self._pause(min(wait, LONGEST_WAIT))
        raise AssertionError

    def _send(self, request: httpx.Request) -> httpx.Response:
        o = self.options
        basic = bool(o.password.get_secret_value()) and not self._token and "authorization" not in request.headers
        auth = httpx.BasicAuth(o.user, o.password.get_secret_value()) if basic and o.login is None else None
        response = self.client.send(request, auth=auth, stream=True, follow_redirects=False)
        try:
            parts, length = list[bytes](), 0
            for part in response.iter_bytes():
                length += len(part)
                if length > o.max_answer_bytes:
                    raise SourceUnreadable(
                        f"{o.url}: an answer of more than {o.max_answer_bytes} bytes: ask for smaller pages",
                        allowed=f"max_answer_bytes {o.max_answer_bytes}",
                    )
                parts.append(part)
        finally:
            response.close()
        return httpx.Response(
            response.status_code, headers=_plain(response.headers), content=b"".join(parts), request=request
        )

    def _log_in(self) -> None:
        login = self.options.login
        assert login is not None
        self._token, self._logged_in = "", True
        place = self.address(login.path)

        def asking(secrets: Mapping[str, str]) -> httpx.Request:
            headers = self.let_in({name: filled(text, secrets) for name, text in login.headers.items()})
            query = {name: filled(text, secrets) for name, text in login.query.items()}
            body = filled(login.body, secrets, escaping("json")) if login.body else None
            if body is not None:
                headers.setdefault("content-type", CONTENT["json"])
            return self.client.build_request("POST", place, params=query or None, headers=headers, content=body)

        response = self._tried(place, asking)
        if not response.is_success:
            raise SourceUnavailable(f"{place}, login: {response.status_code} {response.reason_phrase}")
        token = Answer(place, self.text(place, response), "json").at(login.token)
        if not token:
            raise SourceUnreadable(f"{place}, login: no {login.token} in the answer")
        self._token = token

    def _secrets(self) -> dict[str, str]:
        o = self.options
        return {"user": o.user, "password": o.password.get_secret_value(), "token": self._token}

    def _spare(self) -> None:
        if self.options.per_second:
            self._pause(self._last + 1 / self.options.per_second - time.monotonic())
        self._last = time.monotonic()

    def _pause(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while True:
            if self._stopped():
                raise SourceUnavailable(f"{self.options.url}: stopped")
            if (left := ends - time.monotonic()) <= 0:
                return
            time.sleep(min(left, 0.5))


def filled(text: str, values: Mapping[str, str], escaped: Callable[[str], str] = str) -> str:
    """Return a text with the placeholders of a call filled in."""
    return PLACEHOLDER.sub(lambda match: escaped(values.get(match[1], "")), text)


def escaping(kind: str) -> Callable[[str], str]:
    """Return what makes a value part of a text of JSON or XML."""
    if kind == "xml":
        return lambda value: escape(value, {'"': "&quot;"})
    return lambda value: json.dumps(value, ensure_ascii=False)[1:-1]


def is_xml(response: httpx.Response) -> bool:
    """Say whether an answer is XML."""
    return "xml" in response.headers.get("content-type", "")


def _plain(headers: httpx.Headers) -> list[tuple[str, str]]:
    """Return the headers without those of a coding that has been undone."""
    return [(name, value) for name, value in headers.items() if name not in ("content-encoding", "content-length")]


def _wanted_wait(response: httpx.Response, usual: float) -> float:
    after = response.headers.get("retry-after", "")
    return float(after) if after.isdigit() else usual


def _reason(error: httpx.HTTPError) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
