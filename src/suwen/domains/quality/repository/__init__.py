"""Every query of the quality room: rules, outcomes, scores."""

from suwen.domains.quality.repository.outcomes import OutcomeRepository
from suwen.domains.quality.repository.reports import ReportRepository, Selection
from suwen.domains.quality.repository.rules import RuleRepository

__all__ = ["OutcomeRepository", "ReportRepository", "RuleRepository", "Selection"]
