"""The game's tables: who plays, what was paid, what is fought and what is striven for.

The ledger is the truth; a player's balances are its sums, kept for speed and rebuilt by `questlog game recompute`.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from questlog.core.db import Base
from questlog.core.types import Id, Json, Moment


def _owner(*, is_key: bool = False) -> Mapped[UUID]:
    return mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=is_key)


def _zero() -> Mapped[int]:
    return mapped_column(server_default=text("0"), default=0)


class Player(Base):
    """One user in the game. `gold - gold_debt` is what the ledger sums up to; one of the two is 0.

    The day of the game is `day_on`: it began at `day_began`, by the clock of `zone`, which changes only when a day
    ends (`game/days.py`).
    """

    __tablename__ = "players"

    user_id: Mapped[UUID] = _owner(is_key=True)
    xp: Mapped[int] = _zero()
    gold: Mapped[int] = _zero()
    gold_debt: Mapped[int] = _zero()
    hearts: Mapped[int] = mapped_column(server_default=text("5"), default=5)
    hearts_at: Mapped[datetime | None] = mapped_column(Moment)
    """Since when the next heart grows back; null while none is missing."""
    hearts_off: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    """Whether the user plays without hearts: none is lost, and quizzes never wait."""
    streak: Mapped[int] = _zero()
    best_streak: Mapped[int] = _zero()
    streak_on: Mapped[date | None] = mapped_column(Date)
    """The last day of the streak, frozen days included."""
    streak_freezes: Mapped[int] = _zero()
    potion_left: Mapped[int] = _zero()
    """How many further completions a focus potion makes better."""
    boss_id: Mapped[UUID | None] = mapped_column(Id)
    boss_damage: Mapped[int] = _zero()
    """What the present boss has lost."""
    zone: Mapped[str] = mapped_column(String(64), server_default="UTC", default="UTC")
    zone_since: Mapped[datetime | None] = mapped_column(Moment)
    """When the zone was last changed; null until the user chooses one."""
    day_on: Mapped[date] = mapped_column(Date)
    day_began: Mapped[datetime] = mapped_column(Moment)
    day_tasks: Mapped[int] = _zero()
    """How many own tasks were paid for on this day, those taken back included: what the daily cap counts."""
    day_ahead: Mapped[int] = _zero()
    """How many completions ahead of their date were paid for on this day."""
    began_on: Mapped[date] = mapped_column(Date)
    """The first day with the product."""
    reviews_on: Mapped[date | None] = mapped_column(Date)
    reviews_today: Mapped[int] = _zero()
    """How many cards were reviewed on `reviews_on`."""
    counters: Mapped[dict[str, int]] = mapped_column(Json, server_default="{}", default=dict)
    """What objectives count, by `game/metrics.py`'s keys."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)

    __table_args__ = (
        CheckConstraint("gold >= 0", name="gold_not_negative"),
        CheckConstraint("gold_debt >= 0", name="debt_not_negative"),
        CheckConstraint("gold = 0 OR gold_debt = 0", name="gold_pays_debt"),
        CheckConstraint("hearts >= 0", name="hearts_not_negative"),
        CheckConstraint("streak_freezes >= 0", name="freezes_not_negative"),
        CheckConstraint("potion_left >= 0", name="potion_not_negative"),
        CheckConstraint("boss_damage >= 0", name="damage_not_negative"),
    )


class LedgerEntry(Base):
    """One movement of a player's balances. Rows are only ever added.

    A `grant` pays for something done, once for each (source, occurrence, round); a `reversal` takes one grant back; a
    `change` is everything else: buying, hearts, days, adjustments by an operator. `cause_id` names what it belongs to
    (an occurrence, an attempt, …): whoever takes that back takes back all of its rows.
    """

    __tablename__ = "ledger"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    entry: Mapped[str] = mapped_column(String(16))
    source_kind: Mapped[str] = mapped_column(String(16))
    """`task`, `lesson`, `quiz`, `review`, `goal`, `course`, `boss`, `quest`, `challenge`, `purchase`, `heart`, `day`, `adjustment`."""
    source_id: Mapped[str] = mapped_column(String(64))
    occurrence_key: Mapped[str] = mapped_column(String(40))
    round: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    """How often the same was paid before, each time taken back, and one."""
    cause_id: Mapped[UUID] = mapped_column(Id)
    reverses_id: Mapped[UUID | None] = mapped_column(Id)
    xp: Mapped[int] = _zero()
    gold: Mapped[int] = _zero()
    hearts: Mapped[int] = _zero()
    freezes: Mapped[int] = _zero()
    potion: Mapped[int] = _zero()
    damage: Mapped[int] = _zero()
    boss_id: Mapped[UUID | None] = mapped_column(Id)
    """The boss that took the damage."""
    rule_version: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    local_day: Mapped[date] = mapped_column(Date)
    details: Mapped[dict[str, Any]] = mapped_column(Json)
    """What the words of the entry are made of: title, base, factors, counters."""
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        CheckConstraint("entry IN ('grant', 'reversal', 'change')", name="entry_known"),
        CheckConstraint(
            "(entry = 'reversal') = (reverses_id IS NOT NULL)", name="reversal_names_grant"
        ),
        Index(
            "uq_ledger_grant",
            "user_id",
            "source_kind",
            "source_id",
            "occurrence_key",
            "round",
            unique=True,
            sqlite_where=text("entry = 'grant'"),
            postgresql_where=text("entry = 'grant'"),
        ),
        Index(
            "uq_ledger_reversal",
            "reverses_id",
            unique=True,
            sqlite_where=text("reverses_id IS NOT NULL"),
            postgresql_where=text("reverses_id IS NOT NULL"),
        ),
        Index("ix_ledger_day", "user_id", "local_day", "source_kind"),
        Index("ix_ledger_newest", "user_id", "id"),
        Index("ix_ledger_cause", "user_id", "cause_id"),
    )


class PlayerBoss(Base):
    """A boss a player meets. One is `active`; a week's boss makes the ladder's wait."""

    __tablename__ = "player_bosses"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    kind: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(80))
    """Of the ladder's content, or `<course slug>/<week>`."""
    name: Mapped[str | None] = mapped_column(String(200))
    """A week's boss has the name its course gives it; the ladder's names are content."""
    round: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    """How often the ladder was climbed, and one."""
    hp_max: Mapped[int]
    damage_before: Mapped[int] = _zero()
    """What it had lost when it began to wait."""
    bonus_xp: Mapped[int]
    week_id: Mapped[UUID | None] = mapped_column(Id)
    state: Mapped[str] = mapped_column(String(8))
    defeated_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        UniqueConstraint("user_id", "code", "round"),
        CheckConstraint("kind IN ('ladder', 'week')", name="kind_known"),
        CheckConstraint("state IN ('active', 'waiting', 'defeated', 'gone')", name="state_known"),
        CheckConstraint("hp_max > 0", name="hp_positive"),
        Index(
            "uq_player_bosses_active",
            "user_id",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )


class Pursuit(Base):
    """A quest or a challenge somebody is on, or was. Progress is what its metric counted since `baseline`."""

    __tablename__ = "pursuits"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    kind: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(80))
    round: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    state: Mapped[str] = mapped_column(String(16))
    baseline: Mapped[dict[str, int]] = mapped_column(Json)
    """The counters of its metrics when it began; a missing one was 0."""
    steps_done: Mapped[list[str]] = mapped_column(Json)
    """The objectives reached so far, by code."""
    progress: Mapped[dict[str, int]] = mapped_column(Json)
    """How far each objective had come when it ended; empty while it goes on."""
    started_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    """The last day that counts; null for one without a deadline."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        UniqueConstraint("user_id", "kind", "code", "round"),
        CheckConstraint("kind IN ('quest', 'challenge')", name="kind_known"),
        CheckConstraint("state IN ('active', 'completed', 'expired', 'left')", name="state_known"),
        Index(
            "uq_pursuits_active",
            "user_id",
            "kind",
            "code",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )


class Badge(Base):
    """A badge somebody has. Losing it needs the very completion taken back that earned it."""

    __tablename__ = "badges"

    user_id: Mapped[UUID] = _owner(is_key=True)
    code: Mapped[str] = mapped_column(String(120), primary_key=True)
    """Of the content, or `week/<course slug>/<number>` and `course/<course slug>`."""
    title: Mapped[str | None] = mapped_column(String(300))
    """What a badge that is no content is called."""
    cause_id: Mapped[UUID] = mapped_column(Id)
    earned_on: Mapped[date] = mapped_column(Date)
    earned_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_badges_cause", "user_id", "cause_id"),)


class SettledDay(Base):
    """What became of a day that mattered for a streak. Made once, by whoever comes first."""

    __tablename__ = "settled_days"

    user_id: Mapped[UUID] = _owner(is_key=True)
    local_day: Mapped[date] = mapped_column(Date, primary_key=True)
    outcome: Mapped[str] = mapped_column(String(8))
    settled_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        CheckConstraint("outcome IN ('kept', 'frozen', 'broken')", name="outcome_known"),
    )
