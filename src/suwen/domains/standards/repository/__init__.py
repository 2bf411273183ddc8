"""Every query of the standards room: items with their versions, and the monitoring of their use."""

from suwen.domains.standards.repository.items import SEARCHED, Former, Key, LivingItems, StandardsRepository
from suwen.domains.standards.repository.lives import LifeRepository
from suwen.domains.standards.repository.monitoring import ConformanceRepository, NotedFigures, PresentFigures

__all__ = [
    "SEARCHED",
    "ConformanceRepository",
    "Former",
    "Key",
    "LifeRepository",
    "LivingItems",
    "NotedFigures",
    "PresentFigures",
    "StandardsRepository",
]
