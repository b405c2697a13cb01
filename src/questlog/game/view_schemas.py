"""What one sees of the game: ledger, quests, challenges, bosses, badges, and what a task would bring."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from questlog.core.receipt_schemas import Advance, BadgeName, Blow
from questlog.core.schemas import Answer

type SourceKind = Literal[
    "task",
    "lesson",
    "quiz",
    "review",
    "goal",
    "course",
    "boss",
    "quest",
    "challenge",
    "purchase",
    "heart",
    "day",
    "adjustment",
]
WHOLE = "Always null: the whole list is here."


class LedgerEntryResponse(Answer):
    """One movement of the balances. The amounts are signed, and each balance is the sum of its column."""

    id: UUID
    entry: Literal["grant", "reversal", "change"]
    source_kind: SourceKind
    source_id: str
    day: date = Field(description="The day of the game it counts for.")
    xp: int
    gold: int
    hearts: int
    streak_freezes: int
    potion: int = Field(description="Uses of the focus potion.")
    damage: int = Field(description="HP that the boss lost.")
    boss_id: UUID | None
    reverses_id: UUID | None = Field(description="The grant that a reversal takes back.")
    rule_version: int
    words: str = Field(description="What it is for and how it came about, in your language.")
    created_at: datetime


class LedgerPage(Answer):
    items: list[LedgerEntryResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class RewardResponse(Answer):
    xp: int
    gold: int
    streak_freezes: int


class Measured(Answer):
    metric: str
    target: int
    progress: int = Field(description="From 0 to the target.")
    reached: bool


class QuestStepResponse(Measured):
    code: str
    title: str
    hint: str


class QuestResponse(Answer):
    id: str
    title: str
    story: str
    state: Literal["completed", "active", "ahead"]
    starts_after: str | None = Field(description="The quest that has to be completed first.")
    objectives: list[QuestStepResponse]
    reward: RewardResponse
    started_on: date | None
    finished_at: datetime | None


class QuestList(Answer):
    items: list[QuestResponse]
    next_cursor: None = Field(None, description=WHOLE)


class ChallengeResponse(Measured):
    id: str
    title: str
    story: str
    state: Literal["open", "active", "completed", "expired", "left"] = Field(
        description="Of the last round; `open` was never joined."
    )
    window_days: int
    standing: bool = Field(description="It begins again by itself.")
    can_join: bool
    round: int
    times_completed: int
    reward: RewardResponse
    started_on: date | None
    ends_on: date | None = Field(description="The last day that counts.")
    days_left: int | None = Field(description="Today included.")
    finished_at: datetime | None


class ChallengeList(Answer):
    items: list[ChallengeResponse]
    next_cursor: None = Field(None, description=WHOLE)


class BossResponse(Answer):
    id: UUID | None = Field(description="Null for one that is ahead.")
    code: str
    kind: Literal["ladder", "week"]
    name: str
    story: str | None
    state: Literal["active", "waiting", "ahead", "defeated", "gone"]
    round: int = Field(description="How often the ladder was climbed, and one.")
    hp_max: int
    hp_left: int
    bonus_xp: int
    week_id: UUID | None
    defeated_at: datetime | None


class BossList(Answer):
    items: list[BossResponse]
    next_cursor: None = Field(None, description=WHOLE)


class BadgeResponse(Answer):
    code: str
    title: str
    text: str | None
    icon: str
    metric: str | None = Field(description="Null for a badge of a course.")
    target: int | None
    progress: int | None
    earned_on: date | None = Field(description="Null for one that is missing.")
    earned_at: datetime | None


class BadgeList(Answer):
    items: list[BadgeResponse]
    next_cursor: None = Field(None, description=WHOLE)


class PreviewResponse(Answer):
    """The game's part of a receipt, before there is one."""

    task_id: UUID
    pays: bool = Field(description="False when completing it now would be a repeat.")
    xp: int = Field(description="With the bonuses of what it would complete.")
    gold: int
    level_before: int
    level_after: int
    streak: int
    boss: Blow | None
    challenges: list[Advance]
    quests: list[Advance]
    badges: list[BadgeName]
    capped: bool = Field(description="Whether a daily limit takes something away.")
