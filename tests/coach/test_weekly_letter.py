"""The weekly mail says what the retrospective of the week says, as it was edited."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert

from questlog.automation.job_models import NotificationSettings
from questlog.automation.mail import Letter
from questlog.automation.notification_settings import DEFAULTS
from questlog.coach import retrospectives, weekly_letter
from questlog.coach.toolbox import Who
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.identity.letters import Content
from questlog.identity.models import User
from tests.coach.support import NOON, TODAY, WEEK_ON, ninety_days
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock


async def letter_of(database: Database, user: Person, day: date = TODAY) -> Content:
    async def write(session: Session) -> Content | None:
        reader = await session.get_one(User, user.id)
        now = clock.now()
        wished = {**DEFAULTS, "weekly_review": True, "created_at": now, "updated_at": now}
        await session.execute(insert(NotificationSettings).values(user_id=user.id, **wished))
        params = {"user_id": str(user.id), "day": day.isoformat()}
        letter = Letter(
            new_id(), user.email, "weekly_review", reader.locale, params, now, None, 0, now
        )
        return await weekly_letter.content(session, letter, reader)

    found = await database.write(write)
    assert found is not None
    return found


async def test_the_mail_has_the_retrospective_as_it_was_edited(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    user = await make.user(email_verified_at=NOON)
    who = Who(user.id, "en", "UTC")
    await ninety_days(database, make, user)
    moving_clock.stop_at(NOON - timedelta(days=7))
    await retrospectives.weekly_retrospective(database, None, who)
    moving_clock.stop_at(NOON)
    await retrospectives.weekly_retrospective(database, None, who)
    changes = {"achievements": ["I rested\nwell."], "weekly_goals": [{"text": "Swim."}]}
    await database.write(retrospectives.change, user.id, WEEK_ON, changes)

    found = await letter_of(database, user)

    assert found["review"]["achievements"] == ["I rested well."]
    assert found["review"]["goals"] == [{"text": "Swim.", "met": None}]
    assert found["review"]["last_goals"][0]["met"] in (True, False)
    assert found["done"] > 0


async def test_without_one_the_mail_says_what_the_rules_would(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    user = await make.user(email_verified_at=NOON, locale="ru")
    await ninety_days(database, make, user)

    found = await letter_of(database, user)

    assert found["review"]["achievements"][0].startswith("Сделано: ")
    assert found["review"]["last_goals"] == []


async def test_a_review_of_other_days_than_the_mail_names_them(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(datetime(2026, 11, 22, 12, tzinfo=UTC))
    user = await make.user(email_verified_at=NOON)
    task = await make.task(user, title="Paint the fence")
    done_at = datetime(2026, 11, 18, 12, tzinfo=UTC)
    await make.occurrence(user, task, done_at=done_at, done_on=done_at.date())

    sunday = await letter_of(database, user, date(2026, 11, 22))

    assert (sunday["week"], sunday["done"]) == ("15–21 November", 1)
    assert sunday["review"]["of_other_days"] == "9–15 November"
    assert sunday["review"]["difficulties"] == ["Nothing was completed in that week."]


async def test_a_review_of_the_mails_own_days_needs_no_heading(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    monday = datetime(2026, 11, 23, 12, tzinfo=UTC)
    moving_clock.stop_at(monday)
    user = await make.user(email_verified_at=NOON, locale="ru")
    await ninety_days(database, make, user)

    found = await letter_of(database, user, monday.date())

    assert (found["week"], found["review"]["of_other_days"]) == ("16–22 ноября", None)
