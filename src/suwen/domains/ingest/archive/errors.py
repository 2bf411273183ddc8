"""What can go wrong with documents."""

from suwen.kernel.errors import Conflict, Invalid, NotFound


class UnknownCollection(NotFound):
    """No collection of documents has this id, or its institution lies outside the caller's."""

    title = "没有此文档采集任务"
    title_en = "There is no such collection of documents"

    def __init__(self, key: object) -> None:
        super().__init__("no such collection of documents", received=str(key))


class UnknownDocument(NotFound):
    """No document has this id, or its institution lies outside the caller's."""

    title = "没有此文档"
    title_en = "There is no such document"

    def __init__(self, key: object) -> None:
        super().__init__("no such document", received=str(key))


class NoFiles(Invalid):
    """Documents are collected from sources of files that the platform reaches."""

    title = "文档只能从文件类数据源采集"
    title_en = "Documents are collected from sources of files"

    def __init__(self, connector: str) -> None:
        super().__init__("documents are collected from sources of files", received=connector, allowed=["files"])


class ContentGone(Conflict):
    """The bytes of a document are not where they were put."""

    title = "文档内容已不在存储中"
    title_en = "The document's content is not in the store any more"
