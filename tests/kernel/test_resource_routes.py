"""The routes of a list, over HTTP on a real database."""

import csv
import io
import traceback
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import openpyxl
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from suwen.kernel import resource_rows
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.scope import Scope
from suwen.kernel.web import InterruptedAnswer, install_problem_handlers
from tests.kernel.gadgets import GADGETS, caller, client_for

PATH = "/api/workshop/gadgets"
ALL = Scope(None, 5)
READER = caller("workshop.read", scope=ALL)
WRITER = caller("workshop.read", "workshop.write")


async def get(database: Database, query: str = "", scope: Scope = ALL, path: str = PATH) -> httpx.Response:
    async with client_for(database, caller("workshop.read", scope=scope)) as client:
        return await client.get(path + query)


async def names(database: Database, query: str = "", scope: Scope = ALL) -> list[str]:
    response = await get(database, query, scope)
    assert response.status_code == 200, response.text
    return [item["name"] for item in response.json()["items"]]


class TestAccess:
    async def test_401_without_a_caller(self, workshop: Database) -> None:
        async with client_for(workshop, None) as client:
            response = await client.get(PATH)
        assert response.status_code == 401
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["code"] == "unauthenticated"

    async def test_403_without_the_permission(self, workshop: Database) -> None:
        async with client_for(workshop, caller("other.read")) as client:
            assert (await client.get(PATH)).status_code == 403
            assert (await client.get(f"{PATH}/export")).status_code == 403

    async def test_a_reader_does_not_write(self, workshop: Database) -> None:
        async with client_for(workshop, READER) as client:
            assert (await client.post(PATH, json={"name": "x", "org_code": "A"})).status_code == 403

    async def test_a_write_without_our_header_is_refused(self, workshop: Database) -> None:
        async with client_for(workshop, WRITER) as client:
            del client.headers["X-Suwen-Request"]
            response = await client.post(PATH, json={"name": "x", "org_code": "A"})
        assert (response.status_code, response.json()["code"]) == (403, "missing_request_header")


class TestList:
    async def test_default_order_and_total(self, workshop: Database) -> None:
        body = (await get(workshop, "?page_size=2&page=2")).json()
        assert [i["name"] for i in body["items"]] == ["brush", "drill"]
        assert (body["total"], body["page"], body["page_size"]) == (5, 2, 2)

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("?f.colour=green", ["brush", "etcher"]),
            ("?f.name=drill&f.name=anvil", ["anvil", "drill"]),
            ("?f.name.in=drill,anvil", ["anvil", "drill"]),
            ("?f.price.gte=2&sort=-price", ["drill", "anvil", "etcher"]),
            ("?f.price.null=true", ["=clamp"]),
            ("?f.name.contains=R", ["brush", "drill", "etcher"]),
            ("?q=an", ["anvil"]),
            ("?q=%25", []),
            ("?sort=price", ["brush", "etcher", "anvil", "drill", "=clamp"]),
        ],
    )
    async def test_filter_search_sort(self, workshop: Database, query: str, expected: list[str]) -> None:
        assert await names(workshop, query) == expected

    @pytest.mark.parametrize(
        ("query", "received"),
        [
            ("?f.tags=x", "tags"),
            ("?sort=colour", "colour"),
            ("?f.price=abc", "price=abc"),
            ("?f.name.near=x", "near"),
            ("?nmae=x", "nmae"),
            ("?page_size=5000", "page=1, page_size=5000"),
        ],
    )
    async def test_a_wrong_query_tells_what_was_received(self, workshop: Database, query: str, received: str) -> None:
        response = await get(workshop, query)
        assert response.status_code == 422
        assert response.json()["received"] == received
        assert response.json()["allowed"]

    async def test_scope_hides_other_institutions(self, workshop: Database) -> None:
        assert await names(workshop, scope=Scope.of("B")) == ["drill", "etcher"]
        assert await names(workshop, scope=Scope.of()) == []
        assert await names(workshop, "?f.org_code=A", scope=Scope.of("B")) == []


class TestSensitivity:
    async def test_identifiers_are_masked(self, workshop: Database) -> None:
        assert {i["owner"] for i in (await get(workshop)).json()["items"]} == {"张**"}

    async def test_a_grade_above_the_scope_is_empty_and_closed(self, workshop: Database) -> None:
        body = (await get(workshop, scope=Scope(None, 3))).json()
        assert {i["price"] for i in body["items"]} == {None}
        assert (await get(workshop, "?f.price.gte=0", Scope(None, 3))).status_code == 422

    async def test_a_masked_field_cannot_be_guessed_by_filter(self, workshop: Database) -> None:
        assert (await get(workshop, "?f.owner=张三丰")).status_code == 422
        assert (await get(workshop, "?f.owner=张三丰", Scope(None, 5, unmask=True))).status_code == 200

    async def test_unmasking_needs_the_right_and_is_recorded(
        self, workshop: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        recorded: list[tuple[str, Sequence[str], Sequence[str]]] = []

        async def record(_uow: UnitOfWork, name: str, keys: Sequence[str], fields: Sequence[str]) -> None:
            recorded.append((name, keys, fields))

        monkeypatch.setattr(resource_rows, "_recorders", [record])
        assert (await get(workshop, "?unmask=true")).status_code == 403
        body = (await get(workshop, "?unmask=true", Scope.of("B", grade=5, unmask=True))).json()
        assert {i["owner"] for i in body["items"]} == {"张三丰"}
        assert recorded == [("workshop.gadgets", [i["id"] for i in body["items"]], ["owner"])]


class TestExport:
    async def test_csv_has_labels_all_rows_and_no_formula(self, workshop: Database) -> None:
        response = await get(workshop, path=PATH + "/export")
        assert response.content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
        assert rows[0][1:4] == ["名称", "拥有者", "机构"]
        assert [r[1] for r in rows[1:]] == ["'=clamp", "anvil", "brush", "drill", "etcher"]
        assert all("三" not in cell for row in rows for cell in row)

    async def test_xlsx_opens_and_follows_the_filter(self, workshop: Database) -> None:
        response = await get(workshop, "?format=xlsx&f.colour=green", path=PATH + "/export")
        book = openpyxl.load_workbook(io.BytesIO(response.content))
        sheet: Any = book.worksheets[0]
        rows = list(sheet.iter_rows(values_only=True))
        assert [r[1] for r in rows] == ["名称", "brush", "etcher"]

    async def test_scope_holds_in_the_export(self, workshop: Database) -> None:
        text = (await get(workshop, scope=Scope.of("B"), path=PATH + "/export")).text
        assert "drill" in text
        assert "anvil" not in text

    async def test_an_unknown_format_is_refused(self, workshop: Database) -> None:
        assert (await get(workshop, "?format=pdf", path=PATH + "/export")).json()["allowed"] == ["csv", "xlsx"]


class TestDetailAndWriting:
    async def test_create_read_update_delete(self, workshop: Database) -> None:
        async with client_for(workshop, WRITER) as client:
            made = await client.post(PATH, json={"name": "file", "org_code": "A", "price": "1.50"})
            assert made.status_code == 201, made.text
            path = f"{PATH}/{made.json()['id']}"
            assert (await client.patch(path, json={"price": "2.25"})).json()["price"] == "2.25"
            assert (await client.get(path)).json()["name"] == "file"
            assert (await client.delete(path)).status_code == 204
            assert (await client.get(path)).status_code == 404

    async def test_another_institutions_row_is_not_found(self, workshop: Database) -> None:
        drill = (await get(workshop, "?f.name=drill")).json()["items"][0]["id"]
        async with client_for(workshop, WRITER) as client:
            assert (await client.get(f"{PATH}/{drill}")).status_code == 404
            assert (await client.patch(f"{PATH}/{drill}", json={"price": 1})).status_code == 404
            assert (await client.delete(f"{PATH}/{drill}")).status_code == 404

    async def test_nobody_writes_into_another_institution(self, workshop: Database) -> None:
        async with client_for(workshop, WRITER) as client:
            assert (await client.post(PATH, json={"name": "x", "org_code": "B"})).status_code == 403
            anvil = (await get(workshop, "?f.name=anvil")).json()["items"][0]["id"]
            assert (await client.patch(f"{PATH}/{anvil}", json={"org_code": "B"})).status_code == 403

    async def test_a_taken_key_is_a_conflict_without_the_value(self, workshop: Database) -> None:
        async with client_for(workshop, WRITER) as client:
            response = await client.post(PATH, json={"name": "anvil", "org_code": "A"})
        assert response.status_code == 409
        assert response.json()["constraint"] == "uq_gadget_name"
        assert "anvil" not in response.text

    async def test_a_wrong_body_does_not_come_back(self, workshop: Database) -> None:
        async with client_for(workshop, WRITER) as client:
            response = await client.post(PATH, json={"name": ["secret-value"], "org_code": "A"})
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == "body.name"
        assert "secret-value" not in response.text

    async def test_a_key_of_the_wrong_shape_is_not_found(self, workshop: Database) -> None:
        assert (await get(workshop, path=PATH + "/not-a-uuid")).status_code == 404


class TestCatalog:
    async def test_only_what_the_caller_may_read(self, workshop: Database) -> None:
        async with client_for(workshop, READER) as client:
            assert [r["name"] for r in (await client.get("/api/resources")).json()] == ["workshop.gadgets"]
            assert (await client.get("/api/resources/workshop.gadgets")).json()["path"] == PATH
        async with client_for(workshop, caller("other")) as client:
            assert (await client.get("/api/resources")).json() == []
            assert (await client.get("/api/resources/workshop.gadgets")).status_code == 404


class TestUnexpected:
    async def test_an_internal_error_tells_nothing_and_logs_no_value(
        self, workshop: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def explode(*_args: Any, **_kwargs: Any) -> None:
            raise RuntimeError("Key (owner)=(张三丰) already exists")

        monkeypatch.setattr(type(GADGETS.source), "list", explode)
        response = await get(workshop)
        assert (response.status_code, response.json()["code"]) == (500, "internal")
        assert "张三丰" not in response.text + caplog.text
        assert "RuntimeError" in caplog.text

    async def test_an_answer_cut_off_tells_the_server_no_value(self, caplog: pytest.LogCaptureFixture) -> None:
        app = FastAPI()
        install_problem_handlers(app)

        async def rows() -> AsyncIterator[str]:
            yield "first"
            raise RuntimeError("Key (owner)=(张三丰) already exists")

        @app.get("/rows")
        async def export() -> StreamingResponse:  # pyright: ignore[reportUnusedFunction]
            return StreamingResponse(rows())

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            with pytest.raises(InterruptedAnswer) as cut:
                await client.get("/rows")
        assert "张三丰" not in caplog.text + "".join(traceback.format_exception(cut.value))
        assert "RuntimeError" in caplog.text
