"""Places in a list, and room made in it."""

from itertools import pairwise

import pytest

from questlog.core.db import Database
from questlog.core.pagination import PageRequest
from questlog.planning import goals, positions, projects
from questlog.planning.models import Project
from questlog.planning.positions import LEAST_GAP, BesideItselfError, Neighbour
from questlog.planning.project_queries import ProjectFilter
from tests.support.make import Make


async def test_a_hundred_moves_into_one_gap_keep_their_order(
    database: Database, make: Make
) -> None:
    user = await make.user()
    first = await make.project(user, title="first")
    await make.project(user, title="last")
    moved = [await make.project(user, title=str(number)) for number in range(100)]

    for project in moved:
        await database.write(
            projects.place, user.id, project.id, Neighbour(first.id, is_before=True)
        )

    wanted, request = ProjectFilter(), PageRequest(limit=100)
    page = await database.read(projects.page, user.id, wanted, request)
    assert [row["title"] for row in page.items[:4]] == ["first", "99", "98", "97"]
    places = [row["position"] for row in page.items]
    assert all(high - low > LEAST_GAP for low, high in pairwise(places))


async def test_what_stands_on_one_place_is_parted(database: Database, make: Make) -> None:
    user = await make.user()
    one, two = [await make.goal(user, title=title, position=5.0) for title in ("1", "2")]
    moved = await make.goal(user, title="moved")

    goal = await database.write(goals.place, user.id, moved.id, Neighbour(one.id, is_before=True))

    order = [(await database.read(goals.get, user.id, id_)).position for id_ in (one.id, two.id)]
    assert order[0] < goal.position < order[1]
    assert (await database.read(goals.get, user.id, two.id)).version == 2


async def test_nothing_stands_beside_itself(database: Database, make: Make) -> None:
    user = await make.user()
    project = await make.project(user)

    with pytest.raises(BesideItselfError):
        await database.write(
            projects.place, user.id, project.id, Neighbour(project.id, is_before=True)
        )


async def test_the_last_place_of_an_empty_list_leaves_room_before_it(
    database: Database, make: Make
) -> None:
    user = await make.user()

    place = await database.read(positions.last, Project, user.id)

    assert place == positions.STEP


async def test_making_room_moves_few_of_many(database: Database, make: Make) -> None:
    user = await make.user()
    crowd = [
        await make.project(user, title=str(n), position=100.0 if n < 10 else 1000.0 * n)
        for n in range(80)
    ]
    moved = await make.project(user, title="moved", position=1.0)

    await database.write(projects.place, user.id, moved.id, Neighbour(crowd[4].id, is_before=True))

    page = await database.read(projects.page, user.id, ProjectFilter(), PageRequest(limit=100))
    titles = [row["title"] for row in page.items]
    assert titles == ["0", "1", "2", "3", "4", "moved", *(str(n) for n in range(5, 80))]
    assert sum(row["version"] > 1 for row in page.items) == 1 + positions.FEWEST_SPREAD
