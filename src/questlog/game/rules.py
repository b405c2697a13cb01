"""What the game's content is made of, as it stands in `game/content/*.yaml` and is checked when it is read."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from questlog.game import metrics

type Difficulty = Literal["trivial", "normal", "hard", "boss"]
type Metric = Literal[
    "tasks_completed",
    "distinct_days",
    "xp_earned",
    "lessons_completed",
    "weeks_completed",
    "courses_completed",
    "quizzes_passed",
    "perfect_quizzes",
    "reviews_done",
    "review_sessions",
    "streak_days",
    "bosses_defeated",
    "goals_completed",
    "days_with_product",
]
type Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
type Positive = Annotated[int, Field(ge=1, le=1_000_000)]
type Amount = Annotated[int, Field(ge=0, le=100_000)]
type Factor = Annotated[float, Field(ge=0, le=10)]

# What a filter may ask for, by metric.
FILTERS: Mapping[str, frozenset[str]] = {
    "tasks_completed": frozenset({"difficulty", "has_project"}),
    "lessons_completed": frozenset({"course"}),
    "weeks_completed": frozenset({"course"}),
    "courses_completed": frozenset({"course"}),
    "bosses_defeated": frozenset({"boss"}),
}


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Part):
    """A text in every language the product speaks."""

    en: str = Field(min_length=1, max_length=1000)
    ru: str = Field(min_length=1, max_length=1000)

    def in_(self, locale: str) -> str:
        return self.ru if locale == "ru" else self.en


class Reward(Part):
    xp: Amount = 0
    gold: Amount = 0
    freezes: Annotated[int, Field(ge=0, le=2)] = 0


class Objective(Part):
    """So much of a metric; `filter` narrows what is counted to one property."""

    metric: Metric
    filter: dict[str, str | bool] = Field(default_factory=dict, max_length=1)
    target: Positive

    @cached_property
    def key(self) -> str:
        """The counter that it asks for."""
        return metrics.key(self.metric, self.filter)

    @model_validator(mode="after")
    def _is_counted(self) -> "Objective":
        unknown = self.filter.keys() - FILTERS.get(self.metric, frozenset())
        if unknown:
            known = ", ".join(sorted(FILTERS.get(self.metric, ()))) or "nothing"
            raise ValueError(f"{self.metric} can be filtered by {known}, not by {unknown.pop()}")
        return self


class QuestStep(Objective):
    code: Code
    title: Text
    hint: Text


class After(Part):
    after: Code


class Quest(Part):
    code: Code
    title: Text
    story: Text
    reward: Reward
    starts: Literal["sign_up"] | After
    objectives: tuple[QuestStep, ...] = Field(min_length=1, max_length=20)


class Challenge(Objective):
    code: Code
    title: Text
    story: Text
    window_days: Annotated[int, Field(ge=1, le=366)]
    reward: Reward
    standing: bool = False
    repeatable: bool = True


class BadgeRule(Objective):
    code: Code
    title: Text
    text: Text
    icon: str = Field(min_length=1, max_length=8)


class LadderBoss(Part):
    code: Code
    name: Text
    story: Text
    hp: Positive
    bonus_xp: Amount


class LevelRule(Part):
    base: Positive
    exponent: Factor


class CapRule(Part):
    """Rewarded completions of own tasks in a day: so many in full, then so many at half."""

    full: Positive
    half: Amount


class HeartRule(Part):
    max: Annotated[int, Field(ge=1, le=100)]
    regain_hours: Annotated[int, Field(ge=1, le=168)]
    review_session: Positive


class ShopItem(Part):
    code: Code
    title: Text
    text: Text
    price: Positive
    hold: Positive | None = None
    """How many one can own."""
    completions: Positive | None = None
    factor: Factor | None = None


class QuizRule(Part):
    base_xp: Amount
    per_correct: Amount
    pass_percent: Annotated[int, Field(ge=1, le=100)]
    resubmit_seconds: Amount


class ReviewRule(Part):
    xp: Amount
    daily: Positive
    session: Positive


class Rules(Part):
    """The numbers. `version` is written into the ledger with every entry."""

    version: Positive = 1
    base_xp: Positive
    difficulty: dict[Difficulty, Factor]
    subtask_factor: Factor
    gold_per_xp: Positive
    level: LevelRule
    cap: CapRule
    hearts: HeartRule
    shop: tuple[ShopItem, ...]
    ladder_again_factor: Factor
    quiz: QuizRule
    review: ReviewRule
