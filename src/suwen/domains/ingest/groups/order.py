"""The order of a group's members: in layers, each waiting for what stands in those before it."""

from collections.abc import Mapping, Sequence

from suwen.domains.ingest.groups.errors import CyclicGroup, InvalidMembers


def layers_of(after: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return the layer of each member, from 0: one more than the last of those that it waits for.

    `{"a": (), "b": ("a",), "c": ("a", "b")}` gives `{"a": 0, "b": 1, "c": 2}`. Raises CyclicGroup, InvalidMembers for
    one that waits for what is no member.
    """
    for member, befores in after.items():
        if strangers := sorted(set(befores) - after.keys()):
            raise InvalidMembers(f"{member} waits for what is no member", received=strangers, allowed=sorted(after))
    layers: dict[str, int] = {}
    while len(layers) < len(after):
        ready = {
            member: max((layers[before] + 1 for before in befores), default=0)
            for member, befores in after.items()
            if member not in layers and all(before in layers for before in befores)
        }
        if not ready:
            raise CyclicGroup(_circle({m: b for m, b in after.items() if m not in layers}))
        layers |= ready
    return layers


def _circle(after: Mapping[str, Sequence[str]]) -> list[str]:
    """Return a circle among members of which each waits for another of them, in the order in which they would run."""
    path = [next(iter(after))]
    while True:
        before = next(each for each in after[path[-1]] if each in after)
        if before in path:
            return [before, *reversed(path[path.index(before) :])]
        path.append(before)
