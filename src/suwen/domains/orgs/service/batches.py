"""A file of applications: looked at first, then taken in whole or not at all."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from anyio import to_thread

from suwen.domains.orgs.errors import AlreadyPending
from suwen.domains.orgs.importing import OUT_OF_SCOPE, labels_of, parse_forms
from suwen.domains.orgs.registering import Operation, RegistryKind, Wanted, kind_of
from suwen.domains.orgs.repository.registrations import RegistrationRepository
from suwen.domains.orgs.schemas_registering import BatchReport
from suwen.domains.orgs.service.history import who
from suwen.domains.orgs.service.registering import digest_of, new_values, problems_of, step_values
from suwen.kernel.clock import now, today
from suwen.kernel.database import UnitOfWork
from suwen.kernel.permissions import Principal
from suwen.kernel.tabular import table_file
from suwen.kernel.uploads import ERRORS_SHOWN, FIRST, NO_ROWS, Mistake, Place, mistake, refuse, repeats
from suwen.kernel.words import Words

MAX_ROWS = 20_000
_TOO_MANY = Words(f"一个文件最多 {MAX_ROWS:,} 行", f"a file has at most {MAX_ROWS:,} rows")
_SHOWN = 20
Line = tuple[int, Wanted]


@dataclass(frozen=True)
class Upload:
    """A file of applications: `org_code` applies where the kind's form names no institution."""

    content: bytes
    kind: str
    operation: Operation
    org_code: str = ""
    place: Place = FIRST


def template(kind: RegistryKind, operation: Operation, format: str) -> Iterator[bytes]:
    """Return an empty file with the header of an operation's form, as csv or xlsx."""
    return table_file(format, kind.title, [label.zh for label in _labels(kind, operation).values()], [])


async def preview(uow: UnitOfWork, principal: Principal, upload: Upload) -> BatchReport:
    """Return what a file holds and what is wrong with it; nothing is stored. Raises UnreadableFile."""
    kind = kind_of(upload.kind)
    lines, errors = await _read(uow, principal, kind, upload)
    return _report(kind, lines, errors)


async def take_in(uow: UnitOfWork, principal: Principal, upload: Upload) -> BatchReport:
    """Submit one application a row, all of one batch; with any mistake nothing is stored.

    Raises UnreadableFile, ImportRefused with row, column and reason. The same file again is refused: its things are
    applied for already.
    """
    kind, operation = kind_of(upload.kind), upload.operation
    lines, errors = await _read(uow, principal, kind, upload)
    refuse(errors)
    batch = f"{today():%Y%m%d}-{hashlib.sha256(upload.content).hexdigest()[:8]}"
    repository = RegistrationRepository(uow.session)
    moment, by = now(), who(uow)
    numbers = {(one.org_code, f"{batch}-{row}") for row, one in lines}
    for org in {one.org_code for _, one in lines}:
        # The same file again on one day, after its applications were refused.
        if await repository.taken_numbers(org, [number for held, number in numbers if held == org]):
            batch = f"{batch}-{moment:%H%M%S}"
            break
    rows: list[dict[str, Any]] = [
        {
            **new_values(principal, kind.code, operation, one.org_code, digest_of(kind.code, operation, one.content)),
            "status": "submitted",
            "submitted_at": moment,
            "number": f"{batch}-{row}",
            "batch": batch,
            "row": row,
            "target": one.target,
            "title": str(one.content.get(kind.name_field) or one.target),
            "content": one.content,
        }
        for row, one in lines
    ]
    steps = [step_values(row["id"], "submitted", batch, by, moment) for row in rows]
    if not await repository.append(rows, steps):
        raise AlreadyPending("文件中的对象刚刚有了另外的申请，请重新预览", received=batch)
    return _report(kind, lines, [], batch)


async def _read(
    uow: UnitOfWork, principal: Principal, kind: RegistryKind, upload: Upload
) -> tuple[list[Line], list[Mistake]]:
    operation, header = upload.operation, upload.place.header_row
    forms, errors = await to_thread.run_sync(parse_forms, upload.content, kind.form_of(operation), upload.place)
    labels = _labels(kind, operation)
    if not forms and not errors:
        errors.append(mistake(header, "", NO_ROWS))
    if len(forms) > MAX_ROWS:
        errors.append(mistake(header + MAX_ROWS + 1, "", _TOO_MANY))
        return [], errors
    lines: list[Line] = []
    first: dict[str, int] = {}
    for row, form in forms:
        values = form.model_dump(mode="json", exclude_unset=operation != "register")
        # A cell left empty says nothing of a change.
        values = values if operation == "register" else {n: v for n, v in values.items() if v is not None}
        org_code = str(values[kind.org_field]) if kind.org_field else upload.org_code
        target = kind.target_of(values)
        if not principal.scope.allows(org_code or None):
            errors.append(mistake(row, labels.get(kind.org_field or "", ""), OUT_OF_SCOPE))
        elif target in first:
            errors.append(mistake(row, labels[kind.keys[-1]], repeats(first[target])))
        else:
            lines.append((row, Wanted(operation, target, values, org_code)))
        first.setdefault(target, row)
    problems = await problems_of(uow, kind, [one for _, one in lines])
    for (row, _), mine in zip(lines, problems, strict=True):
        errors += [mistake(row, labels.get(one.field, ""), one.reason) for one in mine]
    return lines, sorted(errors, key=lambda error: error.row)


def _report(kind: RegistryKind, lines: list[Line], errors: list[Mistake], batch: str | None = None) -> BatchReport:
    return BatchReport(
        rows=len(lines),
        error_count=len(errors),
        errors=errors[:ERRORS_SHOWN],
        first=[kind.masked(one.content) for _, one in lines[:_SHOWN]],
        batch=batch,
    )


def _labels(kind: RegistryKind, operation: Operation) -> dict[str, Words]:
    return {name: label for name, label in labels_of(kind.form_of(operation)).items() if name != "active"}
