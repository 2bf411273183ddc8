"""The specification as one web page that needs nothing beside it."""

from jinja2 import Environment, PackageLoader, select_autoescape

from suwen.domains.standards.publishing.model import Specified

_PAGES = Environment(
    loader=PackageLoader("suwen.domains.standards.publishing"),
    autoescape=select_autoescape(default=True),
    trim_blocks=True,
    lstrip_blocks=True,
)


def write_html(specified: Specified) -> bytes:
    """Return an HTML page with contents, datasets and value sets."""
    return _PAGES.get_template("specification.html").render(specified=specified).encode()
