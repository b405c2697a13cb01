"""The boss of a course's week among those of the ladder."""

from typing import Any

from questlog.core.db import Database
from questlog.core.pagination import PageRequest
from questlog.flows.enroll import enroll
from questlog.flows.leave_course import leave_course
from questlog.flows.show_bosses import show_bosses
from questlog.game import ledger_pages
from questlog.game.ledger_pages import LedgerFilter
from tests.support.deeds import did
from tests.support.make import Make, Person
from tests.support.school import School, bring, course, lessons_of, week

FOG = {"name": "The Fog", "story": "It hides the roads between the towns."}


async def foggy(database: Database) -> School:
    """Import a course whose only week has a boss."""
    made = await bring(database, course() | {"weeks": [week(1, boss=FOG)]})
    return School(made.course_id, await lessons_of(database, made.course_id))


async def seen(database: Database, user: Person) -> list[dict[str, Any]]:
    return await database.read(show_bosses, user.id, timezone="UTC", locale="en")


async def test_a_weeks_boss_steps_before_the_ladder_with_its_own_story(
    make: Make, database: Database
) -> None:
    user, school = await make.user(), await foggy(database)
    await did(database, user)

    await database.write(enroll, user.id, school.course_id, timezone="UTC")
    await did(database, user)

    fog, drawer, *ahead = await seen(database, user)
    assert (fog["kind"], fog["state"], fog["name"], fog["story"]) == (
        "week",
        "active",
        "The Fog",
        FOG["story"],
    )
    assert fog["hp_max"] - fog["hp_left"] == 10
    assert (drawer["state"], drawer["hp_left"]) == ("waiting", 60)
    assert {one["state"] for one in ahead} == {"ahead"}
    page = await database.read(
        ledger_pages.page, user.id, LedgerFilter(), PageRequest(), locale="en"
    )
    assert page.items[0]["words"].endswith("The Fog lost 10 HP.")


async def test_when_the_course_is_left_its_boss_is_gone(make: Make, database: Database) -> None:
    user, school = await make.user(), await foggy(database)
    await database.write(enroll, user.id, school.course_id, timezone="UTC")

    await database.write(leave_course, user.id, school.course_id, timezone="UTC")

    drawer, *others = await seen(database, user)
    assert (drawer["code"], drawer["state"]) == ("drawer-of-someday", "active")
    assert (others[-1]["name"], others[-1]["state"]) == ("The Fog", "gone")
