"""Every query of the metrics room: definitions in PostgreSQL, cubes and rows in the lake."""

from suwen.domains.metrics.repository.cubes import Cubes
from suwen.domains.metrics.repository.definitions import DefinitionRepository

__all__ = ["Cubes", "DefinitionRepository"]
