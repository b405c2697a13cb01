"""Tasks that wait for others."""

import asyncio
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from questlog.core.db import Database, Session
from questlog.core.exceptions import UnknownReferenceError
from questlog.core.ids import new_id
from questlog.planning import dependencies, task_trash
from questlog.planning.dependencies import (
    Dependencies,
    DependencyCycleError,
    OwnBlockerError,
    TooManyDependenciesError,
)
from questlog.planning.dependency_graph import MOST, Edge, Graph
from questlog.planning.ownership import NotYoursError
from questlog.planning.readiness import EDGES, is_blocked, is_blocking, is_ready
from questlog.planning.task_rows import TASKS, TaskNotFoundError
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.planner import Planner, planner
from tests.support.sql import count_statements


async def put(me: Planner, task_id: UUID, **lists: list[UUID]) -> Dependencies:
    return await me.database.write(dependencies.put, me.user.id, task_id, **lists)


async def told(me: Planner, task_id: UUID) -> Dependencies:
    return await me.database.read(dependencies.get, me.user.id, task_id)


async def where(me: Planner, condition: object) -> set[UUID]:
    async def ask(session: Session) -> set[UUID]:
        mine = select(TASKS.c.id).where(TASKS.c.user_id == me.user.id, condition)  # type: ignore[arg-type]
        return set(await session.scalars(mine))

    return await me.database.read(ask)


async def three(make: Make, me: Planner) -> tuple[UUID, UUID, UUID]:
    first, second, third = [(await make.task(me.user, title=title)).id for title in "ABC"]
    return first, second, third


async def test_both_sides_tell_of_the_same_edges(database: Database, make: Make) -> None:
    me = await planner(database, make)
    roof, walls, paint = await three(make, me)

    given = await put(me, walls, blocked_by=[roof], blocks=[paint])

    assert (given.blocked_by, given.blocks, given.blocked) == ([roof], [paint], True)
    assert (await told(me, roof)).blocks == [walls]
    assert (await told(me, paint)).blocked_by == [walls]


async def test_a_list_that_is_left_out_stays_and_one_that_is_there_replaces(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)
    roof, walls, paint = await three(make, me)
    await put(me, walls, blocked_by=[roof], blocks=[paint])

    changed = await put(me, walls, blocked_by=[])

    assert (changed.blocked_by, changed.blocks, changed.blocked) == ([], [paint], False)


async def test_both_ends_get_a_new_version_and_a_repeat_leaves_no_trace(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)
    roof, walls, paint = await three(make, me)

    await put(me, walls, blocked_by=[roof])
    again = await put(me, walls, blocked_by=[roof, roof])

    versions = [(await told(me, id_)).version for id_ in (roof, walls, paint)]
    assert (versions, again.version) == ([2, 2, 1], 2)


async def test_tasks_do_not_wait_in_a_circle(database: Database, make: Make) -> None:
    me = await planner(database, make)
    roof, walls, paint = await three(make, me)
    await put(me, walls, blocked_by=[roof])
    await put(me, paint, blocked_by=[walls])

    with pytest.raises(DependencyCycleError):
        await put(me, roof, blocked_by=[paint])
    with pytest.raises(DependencyCycleError):
        await put(me, roof, blocks=[walls], blocked_by=[walls])
    with pytest.raises(OwnBlockerError) as itself:
        await put(me, roof, blocked_by=[walls, roof])

    assert itself.value.pointer == "/body/blocked_by/1"
    assert (await told(me, roof)).blocked_by == []


async def test_a_circle_is_closed_by_nothing_that_lies_in_the_trash(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)
    roof, walls, paint = await three(make, me)
    await put(me, walls, blocked_by=[roof], blocks=[paint])
    await me.database.write(task_trash.throw_away, me.user.id, walls)

    with pytest.raises(DependencyCycleError):
        await put(me, roof, blocked_by=[paint])

    assert (await told(me, roof)).blocks == []


async def test_of_two_opposite_edges_at_once_one_is_refused(database: Database, make: Make) -> None:
    me = await planner(database, make)
    circles = []

    for _ in range(5):
        roof, walls, _paint = await three(make, me)
        circles.append(
            await asyncio.gather(
                put(me, roof, blocked_by=[walls]),
                put(me, walls, blocked_by=[roof]),
                return_exceptions=True,
            )
        )

    for both in circles:
        assert sorted(type(one).__name__ for one in both) == [
            "Dependencies",
            "DependencyCycleError",
        ]


async def test_s080_others_tasks_read_as_none(database: Database, make: Make) -> None:
    me, other = await planner(database, make), await planner(database, make)
    mine, theirs = await make.task(me.user), await make.task(other.user)

    for unknown in (theirs.id, new_id()):
        with pytest.raises(UnknownReferenceError) as refused:
            await put(me, mine.id, blocks=[unknown])
        assert refused.value.pointer == "/body/blocks/0"
    with pytest.raises(NotYoursError):
        await put(me, theirs.id, blocks=[])
    with pytest.raises(TaskNotFoundError):
        await told(me, new_id())


async def test_a_blocker_blocks_while_it_is_open_and_not_in_the_trash(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)
    roof, walls, _paint = await three(make, me)
    await put(me, walls, blocked_by=[roof])

    blocked, blocking = await where(me, is_blocked()), await where(me, is_blocking())
    await me.database.write(task_trash.throw_away, me.user.id, roof)
    in_trash = await where(me, is_blocked())
    await me.database.write(task_trash.restore, me.user.id, roof)
    restored = await where(me, is_blocked())

    assert (blocked, blocking) == ({walls}, {roof})
    assert (in_trash, restored) == (set(), {walls})


async def test_what_is_ready_has_begun_and_waits_for_nothing(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    me = await planner(database, make)
    today = moving_clock.now().date()
    roof, walls, paint = await three(make, me)
    later = await make.task(me.user, start_on=today.replace(year=today.year + 1))
    begun = await make.task(me.user, start_on=today)
    await put(me, walls, blocked_by=[roof])

    ready = await where(me, is_ready(today))

    assert ready == {roof, paint, begun.id}
    assert later.id not in ready


async def test_the_purge_of_the_trash_takes_the_edges_along(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    me = await planner(database, make)
    roof, walls, paint = await three(make, me)
    await put(me, walls, blocked_by=[roof], blocks=[paint])
    await me.database.write(task_trash.throw_away, me.user.id, walls)

    moving_clock.move(days=31)
    gone = await me.database.write(task_trash.purge, before=moving_clock.now())

    async def left(session: Session) -> int:
        return len((await session.execute(select(EDGES))).all())

    assert gone == 1
    assert await me.database.read(left) == 0


async def test_a_task_waits_for_a_hundred_others_at_most(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = (await make.task(me.user)).id
    many = [(await make.task(me.user)).id for _ in range(MOST + 1)]

    await put(me, task, blocked_by=many[:MOST])
    with pytest.raises(TooManyDependenciesError):
        await put(me, many[MOST], blocks=[task])

    assert len((await told(me, task)).blocked_by) == MOST


async def test_a_change_takes_the_same_few_statements_for_any_number(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)
    task = (await make.task(me.user)).id
    many = [(await make.task(me.user)).id for _ in range(20)]
    counts = []

    for wanted in ([many[0]], many):
        with count_statements(database) as statements:
            await put(me, task, blocked_by=wanted)
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 13


async def test_an_import_adds_what_it_can(database: Database, make: Make) -> None:
    me = await planner(database, make)
    roof, walls, paint = await three(make, me)
    pairs = [(walls, roof), (paint, walls), (roof, paint), (walls, roof)]

    refused = await me.database.write(dependencies.add_many, me.user.id, pairs)

    assert refused == [(roof, paint)]
    assert (await told(me, walls)).blocked_by == [roof]


IDS = [UUID(int=number) for number in range(8)]


@given(st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)), max_size=40))
def test_a_graph_never_gets_a_circle(pairs: list[Edge]) -> None:
    graph = Graph()

    kept = [pair for pair in dict.fromkeys(pairs) if graph.add(pair)]

    left = set(IDS)
    while free := {one for one in left if not any(a == one and b in left for a, b in kept)}:
        left -= free
    assert left == set()
