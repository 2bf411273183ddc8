"""The change log, the record of unmasked reading, and sessions as seen by an administrator."""

from typing import Any

from fastapi import FastAPI

from suwen.domains.identity.public import record_access
from suwen.kernel.database import Database
from tests.identity.people import PASSWORD, make_user, signed_in

USERS = "/api/identity/users"
CHANGES = "/api/identity/change_log"
ACCESSES = "/api/identity/access_log"


async def changes(client: Any, query: str) -> list[dict[str, Any]]:
    return (await client.get(f"{CHANGES}?page_size=200&sort=at&{query}")).json()["items"]


class TestChangeLog:
    async def test_who_when_table_field_before_after(self, app: FastAPI, database: Database) -> None:
        await make_user(database, permissions=["*"], orgs=None, grade=5)
        user = await make_user(database, "wangfang", orgs=["A"])
        async with signed_in(app) as client:
            await client.patch(f"{USERS}/{user.id}", json={"grade": 4, "display_name": "王小芳"})
            logged = await changes(client, f"f.row_key={user.id}&f.operation=update")
        told = {c["field"]: (c["before"], c["after"]) for c in logged}
        assert told == {"grade": (3, 4), "display_name": ("李*", "王**")}
        assert {(c["username"], c["table"], c["origin"]) for c in logged} == {("lihua", "identity_user", "127.0.0.1")}

    async def test_giving_a_role_is_logged(self, app: FastAPI, database: Database) -> None:
        await make_user(database, permissions=["*"], orgs=None, grade=5)
        user = await make_user(database, "wangfang", orgs=["A"])
        async with signed_in(app) as client:
            await client.patch(f"{USERS}/{user.id}", json={"roles": ["role_lihua"]})
            logged = await changes(client, "f.table=identity_user_role&f.username=lihua")
        assert {(c["operation"], c["field"]) for c in logged} == {
            (operation, field) for operation in ("insert", "delete") for field in ("user_id", "role_id")
        }

    async def test_no_password_and_no_identifier_gets_into_it(self, app: FastAPI, database: Database) -> None:
        await make_user(database, permissions=["*"], orgs=None, grade=5)
        async with signed_in(app) as client:
            body = {"username": "zhaoliu", "display_name": "赵六六", "password": PASSWORD, "phone": "13912345678"}
            assert (await client.post(USERS, json=body)).status_code == 201
            text = (await client.get(f"{CHANGES}/export")).text
        assert "identity_user" in text
        for hidden in (PASSWORD, "pbkdf2", "赵六六", "13912345678"):
            assert hidden not in text

    async def test_a_refused_write_leaves_no_trace(self, app: FastAPI, database: Database) -> None:
        await make_user(database, permissions=["*"], orgs=None, grade=3)
        user = await make_user(database, "wangfang", orgs=["A"])
        async with signed_in(app) as client:
            assert (await client.patch(f"{USERS}/{user.id}", json={"active": False, "grade": 5})).status_code == 403
            assert await changes(client, f"f.row_key={user.id}&f.operation=update") == []


class TestAccessLog:
    async def test_reading_in_full_needs_the_right_and_is_kept(self, app: FastAPI, database: Database) -> None:
        await make_user(database, permissions=["*"], orgs=None, grade=5, unmask=True)
        await make_user(database, "plain", permissions=["*"], orgs=None, grade=5)
        async with signed_in(app, "plain") as client:
            assert (await client.get(f"{USERS}?unmask=true")).status_code == 403
        async with signed_in(app) as client:
            user = (await client.get(f"{USERS}?q=plain&unmask=true")).json()["items"][0]
            [entry] = (await client.get(ACCESSES)).json()["items"]
        assert (entry["username"], entry["subject"], entry["fields"]) == ("lihua", "identity.users", ["phone"])
        assert entry["row_keys"] == [user["id"]]

    async def test_many_keys_are_cut_and_counted(self, app: FastAPI, database: Database) -> None:
        await make_user(database, permissions=["*"], orgs=None)
        async with database.unit_of_work() as uow:
            await record_access(uow, "records.timeline", [str(n) for n in range(1005)], ["name"], "会诊")
        async with signed_in(app) as client:
            [entry] = (await client.get(ACCESSES)).json()["items"]
        assert (len(entry["row_keys"]), entry["row_keys"][-1]) == (1001, "+5")
        assert (entry["username"], entry["reason"]) == ("system", "会诊")


class TestSessions:
    async def test_an_administrator_sees_and_ends_them(self, app: FastAPI, database: Database) -> None:
        await make_user(database, permissions=["*"], orgs=None)
        await make_user(database, "wangfang", orgs=["A"])
        async with signed_in(app) as client, signed_in(app, "wangfang") as theirs:
            listed = (await client.get("/api/identity/sessions?f.username=wangfang")).json()["items"]
            assert [s["address"] for s in listed] == ["127.0.0.1"]
            assert "digest" not in str(listed)
            assert (await client.post(f"/api/identity/sessions/{listed[0]['id']}/revoke")).status_code == 204
            assert (await theirs.get("/api/auth/me")).status_code == 401
