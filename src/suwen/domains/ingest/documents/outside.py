"""XML that comes from outside into elements: no document type, no entity but XML's own, no endless nesting."""

import re
from typing import Any, TypeAlias
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

Node: TypeAlias = "Element[str]"
DEEPEST = 64
"""Elements within each other."""
_CHARSETS = {"gb2312": "gb18030", "gbk": "gb18030"}
_DECLARATION = re.compile(r"^\s*<\?xml.*?\?>", re.DOTALL)
_DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.\-]+)["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.\-]+)""", re.IGNORECASE)


class Unsafe(Exception):
    """A text is no document, or none that is taken: why, in Chinese and English, and where."""

    def __init__(self, reason: str, reason_en: str, place: str = "message") -> None:
        super().__init__(reason_en)
        self.reason, self.reason_en, self.place = reason, reason_en, place


class _Builder(TreeBuilder):
    """A tree of elements, as long as there is no document type and no nesting without end."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuse: entities are declared in it, which nobody who sends records needs."""
        raise Unsafe("不接受带 DOCTYPE 的 XML", "XML with a DOCTYPE is not taken", "DOCTYPE")

    def start(self, tag: Any, attrs: Any, /) -> Any:
        """Begin an element."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unsafe("嵌套过深", "nested too deeply")
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> Any:
        """End an element."""
        self._depth -= 1
        return super().end(tag)


def parsed(body: bytes, content_type: str = "") -> Node:
    """Return the root of a document. content_type: says the character set where one is given. Raises Unsafe."""
    given, declared = _CHARSET.search(content_type), _DECLARED.match(body[:300])
    name = (given[1] if given else declared[1].decode() if declared else "utf-8").lower()
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        name = "utf-16"
    try:
        text = body.decode(_CHARSETS.get(name, name)).lstrip("\ufeff")
    except (UnicodeDecodeError, LookupError):
        raise Unsafe(f"不是 {name[:40]} 文本", f"not {name[:40]} text") from None
    parser = XMLParser(target=_Builder())
    try:
        # The declaration speaks of bytes, which are text by now.
        parser.feed(_DECLARATION.sub("", text, count=1))
        return parser.close()
    except ParseError as error:
        line, column = error.position
        place = f"line {line} column {column + 1}"
        raise Unsafe("不是格式正确的 XML", "not well-formed XML", place) from None
    except UnicodeEncodeError:
        raise Unsafe("有半个字符", "half a character") from None


def local(node: Node) -> str:
    """Return an element's name without its namespace."""
    return node.tag.rpartition("}")[2]


def space(node: Node) -> str:
    """Return an element's namespace."""
    return node.tag[1:].partition("}")[0] if node.tag.startswith("{") else ""
