"""Reviews on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from questlog.core.schemas import Answer, Strict, whole_number
from questlog.learning.quiz_schemas import AnswerValue, AskedQuestion

RATINGS = ("again", "hard", "good", "easy")

type Rating = Literal["again", "hard", "good", "easy"]


class CardReview(Strict):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answer": "1200 litres", "rating": "easy"}]}
    )

    answer: AnswerValue = None
    rating: Rating | None = Field(
        None,
        description=(
            "How well you knew it. A wrong answer is always `again`, a right one `good` unless you say otherwise; "
            "without an answer your rating counts, and nothing is paid."
        ),
    )

    @property
    def rated(self) -> int | None:
        """Return the rating as the scheduler counts it, from 1."""
        return None if self.rating is None else RATINGS.index(self.rating) + 1


class CardResponse(AskedQuestion):
    id: UUID
    lesson_id: UUID
    state: Literal["new", "learning", "review", "relearning"]
    due_at: datetime
    reviews: int
    lapses: int = Field(description="How often it was known and then forgotten.")
    last_reviewed_at: datetime | None
    version: int


class DailyReviews(Answer):
    items: list[CardResponse] = Field(description="Those due longest first.")
    next_due_at: datetime | None = Field(description="When the next card comes, if none waits.")
    done_today: int
    limit: int = Field(description="`reviews_per_day` of your settings, or 20.")
    left_today: int


class ReviewedCard(CardResponse):
    rating: Annotated[int, whole_number(1, 4)] = Field(
        description="1 again, 2 hard, 3 good, 4 easy."
    )
    is_correct: bool | None = Field(description="Null where you rated it yourself.")
    solution: AnswerValue = Field(description="An answer that is right.")
    explanation: str
    see: str | None = Field(description="The heading of the lesson to read again.")
    left_today: int
    session_completed: bool = Field(
        description="The card that made the day's session, which heals a heart."
    )
    receipt: dict[str, Any]


class DueOnDay(Answer):
    date: date
    due: int


class ReviewStats(Answer):
    cards: int
    new: int
    learning: int
    review: int
    relearning: int
    due: int = Field(description="Cards that wait now.")
    reviews: int = Field(description="All there were.")
    retention: float | None = Field(
        description="The share of right answers in the last thirty days, of those graded here."
    )
    forecast: list[DueOnDay] = Field(
        description="How many cards come due on each of seven days; what is overdue counts for today."
    )
    done_today: int
    limit: int
    left_today: int
