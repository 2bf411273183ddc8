"""Makes users and logs them in through the real API, for tests that need a caller."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from suwen.domains.identity.models import Role, User, UserRole
from suwen.domains.identity.service.passwords import hash_password
from suwen.domains.identity.settings import get_identity_settings
from suwen.kernel.database import Database
from suwen.kernel.ids import new_id

PASSWORD = "Correct-Horse-7"


async def make_user(
    database: Database,
    username: str = "lihua",
    *,
    permissions: Sequence[str] = (),
    orgs: Sequence[str] | None = (),
    grade: int = 3,
    unmask: bool = False,
    must_change: bool = False,
) -> User:
    """Store a user with one role of the given permissions; `orgs` None sees all, else the first is home."""
    async with database.unit_of_work() as uow:
        role = Role(code=f"role_{username}", title=username, permissions=list(permissions))
        user = User(
            id=new_id(),
            username=username,
            display_name="李华",
            org_code=orgs[0] if orgs else None,
            all_orgs=orgs is None,
            org_codes=list(orgs or ()),
            grade=grade,
            unmask=unmask,
            password_hash=await hash_password(PASSWORD, get_identity_settings().hash_iterations),
            must_change_password=must_change,
        )
        uow.session.add(role)
        await uow.session.flush()
        user.role_links = [UserRole(user_id=user.id, role_id=role.id, role=role)]
        uow.session.add(user)
    return user


@asynccontextmanager
async def visitor(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that nobody has logged in with."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"X-Suwen-Request": "1", "User-Agent": "test-browser"}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


async def log_in(client: httpx.AsyncClient, username: str = "lihua", password: str = PASSWORD) -> httpx.Response:
    """Try to log in."""
    return await client.post("/api/auth/login", json={"username": username, "password": password})


@asynccontextmanager
async def signed_in(app: FastAPI, username: str = "lihua") -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which a user of `make_user` has logged in."""
    async with visitor(app) as client:
        response = await log_in(client, username)
        assert response.status_code == 200, response.text
        yield client
