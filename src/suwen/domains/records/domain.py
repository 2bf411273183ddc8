"""The manifest of the room records."""

from suwen.domains.records.routes import router
from suwen.kernel.permissions import Permission
from suwen.kernel.registry import Domain

DOMAIN = Domain(
    name="records",
    title="健康档案",
    title_en="Records",
    routers=(router,),
    permissions=(Permission("records.read", "查看诊疗记录", "View records"),),
    order=45,
)
