"""Where the rows of the room's lists come from."""

from pydantic import BaseModel
from sqlalchemy import Select, false

from suwen.domains.quality.models import QualityResult, QualityRule, QualityRun, QualityTotal
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Forbidden
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.scope import Scope


class RuleSource(ModelSource[QualityRule]):
    """The rules; they hold for all institutions, so only who sees all of them may change one."""

    def __init__(self) -> None:
        super().__init__(QualityRule, search=("title", "title_en", "code"))

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Refuse: rules come from the standards."""
        raise Forbidden("质控规则由标准生成，不能新增")

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> object:
        """Change severity or whether the rule is in use. Raises Forbidden for a scope of some institutions."""
        if scope.orgs is not None:
            raise Forbidden("规则对所有机构生效，须有全部机构的数据范围")
        return await super().update(uow, scope, key, data)

    async def delete(self, uow: UnitOfWork, scope: Scope, key: str) -> None:
        """Refuse: rules come from the standards."""
        raise Forbidden("质控规则由标准生成，不能删除，可停用")


class RunSource(ModelSource[QualityRun]):
    """The runs; their counts are of all institutions, so only who sees all of them sees a run."""

    def __init__(self) -> None:
        super().__init__(QualityRun)

    def query(self, uow: UnitOfWork, scope: Scope) -> Select[QualityRun]:
        """Return the runs, or none for a scope of some institutions."""
        query = super().query(uow, scope)
        return query if scope.orgs is None else query.where(false())


def result_source() -> ModelSource[QualityResult]:
    """Return the outcomes by day."""
    return ModelSource(QualityResult, scope_column="org_code", search=("rule",))


def total_source() -> ModelSource[QualityTotal]:
    """Return the outcomes in total."""
    return ModelSource(QualityTotal, scope_column="org_code", search=("rule",))
