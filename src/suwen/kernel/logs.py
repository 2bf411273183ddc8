"""Structured logs that never carry a direct identifier, for people (console) or machines (JSON, one object a line)."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from datetime import date
from typing import Any, Final, TextIO, cast
from uuid import UUID

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from suwen.kernel import clock

REDACTED: Final = "[redacted]"
FORBIDDEN_KEYS: Final = frozenset(
    "name patient_name person_name full_name contact_name id_no id_number id_card resident_id phone mobile "
    "contact_phone telephone address home_address health_card_no card_no bank_card birth_date password token secret "
    "master_key cookie authorization".split()
)
"""Keys whose values never reach a log, wherever they stand in the event."""
_FORBIDDEN_ENDINGS: Final = ("_phone", "_mobile", "_id_no", "_id_number", "_card_no", "_password", "_token", "_secret")
_ORG_KEYS: Final = frozenset({"org_code", "org_codes", "orgs"})
"""An institution's 18-character code can look like a resident's id, and is no secret."""

# What is matched first is kept: a UUID or a digest may hold eleven digits in a row by chance.
_SENSITIVE: Final = re.compile(
    r"(?P<keep>\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b(?=[0-9]*[a-f])[0-9a-f]{32,}\b)"
    r"|(?<!\d)\d{17}[\dXx](?!\d)"
    r"|(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"
)
# In a database error the driver quotes the row, and SQLAlchemy the parameters.
_QUOTED_ROW: Final = re.compile(r"(?m)^(DETAIL|CONTEXT):.*$")
_PARAMETERS: Final = re.compile(r"\[parameters: .*\]", re.DOTALL)


def scrub(text: str) -> str:
    """Return text with resident ids (18 digits), mobile numbers (11 digits) and quoted database rows blotted out."""
    if "DETAIL:" in text or "CONTEXT:" in text:
        text = _QUOTED_ROW.sub(rf"\1: {REDACTED}", text)
    if "[parameters: " in text:
        text = _PARAMETERS.sub(f"[parameters: {REDACTED}]", text)
    return _SENSITIVE.sub(lambda match: match["keep"] or REDACTED, text)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Structlog processor: blot out forbidden keys and sensitive values at any depth of the event."""
    return cast("EventDict", {key: _clean(key, value) for key, value in event.items()})


def _clean(key: str, value: object) -> object:
    lowered = key.lower()
    if lowered in FORBIDDEN_KEYS or lowered.endswith(_FORBIDDEN_ENDINGS):
        return REDACTED
    if lowered in _ORG_KEYS or value is None or isinstance(value, (bool, float, UUID, date)):
        return value
    if isinstance(value, int):
        text = scrub(str(value))
        return text if text == REDACTED else value
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return {scrub(str(inner)): _clean(str(inner), item) for inner, item in pairs}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean("", item) for item in cast("Sequence[object]", value)]
    return value if key.startswith("_") else scrub(repr(value))


def _stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event["timestamp"] = clock.now().isoformat(timespec="milliseconds")
    return event


def _to_json(event: MutableMapping[str, Any], **_: object) -> str:
    return orjson.dumps(event, default=str).decode()


_SHARED: Final[list[Processor]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    _stamp,
    structlog.processors.format_exc_info,
    redact,
]


def get_logger(name: str | None = None) -> structlog.stdlib.BoundLogger:
    """Return a logger: `log.info("batch landed", batch_id=..., rows=...)`; events are short English phrases."""
    return cast("structlog.stdlib.BoundLogger", structlog.get_logger(name))


def setup_logs(level: str = "info", *, as_json: bool = False, stream: TextIO | None = None) -> None:
    """Send all logs of the process, those of libraries too, to a stream (standard error), redacted."""
    renderer: Processor = (
        structlog.processors.JSONRenderer(serializer=_to_json)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=(stream or sys.stderr).isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.ExtraAdder(),
                structlog.stdlib.PositionalArgumentsFormatter(),
                *_SHARED,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in ("procrastinate", "httpx", "httpcore", "alembic", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


# At import, not at setup: whatever logs before or without a setup is redacted too.
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        *_SHARED,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
