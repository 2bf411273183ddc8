"""Asking a web service, page by page: no page twice, none left out, the source spared."""

import json
import re
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urljoin
from xml.sax.saxutils import escape

import httpx

from suwen.domains.ingest.connectors.http.answers import Answer
from suwen.domains.ingest.connectors.http.options import PLACEHOLDER, Call, HttpOptions
from suwen.domains.ingest.errors import InvalidDefinition, SourceUnavailable, SourceUnreadable

TRIES = 4
LONGEST_WAIT = 60.0
"""Seconds between tries, whatever the service asks for."""
_AGAIN = (429, 502, 503, 504)
_UNAUTHORIZED = 401
_CHARSETS = {"gb2312": "gb18030", "gbk": "gb18030"}
_CONTENT = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}


@dataclass(frozen=True)
class Page:
    """One answer. number: from 1."""

    number: int
    text: str
    answer: Answer


@dataclass(frozen=True)
class _Asked:
    """What is filled into a call: of which page."""

    page: int
    offset: int = 0
    cursor: str = ""
    link: str = ""


class Service:
    """A web service, open; `name` stands in messages: address and table, never what was filled in."""

    def __init__(self, options: HttpOptions, stopped: Callable[[], bool], since: str | None = None) -> None:
        self._options, self._stopped, self._since = options, stopped, since
        self._token = options.token.get_secret_value()
        self._last = 0.0
        self._logged_in = self._answered = False
        verify: Any = str(options.ca) if options.ca is not None else True
        try:
            self._client = httpx.Client(timeout=options.timeout, verify=verify)
        except OSError as error:
            raise SourceUnavailable(f"the CA file cannot be used: {error.strerror}", received=str(options.ca)) from None

    def __enter__(self) -> "Service":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def reach(self, call: Call) -> str:
        """Ask for the first page of a call; returns what the service calls itself. Raises SourceUnavailable."""
        answer = self._ask(call, _Asked(call.first_page))
        return answer.headers.get("server", "") or httpx.URL(self._options.url).host

    def pages(self, call: Call, taken: Callable[[], int]) -> Generator[Page]:
        """Give the answers of a call one by one. taken: how many records the caller has found in them so far.

        Raises SourceUnavailable, SourceUnreadable; SourceUnreadable also for a page that comes again, and for fewer
        records than the service said.
        """
        asked, number, before, last = _Asked(call.first_page), 0, 0, ""
        total: int | None = None
        while True:
            response = self._ask(call, asked)
            number += 1
            text = self._text(call, response)
            answer = Answer(self._name(call), text, call.format)
            if (code := answer.fault()) is not None:
                raise SourceUnreadable(f"{self._name(call)}: SOAP fault {code}", file=self._name(call))
            if call.total:
                total = self._total(call, answer)
            if number > 1 and text == last and call.paging != "link":
                raise SourceUnreadable(
                    f"{self._name(call)}: page {number} is the one before again: does the service know the paging?",
                    received=call.paging,
                )
            yield Page(number, text, answer)
            following = self._following(call, asked, response, answer, taken() - before, taken())
            if following is None:
                break
            asked, before, last = following, taken(), text
        if total is not None and taken() < total:
            raise SourceUnreadable(
                f"{self._name(call)}: {taken()} records came where the service told of {total}",
                received=taken(),
                allowed=f"{total} records",
            )

    def _following(
        self, call: Call, asked: _Asked, response: httpx.Response, answer: Answer, new: int, taken: int
    ) -> _Asked | None:
        """Return what the next page is asked by; None behind the last. Services cut pages shorter than they are asked
        to, so only an empty page is the last one.
        """
        match call.paging:
            case "page" if new:
                return replace(asked, page=asked.page + 1)
            case "offset" if new:
                return replace(asked, offset=taken)
            case "cursor":
                cursor = answer.at(call.next)
                return replace(asked, cursor=cursor) if cursor and cursor != asked.cursor else None
            case "link" if link := response.links.get("next", {}).get("url"):
                target = httpx.URL(urljoin(str(response.url), link))
                own = httpx.URL(self._options.url)
                if (target.scheme, target.host, target.port) != (own.scheme, own.host, own.port):
                    # The credentials would go there too.
                    raise SourceUnreadable(f"{self._name(call)}: the next page lies on {target.host}")
                return replace(asked, link=str(target))
            case _:
                return None

    def _ask(self, call: Call, asked: _Asked) -> httpx.Response:
        if self._options.login is not None and not self._logged_in:
            self._log_in()
        response = self._tried(call, asked)
        if response.status_code == _UNAUTHORIZED and self._options.login is not None:
            # The token has expired meanwhile.
            self._log_in()
            response = self._tried(call, asked)
        if response.is_redirect:
            raise SourceUnavailable(f"{self._name(call)}: the service has moved elsewhere; give that address")
        if response.is_error:
            # SOAP tells faults with 500.
            code = (
                Answer(self._name(call), self._text(call, response), call.format).fault() if _is_xml(response) else None
            )
            fault = f", SOAP fault {code}" if code is not None else ""
            raise SourceUnavailable(f"{self._name(call)}: {response.status_code} {response.reason_phrase}{fault}")
        return response

    def _tried(self, call: Call, asked: _Asked) -> httpx.Response:
        """Ask, and again after a while where the service is busy or away for a moment."""
        for tries in range(1, TRIES + 1):
            self._spare()
            wait = float(2**tries) / 4
            try:
                response = self._send(self._request(call, asked))
            except httpx.HTTPError as error:
                # One that has never answered is not away for a moment.
                if tries == TRIES or not self._answered:
                    raise SourceUnavailable(f"{self._name(call)}: {_reason(error)}") from None
            else:
                self._answered = True
                if response.status_code not in _AGAIN or tries == TRIES:
                    return response
                wait = _wanted_wait(response, wait)
            self._pause(min(wait, LONGEST_WAIT))
        raise AssertionError

    def _request(self, call: Call, asked: _Asked) -> httpx.Request:
        values = {
            "since": self._since_text(call),
            "page": str(asked.page),
            "offset": str(asked.offset),
            "cursor": asked.cursor,
            "limit": str(call.limit),
            **self._secrets(),
        }
        headers = self._headers(call, values)
        if asked.link:
            return self._client.build_request("GET", asked.link, headers=headers)
        path = _filled(call.path, values, lambda value: quote(value, safe=""))
        query = {name: _filled(text, values) for name, text in call.query.items()}
        query = {name: value for name, value in query.items() if value or not PLACEHOLDER.search(call.query[name])}
        body = _filled(call.body, values, _escape(call.format)) if call.body else None
        if body is not None:
            headers.setdefault("content-type", _CONTENT[call.format])
        content = body.encode() if body is not None else None
        return self._client.build_request(
            call.method, self._options.url.rstrip("/") + path, params=query or None, headers=headers, content=content
        )

    def _headers(self, call: Call, values: Mapping[str, str]) -> dict[str, str]:
        headers = {name.lower(): _filled(text, values) for name, text in call.headers.items()}
        if self._token and not call.uses("token"):
            headers.setdefault("authorization", f"Bearer {self._token}")
        return headers

    def _send(self, request: httpx.Request) -> httpx.Response:
        o = self._options
        basic = bool(o.password.get_secret_value()) and not self._token and "authorization" not in request.headers
        auth = httpx.BasicAuth(o.user, o.password.get_secret_value()) if basic and o.login is None else None
        response = self._client.send(request, auth=auth, stream=True, follow_redirects=False)
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
        login = self._options.login
        assert login is not None
        self._token, self._logged_in = "", True
        call = Call(path=login.path, method="POST", query=login.query, headers=login.headers, body=login.body)
        response = self._tried(call, _Asked(call.first_page))
        if not response.is_success:
            raise SourceUnavailable(f"{self._name(call)}, login: {response.status_code} {response.reason_phrase}")
        token = Answer(self._name(call), self._text(call, response), "json").at(login.token)
        if not token:
            raise SourceUnreadable(f"{self._name(call)}, login: no {login.token} in the answer")
        self._token = token

    def _secrets(self) -> dict[str, str]:
        o = self._options
        return {"user": o.user, "password": o.password.get_secret_value(), "token": self._token}

    def _since_text(self, call: Call) -> str:
        if self._since is None:
            return call.begin
        if not call.since_format:
            return self._since
        try:
            return datetime.fromisoformat(self._since).strftime(call.since_format)
        except ValueError:
            raise InvalidDefinition(
                f"{self._name(call)}: the high-water mark is no time, so that since_format cannot write it",
                received=call.since_format,
            ) from None

    def _text(self, call: Call, response: httpx.Response) -> str:
        given = (response.charset_encoding or "").lower()
        declared = re.match(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.\-]+)["']""", response.content[:300])
        name = given or (declared[1].decode().lower() if declared else "utf-8-sig")
        try:
            return response.content.decode(_CHARSETS.get(name, name))
        except (UnicodeDecodeError, LookupError):
            raise SourceUnreadable(f"{self._name(call)}: the answer is no {name} text", received=name) from None

    def _total(self, call: Call, answer: Answer) -> int:
        told = answer.at(call.total)
        if told is None or not told.strip().isdigit():
            raise SourceUnreadable(f"{self._name(call)}: no number of records at {call.total}", received=call.total)
        return int(told)

    def _spare(self) -> None:
        if self._options.per_second:
            self._pause(self._last + 1 / self._options.per_second - time.monotonic())
        self._last = time.monotonic()

    def _pause(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while True:
            if self._stopped():
                raise SourceUnavailable(f"{self._options.url}: stopped")
            if (left := ends - time.monotonic()) <= 0:
                return
            time.sleep(min(left, 0.5))

    def _name(self, call: Call) -> str:
        return f"{self._options.url.rstrip('/')}{call.path}"


def _filled(text: str, values: Mapping[str, str], escaped: Callable[[str], str] = str) -> str:
    return PLACEHOLDER.sub(lambda match: escaped(values.get(match[1], "")), text)


def _escape(kind: str) -> Callable[[str], str]:
    if kind == "xml":
        return lambda value: escape(value, {'"': "&quot;"})
    return lambda value: json.dumps(value, ensure_ascii=False)[1:-1]


def _is_xml(response: httpx.Response) -> bool:
    return "xml" in response.headers.get("content-type", "")


def _plain(headers: httpx.Headers) -> list[tuple[str, str]]:
    """Return the headers without those of a coding that has been undone."""
    return [(name, value) for name, value in headers.items() if name not in ("content-encoding", "content-length")]


def _wanted_wait(response: httpx.Response, usual: float) -> float:
    after = response.headers.get("retry-after", "")
    return float(after) if after.isdigit() else usual


def _reason(error: httpx.HTTPError) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
