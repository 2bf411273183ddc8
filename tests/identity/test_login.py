"""Logging in, sessions, lockout and the password change, over HTTP."""

from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select

from suwen.domains.identity.models import LoginLog, User, UserSession
from suwen.domains.identity.service.passwords import iterations_of
from suwen.kernel.clock import freeze, now
from suwen.kernel.database import Database
from tests.identity.people import PASSWORD, log_in, make_user, signed_in, visitor

ME = "/api/auth/me"
NEW = "Battery-Staple-8"


async def rows(database: Database, model: Any) -> list[Any]:
    async with database.unit_of_work() as uow:
        return list(await uow.session.scalars(select(model).order_by(model.id)))


class TestLogin:
    async def test_a_session_gives_the_caller(self, app: FastAPI, database: Database) -> None:
        await make_user(database, permissions=["identity.users.read"], orgs=["A", "B"], grade=4, unmask=True)
        async with signed_in(app) as client:
            me = (await client.get(ME)).json()
        assert me["username"] == "lihua"
        assert me["permissions"] == ["identity.users.read"]
        assert me["scope"] == {"orgs": ["A", "B"], "grade": 4, "unmask": True}
        assert me["must_change_password"] is False

    async def test_the_cookie_is_kept_from_scripts_and_other_sites(self, app: FastAPI, database: Database) -> None:
        await make_user(database)
        async with visitor(app) as client:
            cookie = (await log_in(client)).headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie

    async def test_the_name_is_found_in_any_case(self, app: FastAPI, database: Database) -> None:
        await make_user(database)
        async with visitor(app) as client:
            assert (await log_in(client, " LiHua ")).status_code == 200

    async def test_the_token_is_stored_only_as_digest(self, app: FastAPI, database: Database) -> None:
        await make_user(database)
        async with signed_in(app) as client:
            token = client.cookies["suwen_session"]
        [session] = await rows(database, UserSession)
        assert len(session.token_digest) == 64
        assert token not in session.token_digest

    async def test_wrong_password_and_unknown_user_answer_alike(self, app: FastAPI, database: Database) -> None:
        await make_user(database)
        async with visitor(app) as client:
            wrong = await log_in(client, password="nope")
            unknown = await log_in(client, "nobody", "nope")
        assert wrong.status_code == unknown.status_code == 401
        assert wrong.json() == unknown.json()

    async def test_attempts_are_logged_even_when_refused(self, app: FastAPI, database: Database) -> None:
        await make_user(database)
        async with visitor(app) as client:
            await log_in(client, password="nope")
            await log_in(client, "MyPassw0rd!", "lihua")
            await log_in(client)
            await client.post("/api/auth/logout")
        logged = await rows(database, LoginLog)
        assert [(r.result, r.username) for r in logged] == [
            ("wrong_password", "lihua"),
            ("unknown_user", ""),
            ("success", "lihua"),
            ("logout", "lihua"),
        ]
        assert {r.user_agent for r in logged} == {"test-browser"}

    async def test_a_disabled_user_stays_outside_and_loses_the_session(self, app: FastAPI, database: Database) -> None:
        user = await make_user(database)
        async with signed_in(app) as client:
            async with database.unit_of_work() as uow:
                (await uow.session.get_one(User, user.id)).active = False
            assert (await client.get(ME)).status_code == 401
            assert (await log_in(client)).json()["code"] == "account_disabled"

    async def test_a_hash_of_another_cost_is_renewed(self, app: FastAPI, database: Database, monkeypatch: Any) -> None:
        user = await make_user(database)
        monkeypatch.setenv("SUWEN_IDENTITY_HASH_ITERATIONS", "1500")
        from suwen.domains.identity.settings import get_identity_settings

        get_identity_settings.cache_clear()
        async with visitor(app) as client:
            assert (await log_in(client)).status_code == 200
        [stored] = [u.password_hash for u in await rows(database, User) if u.id == user.id]
        assert iterations_of(stored) == 1500


class TestLockout:
    async def test_five_wrong_passwords_lock_for_a_while(self, app: FastAPI, database: Database) -> None:
        await make_user(database)
        async with visitor(app) as client:
            with freeze(now()) as clock:
                codes = [(await log_in(client, password="nope")).json()["code"] for _ in range(5)]
                assert codes == ["wrong_credentials"] * 4 + ["account_locked"]
                assert (await log_in(client)).json()["code"] == "account_locked"
                clock.advance(timedelta(minutes=16))
                assert (await log_in(client)).status_code == 200

    async def test_a_success_starts_the_count_anew(self, app: FastAPI, database: Database) -> None:
        await make_user(database)
        async with visitor(app) as client:
            for _ in range(2):
                for _ in range(4):
                    await log_in(client, password="nope")
                assert (await log_in(client)).status_code == 200


class TestSession:
    async def test_logout_ends_it(self, app: FastAPI, database: Database) -> None:
        await make_user(database)
        async with signed_in(app) as client:
            token = client.cookies["suwen_session"]
            assert (await client.post("/api/auth/logout")).status_code == 204
            client.cookies.set("suwen_session", token)
            assert (await client.get(ME)).status_code == 401

    async def test_an_invented_token_is_nobody(self, app: FastAPI) -> None:
        async with visitor(app) as client:
            client.cookies.set("suwen_session", "x" * 43)
            assert (await client.get(ME)).status_code == 401

    async def test_it_ends_when_idle(self, app: FastAPI, database: Database) -> None:
        await make_user(database)
        with freeze(now()) as clock:
            async with signed_in(app) as client:
                for _ in range(3):
                    clock.advance(timedelta(minutes=40))
                    assert (await client.get(ME)).status_code == 200
                clock.advance(timedelta(minutes=61))
                assert (await client.get(ME)).status_code == 401

    async def test_it_ends_in_any_case_after_hours(self, app: FastAPI, database: Database) -> None:
        await make_user(database)
        with freeze(now()) as clock:
            async with signed_in(app) as client:
                for _ in range(17):
                    clock.advance(timedelta(minutes=40))
                    assert (await client.get(ME)).status_code == 200
                clock.advance(timedelta(minutes=41))
                assert (await client.get(ME)).status_code == 401


class TestPassword:
    async def change(self, client: Any, old: str, new: str) -> Any:
        return await client.post("/api/auth/password", json={"old_password": old, "new_password": new})

    async def test_a_first_login_can_do_nothing_but_change_it(self, app: FastAPI, database: Database) -> None:
        await make_user(database, permissions=["*"], orgs=None, must_change=True)
        async with signed_in(app) as client:
            assert (await client.get(ME)).json()["must_change_password"] is True
            refused = await client.get("/api/identity/users")
            assert (refused.status_code, refused.json()["code"]) == (403, "password_change_required")
            assert (await self.change(client, PASSWORD, NEW)).status_code == 204
            assert (await client.get("/api/identity/users")).status_code == 200

    async def test_it_needs_the_old_one_and_a_good_new_one(self, app: FastAPI, database: Database) -> None:
        await make_user(database)
        async with signed_in(app) as client:
            assert (await self.change(client, "nope", NEW)).json()["code"] == "wrong_old_password"
            weak = await self.change(client, PASSWORD, "short")
            assert weak.json()["code"] == "weak_password"
            assert "short" not in weak.text

    async def test_the_latest_passwords_do_not_come_again(self, app: FastAPI, database: Database) -> None:
        await make_user(database)
        async with signed_in(app) as client:
            current = PASSWORD
            for n in range(5):
                assert (await self.change(client, current, PASSWORD)).json()["code"] == "weak_password"
                fresh = f"{NEW}{n}"
                assert (await self.change(client, current, fresh)).status_code == 204
                current = fresh
            assert (await self.change(client, current, PASSWORD)).status_code == 204

    async def test_other_sessions_end_and_this_one_stays(self, app: FastAPI, database: Database) -> None:
        await make_user(database)
        async with signed_in(app) as here, signed_in(app) as there:
            assert (await self.change(here, PASSWORD, NEW)).status_code == 204
            assert (await here.get(ME)).status_code == 200
            assert (await there.get(ME)).status_code == 401

    async def test_an_old_password_must_be_changed(self, app: FastAPI, database: Database) -> None:
        await make_user(database)
        with freeze(now() + timedelta(days=91)):
            async with signed_in(app) as client:
                assert (await client.get(ME)).json()["must_change_password"] is True
