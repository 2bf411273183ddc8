"""Person ids stay with whom they belong to."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from suwen.domains.patients.service.reconcile import reconcile
from suwen.kernel.ids import new_id

P1, P2 = sorted((new_id(), new_id()))


def test_first_run_creates() -> None:
    plan = reconcile([["a", "b"], ["c"]], {}, new_id)
    assert plan.person_of["a"] == plan.person_of["b"] != plan.person_of["c"]
    assert len(plan.created) == 2
    assert not plan.moved


def test_merge_keeps_the_older_on_a_tie() -> None:
    plan = reconcile([["a", "b"]], {"a": P2, "b": P1}, new_id)
    assert set(plan.person_of.values()) == {P1}
    assert plan.merged == {P2: P1}
    assert plan.moved == {"a": P2}


def test_split_leaves_the_id_with_the_larger_part() -> None:
    plan = reconcile([["a"], ["b", "c"]], dict.fromkeys("abc", P1), new_id)
    assert plan.person_of["b"] == P1
    assert plan.created == [plan.person_of["a"]]
    assert plan.merged == {}


keys = st.integers(0, 30).map(lambda n: f"k{n}")


@given(st.dictionaries(keys, st.integers(0, 8)), st.dictionaries(keys, st.integers(0, 8)))
def test_every_key_gets_one_person_and_groups_never_share(now: dict[str, int], before: dict[str, int]) -> None:
    groups = [[key for key in now if now[key] == group] for group in sorted(set(now.values()))]
    known = {key: UUID(int=person + 1) for key, person in before.items()}
    plan = reconcile(groups, known, new_id)
    assert set(plan.person_of) == set(now)
    persons = [{plan.person_of[key] for key in group} for group in groups]
    assert all(len(found) == 1 for found in persons)
    assert len({next(iter(found)) for found in persons}) == len(groups)
    # Nothing to do on a second run: stability is what downstream links rely on.
    again = reconcile(groups, plan.person_of, new_id)
    assert (again.created, again.moved, again.merged) == ([], {}, {})
