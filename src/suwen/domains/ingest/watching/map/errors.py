"""What can be wrong with borders and tiles."""

from suwen.kernel.errors import Forbidden, Invalid, NotFound


class InvalidBoundaries(Invalid):
    """A file is no set of borders; nothing of it was stored. `place` says where in it."""

    title = "边界文件有误，未导入"
    title_en = "The file of borders has mistakes; nothing was imported"

    def __init__(self, place: str, reason: str, english: str) -> None:
        super().__init__(f"{place}：{reason}", detail_en=f"{place}: {english}", place=place)


class NotYoursToDraw(Forbidden):
    """Borders are everybody's, so who changes them sees all institutions."""

    def __init__(self) -> None:
        super().__init__("borders are changed by who sees all institutions")


class UnknownTile(NotFound):
    """There is no such tile, or of borders that were replaced since."""

    title = "没有此瓦片"
    title_en = "No such tile"

    def __init__(self, tile: str) -> None:
        super().__init__("no such tile", received=tile)
