"""Somebody who takes quizzes and reviews cards, by the flows that the doors call."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from questlog.core.db import Database
from questlog.flows.enroll import enroll
from questlog.flows.review_card import daily_reviews, review_card, reviews_overview
from questlog.flows.submit_quiz import show_quiz, submit_quiz
from questlog.game import state
from questlog.learning import quizzes
from tests.support import school
from tests.support.make import Make, Person
from tests.support.school import School

RIGHT, WRONG = "Oslo", "Rome"  # in the courses of tests.support.school


@dataclass(frozen=True)
class Learner:
    database: Database
    user: Person
    school: School

    def lesson(self, code: str = "w1-d1") -> UUID:
        return self.school.lessons[code]

    async def questions(self, code: str = "w1-d1") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.look(code))["questions"]
        return found

    async def look(self, code: str = "w1-d1") -> dict[str, Any]:
        return await self.database.read(
            show_quiz, self.user.id, self.lesson(code), timezone=self.user.timezone
        )

    async def submit(self, right: int, code: str = "w1-d1") -> dict[str, Any]:
        """Answer so many questions right and the others wrong."""
        asked = await self.questions(code)
        given = {one["question_id"]: RIGHT if n < right else WRONG for n, one in enumerate(asked)}
        return await self.hand_in(given, code)

    async def hand_in(self, given: dict[UUID, Any], code: str = "w1-d1") -> dict[str, Any]:
        pairs = quizzes.answers_of(list(given.items()))
        return await self.database.write(
            submit_quiz, self.user.id, self.lesson(code), pairs, timezone=self.user.timezone
        )

    async def game(self) -> dict[str, Any]:
        return await self.database.read(state.load, self.user.id, timezone=self.user.timezone)

    async def daily(self) -> dict[str, Any]:
        return await self.database.read(daily_reviews, self.user.id, timezone=self.user.timezone)

    async def stats(self) -> dict[str, Any]:
        return await self.database.read(reviews_overview, self.user.id, timezone=self.user.timezone)

    async def review(self, card_id: UUID, **said: Any) -> dict[str, Any]:
        return await self.database.write(
            review_card, self.user.id, card_id, timezone=self.user.timezone, **said
        )


async def learner(
    make: Make, database: Database, *, questions: int = 10, is_planned: bool = True, **who: Any
) -> Learner:
    """Return somebody who takes a course of a week, with tasks unless they are not planned."""
    user = await make.user(**who)
    here = await school.brought(database, questions=questions)
    if is_planned:
        await database.write(enroll, user.id, here.course_id, timezone=user.timezone)
    else:
        await school.enrolled(database, user.id, here.course_id)
    return Learner(database, user, here)
