"""What center and node say to each other: orders, chunks, manifests, and how each of them is protected.

Requests are signed with the node's SM2 key, answers with the center's. Chunks and answers that hold secrets are
encrypted with SM4-GCM under a fresh key, which only the receiver's SM2 key opens.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from suwen.domains.ingest.definition import Leaving
from suwen.domains.ingest.edge.looks import Look
from suwen.domains.ingest.edge.questions import Answered, Question
from suwen.kernel.crypto import DecryptionFailed, Sm2KeyPair, hmac_sm3, sm2_decrypt, sm2_encrypt, sm3
from suwen.kernel.crypto import sm4_gcm_decrypt as decrypt
from suwen.kernel.crypto import sm4_gcm_encrypt as encrypt

NODE_HEADER, TIME_HEADER, SIGNATURE_HEADER = "X-Suwen-Node", "X-Suwen-Time", "X-Suwen-Signature"
MOST_BYTES = 64 * 2**20
"""Of one request: a chunk is far smaller, unless one piece of a table is very uneven."""
CLOCK_SECONDS = 300
"""So far may the time of a request lie from the center's clock."""
KEY_BYTES = 16


class Message(BaseModel):
    """Base of what is sent as JSON."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Enrolment(Message):
    """A node's first request: its public key, and the proof that it knows the one-time code."""

    node: UUID
    public_key: str
    proof: str


class Enrolled(Message):
    """The center's answer: its public key, and the proof that it knows the code too."""

    title: str
    org_code: str
    center_key: str
    proof: str


class Order(Message):
    """A feed that is to be read once. delivery: what it is brought in as.

    high_water: where an incremental read goes on, minus the overlap. options: the connector's, with its secrets.
    first: so many rows are enough. question: what to bring instead of the rows.
    """

    delivery: UUID
    feed: str
    connector: str
    options: dict[str, Any] = Field(repr=False)
    table: str | None = None
    query: str | None = None
    key: tuple[str, ...] = ()
    changing: str | None = None
    high_water: str | None = None
    overlap_seconds: int = 0
    leaves: Leaving | None = None
    first: int | None = None
    chunk_rows: int = Field(default=100_000, ge=1)
    question: Question | None = None


class Reported(Message):
    """How a node reads one of its orders; error: why it could not, "" when it can."""

    delivery: UUID
    rows: int = 0
    error: str = Field(default="", max_length=2000)


class Report(Message):
    """How a node is. waiting: its buffer is full and it reads no further. answers: it knows what a question is."""

    version: str = Field(max_length=40)
    buffered_chunks: int = 0
    buffered_bytes: int = 0
    buffer_limit: int = 0
    waiting: bool = False
    answers: bool = False
    error: str = Field(default="", max_length=2000)
    orders: tuple[Reported, ...] = ()


class Work(Message):
    """What a node has to do; an order that is no longer among these is not wanted any more."""

    orders: tuple[Order, ...] = ()
    looks: tuple[Look, ...] = ()
    poll_seconds: float = 5.0


class Begin(Message):
    """A read begins, or begins anew: what came of an earlier attempt counts no longer."""

    attempt: str = Field(pattern=r"^[0-9a-f]{32}$")


class ToldChunk(Message):
    """A chunk as its sender has it. refused: it holds pieces of the source that are no rows."""

    sequence: int = Field(ge=0)
    digest: str
    rows: int = Field(ge=0)
    refused: bool = False


class Manifest(Message):
    """A finished read: its chunks in the order of their rows, and the columns (name, DuckDB type) that they hold.

    answered: of a question, what there is to know beside the answer's rows.
    """

    attempt: str = Field(pattern=r"^[0-9a-f]{32}$")
    columns: tuple[tuple[str, str], ...]
    chunks: tuple[ToldChunk, ...]
    stamp: str | None = None
    answered: Answered | None = None


class Standing(Message):
    """Where a delivery stands at the center.

    state: "open", "complete", or "closed" when it is not wanted any more. missing: chunks that it lacks.
    """

    state: str
    missing: tuple[int, ...] = ()


class ChunkHeader(Message):
    """What stands open on a chunk. digest: SM3 of its content, a parquet file. key: its SM4 key under SM2, hex."""

    delivery: UUID
    attempt: str
    sequence: int
    digest: str
    rows: int
    refused: bool = False
    key: str


@dataclass(frozen=True)
class Sealed:
    """A chunk as it lies in the buffer and goes over the line."""

    header: ChunkHeader
    body: bytes

    def pack(self) -> bytes:
        """Return it as bytes: the length of the header (4 bytes), the header, the encrypted content."""
        head = self.header.model_dump_json().encode()
        return len(head).to_bytes(4, "big") + head + self.body

    @staticmethod
    def unpack(data: bytes) -> "Sealed":
        """Return a chunk from its bytes. Raises ValueError for what is none."""
        size = int.from_bytes(data[:4], "big")
        if not 0 < size < 10_000 or len(data) < 4 + size:
            raise ValueError("no header of a chunk")
        return Sealed(ChunkHeader.model_validate_json(data[4 : 4 + size]), data[4 + size :])


def seal_chunk(told: ToldChunk, delivery: UUID, attempt: str, content: bytes, center: bytes) -> Sealed:
    """Return a chunk that only the center can open. told.digest: of `content`."""
    key = secrets.token_bytes(KEY_BYTES)
    header = ChunkHeader(delivery=delivery, attempt=attempt, key=sm2_encrypt(center, key).hex(), **told.model_dump())
    return Sealed(header, encrypt(key, content, _associated(header)))


def open_chunk(sealed: Sealed, private: bytes) -> bytes:
    """Return the content of a chunk. Raises DecryptionFailed when key, header or content is not what was sealed."""
    content = decrypt(_key(sealed.header.key, private), sealed.body, _associated(sealed.header))
    if sm3(content) != sealed.header.digest:
        raise DecryptionFailed("内容与摘要不符，可能已损坏", received=sealed.header.sequence)
    return content


def seal_text(text: str, public: bytes) -> str:
    """Return a text as JSON that only the holder of a key can read."""
    key = secrets.token_bytes(KEY_BYTES)
    return json.dumps({"key": sm2_encrypt(public, key).hex(), "body": encrypt(key, text.encode()).hex()})


def open_text(sealed: str, private: bytes) -> str:
    """Return what `seal_text` was given. Raises DecryptionFailed, ValueError for what is no sealed text."""
    held: Mapping[str, str] = json.loads(sealed)
    return decrypt(_key(held["key"], private), bytes.fromhex(held["body"])).decode()


def request_text(method: str, target: str, node: str, at: str, body: bytes) -> bytes:
    """Return what a node signs. target: path with query."""
    return "\n".join(("request", method, target, node, at, sm3(body))).encode()


def answer_text(signature: str, body: bytes) -> bytes:
    """Return what the center signs: that this is the answer to the request with that signature."""
    return "\n".join(("answer", signature, sm3(body))).encode()


def enrolment_proof(secret: str, role: str, *parts: str) -> str:
    """Return the proof that somebody (`node` or `center`) knows the code's secret, over what it says."""
    return hmac_sm3(secret.encode(), "\n".join((role, *parts)).encode()).hex()


def key_of(private: str, public: str) -> Sm2KeyPair:
    """Return a key pair from its hex digits."""
    return Sm2KeyPair(bytes.fromhex(private), bytes.fromhex(public))


def moment_of(text: str) -> datetime | None:
    """Return the time of a request, None when it is none with a zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _key(wrapped: str, private: bytes) -> bytes:
    try:
        key = sm2_decrypt(private, bytes.fromhex(wrapped))
    except ValueError as error:
        raise DecryptionFailed("数据密钥无法读取") from error
    if len(key) != KEY_BYTES:
        raise DecryptionFailed("数据密钥长度不符", received=len(key), allowed=str(KEY_BYTES))
    return key


def _associated(header: ChunkHeader) -> bytes:
    return header.model_dump_json(exclude={"key"}).encode()
