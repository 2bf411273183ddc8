"""The list of the inbox."""

from suwen.domains.ingest.permissions import READ
from suwen.domains.ingest.receiving.looking import INBOX
from suwen.domains.ingest.receiving.schemas import InboxRow
from suwen.kernel.resources import Resource

INBOX_LIST = Resource(
    name="ingest.inbox",
    domain="ingest",
    title="收件箱",
    title_en="Inbox",
    schema=InboxRow,
    source=INBOX,
    read=READ.code,
    default_sort=("-id",),
    group="数据采集",
    icon="inbox",
    order=33,
)
RESOURCES = (INBOX_LIST,)
