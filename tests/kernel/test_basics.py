"""Clock, ids, errors and scope."""

from datetime import UTC, datetime, timedelta

import pytest

from suwen.kernel import clock
from suwen.kernel.errors import Invalid, NotFound, SuwenError, Unavailable
from suwen.kernel.ids import new_id, time_of
from suwen.kernel.scope import Scope


class TestClock:
    def test_now_is_aware_utc(self) -> None:
        assert clock.now().tzinfo is UTC

    def test_freeze_holds_and_advances_and_lets_go(self) -> None:
        at = datetime(2026, 2, 3, 20, 30, tzinfo=UTC)
        with clock.freeze(at) as frozen:
            assert clock.now() == at
            frozen.advance(timedelta(hours=1))
            assert clock.now() == at + timedelta(hours=1)
        assert clock.now() > at

    def test_today_is_the_chinese_day(self) -> None:
        with clock.freeze(datetime(2026, 2, 3, 20, 30, tzinfo=UTC)):
            assert clock.today().isoformat() == "2026-02-04"

    def test_freeze_refuses_a_naive_time(self) -> None:
        with pytest.raises(ValueError, match="aware"), clock.freeze(datetime(2026, 2, 3)):
            pass


class TestNewId:
    def test_ids_are_version_7_unique_and_ordered(self) -> None:
        ids = [new_id() for _ in range(5000)]
        assert {i.version for i in ids} == {7}
        assert ids == sorted(set(ids))

    def test_time_of_reads_the_moment_back(self) -> None:
        before = clock.now() - timedelta(milliseconds=2)
        assert before <= time_of(new_id()) <= clock.now() + timedelta(seconds=1)


class TestSuwenError:
    def test_problem_carries_received_allowed_and_context(self) -> None:
        problem = Invalid("颜色不对", received="blue", allowed=["red", "green"], row=3).problem()
        assert problem == {
            "type": "urn:suwen:problem:invalid",
            "title": "数据无效",
            "title_en": "Not acceptable",
            "status": 422,
            "detail": "颜色不对",
            "code": "invalid",
            "retryable": False,
            "received": "blue",
            "allowed": ["red", "green"],
            "row": 3,
        }

    def test_a_subclass_gets_its_own_code_and_keeps_the_status(self) -> None:
        class UnknownGadget(NotFound):
            """No such gadget."""

        assert (UnknownGadget("x").problem()["code"], UnknownGadget.status) == ("unknown_gadget", 404)

    def test_text_tells_the_values(self) -> None:
        assert str(SuwenError("x", received=1, allowed=[2, 3])) == "x; received 1; allowed ['2', '3']"

    def test_unavailable_is_worth_a_retry(self) -> None:
        assert Unavailable("x").problem()["retryable"] is True


class TestScope:
    def test_allows(self) -> None:
        assert Scope.of("A").allows("A")
        assert not Scope.of("A").allows("B")
        assert not Scope.of("A").allows(None)
        assert not Scope(frozenset()).allows("A")
        assert Scope.everything().allows(None)

    def test_grade_is_checked(self) -> None:
        with pytest.raises(ValueError, match="grade"):
            Scope(None, 6)
