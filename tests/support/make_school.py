"""Make courses for tests, row by row, and the cards of those who learn; whole courses are made by `school.py`."""

from typing import Any

from questlog.core import clock
from questlog.core.ids import new_id
from questlog.learning import recall
from questlog.learning.models import Course, Lesson, Question, ReviewCard, Week
from tests.support.rows import Person, Rows


class MakeSchool(Rows):
    async def course(self, *, title: str = "Knots", **more: Any) -> Course:
        """Make a course without weeks; whole ones are made by `school.py`."""
        id_ = new_id()
        values = {
            "slug": f"course-{id_}",
            "description": "How to tie things.",
            "language": "en",
            "revision": 1,
            "digest": "made",
            **self._stamps(),
            **more,
        }
        return await self._save(Course(id=id_, title=title, **values))

    async def week(
        self, course: Course | None = None, *, title: str = "Bends", **more: Any
    ) -> Week:
        course = course or await self.course()
        values = {
            "number": int(self._next()),
            "focus": "Joining two ropes.",
            "milestone": "You can join two ropes.",
            "check_in": "Which knot held?",
            "updated_at": clock.now(),
            **more,
        }
        return await self._save(Week(id=new_id(), course_id=course.id, title=title, **values))

    async def lesson(self, week: Week | None = None, *, title: str = "Reef", **more: Any) -> Lesson:
        week = week or await self.week()
        values = {
            "code": f"lesson-{self._next():.0f}",
            "day": 1,
            "body": "## Ropes\n\nRight over left, left over right.",
            "kind": "lesson",
            "xp_reward": 20,
            "difficulty": "normal",
            "minutes": 15,
            "updated_at": clock.now(),
            **more,
        }
        return await self._save(
            Lesson(id=new_id(), course_id=week.course_id, week_id=week.id, title=title, **values)
        )

    async def question(self, lesson: Lesson | None = None, **more: Any) -> Question:
        lesson = lesson or await self.lesson()
        values = {
            "code": f"question-{self._next():.0f}",
            "kind": "true_false",
            "topic": "ropes",
            "difficulty": 1,
            "stem": "A reef knot is left over left.",
            "given": {},
            "answer": {"value": False},
            "explanation": "It is right over left, then left over right.",
            "see": "Ropes",
            "position": self._next(),
            "origin": "admin",
            **self._stamps(),
            **more,
        }
        return await self._save(Question(id=new_id(), lesson_id=lesson.id, **values))

    async def card(self, user: Person, question: Question | None = None, **more: Any) -> ReviewCard:
        question = question or await self.question()
        now = clock.now()
        values = {"memory": dict(recall.NEW), "due_at": now, "created_at": now, **more}
        return await self._save(
            ReviewCard(id=new_id(), user_id=user.id, question_id=question.id, **values)
        )
