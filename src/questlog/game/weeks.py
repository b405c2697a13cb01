"""The boss of a course's week, for as long as the week is current.

Its HP are four fifths of what the week's lessons and quizzes can earn together: it falls to whoever works through the
week, and outlasts ticking alone.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from sqlalchemy import bindparam, update

from questlog.core.db import Session
from questlog.core.types import Id
from questlog.game import bosses, turns
from questlog.game.content import content
from questlog.game.turns import BOSSES

RENAME = (
    update(BOSSES)
    .where(
        BOSSES.c.user_id == bindparam("its_user_id", type_=Id),
        BOSSES.c.week_id == bindparam("its_week", type_=Id),
        BOSSES.c.state != "defeated",
        BOSSES.c.name != bindparam("new_name"),
    )
    .values(name=bindparam("new_name"))
)
SHARE_OF_WEEK = 0.8
BONUS_OF_HP = 0.4
"""About what the ladder's bosses give."""


class Week(Protocol):
    """The week somebody is in; `id` is None when there is none.

    `lessons` are XP, difficulty and number of questions of each; `course_weeks` are all weeks of the course.
    """

    @property
    def course_weeks(self) -> Sequence[UUID]: ...
    @property
    def id(self) -> UUID | None: ...
    @property
    def code(self) -> str: ...
    @property
    def boss_name(self) -> str | None: ...
    @property
    def lessons(self) -> Sequence[tuple[int, str, int]]: ...


def hp_of(lessons: Sequence[tuple[int, str, int]]) -> int:
    """Return the HP that fit what a week can earn."""
    return max(1, int(SHARE_OF_WEEK * sum(_worth(*lesson) for lesson in lessons)))


def _worth(xp: int, difficulty: str, questions: int) -> int:
    rules = content().rules
    factors = {str(name): factor for name, factor in rules.difficulty.items()}
    lesson = int(xp * factors[difficulty])
    return lesson + (rules.quiz.base_xp + questions * rules.quiz.per_correct if questions else 0)


async def follow(session: Session, user_id: UUID, week: Week, *, timezone: str) -> None:
    """Send away the bosses of the course's other weeks and let that of the current one come."""
    turn = await turns.begin(session, user_id, timezone=timezone)
    others = [id_ for id_ in week.course_weeks if id_ != week.id]
    await bosses.leave_weeks(session, turn, others)
    if week.id is not None and week.boss_name is not None:
        hp = hp_of(week.lessons)
        await bosses.meet_week(
            session,
            turn,
            code=week.code,
            name=week.boss_name,
            hp=hp,
            bonus_xp=int(hp * BONUS_OF_HP),
            week_id=week.id,
        )
    await turns.finish(session, turn)


async def rename(session: Session, user_id: UUID, names: Mapping[UUID, str]) -> None:
    """Give bosses the name their week gives them now: `{week: name}`. One that fell keeps the name it fell under.

    To be called while the player is held.
    """
    if names:
        given = [
            {"its_user_id": user_id, "its_week": week_id, "new_name": name}
            for week_id, name in names.items()
        ]
        await session.execute(RENAME, given)
