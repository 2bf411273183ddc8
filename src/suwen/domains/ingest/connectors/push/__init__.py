"""接口推送: a hospital's system sends its records to `POST /api/ingest/receive/{source}/{table}`."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated

from pydantic import Field

from suwen.domains.ingest.receiving.declared import DeclaredTable, Name, ReceivingConnector, ReceivingOptions, SentTable
from suwen.kernel.resources import Column


class PushOptions(ReceivingOptions):
    """tables: name → what is sent of it."""

    tables: Annotated[
        dict[Name, SentTable],
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
        return {name: one.declared(name) for name, one in self.options.tables.items()}


CONNECTOR = PushConnector
