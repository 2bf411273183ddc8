"""The node's way to the center: every request signed, every answer's signature checked."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TypeVar
from uuid import UUID

import httpx
from pydantic import BaseModel, ValidationError

from suwen.domains.ingest.edge.errors import CenterRefused, CenterUnavailable
from suwen.domains.ingest.edge.folder import EdgeFolder, Identity
from suwen.domains.ingest.edge.looks import Looked
from suwen.domains.ingest.edge.protocol import (
    NODE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    Begin,
    Enrolled,
    Enrolment,
    Manifest,
    Report,
    Standing,
    Work,
    answer_text,
    enrolment_proof,
    moment_of,
    open_text,
    request_text,
    seal_text,
)
from suwen.kernel.clock import now
from suwen.kernel.crypto import DecryptionFailed, sm2_key_pair, sm2_sign, sm2_verify
from suwen.kernel.durable import write_durably
from suwen.kernel.logs import get_logger

SECONDS = 60.0
UNAUTHORIZED = 401
_log = get_logger()
_OWN = {"X-Suwen-Request": "1"}
AnswerT = TypeVar("AnswerT", bound=BaseModel)


def enrol(folder: EdgeFolder, center: str, code: str, http: httpx.Client | None = None) -> Identity:
    """Make a node of a folder by a one-time code; repeated with the same code after a failure it goes on.

    Raises CenterUnavailable, CenterRefused, EnrolledAlready.
    """
    node, _, secret = code.strip().partition(".")
    try:
        UUID(node)
    except ValueError:
        raise CenterRefused("this is no enrolment code", allowed="<node>.<secret>") from None
    folder.make()
    identity = folder.begun(node)
    if identity is None:
        pair = sm2_key_pair()
        identity = Identity(center.rstrip("/"), node, pair.public.hex(), pair.private.hex())
        # Before it is told: an answer that is lost must not leave a key that nobody has.
        folder.keep(identity)
    proof = enrolment_proof(secret, "node", node, identity.public)
    wanted = Enrolment(node=UUID(node), public_key=identity.public, proof=proof)
    with http or httpx.Client(timeout=SECONDS) as client:
        answer = _asked(
            lambda: client.post(
                f"{center.rstrip('/')}/api/ingest/edge/enrol", json=wanted.model_dump(mode="json"), headers=_OWN
            )
        )
    told = _read(Enrolled, answer)
    known = enrolment_proof(secret, "center", node, identity.public, told.center_key)
    if not secrets.compare_digest(known, told.proof):
        raise CenterUnavailable("what answered does not know the code: it is not the center")
    enrolled = Identity(
        center.rstrip("/"), node, identity.public, identity.private, told.center_key, told.title, told.org_code
    )
    folder.keep(enrolled)
    return enrolled


class CenterClient:
    """Speaks to the center in the name of a node; may be used from many threads."""

    def __init__(self, identity: Identity, http: httpx.Client | None = None) -> None:
        self._identity, self._keys = identity, identity.keys
        self._center_key = bytes.fromhex(identity.center_key)
        self._http = http or httpx.Client(timeout=SECONDS)
        self._ahead, self._lock = timedelta(), Lock()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def work(self, report: Report, folder: EdgeFolder) -> Work:
        """Tell how the node is; return what it has to do, kept in the folder. Raises CenterUnavailable and its kin."""
        answer = self._request("POST", "/api/ingest/edge/work", report.model_dump_json().encode())
        found = self._opened(answer.decode())
        try:
            write_durably(folder.work, answer)
        except OSError as error:
            # It is needed only where the node is begun anew while nobody answers.
            _log.warning("work_not_kept", reason=error.strerror)
        return found

    def last_work(self, folder: EdgeFolder) -> Work:
        """Return what the center said last; nothing where it never did."""
        return self._opened(folder.work.read_text(encoding="utf-8")) if folder.work.exists() else Work()

    def begin(self, delivery: UUID, begin: Begin) -> Standing:
        """Say that a delivery is read, from the beginning."""
        return self._standing(f"{delivery}/begin", begin.model_dump_json().encode())

    def chunk(self, delivery: UUID, sequence: int, packed: bytes) -> Standing:
        """Send a chunk; it is durable at the center when this returns with state "open"."""
        return self._standing(f"{delivery}/chunks/{sequence}", packed)

    def finish(self, delivery: UUID, manifest: Manifest) -> Standing:
        """Say that a delivery is whole."""
        return self._standing(f"{delivery}/finish", manifest.model_dump_json().encode())

    def looked(self, look: UUID, answer: Looked) -> None:
        """Tell what there was to see; it is read by the center alone."""
        sealed = seal_text(answer.model_dump_json(), self._center_key)
        self._request("POST", f"/api/ingest/edge/looks/{look}", sealed.encode())

    def _standing(self, path: str, body: bytes) -> Standing:
        answer = self._request("POST", f"/api/ingest/edge/deliveries/{path}", body)
        return Standing.model_validate_json(answer)

    def _opened(self, sealed: str) -> Work:
        try:
            return Work.model_validate_json(open_text(sealed, self._keys.private))
        except (DecryptionFailed, ValueError, KeyError) as error:
            raise CenterUnavailable("what the center said cannot be read") from error

    def _request(self, method: str, target: str, body: bytes) -> bytes:
        answer, signature = self._sent(method, target, body)
        if answer.status_code == UNAUTHORIZED and self._set_clock(answer):
            answer, signature = self._sent(method, target, body)
        _check(answer)
        signed = answer.headers.get(SIGNATURE_HEADER, "")
        try:
            known = sm2_verify(self._center_key, answer_text(signature, answer.content), bytes.fromhex(signed))
        except ValueError:
            known = False
        if not known:
            raise CenterUnavailable("the answer does not bear the center's signature")
        return answer.content

    def _sent(self, method: str, target: str, body: bytes) -> tuple[httpx.Response, str]:
        at = (now() + self._ahead).astimezone(UTC).isoformat()
        signature = sm2_sign(self._keys, request_text(method, target, self._identity.node, at, body)).hex()
        own = {NODE_HEADER: self._identity.node, TIME_HEADER: at, SIGNATURE_HEADER: signature}
        url = self._identity.center + target
        return _asked(lambda: self._http.request(method, url, content=body, headers=_OWN | own)), signature

    def _set_clock(self, answer: httpx.Response) -> bool:
        """Take over the center's clock where it says that ours is wrong; say whether it did."""
        try:
            said: object = answer.json().get("center_time")
        except (ValueError, AttributeError):
            return False
        at: datetime | None = moment_of(said) if isinstance(said, str) else None
        if at is None:
            return False
        with self._lock:
            self._ahead = at - now()
        return True


def _asked(send: Callable[[], httpx.Response]) -> httpx.Response:
    try:
        return send()
    except httpx.TransportError as error:
        raise CenterUnavailable(f"no answer: {type(error).__name__}") from error


def _check(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    detail = f"HTTP {answer.status_code}"
    with suppress(ValueError, AttributeError):
        detail = f"{detail}: {answer.json().get('detail')}"
    if answer.is_client_error and answer.status_code not in (408, 429):
        raise CenterRefused(detail, status=answer.status_code)
    raise CenterUnavailable(detail)


def _read(kind: type[AnswerT], answer: httpx.Response) -> AnswerT:
    _check(answer)
    try:
        return kind.model_validate_json(answer.content)
    except ValidationError as error:
        raise CenterUnavailable("what answered is not the center") from error
