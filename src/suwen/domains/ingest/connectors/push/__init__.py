"""接口推送: a hospital's system sends its records to `POST /api/ingest/receive/{source}/{table}`."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field, model_validator

from suwen.domains.ingest.connector import Options
from suwen.domains.ingest.receiving.declared import DeclaredTable, ReceivingConnector, ReceivingOptions
from suwen.kernel.resources import Column

_NAME = r"^[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]{0,62}$"
Name = Annotated[str, Field(pattern=_NAME)]


class PushedTable(Options):
    """A table that is sent: its columns in order, those of its key, and the one that says which of two is newer."""

    title: str = ""
    columns: Annotated[tuple[Name, ...], Field(min_length=1, max_length=500)]
    key: Annotated[tuple[Name, ...], Field(min_length=1)]
    version: Name | None = None
    comments: Annotated[dict[str, str], Field(default_factory=dict[str, str])]

    @model_validator(mode="after")
    def _known(self) -> "PushedTable":
        lower = [name.lower() for name in self.columns]
        if doubled := sorted({name for name in lower if lower.count(name) > 1}):
            raise ValueError(f"columns declared twice: {doubled}")
        named = [*self.key, *([self.version] if self.version else []), *self.comments]
        if unknown := sorted(set(named) - set(self.columns)):
            raise ValueError(f"no such columns: {unknown}")
        return self


class PushOptions(ReceivingOptions):
    """tables: name → what is sent of it."""

    tables: Annotated[
        dict[Name, PushedTable],
        Column(
            "声明的表",
            "Tables declared",
            help='JSON，以表名为键：{"visit": {"columns": ["visit_id", "pid", "updated_at"], "key": ["visit_id"], '
            '"version": "updated_at"}}；version 可不填，填写后较旧的记录不会覆盖较新的。',
        ),
        Field(min_length=1, description="By name: columns, key, and perhaps version, the column that tells the newer."),
    ]


class PushConnector(ReceivingConnector[PushOptions]):
    """Records sent over HTTPS, one by one or many at once."""

    name = "push"
    title = "接口推送"
    title_en = "Sent over HTTP"
    usual = 35
    options_model = PushOptions

    def declared(self) -> Mapping[str, DeclaredTable]:
        """Return the tables of the options."""
        return self._tables

    @cached_property
    def _tables(self) -> dict[str, DeclaredTable]:
        given: dict[str, Any] = dict(self.options.tables)
        return {
            name: DeclaredTable(name, one.columns, one.key, one.version, one.title, one.comments)
            for name, one in given.items()
        }


CONNECTOR = PushConnector
