"""Logs carry no direct identifier, whichever way it comes in."""

import io
import json
import logging
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suwen.kernel.logs import FORBIDDEN_KEYS, REDACTED, get_logger, scrub, setup_logs

RESIDENT_ID = "33010219900101123X"
MOBILE = "13912345678"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    out = io.StringIO()
    setup_logs("debug", as_json=True, stream=out)
    yield out
    root.handlers = handlers
    root.setLevel(level)


def last(stream: io.StringIO) -> dict[str, Any]:
    return json.loads(stream.getvalue().splitlines()[-1])


class TestRedaction:
    @pytest.mark.parametrize("key", sorted(FORBIDDEN_KEYS))
    def test_forbidden_keys_at_any_depth(self, stream: io.StringIO, key: str) -> None:
        get_logger().info("seen", **{key: "张三丰"}, rows=[{"inner": {key.upper(): "张三丰"}}])
        assert "张三丰" not in stream.getvalue()
        assert last(stream)[key] == REDACTED
        assert last(stream)["rows"][0]["inner"][key.upper()] == REDACTED

    @pytest.mark.parametrize("value", [RESIDENT_ID, MOBILE, "+86 139-1234-5678", "330102199001011234"])
    def test_values_anywhere(self, stream: io.StringIO, value: str) -> None:
        log = get_logger("suwen.test").bind(context=f"号码{value}。")
        log.warning(f"got {value}", items=(f"a{value}b", {value: 1}), thing=Holder(value))
        log.warning("positional %s", value)
        logging.getLogger("some.library").error("library says %s", value, extra={"more": value})
        text = stream.getvalue()
        assert value not in text
        assert text.count(REDACTED) >= 7

    def test_numbers(self, stream: io.StringIO) -> None:
        get_logger().info("counted", rows=12, seen=int(MOBILE), digits=330102199001011234)
        assert last(stream)["rows"] == 12
        assert last(stream)["seen"] == last(stream)["digits"] == REDACTED

    def test_exceptions(self, stream: io.StringIO) -> None:
        said = f"cannot read {RESIDENT_ID}\nDETAIL:  Key (name)=(张三丰) already exists."
        try:
            raise ValueError(said)
        except ValueError:
            get_logger().exception("failed")
            logging.getLogger("some.library").exception("failed too")
        text = stream.getvalue()
        assert RESIDENT_ID not in text
        assert "张三丰" not in text
        assert text.count("ValueError: cannot read") == 2

    def test_parameters_of_a_statement(self) -> None:
        assert "张三丰" not in scrub("error\n[SQL: INSERT ...]\n[parameters: {'n': '张三丰',\n 'b': 2}]\n(see ...)")

    def test_keeps_what_is_no_identifier(self, stream: io.StringIO) -> None:
        key, digest = uuid.UUID("018f3912-3456-7813-9123-139123456780"), "a" + "13912345678" + "0" * 52
        get_logger().info("batch landed", batch_id=key, text=str(key), digest=digest, org_code="123301024700012345")
        event = last(stream)
        assert event["batch_id"] == event["text"] == str(key)
        assert event["digest"] == digest
        assert event["org_code"] == "123301024700012345"

    @given(before=st.text(max_size=10), after=st.text(max_size=10))
    def test_whatever_stands_around(self, before: str, after: str) -> None:
        before, after = before.rstrip("0123456789"), after.lstrip("0123456789")
        if not before[-1:].isdigit() and not after[:1].isdigit():
            assert MOBILE not in scrub(f"{before}{MOBILE}{after}")
            assert RESIDENT_ID not in scrub(f"{before}{RESIDENT_ID}{after}")


class TestShape:
    def test_json_names_time_level_logger_and_event(self, stream: io.StringIO) -> None:
        get_logger("suwen.room").info("batch landed", rows=3)
        event = last(stream)
        assert (event["event"], event["level"], event["logger"], event["rows"]) == (
            "batch landed",
            "info",
            "suwen.room",
            3,
        )
        assert event["timestamp"].endswith("+00:00")

    def test_console_is_redacted_too(self) -> None:
        root = logging.getLogger()
        handlers, level = root.handlers, root.level
        out = io.StringIO()
        try:
            setup_logs("info", stream=out)
            get_logger().info("seen", phone=MOBILE, text=f"tel {MOBILE}")
            get_logger().debug("not shown")
        finally:
            root.handlers = handlers
            root.setLevel(level)
        assert "seen" in out.getvalue()
        assert MOBILE not in out.getvalue()
        assert "not shown" not in out.getvalue()

    def test_before_any_setup(self, caplog: pytest.LogCaptureFixture) -> None:
        get_logger("suwen.early").warning("early", phone=MOBILE, text=MOBILE)
        assert "early" in caplog.text
        assert MOBILE not in caplog.text


class Holder:
    """An object of which only its representation can be logged."""

    def __init__(self, value: str) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Holder({self.value})"
