"""An import-linter contract: a room is entered by its public door only."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class PublicDoor(Contract):
    """Rooms below ``container`` may import only each other's ``doors``.

    With container ``suwen.domains`` and doors ``public, events``:
    ``suwen.domains.care.service -> suwen.domains.patients.public`` is kept,
    ``suwen.domains.care.service -> suwen.domains.patients.repository`` is broken.
    """

    container = fields.StringField()
    doors = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect every import that enters another room elsewhere than by a door."""
        container, doors = str(self.container), {str(door) for door in self.doors}  # type: ignore[attr-defined]
        broken: list[tuple[str, str]] = []
        for room in sorted(graph.find_children(container)):
            inside = {room} | graph.find_descendants(room)
            for importer in sorted(inside):
                for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                    if imported in inside or not imported.startswith(container + "."):
                        continue
                    # What follows the other room's name: ["public"], ["repository", "queries"], [] for the package.
                    path = imported.removeprefix(container + ".").split(".")[1:]
                    if not path or path[0] not in doors:
                        broken.append((importer, imported))
        return ContractCheck(kept=not broken, metadata={"broken": broken, "doors": sorted(doors)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each trespass, with the doors that may be used."""
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}: use a door ({', '.join(check.metadata['doors'])})")
