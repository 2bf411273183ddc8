"""The routes of every declared resource: list, export, detail, create, update, delete."""

from collections.abc import Sequence
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, create_model

from suwen.kernel.errors import Invalid
from suwen.kernel.permissions import Principal, SignedIn, require
from suwen.kernel.repository import Page, PageRequest
from suwen.kernel.resource_export import export_rows, streamed
from suwen.kernel.resource_rows import may_filter, presented
from suwen.kernel.resources import Resource, WritableSource
from suwen.kernel.tabular import media_type
from suwen.kernel.web import Work, client_address, database_of

_RESERVED = {"page", "page_size", "sort", "q", "format", "unmask"}


def page_request(
    request: Request,
    page: int = 1,
    page_size: int = 20,
    sort: Annotated[str, Query(description="Fields by comma, -field for descending")] = "",
    q: Annotated[str, Query(description="Free text")] = "",
) -> PageRequest:
    """FastAPI dependency: the page that the query string asks for; filters are `f.<field>[.<operator>]=value`.

    The same filter given several times means any of its values. A route may declare query parameters of its own.
    """
    filters: dict[str, str] = {}
    known = _RESERVED | {field.alias for field in request.scope["route"].dependant.query_params}
    for name in dict.fromkeys(request.query_params.keys()):
        if name.startswith("f."):
            values = [value for value in request.query_params.getlist(name) if value != ""]
            field = name.removeprefix("f.")
            if len(values) == 1:
                filters[field] = values[0]
            elif values:
                filters[field.partition(".")[0] + ".in"] = ",".join(values)
        elif name not in known:
            raise Invalid("未知的查询参数", received=name, allowed=[*sorted(known), "f.<field>"])
    return PageRequest(page, page_size, tuple(name for name in sort.split(",") if name), filters, q)


Paging = Annotated[PageRequest, Depends(page_request)]


def resource_router(resource: Resource) -> APIRouter:
    """Return the router of one resource, with stable operation ids such as `quality_rules_list`."""
    router = APIRouter(prefix=resource.path, tags=[resource.domain])
    operation = resource.name.replace(".", "_")
    reader = Depends(require(resource.read))

    async def list_rows(paging: Paging, work: Work, principal: Principal = reader, unmask: bool = False) -> Any:
        wanted = checked(resource, paging, principal)
        found = await resource.source.list(work, principal.scope, wanted)
        rows = await presented(resource, work, principal, found.items, unmask=unmask)
        return Page(rows, found.total, found.page, found.page_size)

    async def export(
        request: Request, paging: Paging, principal: Principal = reader, format: str = "csv"
    ) -> StreamingResponse:
        media_type(format)
        wanted = checked(resource, paging, principal)
        work = database_of(request).unit_of_work(principal, origin=client_address(request))
        return await streamed(export_rows(resource, work, principal, wanted, format), resource.name, format)

    async def detail(key: str, work: Work, principal: Principal = reader, unmask: bool = False) -> Any:
        row = await resource.source.get(work, principal.scope, key)
        return (await presented(resource, work, principal, [row], unmask=unmask))[0]

    title, schema = resource.title_en, resource.schema
    router.add_api_route(
        "", list_rows, operation_id=f"{operation}_list", response_model=_page_model(resource), summary=title
    )
    if resource.export:
        router.add_api_route(
            "/export", export, operation_id=f"{operation}_export", response_class=StreamingResponse, summary=title
        )
    _add_writing(router, resource, operation)
    router.add_api_route("/{key}", detail, operation_id=f"{operation}_get", response_model=schema, summary=title)
    return router


def _page_model(resource: Resource) -> type[BaseModel]:
    items: Any = cast("Any", list)[resource.schema]
    name = "".join(part.capitalize() for part in resource.name.replace(".", "_").split("_")) + "Page"
    return create_model(name, items=(items, ...), total=(int, ...), page=(int, ...), page_size=(int, ...))


def _add_writing(router: APIRouter, resource: Resource, operation: str) -> None:
    source = resource.source
    if not resource.write or not isinstance(source, WritableSource):
        return
    writer = Depends(require(resource.write))

    async def create(data: BaseModel, work: Work, principal: Principal = writer) -> Any:
        row = await source.create(work, principal.scope, data)
        return (await presented(resource, work, principal, [row]))[0]

    async def update(key: str, data: BaseModel, work: Work, principal: Principal = writer) -> Any:
        row = await source.update(work, principal.scope, key, data)
        return (await presented(resource, work, principal, [row]))[0]

    async def delete(key: str, work: Work, principal: Principal = writer) -> None:
        await source.delete(work, principal.scope, key)

    # FastAPI reads the body's schema off the annotation, and here it is only known at run time.
    create.__annotations__["data"] = resource.create
    update.__annotations__["data"] = resource.update
    schema, title = resource.schema, resource.title_en
    if resource.create:
        router.add_api_route(
            "",
            create,
            methods=["POST"],
            status_code=201,
            operation_id=f"{operation}_create",
            response_model=schema,
            summary=title,
        )
    if resource.update:
        router.add_api_route(
            "/{key}",
            update,
            methods=["PATCH"],
            operation_id=f"{operation}_update",
            response_model=schema,
            summary=title,
        )
    if resource.delete:
        router.add_api_route(
            "/{key}",
            delete,
            methods=["DELETE"],
            status_code=204,
            operation_id=f"{operation}_delete",
            summary=title,
        )


def checked(resource: Resource, paging: PageRequest, principal: Principal) -> PageRequest:
    """Return the request with the resource's default order filled in.

    Raises Invalid for a filter or order on a field that is not declared for it, or that the caller may not see.
    """
    columns = {name: resource.column(name) for name in resource.schema.model_fields}
    open_to = {name for name, column in columns.items() if may_filter(column, principal.scope)}
    filters = {name for name, column in columns.items() if column.filter and name in open_to}
    sorts = {name for name, column in columns.items() if column.sort and name in open_to}
    for key in paging.filters:
        if (name := key.partition(".")[0]) not in filters:
            raise Invalid("不能按此字段筛选", received=name, allowed=sorted(filters))
    for key in paging.sort:
        if (name := key.removeprefix("-")) not in sorts:
            raise Invalid("不能按此字段排序", received=name, allowed=sorted(sorts))
    if paging.sort or not resource.default_sort:
        return paging
    return PageRequest(paging.page, paging.page_size, resource.default_sort, paging.filters, paging.q)


def catalog_router(resources: Sequence[Resource]) -> APIRouter:
    """Return `/api/resources`: the declarations that the signed-in user may read, for the web to draw."""
    router = APIRouter(prefix="/api/resources", tags=["kernel"])
    by_name = {resource.name: resource for resource in resources}

    async def list_resources(principal: SignedIn) -> list[dict[str, Any]]:
        return [r.describe(principal) for r in resources if principal.may(r.read)]

    async def get_resource(principal: SignedIn, name: str) -> dict[str, Any]:
        found = by_name.get(name)
        if found is None or not principal.may(found.read):
            allowed = sorted(n for n, r in by_name.items() if principal.may(r.read))
            raise UnknownResource("没有此列表", received=name, allowed=allowed)
        return found.describe(principal)

    router.add_api_route("", list_resources, operation_id="resources_list")
    router.add_api_route("/{name}", get_resource, operation_id="resources_get")
    return router


class UnknownResource(Invalid):
    """No resource of that name is open to the caller."""

    status = 404
    title = "未找到"
