"""From groups of keys to persons that already have an id: ids stay with whom they belong to."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID


@dataclass
class Plan:
    """What a linkage run changes.

    ``person_of``: every key's person; ``created``: new persons; ``moved``: key to the person it left;
    ``merged``: persons left without any key, to the person that took most of their keys.
    """

    person_of: dict[str, UUID] = field(default_factory=dict[str, UUID])
    created: list[UUID] = field(default_factory=list[UUID])
    moved: dict[str, UUID] = field(default_factory=dict[str, UUID])
    merged: dict[UUID, UUID] = field(default_factory=dict[UUID, UUID])


def reconcile(groups: Sequence[Sequence[str]], known: Mapping[str, UUID], new_id: Callable[[], UUID]) -> Plan:
    """Give each group a person: the one that most of its keys had, the older on a tie, else a new one.

    A person claimed by several groups (a split) stays with the group that holds most of its keys.

    Example: ``[["a", "b"]]`` with a and b known as P1 (older) and P2 gives both to P1; P2 is merged into P1.
    """
    plan = Plan()
    votes = [Counter(known[key] for key in group if key in known) for group in groups]
    claims = sorted((-count, person, index) for index, counter in enumerate(votes) for person, count in counter.items())
    chosen: dict[int, UUID] = {}
    taken: set[UUID] = set()
    for _, person, index in claims:
        if index not in chosen and person not in taken:
            chosen[index] = person
            taken.add(person)
    heirs: dict[UUID, Counter[UUID]] = defaultdict(Counter)
    for index, group in enumerate(groups):
        person = chosen.get(index)
        if person is None:
            person = new_id()
            plan.created.append(person)
        for key in group:
            plan.person_of[key] = person
            before = known.get(key)
            if before is not None:
                heirs[before][person] += 1
                if before != person:
                    plan.moved[key] = before
    for before, counter in heirs.items():
        if before not in taken:
            plan.merged[before] = max(counter, key=lambda person: (counter[person], -person.int))
    return plan
