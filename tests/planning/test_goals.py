"""Goals: setting, changing, nesting, reaching and ordering them."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from questlog.automation.models import Event
from questlog.core.db import Database
from questlog.core.exceptions import (
    PreconditionFailedError,
    QuestlogError,
    UnknownReferenceError,
)
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest
from questlog.planning import goals
from questlog.planning.goal_queries import GoalFilter
from questlog.planning.goal_tree import GoalCycleError, GoalTooDeepError
from questlog.planning.goals import GoalNotFoundError, PeriodError
from questlog.planning.models import Goal
from questlog.planning.ownership import NotYoursError
from questlog.planning.positions import Neighbour
from tests.support.make import Make, Person


async def titles(database: Database, user: Person, **wanted: Any) -> list[str]:
    page = await database.read(goals.page, user.id, GoalFilter(**wanted), PageRequest())
    return [row["title"] for row in page.items]


async def told(database: Database, user: Person) -> list[Event]:
    async with database.reader() as session:
        mine = select(Event).where(Event.user_id == user.id).order_by(Event.seq)
        return list(await session.scalars(mine))


async def test_a_new_goal_goes_to_the_end_and_is_told(database: Database, make: Make) -> None:
    user = await make.user()
    await make.goal(user, title="First", position=4096.0)

    goal = await database.write(goals.create, user.id, "Second", period="2026-Q4")

    assert await titles(database, user) == ["First", "Second"]
    [event] = await told(database, user)
    assert (event.type, event.subject_id) == ("goal.created", goal.id)
    assert event.touched == [["goal", str(goal.id), 1]]


@pytest.mark.parametrize(
    ("goal_type", "period"),
    [("quarterly", "2026"), ("yearly", "2026-Q4"), ("quarterly", "1969-Q1"), ("yearly", "2200")],
)
async def test_a_period_fits_the_kind_of_goal(
    database: Database, make: Make, goal_type: str, period: str
) -> None:
    user = await make.user()

    with pytest.raises(PeriodError):
        await database.write(goals.create, user.id, "Goal", goal_type=goal_type, period=period)

    assert await titles(database, user) == []


async def test_a_goal_that_becomes_yearly_needs_a_yearly_period(
    database: Database, make: Make
) -> None:
    user = await make.user()
    goal = await make.goal(user, goal_type="quarterly", period="2026-Q4")

    with pytest.raises(PeriodError):
        await database.write(goals.change, user.id, goal.id, {"goal_type": "yearly"})
    changed = await database.write(
        goals.change, user.id, goal.id, {"goal_type": "yearly", "period": "2026"}
    )

    assert (changed.goal_type, changed.period, changed.version) == ("yearly", "2026", 2)


async def test_a_change_that_changes_nothing_leaves_no_trace(
    database: Database, make: Make
) -> None:
    user = await make.user()
    goal = await make.goal(user, title="Same")

    changed = await database.write(goals.change, user.id, goal.id, {"title": "Same"})

    assert changed.version == 1
    assert await told(database, user) == []


async def test_a_change_of_what_moved_on_is_refused(database: Database, make: Make) -> None:
    user = await make.user()
    goal = await make.goal(user)
    await database.write(goals.change, user.id, goal.id, {"title": "Newer"})

    with pytest.raises(PreconditionFailedError):
        await database.write(goals.change, user.id, goal.id, {"title": "Older"}, expected_version=1)

    assert await titles(database, user) == ["Newer"]


async def test_s078_a_foreign_goal_is_forbidden_and_a_missing_one_not_found(
    database: Database, make: Make
) -> None:
    owner, other = await make.user(), await make.user()
    goal = await make.goal(owner)

    with pytest.raises(NotYoursError):
        await database.write(goals.change, other.id, goal.id, {"title": "Mine"})
    with pytest.raises(NotYoursError):
        await database.read(goals.get, other.id, goal.id)
    with pytest.raises(GoalNotFoundError):
        await database.read(goals.get, other.id, new_id())

    assert await titles(database, owner) == ["Speak Italian"]


async def test_s080_a_parent_of_somebody_else_reads_like_a_missing_one(
    database: Database, make: Make
) -> None:
    owner, other = await make.user(), await make.user()
    foreign, mine = await make.goal(owner), await make.goal(other)

    for parent in (foreign.id, new_id()):
        with pytest.raises(UnknownReferenceError) as refused:
            await database.write(goals.change, other.id, mine.id, {"parent_goal_id": parent})
        assert refused.value.pointer == "/body/parent_goal_id"
        assert parent not in refused.value.details.values()


async def test_s088_a_goal_cannot_hang_under_its_own_sub_goal(
    database: Database, make: Make
) -> None:
    user = await make.user()
    top = await make.goal(user)
    below = await make.goal(user, parent_goal_id=top.id)

    with pytest.raises(GoalCycleError):
        await database.write(goals.change, user.id, top.id, {"parent_goal_id": below.id})
    with pytest.raises(GoalCycleError):
        await database.write(goals.change, user.id, top.id, {"parent_goal_id": top.id})

    assert await shape_is_sound(database, user)


async def test_s088_a_sixth_level_is_refused(database: Database, make: Make) -> None:
    user = await make.user()
    above: UUID | None = None
    for _ in range(5):
        above = (await make.goal(user, parent_goal_id=above)).id

    with pytest.raises(GoalTooDeepError):
        await database.write(goals.create, user.id, "Sixth", parent_goal_id=above)

    assert len(await titles(database, user)) == 5


async def test_s088_two_moves_that_are_legal_alone_make_no_circle(
    database: Database, make: Make
) -> None:
    user = await make.user()
    one, two = await make.goal(user), await make.goal(user)

    for _ in range(5):
        outcomes = await asyncio.gather(
            database.write(goals.change, user.id, one.id, {"parent_goal_id": two.id}),
            database.write(goals.change, user.id, two.id, {"parent_goal_id": one.id}),
            return_exceptions=True,
        )

        assert [type(outcome) for outcome in outcomes if not isinstance(outcome, Goal)] == [
            GoalCycleError
        ]
        assert await shape_is_sound(database, user)
        for goal in (one, two):
            await database.write(goals.change, user.id, goal.id, {"parent_goal_id": None})


async def test_s088_a_move_and_a_new_sub_goal_do_not_outgrow_the_depth_together(
    database: Database, make: Make
) -> None:
    user = await make.user()
    above: UUID | None = None
    for _ in range(3):
        above = (await make.goal(user, parent_goal_id=above)).id
    moved = await make.goal(user)
    below = await make.goal(user, parent_goal_id=moved.id)

    outcomes = await asyncio.gather(
        database.write(goals.change, user.id, moved.id, {"parent_goal_id": above}),
        database.write(goals.create, user.id, "Leaf", parent_goal_id=below.id),
        return_exceptions=True,
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, QuestlogError)]
    assert [type(outcome) for outcome in refused] == [GoalTooDeepError]
    assert await shape_is_sound(database, user)


async def test_reaching_a_goal_twice_counts_once(database: Database, make: Make) -> None:
    user = await make.user()
    goal = await make.goal(user)

    first, second = await asyncio.gather(
        database.write(goals.complete, user.id, goal.id),
        database.write(goals.complete, user.id, goal.id),
    )

    assert first.completed_at == second.completed_at
    assert {first.version, second.version} == {2}
    assert [event.type for event in await told(database, user)] == ["goal.completed"]


async def test_a_goal_is_reopened_once(database: Database, make: Make) -> None:
    user = await make.user()
    goal = await make.goal(user)
    await database.write(goals.complete, user.id, goal.id)

    for _ in range(2):
        reopened = await database.write(goals.reopen, user.id, goal.id)

    assert (reopened.completed_at, reopened.version) == (None, 3)
    assert [event.type for event in await told(database, user)] == [
        "goal.completed",
        "goal.reopened",
    ]


async def test_goals_are_put_before_and_after_each_other(database: Database, make: Make) -> None:
    user = await make.user()
    one, two, three = [await make.goal(user, title=title) for title in ("1", "2", "3")]

    await database.write(goals.place, user.id, three.id, Neighbour(one.id, is_before=False))
    await database.write(goals.place, user.id, one.id, Neighbour(two.id, is_before=True))

    assert await titles(database, user) == ["3", "2", "1"]


async def test_s080_a_neighbour_of_somebody_else_is_refused(database: Database, make: Make) -> None:
    owner, other = await make.user(), await make.user()
    foreign, mine = await make.goal(owner), await make.goal(other)

    with pytest.raises(UnknownReferenceError):
        await database.write(goals.place, other.id, mine.id, Neighbour(foreign.id, is_before=True))
    with pytest.raises(UnknownReferenceError):
        await database.write(goals.place, other.id, foreign.id, Neighbour(mine.id, is_before=True))


async def test_goals_are_listed_by_what_is_asked(database: Database, make: Make) -> None:
    user = await make.user()
    year = await make.goal(user, title="Year", goal_type="yearly", period="2026")
    await make.goal(
        user, title="Quarter", goal_type="quarterly", period="2026-Q4", parent_goal_id=year.id
    )
    reached = await make.goal(user, title="Reached")
    await database.write(goals.complete, user.id, reached.id)

    assert await titles(database, user, goal_type="quarterly") == ["Quarter"]
    assert await titles(database, user, period="2026") == ["Year"]
    assert await titles(database, user, parent_goal_id=year.id) == ["Quarter"]
    assert await titles(database, user, completed=True) == ["Reached"]
    assert await titles(database, user, completed=False) == ["Year", "Quarter"]


async def test_s082_a_filter_by_a_foreign_goal_is_refused(database: Database, make: Make) -> None:
    owner, other = await make.user(), await make.user()
    foreign = await make.goal(owner)

    with pytest.raises(UnknownReferenceError):
        await titles(database, other, parent_goal_id=foreign.id)


async def shape_is_sound(database: Database, user: Person) -> bool:
    """INV-8: no circles, nothing deeper than five."""
    parents = await database.read(goals.shape, user.id)
    for goal in parents:
        seen: list[UUID] = []
        current: UUID | None = goal
        while current is not None:
            if current in seen or len(seen) == 5:
                return False
            seen.append(current)
            current = parents[current]
    return True
