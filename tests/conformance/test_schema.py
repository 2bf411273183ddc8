"""Generated requests to the API as administrator: nothing breaks it, and its answers fit what it declares."""

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounded
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import response_schema_conformance

from suwen.domains.standards.public import install_packs
from suwen.kernel.database import Database
from suwen.kernel.settings import Settings
from tests.identity.people import make_user, signed_in
from tests.serving import app_over, whole_app

EXAMPLES = 2
POSTED = {"/api/patients/persons/search", "/api/ingest/definitions/yaml", "/api/ingest/sources/{code}/columns"}


def cases() -> list[Any]:
    """Requests for every reading route and some bodies, the same at every run."""
    found: list[Any] = []
    for result in openapi.from_dict(whole_app().openapi()).get_all_operations():
        operation = result.ok()
        if operation.method.upper() != "GET" and operation.path not in POSTED:
            continue

        @bounded(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def collect(case: Any) -> None:
            found.append(case)

        collect()
    return found


@pytest.mark.anyio
async def test_no_request_breaks_the_api(settings: Settings, database: Database) -> None:
    app = app_over(settings, database)
    await make_user(database, permissions=["*"], orgs=None, grade=5, unmask=True)
    async with database.unit_of_work() as uow:
        await install_packs(uow)
    answered, broken = 0, list[str]()
    drawn = cases()
    async with signed_in(app) as client:
        for case in drawn:
            given = case.as_transport_kwargs(base_url=str(client.base_url).rstrip("/"))
            wanted = {name: given[name] for name in ("params", "json", "content") if given.get(name) is not None}
            try:
                response = await client.request(case.method, given["url"], **wanted)
            except (httpx.InvalidURL, UnicodeError):
                continue
            try:
                case.validate_response(
                    Response.from_httpx(response, verify=False),
                    checks=[not_a_server_error, response_schema_conformance],
                )
            except (Failure, FailureGroup) as error:
                broken.append(f"{case.method} {case.path} {response.status_code}: {str(error)[:400]}")
            answered += response.is_success
    assert broken == []
    assert answered > 60
