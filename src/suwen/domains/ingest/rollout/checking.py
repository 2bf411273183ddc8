"""Rows of institutions as people give them: checked one by one, what is right kept to be made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from re import fullmatch
from typing import Any

from pydantic import BaseModel, ValidationError

from suwen.domains.ingest.connector import connector_class
from suwen.domains.ingest.definition import CODE
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.rollout.errors import UnknownColumns
from suwen.domains.ingest.rollout.models import Rollout, RolloutStatus, Template
from suwen.domains.ingest.rollout.repository import RolloutRepository
from suwen.domains.ingest.rollout.schemas import CheckedInstitutions, CheckedRow, RowProblem
from suwen.domains.ingest.rollout.templating import columns_of
from suwen.domains.ingest.vault import HIDDEN, completed, master_key, seal, secret_fields, unseal
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from suwen.kernel.uploads import NO_ROWS, UnreadableFile, read_header, read_rows
from suwen.kernel.words import Words

Line = Mapping[str, str]
MISSING = Words("缺少", "is missing")
CODE_WRONG = Words("须以小写字母开头，由小写字母、数字、下划线组成，至多 40 个字符", "lower case letters, digits, _")
TAKEN = Words("编码已被其他数据源占用", "another source has this code")
MADE = Words("已建立；请在数据源中修改", "it is there already: change it at the source")
REPEATED = Words("与前面的行重复", "an earlier row has it")
OUTSIDE = Words("不在您的数据范围内", "outside your institutions")
WRONG = Words("取值无效", "is no valid value")
REFERENCE = Words("不得引用服务器文件", "must not refer to files of the server")


def read_sheet(template: Template, content: bytes) -> list[dict[str, str]]:
    """Return the rows of an uploaded csv or xlsx by column names; the header holds names or labels.

    Raises UnreadableFile, UnknownColumns.
    """
    columns = columns_of(template)
    names = {said: one.name for one in columns for said in (one.label_en, one.label, one.name)}
    rows = read_rows(content)
    header = read_header(rows)
    if unknown := {said for said in header if said and said not in names}:
        raise UnknownColumns(unknown, [one.label for one in columns])
    found = [{names[s]: text.strip() for s, text in zip(header, row, strict=False) if s} for row in rows]
    found = [row for row in found if any(row.values())]
    if not found:
        raise UnreadableFile(NO_ROWS.zh, detail_en=NO_ROWS.en)
    return found


@dataclass
class Checking:
    """Rows held against a template, what is there, and what the caller may touch."""

    uow: UnitOfWork
    scope: Scope
    settings: Settings
    template: Template

    async def check(self, rows: Sequence[Line], *, keep: bool) -> CheckedInstitutions:
        """Check rows, and keep the right ones to be made if asked; a secret left out stays as it was.

        Raises UnknownColumns.
        """
        known = [column.name for column in columns_of(self.template)]
        if unknown := {name for row in rows for name in row if name not in known}:
            raise UnknownColumns(unknown, known)
        told: list[CheckedRow] = []
        seen: set[str] = set()
        kept = 0
        for number, row in enumerate(rows, 1):
            given = {name: text.strip() for name, text in row.items() if text.strip()}
            held = await RolloutRepository(self.uow.session).of_code(given.get("code", ""))
            options = self._options(given, held)
            problems = [*await self._problems(given, options, held, seen)]
            seen.add(given.get("code", ""))
            if keep and not problems:
                self._keep(given, options, held)
                kept += 1
            told.append(self._told(number, given, problems))
        await self.uow.session.flush()
        return CheckedInstitutions(rows=told, wrong=sum(bool(row.problems) for row in told), kept=kept)

    def _options(self, given: Line, held: Rollout | None) -> dict[str, Any]:
        """Return a row's parameters, secrets that it leaves out taken from what is held of it."""
        options: dict[str, Any] = {name: given[name] for name in self.template.parameters if name in given}
        if held is None or held.template_id != self.template.id or not self.scope.allows(held.org_code):
            return {name: value for name, value in options.items() if value != HIDDEN}
        model = connector_class(self.template.connector).options_model
        return completed(model, options, unseal(held.options, master_key(self.settings)))

    async def _problems(
        self, given: Line, options: Mapping[str, Any], held: Rollout | None, seen: set[str]
    ) -> list[RowProblem]:
        problems = [_problem(name, MISSING) for name in ("code", "title", "org_code") if name not in given]
        code, org = given.get("code", ""), given.get("org_code")
        if org is not None and not self.scope.allows(org):
            problems.append(_problem("org_code", OUTSIDE))
        if code and not fullmatch(CODE, code):
            problems.append(_problem("code", CODE_WRONG))
        elif code in seen:
            problems.append(_problem("code", REPEATED))
        elif code and (why := await self._taken(code, held)):
            problems.append(_problem("code", why))
        problems += [_problem(name, REFERENCE) for name, text in given.items() if "${" in text]
        return [*problems, *self._option_problems(options)]

    async def _taken(self, code: str, held: Rollout | None) -> Words | None:
        source = await IngestRepository(self.uow.session).source_or_none(code)
        ours = held is not None and held.template_id == self.template.id and self.scope.allows(held.org_code)
        if held is not None and not ours:
            return TAKEN
        if held is not None and held.status in (RolloutStatus.CREATED, RolloutStatus.QUEUED):
            return MADE
        return TAKEN if source is not None and source.removed_at is None else None

    def _option_problems(self, options: Mapping[str, Any]) -> Iterator[RowProblem]:
        model = connector_class(self.template.connector).options_model
        try:
            model.model_validate(self.template.definition["options"] | dict(options))
        except ValidationError as error:
            for item in error.errors(include_input=False, include_url=False):
                place = str(item["loc"][0]) if item["loc"] else ""
                # What pydantic says of a secret may quote it.
                why = MISSING if item["type"] == "missing" else WRONG
                yield _problem(place, why)

    def _keep(self, given: Line, options: dict[str, Any], held: Rollout | None) -> None:
        model, key = connector_class(self.template.connector).options_model, master_key(self.settings)
        rollout = held or Rollout(code=given["code"], template_id=self.template.id, template=self.template.title)
        rollout.title, rollout.org_code = given["title"], given["org_code"]
        options = _typed(model, self.template.definition["options"], options)
        if held is None or unseal(held.options, key) != options:
            rollout.options, rollout.server, rollout.tested_at, rollout.missing = (
                seal(model, options, key), None, None, [],
            )  # fmt: skip
        rollout.status, rollout.error = RolloutStatus.READY.value, None
        self.uow.session.add(rollout)

    def _told(self, number: int, given: Line, problems: list[RowProblem]) -> CheckedRow:
        definition = self.template.definition
        return CheckedRow(
            row=number,
            code=given.get("code", ""),
            title=given.get("title", ""),
            org_code=given.get("org_code", ""),
            problems=problems,
            feeds=len(definition["feeds"]),
            plans=len(definition["plans"]),
        )


def _typed(model: type[BaseModel], shared: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as their connector has them: a port as a number."""
    typed = model.model_validate(dict(shared) | dict(options)).model_dump(mode="json")
    return {name: text if name in secret_fields(model) else typed[name] for name, text in options.items()}


def _problem(column: str, why: Words) -> RowProblem:
    return RowProblem(column=column, reason=why.zh, reason_en=why.en)
