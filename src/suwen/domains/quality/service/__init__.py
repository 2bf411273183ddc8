"""What happens in the quality room: runs, reports, and the drill to the failing rows."""

from suwen.domains.quality.service.drilling import failing_keys, failing_rows
from suwen.domains.quality.service.reporting import overall_score, overview, samples, trend
from suwen.domains.quality.service.running import run_batch, run_plan

__all__ = ["failing_keys", "failing_rows", "overall_score", "overview", "run_batch", "run_plan", "samples", "trend"]
