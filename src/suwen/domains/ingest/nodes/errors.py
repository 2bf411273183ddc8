"""What can be wrong between the center and its nodes."""

from suwen.kernel.errors import Conflict, Invalid, NotFound, Unauthenticated, Unavailable


class UnknownNode(NotFound):
    """No node has this id, or it is none of the caller's institutions."""

    title = "没有此前置机"
    title_en = "No such node"

    def __init__(self, node: object) -> None:
        super().__init__("no such node", received=str(node))


class BadCode(Invalid):
    """An enrolment code that is none, is over, or was used by another machine."""

    title = "注册码无效"
    title_en = "Enrolment code not valid"


class BadSignature(Unauthenticated):
    """A request that does not bear the signature of the node it names, or bears another time than now."""

    title = "前置机签名无效"
    title_en = "Signature not valid"


class NodeRevoked(Conflict):
    """The node was sent away; its key counts no longer."""

    title = "前置机已停用"
    title_en = "Node revoked"


class BadChunk(Invalid):
    """A chunk whose content is not what its header says, or that is encrypted for somebody else; nothing was kept."""

    title = "数据块无法接收"
    title_en = "Chunk not taken"


class NotKept(Unavailable):
    """A chunk could not be written down: its sender is told nothing, and sends it again."""

    title = "数据块未能保存"
    title_en = "Chunk not kept"


class NodeSilent(Unavailable):
    """A look at a source that its node did not answer in time: it is out of reach, too old, or busy."""

    title = "前置机未答复"
    title_en = "The edge node did not answer"


class LookRefused(Invalid):
    """What was to be seen at a source behind a node is none, by the node's word: a column, a rule, an option."""

    title = "前置机无法按要求查看数据源"
    title_en = "The edge node cannot show that"


class UnknownDelivery(NotFound):
    """No delivery of this node has this id."""

    title = "没有此前置机批次"
    title_en = "No such delivery"

    def __init__(self, delivery: object) -> None:
        super().__init__("no such delivery of this node", received=str(delivery))


class NotForNodes(Invalid):
    """A source that a node cannot read: it sends by itself, or its feeds are told by its log."""

    title = "该数据源不能由前置机采集"
    title_en = "Not for nodes"


class DeliveryClosed(Conflict):
    """A delivery that is not under way any more cannot be given up."""

    title = "该前置机批次已结束"
    title_en = "Delivery closed"
