"""An upper-level platform 上级平台: requests made after a template, answers judged by a declared rule."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx

from suwen.domains.ingest.connectors.http.options import HttpOptions
from suwen.domains.ingest.connectors.http.speaking import CONTENT, Conversation
from suwen.domains.ingest.distribution.errors import TargetRefused, TargetUnavailable
from suwen.domains.ingest.distribution.targets.answering import Judge
from suwen.domains.ingest.distribution.targets.delivery import PlatformDelivery
from suwen.domains.ingest.distribution.targets.templating import (
    PLACE,
    UnsayableValue,
    filled_json,
    filled_text,
    filled_xml,
    json_value,
    known_places,
    parsed_json,
    xml_text,
)
from suwen.domains.ingest.distribution.told import Message, Outcome, ToldRow
from suwen.domains.ingest.errors import SourceUnavailable, SourceUnreadable
from suwen.kernel.clock import LOCAL_ZONE, now

SECRETS = ("user", "password", "token")
FACTS = ("message_id", "operation", "dataset", "org_code", "sent_at", "count")
RECORDS = ("record", "records")
_WRONG_ADDRESS = frozenset({401, 403, 404, 405, 407})
_BUSY = frozenset({408, 425, 429})
_SERVERS_FAULT = 500


def check_delivery(delivery: PlatformDelivery, columns: Sequence[str]) -> None:
    """Raise InvalidDistribution unless the templates name only what there is. columns: those that are sent."""
    known_places("path", delivery.path, FACTS)
    for name, text in delivery.headers.items():
        known_places(f"headers.{name}", text, (*FACTS, *SECRETS))
    records = RECORDS if delivery.per_request == 1 else RECORDS[1:]
    known_places("body", delivery.body, (*FACTS, *SECRETS, *records))
    known_places("record", delivery.record, (*columns, *FACTS))
    if delivery.format == "json":
        for what, text in (("body", delivery.body), ("record", delivery.record)):
            if text:
                parsed_json(what, text)
    if delivery.refused_column:
        known_places("refused_column", f"{{{delivery.refused_column}}}", columns)


@dataclass
class PlatformTarget:
    """options: how the platform is reached. dataset: told as {dataset}. stopped: whether the run is to end."""

    options: HttpOptions = field(repr=False)
    delivery: PlatformDelivery
    dataset: str
    stopped: Callable[[], bool]
    receipts: bool = True
    _service: Conversation | None = None

    @property
    def per_message(self) -> int:
        """Return how many rows a request holds at most."""
        return self.delivery.per_request

    @property
    def removals(self) -> bool:
        """Say whether the platform is told of rows that are gone."""
        return self.delivery.removals

    def open(self) -> None:
        """Make ready; the first request tells whether the platform is there."""
        try:
            self._service = Conversation(self.options, self.stopped)
        except SourceUnavailable as error:
            raise TargetUnavailable(error.detail) from None

    def close(self) -> None:
        """Leave the platform."""
        if self._service is not None:
            self._service.client.close()
            self._service = None

    def tell(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        """Send a request for each message, one after the other."""
        for message in messages:
            yield self._tell(message)

    def _tell(self, message: Message) -> Outcome:
        facts = self._facts(message)
        said, unsayable = self._records(message, facts)
        if not said:
            return Outcome(message, unsayable, asked=False, reason=next(iter(unsayable.values())))
        assert self._service is not None
        place = self._service.address(self.delivery.path)
        try:
            response = self._service.say(place, self._making(facts, [record for _, record in said]))
            text = self._service.text(place, response)
        except (SourceUnavailable, SourceUnreadable) as error:
            raise TargetUnavailable(error.detail) from None
        judge = Judge(self.delivery, place, response.status_code, text)
        self._stop_at(place, response, judge)
        refused = judge.refused([row for row, _ in said])
        reason = judge.reason if refused else None
        return Outcome(message, unsayable | refused, response.status_code, judge.receipt, reason, self._service.tries)

    def _stop_at(self, place: str, response: httpx.Response, judge: Judge) -> None:
        """Raise where the answer says nothing of the rows: another address, no right, a platform that is down."""
        status = response.status_code
        if status in self.delivery.statuses or judge.fault is not None:
            return
        told = f"{place}: {status} {response.reason_phrase}"
        if status in _WRONG_ADDRESS:
            raise TargetRefused(told)
        if status in _BUSY or status >= _SERVERS_FAULT:
            raise TargetUnavailable(told)

    def _facts(self, message: Message) -> dict[str, Any]:
        return {
            "message_id": message.id,
            "operation": getattr(self.delivery.operations, message.operation),
            "dataset": self.dataset,
            "org_code": message.org_code,
            "sent_at": now().astimezone(LOCAL_ZONE).strftime(self.delivery.time_format),
            "count": len(message.rows),
        }

    def _records(self, message: Message, facts: Mapping[str, Any]) -> tuple[list[tuple[ToldRow, Any]], dict[str, str]]:
        """Return the rows with their records, and why others cannot be said at all."""
        said: list[tuple[ToldRow, Any]] = []
        unsayable: dict[str, str] = {}
        for row in message.rows:
            given = row.values if row.values is not None else row.key
            d = self.delivery
            values = {name: json_value(value, d.date_format, d.time_format) for name, value in given.items()}
            try:
                said.append((row, self._record(values, facts)))
            except UnsayableValue as error:
                unsayable[row.name] = str(error)
        return said, unsayable

    def _record(self, values: Mapping[str, Any], facts: Mapping[str, Any]) -> Any:
        d = self.delivery
        # A row that is gone has its key alone.
        known = {**dict.fromkeys(PLACE.findall(d.record)), **facts, **values}
        if d.format == "json":
            return filled_json(self._record_template, known) if d.record else dict(values)
        if d.record:
            return filled_xml(d.record, known, {})
        inner = (f"<{name}>{xml_text(name, one)}</{name}>" for name, one in values.items() if one is not None)
        return f"<record>{''.join(inner)}</record>"

    def _making(self, facts: Mapping[str, Any], records: list[Any]) -> Callable[[Mapping[str, str]], httpx.Request]:
        assert self._service is not None
        service, d = self._service, self.delivery

        def make(secrets: Mapping[str, str]) -> httpx.Request:
            known = {**facts, **secrets}
            given = {name: filled_text(text, known) for name, text in d.headers.items()}
            headers = service.let_in(given, own_token=self._bears_token)
            headers.setdefault("content-type", CONTENT[d.format])
            headers.setdefault("idempotency-key", str(facts["message_id"]))
            body = self._json(known, records) if d.format == "json" else self._xml(known, records)
            address = service.address(filled_text(d.path, facts))
            return service.client.build_request(d.method, address, headers=headers, content=body.encode())

        return make

    def _json(self, known: Mapping[str, Any], records: list[Any]) -> str:
        alone = records[0] if self.per_message == 1 else None
        whole = filled_json(self._body_template, {**known, "record": alone, "records": records})
        return json.dumps(whole, ensure_ascii=False)

    def _xml(self, known: Mapping[str, Any], records: list[Any]) -> str:
        joined = "".join(records)
        template = self.delivery.body or ("{record}" if self.per_message == 1 else "<records>{records}</records>")
        return filled_xml(template, known, {"record": joined, "records": joined})

    @property
    def _bears_token(self) -> bool:
        return any("{token}" in text for text in (self.delivery.body, *self.delivery.headers.values()))

    @cached_property
    def _body_template(self) -> Any:
        usual = "{record}" if self.per_message == 1 else "{records}"
        return parsed_json("body", self.delivery.body) if self.delivery.body else usual

    @cached_property
    def _record_template(self) -> Any:
        return parsed_json("record", self.delivery.record)
