"""Rules as users adjust them, layouts and runs."""

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Text, func, or_, select
from sqlalchemy.dialects.postgresql import array

from suwen.domains.quality.models import QualityLayout, QualityRule, QualityRun
from suwen.domains.quality.rule import Rule, adjusted
from suwen.domains.quality.rule_type import Severity
from suwen.kernel.copying import copy_rows
from suwen.kernel.repository import Repository
from suwen.kernel.scope import Scope


class RuleRepository(Repository):  # unscoped: rules and runs belong to no institution
    """Rules, their layouts, and the log of runs."""

    async def sync(self, rules: Sequence[Rule]) -> tuple[Rule, ...]:
        """Bring the stored rules to the compiled ones; return the enabled ones with the severities users chose.

        A rule that the standards no longer ask for is kept as retired, so that its past can be read.
        """
        columns: tuple[str, ...] = ()
        stored = {rule.code: rule for rule in await self.all(select(QualityRule))}
        new: list[tuple[object, ...]] = []
        for rule in rules:
            values = {
                "dataset": rule.dataset,
                "type": rule.type,
                "column": rule.column,
                "title": rule.title,
                "title_en": rule.title_en,
                "dimension": rule.dimension.value,
                "params": rule.params.model_dump(mode="json"),
                "retired": False,
            }
            kept = stored.pop(rule.code, None)
            if kept is None:
                params = json.dumps(values["params"], ensure_ascii=False)
                new.append((rule.code, rule.severity.value, True, *(values | {"params": params}).values()))
                columns = ("code", "severity", "enabled", *values)
                continue
            for name, value in values.items():
                if getattr(kept, name) != value:
                    setattr(kept, name, value)
        for gone in stored.values():
            gone.retired = True
        if new:
            # Past the change log: that is for what people change, and these hundreds come from the standards.
            await copy_rows(self.session, "quality_rule", columns, new)
        await self.session.flush()
        return await self.active(rules)

    async def active(self, rules: Iterable[Rule]) -> tuple[Rule, ...]:
        """Return the rules that users have not disabled, with the severities that they chose."""
        query = select(QualityRule.code, QualityRule.severity, QualityRule.enabled)
        stored = (await self.session.execute(query)).all()
        severities = {code: Severity(severity) for code, severity, _ in stored}
        return adjusted(rules, severities, frozenset(code for code, _, enabled in stored if not enabled))

    async def layout(self, dataset: str) -> QualityLayout | None:
        """Return the layout under which a dataset was judged last, or None."""
        return await self.find(QualityLayout, dataset)

    async def keep_layout(self, dataset: str, digest: str, rules: Sequence[str], std_version: int) -> None:
        """Store the layout of a dataset and the version of its table that was judged whole."""
        kept = QualityLayout(dataset=dataset, digest=digest, rules=list(rules), std_version=std_version)
        await self.session.merge(kept)

    async def log_run(
        self,
        run_id: uuid.UUID,
        *,
        kind: str,
        orgs: Sequence[str] | None,
        datasets: Sequence[str],
        counts: tuple[int, int, int],
        score: float | None,
        seconds: float,
        times: tuple[datetime, datetime],
    ) -> QualityRun:
        """Store a finished run; counts are rules, checked, failed; times are start and finish."""
        rules, checked, failed = counts
        return self.add(
            QualityRun(
                id=run_id,
                kind=kind,
                status="finished",
                orgs=list(orgs) if orgs is not None else None,
                datasets=list(datasets),
                rules=rules,
                checked=checked,
                failed=failed,
                score=Decimal(str(score)) if score is not None else None,
                seconds=Decimal(str(round(seconds, 3))),
                started_at=times[0],
                finished_at=times[1],
            )
        )

    async def latest_run(self) -> QualityRun | None:
        """Return the run that finished last, or None."""
        query = select(QualityRun).order_by(QualityRun.finished_at.desc()).limit(1)
        return await self.one_or_none(query)

    async def judged_at(self) -> dict[str, datetime]:
        """Return when the newest finished run over each dataset began; the rules it judged by are those of then."""
        named = func.jsonb_array_elements_text(QualityRun.datasets)
        dataset = select(named.label("dataset"), QualityRun.started_at.label("began")).subquery()
        query = select(dataset.c.dataset, func.max(dataset.c.began)).group_by(dataset.c.dataset)
        return {str(code): moment for code, moment in await self.session.execute(query)}

    async def runs_over(self, dataset: str, scope: Scope, newest: int) -> list[QualityRun]:
        """Return the first run that judged a dataset in an institution of the scope, and the newest, oldest first."""
        run = QualityRun
        query = select(run).where(run.datasets.contains([dataset]))
        if scope.orgs is not None:
            everywhere = func.jsonb_typeof(run.orgs) == "null"
            query = query.where(
                or_(run.orgs.is_(None), everywhere, run.orgs.has_any(array(sorted(scope.orgs), type_=Text())))
            )
        first = await self.all(query.order_by(run.started_at, run.id).limit(1))
        last = await self.all(query.order_by(run.started_at.desc(), run.id.desc()).limit(newest))
        return list(dict.fromkeys((*first, *reversed(last))))
