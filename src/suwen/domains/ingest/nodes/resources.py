"""The lists of nodes and of what they bring."""

from suwen.domains.ingest.nodes.models import IngestDelivery, IngestNode
from suwen.domains.ingest.nodes.schemas import DeliveryRow, NodeChange, NodeIn, NodeRow
from suwen.domains.ingest.permissions import READ, RUN, WRITE
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Action, Resource, listed

GROUP = "数据采集"

NODES = ModelSource(IngestNode, scope_column="org_code", search=("title", "org_code"))
DELIVERIES = ModelSource(IngestDelivery, scope_column="org_code", search=("feed", "source", "node"))

NODE_LIST = Resource(
    name="ingest.nodes",
    domain="ingest",
    title="前置机",
    title_en="Edge nodes",
    schema=NodeRow,
    source=NODES,
    read=READ.code,
    write=WRITE.code,
    create=NodeIn,
    update=NodeChange,
    columns=listed(NodeRow),
    default_sort=("org_code", "title"),
    actions=(
        Action("revoke", "停用", "Revoke", WRITE.code, confirm="停用后该前置机的密钥立即失效，不能恢复。确定停用？"),
    ),
    group=GROUP,
    icon="cluster",
    order=34,
)

DELIVERY_LIST = Resource(
    name="ingest.deliveries",
    domain="ingest",
    title="前置机批次",
    title_en="Deliveries of nodes",
    schema=DeliveryRow,
    source=DELIVERIES,
    read=READ.code,
    columns=listed(DeliveryRow),
    default_sort=("-ordered_at",),
    actions=(
        Action("rerun", "重跑", "Run again", RUN.code),
        Action("abandon", "放弃", "Give up", RUN.code, confirm="放弃该批次？已收到的数据块将删除，可重新下发。"),
    ),
    group=GROUP,
    icon="send",
    order=34,
)
RESOURCES = (NODE_LIST, DELIVERY_LIST)
