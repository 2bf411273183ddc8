"""Scores against the truth that the demo region's generator writes: who is who, and which errors lie where.

Rules and thresholds are worked out on `DEVELOPMENT_SEED`, the county that `suwen demo` shows; what a benchmark prints
comes from `EVALUATION_SEED`, at whose answers nobody looks while changing a rule.
"""

from suwen.app.demo.region.spec import RegionSpec

DEVELOPMENT_SEED: int = RegionSpec().seed
EVALUATION_SEED = 20_260_731
