"""Asking a web service, page by page: no page twice, none left out, the source spared."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote, urljoin

import httpx

from suwen.domains.ingest.connectors.http.answers import Answer
from suwen.domains.ingest.connectors.http.options import PLACEHOLDER, Call, HttpOptions
from suwen.domains.ingest.connectors.http.speaking import CONTENT, Conversation, escaping, filled, is_xml
from suwen.domains.ingest.errors import InvalidDefinition, SourceUnavailable, SourceUnreadable


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


class Service(Conversation):
    """A web service that is asked for its records. since: the value of {since}; None: of everything."""

    def __init__(self, options: HttpOptions, stopped: Callable[[], bool], since: str | None = None) -> None:
        super().__init__(options, stopped)
        self._since = since

    def reach(self, call: Call) -> str:
        """Ask for the first page of a call; returns what the service calls itself. Raises SourceUnavailable."""
        answer = self._ask(call, _Asked(call.first_page))
        return answer.headers.get("server", "") or httpx.URL(self.options.url).host

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
            text = self.text(self._name(call), response)
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
                own = httpx.URL(self.options.url)
                if (target.scheme, target.host, target.port) != (own.scheme, own.host, own.port):
                    # The credentials would go there too.
                    raise SourceUnreadable(f"{self._name(call)}: the next page lies on {target.host}")
                return replace(asked, link=str(target))
            case _:
                return None

    def _ask(self, call: Call, asked: _Asked) -> httpx.Response:
        response = self.say(self._name(call), lambda secrets: self._request(call, asked, secrets))
        if response.is_error:
            # SOAP tells faults with 500.
            code = (
                Answer(self._name(call), self.text(self._name(call), response), call.format).fault()
                if is_xml(response)
                else None
            )
            fault = f", SOAP fault {code}" if code is not None else ""
            raise SourceUnavailable(f"{self._name(call)}: {response.status_code} {response.reason_phrase}{fault}")
        return response

    def _request(self, call: Call, asked: _Asked, secrets: Mapping[str, str]) -> httpx.Request:
        values = {
            "since": self._since_text(call),
            "page": str(asked.page),
            "offset": str(asked.offset),
            "cursor": asked.cursor,
            "limit": str(call.limit),
            **secrets,
        }
        given = {name: filled(text, values) for name, text in call.headers.items()}
        headers = self.let_in(given, own_token=call.uses("token"))
        if asked.link:
            return self.client.build_request("GET", asked.link, headers=headers)
        path = filled(call.path, values, lambda value: quote(value, safe=""))
        query = {name: filled(text, values) for name, text in call.query.items()}
        query = {name: value for name, value in query.items() if value or not PLACEHOLDER.search(call.query[name])}
        body = filled(call.body, values, escaping(call.format)) if call.body else None
        if body is not None:
            headers.setdefault("content-type", CONTENT[call.format])
        content = body.encode() if body is not None else None
        return self.client.build_request(
            call.method, self.address(path), params=query or None, headers=headers, content=content
        )

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

    def _total(self, call: Call, answer: Answer) -> int:
        told = answer.at(call.total)
        if told is None or not told.strip().isdigit():
            raise SourceUnreadable(f"{self._name(call)}: no number of records at {call.total}", received=call.total)
        return int(told)

    def _name(self, call: Call) -> str:
        return self.address(call.path)
