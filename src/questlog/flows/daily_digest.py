"""The daily digest: what is due today, what is overdue, and what waits to be reviewed. An empty day sends no mail."""

from datetime import date, time, timedelta
from typing import Final

from sqlalchemy import func, select

from questlog.automation import notification_settings
from questlog.automation.mail import Letter
from questlog.automation.quiet_hours import at_clock
from questlog.core import clock
from questlog.core.db import Session
from questlog.flows.letter_words import day_of
from questlog.flows.mail_rounds import Round
from questlog.flows.mailed_tasks import is_for, lines_of
from questlog.game import state
from questlog.identity.letters import Content
from questlog.identity.models import User
from questlog.learning.cards import CARDS, ITS_QUESTION
from questlog.learning.questions import ASKED, QUESTIONS
from questlog.planning.task_rows import TASKS

TEMPLATE: Final = "daily_digest"
ROUND = Round(TEMPLATE, lambda _settings, today: today, timedelta(hours=12))


async def content(session: Session, letter: Letter, reader: User) -> Content | None:
    """Return what stands in the digest: the day it is read on. None when that holds nothing."""
    today = clock.today(reader.timezone)
    wishes = await notification_settings.of(session, reader.id)
    if not (wishes.daily_digest and is_for(reader, letter.params)):
        return None
    due = await lines_of(session, reader, TASKS.c.due_on == today, today=today)
    overdue = await lines_of(session, reader, TASKS.c.due_on < today, today=today)
    cards = await _cards_due(session, reader, today)
    if not (due.total or overdue.total or cards):
        return None
    player = await state.load(session, reader.id, timezone=reader.timezone)
    return {
        "day": day_of(today, locale=reader.locale),
        "due": due,
        "overdue": overdue,
        "cards": cards,
        "streak": player["streak"],
        "mailing": TEMPLATE,
    }


async def _cards_due(session: Session, reader: User, today: date) -> int:
    """Return how many cards are to be reviewed before the day is over."""
    end = at_clock(today + timedelta(days=1), time.min, reader.timezone)
    waiting = (
        select(func.count())
        .select_from(CARDS.join(QUESTIONS, ITS_QUESTION))
        .where(CARDS.c.user_id == reader.id, CARDS.c.due_at < end, ASKED)
    )
    return await session.scalar(waiting) or 0
