"""The weekly mail with what the coach says of the week: its retrospective, or without one what the rules would say.

It is about the last week from Monday to Sunday; a mail that comes on another day than Monday is about other days, and
names those of the review. No model is asked for a mail: it is written while a transaction is open.
"""

from datetime import date
from uuid import UUID

from questlog.automation.mail import Letter
from questlog.coach import narratives, retrospectives
from questlog.coach.facts import ONE_DAY, last_full_week
from questlog.coach.weekly_goals import Goal
from questlog.core.db import Session
from questlog.flows import weekly_review
from questlog.flows.letter_words import one_line, span
from questlog.identity.letters import Content
from questlog.identity.models import User

SECTIONS = ("achievements", "difficulties", "improvements")


async def content(session: Session, letter: Letter, reader: User) -> Content | None:
    """Return what stands in the mail, as `flows/weekly_review.py` decides whether there is one."""
    found = await weekly_review.content(session, letter, reader)
    if found is None:
        return None
    week_on = last_full_week(date.fromisoformat(letter.params["day"]))
    week = span(week_on, week_on + 6 * ONE_DAY, locale=reader.locale)
    of_other_days = week if week != found["week"] else None
    review = await _review(session, reader, week_on)
    return {**found, "review": {**review, "of_other_days": of_other_days}}


async def _review(session: Session, reader: User, week_on: date) -> Content:
    user_id: UUID = reader.id
    said = await retrospectives.find(session, user_id, week_on)
    if said is None:
        what = await retrospectives.look_back(session, user_id, week_on, timezone=reader.timezone)
        said = narratives.retrospective(what.facts, what.last_goals, reader.locale)
        said["last_goals"] = what.last_goals
    return {
        **{name: [one_line(line, most=500) for line in said[name]] for name in SECTIONS},
        "goals": [_told(one) for one in said["weekly_goals"]],
        "last_goals": [_told(one) for one in said["last_goals"]],
    }


def _told(goal: Goal) -> Content:
    return {"text": one_line(goal["text"], most=500), "met": goal["met"]}
