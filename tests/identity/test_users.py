"""Managing users and roles over HTTP, and the limits of who may give what."""

from typing import Any

import pytest
from fastapi import FastAPI

from suwen.domains.identity.public import ensure_admin
from suwen.kernel.database import Database
from tests.identity.people import PASSWORD, log_in, make_user, signed_in, visitor

USERS = "/api/identity/users"
ROLES = "/api/identity/roles"
MANAGER = ("identity.users.read", "identity.users.write", "identity.roles.read", "identity.roles.write")


def new_user(**changes: Any) -> dict[str, Any]:
    return {"username": "WangFang", "display_name": "王芳", "password": PASSWORD, "org_code": "A", **changes}


class TestEnsureAdmin:
    async def test_a_one_time_password_until_the_first_login(self, app: FastAPI, database: Database) -> None:
        async with database.unit_of_work() as uow:
            first = await ensure_admin(uow)
        async with database.unit_of_work() as uow:
            second = await ensure_admin(uow)
        assert first
        assert second
        async with visitor(app) as client:
            assert (await log_in(client, "admin", first)).status_code == 401
            assert (await log_in(client, "admin", second)).json()["permissions"] == ["*"]
            assert (await client.get(USERS)).json()["code"] == "password_change_required"
        async with database.unit_of_work() as uow:
            assert await ensure_admin(uow) is None


class TestUsers:
    async def test_a_new_user_logs_in_and_must_change_the_password(self, app: FastAPI, database: Database) -> None:
        await make_user(database, permissions=["*"], orgs=None, grade=5)
        async with signed_in(app) as client:
            made = await client.post(USERS, json=new_user(roles=["role_lihua"], org_codes=["A"], phone="13912345678"))
            assert made.status_code == 201, made.text
        assert made.json()["username"] == "wangfang"
        assert made.json()["roles"] == ["role_lihua"]
        assert made.json()["phone"] == "139****5678"
        assert "password" not in made.text.replace("must_change_password", "")
        async with visitor(app) as client:
            assert (await log_in(client, "wangfang")).json()["must_change_password"] is True

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"username": "lihua"}, "username_taken"),
            ({"password": "weak"}, "weak_password"),
            ({"roles": ["nobody"]}, "unknown_role"),
            ({"username": "a b"}, "invalid"),
            ({"grade": 9}, "invalid"),
            ({"nmae": 1}, "invalid"),
        ],
    )
    async def test_what_is_wrong_is_told(
        self, app: FastAPI, database: Database, changes: dict[str, Any], code: str
    ) -> None:
        await make_user(database, permissions=["*"], orgs=None, grade=5)
        async with signed_in(app) as client:
            assert (await client.post(USERS, json=new_user(**changes))).json()["code"] == code

    @pytest.mark.parametrize(
        "changes",
        [
            {"org_code": "B"},
            {"org_code": None},
            {"all_orgs": True},
            {"org_codes": ["A", "B"]},
            {"grade": 4},
            {"unmask": True},
            {"roles": ["role_boss"]},
        ],
    )
    async def test_nobody_gives_more_than_they_have(
        self, app: FastAPI, database: Database, changes: dict[str, Any]
    ) -> None:
        await make_user(database, "boss", permissions=["*"], orgs=None)
        await make_user(database, permissions=MANAGER, orgs=["A"], grade=3)
        async with signed_in(app) as client:
            assert (await client.post(USERS, json=new_user(**changes))).json()["code"] == "beyond_own_rights"
            made = await client.post(USERS, json=new_user(org_codes=["A"]))
            path = f"{USERS}/{made.json()['id']}"
            assert (await client.patch(path, json=changes)).json()["code"] == "beyond_own_rights"

    async def test_nobody_changes_somebody_greater(self, app: FastAPI, database: Database) -> None:
        boss = await make_user(database, "boss", permissions=["*"], orgs=["A", "B"])
        await make_user(database, permissions=MANAGER, orgs=["A"])
        async with signed_in(app) as client:
            path = f"{USERS}/{boss.id}"
            for response in (
                await client.patch(path, json={"active": False}),
                await client.post(f"{path}/reset-password"),
                await client.post(f"{path}/unlock"),
            ):
                assert response.json()["code"] == "beyond_own_rights"

    async def test_users_of_other_institutions_do_not_exist(self, app: FastAPI, database: Database) -> None:
        other = await make_user(database, "other", orgs=["B"])
        await make_user(database, permissions=MANAGER, orgs=["A"])
        async with signed_in(app) as client:
            assert [u["username"] for u in (await client.get(USERS)).json()["items"]] == ["lihua"]
            for response in (
                await client.patch(f"{USERS}/{other.id}", json={"active": False}),
                await client.post(f"{USERS}/{other.id}/reset-password"),
            ):
                assert response.status_code == 404

    async def test_reset_gives_a_one_time_password_and_ends_sessions(self, app: FastAPI, database: Database) -> None:
        user = await make_user(database, "wangfang", orgs=["A"])
        await make_user(database, permissions=MANAGER, orgs=["A"])
        async with signed_in(app) as client, signed_in(app, "wangfang") as theirs:
            password = (await client.post(f"{USERS}/{user.id}/reset-password")).json()["password"]
            assert (await theirs.get("/api/auth/me")).status_code == 401
            assert (await log_in(theirs, "wangfang", password)).json()["must_change_password"] is True

    async def test_unlock(self, app: FastAPI, database: Database) -> None:
        user = await make_user(database, "wangfang", orgs=["A"])
        await make_user(database, permissions=MANAGER, orgs=["A"])
        async with signed_in(app) as client, visitor(app) as theirs:
            for _ in range(5):
                await log_in(theirs, "wangfang", "nope")
            assert (await client.get(f"{USERS}/{user.id}")).json()["locked"] is True
            assert (await client.post(f"{USERS}/{user.id}/unlock")).status_code == 204
            assert (await log_in(theirs, "wangfang")).status_code == 200

    async def test_roles_are_given_and_taken(self, app: FastAPI, database: Database) -> None:
        user = await make_user(database, "wangfang", orgs=["A"], permissions=["identity.users.read"])
        await make_user(database, permissions=MANAGER, orgs=["A"])
        async with signed_in(app) as client, signed_in(app, "wangfang") as theirs:
            path = f"{USERS}/{user.id}"
            assert (await client.patch(path, json={"roles": ["role_wangfang", "role_lihua"]})).status_code == 200
            assert (await theirs.get(ROLES)).status_code == 200
            assert (await client.patch(path, json={"roles": []})).json()["roles"] == []
            assert (await theirs.get(ROLES)).status_code == 403


class TestRoles:
    async def test_create_change_and_remove(self, app: FastAPI, database: Database) -> None:
        await make_user(database, permissions=["*"], orgs=None)
        async with signed_in(app) as client:
            body = {"code": "auditor", "title": "审计员", "permissions": ["identity.audit.read"]}
            made = await client.post(ROLES, json=body)
            assert made.status_code == 201, made.text
            path = f"{ROLES}/{made.json()['id']}"
            assert (await client.patch(path, json={"title": "审计"})).json()["title"] == "审计"
            assert (await client.delete(path)).status_code == 204

    async def test_unknown_permissions_are_refused(self, app: FastAPI, database: Database) -> None:
        await make_user(database, permissions=["*"], orgs=None)
        async with signed_in(app) as client:
            response = await client.post(ROLES, json={"code": "abc", "title": "x", "permissions": ["no.such"]})
        assert response.json()["received"] == ["no.such"]
        assert "identity.users.read" in response.json()["allowed"]

    async def test_nobody_makes_a_role_above_their_own(self, app: FastAPI, database: Database) -> None:
        await make_user(database, permissions=MANAGER, orgs=["A"])
        async with signed_in(app) as client:
            for wanted in ("*", "identity.audit.read"):
                response = await client.post(ROLES, json={"code": "abc", "title": "x", "permissions": [wanted]})
                assert response.json()["code"] == "beyond_own_rights"

    async def test_roles_in_use_and_built_in_ones_stay(self, app: FastAPI, database: Database) -> None:
        async with database.unit_of_work() as uow:
            await ensure_admin(uow)
        await make_user(database, permissions=["*"], orgs=None)
        async with signed_in(app) as client:
            roles = {r["code"]: r["id"] for r in (await client.get(ROLES)).json()["items"]}
            assert (await client.delete(f"{ROLES}/{roles['role_lihua']}")).status_code == 409
            assert (await client.delete(f"{ROLES}/{roles['administrator']}")).status_code == 409
            refused = await client.patch(f"{ROLES}/{roles['administrator']}", json={"permissions": []})
            assert refused.status_code == 409

    async def test_all_permissions_can_be_listed(self, app: FastAPI, database: Database) -> None:
        await make_user(database, permissions=["identity.roles.read"])
        async with signed_in(app) as client:
            listed = (await client.get("/api/identity/permissions")).json()
        assert {"code": "identity.audit.read", "domain": "identity"}.items() <= listed[-1].items()
