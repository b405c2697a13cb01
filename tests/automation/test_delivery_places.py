"""Places are anybody's while there are enough, and everybody's when there are not."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from questlog.automation.delivery_places import FEW, Places, surplus

OWNERS = [UUID(int=number) for number in range(1, 30)]


def test_one_alone_gets_what_is_there_up_to_the_half_and_then_a_few() -> None:
    places = Places(40)

    given = [places.give(OWNERS[0], 4) for _ in range(8)]
    others = [places.give(owner, 9) for owner in OWNERS[1:8]]

    assert given == [4, 4, 4, 4, 4, 0, 0, 0]
    assert others == [4, 4, 4, 4, 4, 0, 0]
    assert (places.left, places.has_refused) == (0, True)


def test_who_has_a_few_is_left_out_while_places_are_scarce() -> None:
    calm = Places.held(40, [OWNERS[0]] * 19)
    scarce = Places.held(40, [OWNERS[0]] * 19 + [OWNERS[1]])

    scarce.give_back(OWNERS[1], 1)
    scarce.give(OWNERS[2], 1)

    assert (calm.without(), scarce.without()) == ([], [OWNERS[0]])


@given(st.lists(st.tuples(st.sampled_from(OWNERS), st.integers(1, 9)), max_size=60))
def test_no_more_are_given_than_there_are(wishes: list[tuple[UUID, int]]) -> None:
    places = Places(32)

    given = [places.give(owner, wanted) for owner, wanted in wishes]

    assert sum(given) <= 32
    assert all(0 <= got <= wanted for got, (_, wanted) in zip(given, wishes, strict=True))
    assert not places.are_scarce or all(places.give(owner, FEW + 1) <= FEW for owner in OWNERS)


def test_who_holds_most_gives_up_what_was_held_longest() -> None:
    greedy, modest = OWNERS[:2]
    held = [(greedy, "a"), (modest, "b"), (greedy, "c"), (greedy, "d"), (modest, "e")]

    assert surplus(held, 9) == []
    assert surplus(held, 4) == ["a"]
    assert sorted(surplus(held, 2)) in (["a", "b", "c"], ["a", "c", "b"])
