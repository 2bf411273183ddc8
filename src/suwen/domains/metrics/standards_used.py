"""Which metrics are computed from which standard columns."""

from sqlglot import exp

from suwen.domains.metrics.definition import Ratio
from suwen.domains.metrics.measure import measure_of
from suwen.domains.metrics.pack import load_pack
from suwen.domains.standards.public import Touched, Usage, load_catalog, uses_standards
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope


@uses_standards("metrics")
async def metrics_using(uow: UnitOfWork, touched: Touched, _scope: Scope) -> list[Usage]:
    """Return the metrics that read a touched column; a ratio reads what its two parts read."""
    definitions = load_pack(await load_catalog(uow))
    reading: dict[str, set[str]] = {}
    for code, metric in definitions.items():
        if not isinstance(metric, Ratio):
            measure = measure_of(code, definitions)
            parts = [*measure.fact.dims.values(), measure.condition, *([measure.value] if measure.value else [])]
            named = {column.name for part in parts for column in part.find_all(exp.Column)}
            read = any((measure.fact.dataset, column) in touched.columns for column in named)
            reading[code] = {measure.fact.dataset} if read else set()
    for code, metric in definitions.items():
        if isinstance(metric, Ratio):
            reading[code] = reading.get(metric.numerator, set()) | reading.get(metric.denominator, set())
    return [
        Usage(
            kind="metric",
            code=code,
            title=definitions[code].title,
            title_en=definitions[code].title_en,
            path=f"/metrics?metric={code}",
            datasets=sorted(datasets),
        )
        for code, datasets in reading.items()
        if datasets
    ]
