"""What stands in the daily digest and in the weekly review."""

from datetime import date, timedelta
from typing import Any

from questlog.planning.models import Task
from questlog.worker.house import House
from tests.support.mail_rounds import EIGHT, LONG_AGO, TODAY, carry_out, house, reader, text_of
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock, at
from tests.support.smtp import SmtpServer

__all__ = ["house"]


async def test_a_digest_has_what_is_due_and_what_is_overdue(
    house: House, make: Make, smtp: SmtpServer
) -> None:
    user = await reader(make, wants={"daily_digest": True})
    await make.task(user, title="Any time", due_on=TODAY)
    await make.task(
        user, title="Dentist", due_on=TODAY, due_at=at("2026-06-02T12:30:00"), due_time="14:30:00"
    )
    await make.task(user, title="Taxes", due_on=TODAY - timedelta(days=1))
    await make.task(user, title="Later", due_on=TODAY + timedelta(days=1))
    await make.task(user, title="Done", due_on=TODAY, completed_at=EIGHT)

    await carry_out(house)

    (message,) = smtp.messages
    text = text_of(message)
    assert message["Subject"] == "Your day: Tuesday, 2 June"
    assert "Today: 2\n\n- 14:30 Dentist\n- Any time\n" in text
    assert "Overdue: 1\n\n- Taxes, due yesterday\n" in text
    assert "Later" not in text
    assert "Done" not in text
    assert message["List-Unsubscribe"] is not None


async def test_a_digest_is_russian_for_russians_and_cuts_long_lists(
    house: House, make: Make, smtp: SmtpServer
) -> None:
    user = await reader(make, wants={"daily_digest": True}, locale="ru")
    for number in range(25):
        await make.task(user, title=f"<b>Дело {number}</b>", due_on=TODAY)

    await carry_out(house)

    (message,) = smtp.messages
    html = message.get_body(("html",))
    assert html is not None
    assert message["Subject"] == "Ваш день: вторник, 2 июня"
    assert "Сегодня: 25" in text_of(message)
    assert "и ещё 5" in text_of(message)
    assert "<b>Дело" not in html.get_content()
    assert "и ещё 5" in html.get_content()


async def test_an_empty_day_sends_no_digest(house: House, make: Make, smtp: SmtpServer) -> None:
    await reader(make, wants={"daily_digest": True})

    await carry_out(house)

    assert smtp.messages == []


async def test_a_review_comes_on_its_weekday_with_the_week_before(
    house: House, make: Make, smtp: SmtpServer
) -> None:
    user = await reader(make, wants={"weekly_review": True, "review_weekday": 1})
    kitchen = await make.project(user, title="Kitchen")
    await _done(make, user, kitchen.id, TODAY - timedelta(days=1))
    await _done(make, user, kitchen.id, TODAY - timedelta(days=1))
    await _done(make, user, None, TODAY - timedelta(days=7))
    await _done(make, user, None, TODAY - timedelta(days=8))
    await _done(make, user, None, TODAY)
    await make.task(user, title="Soon", due_on=TODAY + timedelta(days=6))
    await make.task(user, title="Far", due_on=TODAY + timedelta(days=7))
    await make.task(user, title="Late", due_on=TODAY - timedelta(days=1))

    await carry_out(house)

    (message,) = smtp.messages
    text = text_of(message)
    assert message["Subject"] == "Your week: 26 May – 1 June"
    assert "Done: 3 (the week before: 1)\nBest day: Monday, 1 June, 2\n- Kitchen: 2\n" in text
    assert "Overdue: 1" in text
    assert "In the next seven days: 1\n\n- Soon, Monday, 8 June\n" in text
    assert "Looking back at the week of 25–31 May\n\nWhat was achieved:\n" in text
    assert "- 2 tasks done on 2 days, worth 0 XP.\n" in text
    assert "Goals for the week after it:\n- Finish at least 2 tasks.\n" in text


async def test_a_review_on_a_monday_is_of_one_week_only(
    house: House, make: Make, smtp: SmtpServer, moving_clock: MovingClock
) -> None:
    monday = TODAY - timedelta(days=1)
    moving_clock.stop_at(EIGHT - timedelta(days=1))
    user = await reader(make, locale="ru", wants={"weekly_review": True, "review_weekday": 0})
    await _done(make, user, None, monday - timedelta(days=1))

    await carry_out(house)

    (message,) = smtp.messages
    assert message["Subject"] == "Ваша неделя: 25–31 мая"
    assert "Обзор недели" not in text_of(message)
    assert "Цели на неделю:\n- Завершить одно дело.\n" in text_of(message)


async def _done(make: Make, user: Person, project_id: Any, day: date) -> None:
    task: Task = await make.task(user, completed_at=LONG_AGO)
    await make.occurrence(user, task, done_on=day, project_id=project_id)
