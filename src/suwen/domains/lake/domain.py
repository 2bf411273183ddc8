"""Manifest of the room lake."""

from suwen.domains.lake.jobs import maintain
from suwen.domains.lake.permissions import READ
from suwen.domains.lake.public import register_statement
from suwen.domains.lake.resources import TABLES
from suwen.domains.lake.samples import samples
from suwen.domains.lake.settings import LakeSettings
from suwen.kernel.registry import Domain

register_statement("lake.portable", samples)

DOMAIN = Domain(
    name="lake",
    title="数据湖",
    title_en="Data lake",
    resources=(TABLES,),
    jobs=(maintain,),
    permissions=(READ,),
    settings=LakeSettings,
    order=25,
)
