"""One element of a mapping as SQL: what was received, what the value map makes of it, what the element reads."""

from dataclasses import dataclass

from sqlglot import exp

from suwen.domains.ingest.definition import ColumnMapping
from suwen.domains.ingest.mapping.coercion import Target, as_text, family, parse_text, read_value
from suwen.domains.ingest.mapping.template import case, text

# Above this a value map is joined: a CASE compares each row with every branch, a hash join once.
LARGEST_CASE = 12


@dataclass(frozen=True)
class Field:
    """A mapped element.

    bound: its expression over the raw row. type: what that expression delivers. masked: its value may not be shown.
    """

    name: str
    target: Target
    mapping: ColumnMapping
    bound: exp.Expr
    type: str
    masked: bool

    @property
    def direct(self) -> exp.Expr | None:
        """The typed reading of the received value, None when it goes through text."""
        if self.mapping.map or self.mapping.default is not None or self.mapping.blank is not None:
            return None
        return read_value(self.target, self._at("x"), self.type)

    @property
    def joined(self) -> bool:
        """Whether the value map is a join."""
        return len(self.mapping.map) > LARGEST_CASE

    @property
    def checked(self) -> bool:
        """Whether a received value may turn out unreadable."""
        return self.target.want != "string" and self.mapping.invalid == "quarantine" and not self._always_fits

    @property
    def _always_fits(self) -> bool:
        return self.direct is not None and (self.target.want, family(self.type)) in {("boolean", "boolean")}

    def received(self) -> exp.Expr:
        """Return the received value over the raw row `r`: typed when read directly, else trimmed text."""
        if self.direct is not None:
            return self.bound.copy()
        return as_text(self.bound, self.type)

    def translated(self) -> exp.Expr:
        """Return the value after the value map, over the columns x_<name> (and the joined map m_<name>)."""
        received = self._at("x")
        mapping = self.mapping
        fallback: exp.Expr = text(mapping.default) if mapping.default is not None else received.copy()
        value: exp.Expr = received
        if self.joined:
            found = exp.column("k", table=f"m_{self.name}").is_(exp.null()).not_()
            value = case(
                [(received.copy().is_(exp.null()), exp.null()), (found, exp.column("v", table=f"m_{self.name}"))],
                fallback,
            )
        elif mapping.map:
            branches: list[tuple[exp.Expr, exp.Expr]] = [(received.copy().is_(exp.null()), exp.null())]
            branches += [
                (received.copy().eq(text(code)), text(to) if to is not None else exp.null())
                for code, to in mapping.map.items()
            ]
            value = case(branches, fallback)
        elif mapping.default is not None:
            value = received
        return exp.func("COALESCE", value, text(mapping.blank)) if mapping.blank is not None else value

    def value_map(self) -> exp.Expr:
        """Return the value map as a derived table m_<name>(k, v)."""
        rows = [(text(code), text(to) if to is not None else exp.null()) for code, to in self.mapping.map.items()]
        return exp.values([tuple(row) for row in rows], alias=f"m_{self.name}", columns=["k", "v"])

    def read(self) -> exp.Expr:
        """Return the element's value over the columns x_<name>."""
        direct = self.direct
        return direct if direct is not None else parse_text(self.target, self._at("x"))

    def readable(self) -> exp.Expr:
        """Return the condition, never NULL, that a received value could be read."""
        return exp.or_(self._at("x").is_(exp.null()), self._at("v").is_(exp.null()).not_())

    def _at(self, stage: str) -> exp.Column:
        return exp.column(exp.to_identifier(f"{stage}_{self.name}", quoted=True))
