"""The data scope as SQL: what a reader may see of a table."""

from sqlglot import exp

from suwen.domains.lake.compose.masks import masked, null_of
from suwen.domains.lake.errors import ScopeTooNarrow
from suwen.domains.lake.schemas import ColumnSpec, TableSpec
from suwen.kernel.masking import view_of
from suwen.kernel.scope import HIGHEST_GRADE, Scope

ORGS = "scope_orgs"


def visible(spec: TableSpec, source: str, scope: Scope, also: exp.Expr | None = None) -> exp.Select:
    """Return `SELECT <columns as the scope allows> FROM source WHERE org_code is in scope [AND also]`.

    Each column is shown as `kernel.masking.view_of` says: clear, masked, or NULL. Raises ScopeTooNarrow, see `refuse`.
    """
    refuse(spec, scope)
    query = exp.select(*(_shown(column, scope) for column in spec.columns)).from_(
        exp.Table(this=exp.to_identifier(source, quoted=True))
    )
    if scope.orgs is not None and not spec.shared:
        query = query.where(
            exp.ArrayContains(
                this=exp.cast(exp.Placeholder(this=ORGS), "VARCHAR[]", dialect="duckdb"),
                expression=exp.column("org_code"),
            )
        )
    return query.where(also) if also is not None else query


def refuse(spec: TableSpec, scope: Scope) -> None:
    """Raise ScopeTooNarrow for raw tables, whose columns nobody graded, and for tables that do not say whose rows."""
    if spec.layer == "raw" and not _everything(scope):
        raise ScopeTooNarrow("raw tables are read by the platform's own jobs only", received=spec.ref)
    if scope.orgs is not None and not spec.shared and spec.column("org_code") is None:
        raise ScopeTooNarrow(
            "the table does not say to which institution a row belongs",
            received=spec.ref,
            allowed="all institutions",
        )


def _shown(column: ColumnSpec, scope: Scope) -> exp.Expr:
    name = exp.to_identifier(column.name, quoted=True)
    match view_of(column.grade, column.mask, scope):
        case "clear":
            return exp.column(name)
        case "masked":
            return exp.alias_(masked(column), name)
        case "empty":
            return exp.alias_(null_of(column), name)


def _everything(scope: Scope) -> bool:
    return scope.orgs is None and scope.grade == HIGHEST_GRADE and scope.unmask
