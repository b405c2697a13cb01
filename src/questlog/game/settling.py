"""Settling: what became of a player since their row was written. Pure, so a read shows it and the next writer stores it.

Days end, missed ones cost a freeze, or a heart and the streak, and hearts grow back, all in the order of time. Whatever
happens is told once: settling what is settled changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from questlog.core.ids import new_id
from questlog.game import days, hearts
from questlog.game.content import content
from questlog.game.days import GameDay
from questlog.game.ledger import Entry
from questlog.game.rules import HeartRule

type Outcome = Literal["kept", "frozen", "broken"]

# Two completions at most 28 hours apart never lose a streak across a change of clocks or zone (G-09): a day of 20 hours
# that lies between them may be over for 8.
PATIENCE = timedelta(hours=28) - days.SHORTEST


@dataclass(frozen=True, slots=True)
class Settlement:
    """What to write: `columns` of the player that change, without hearts and freezes, which the ledger's `entries` move.

    `days` are those that mattered for a streak; `events` are types and payloads, in the order in which it happened.
    """

    columns: dict[str, Any]
    entries: Sequence[Entry]
    days: Sequence[tuple[date, Outcome]]
    events: Sequence[tuple[str, dict[str, Any]]]


def settle(player: Mapping[str, Any], *, now: datetime, timezone: str) -> Settlement:
    """Return what passed days make of a player. `timezone` is where the user says to live at this moment.

    While `streak` is above 0 afterwards it goes on: a completion makes it one more unless `streak_on` is `day_on`.
    """
    course = _Course(player, content().rules.hearts)
    # The first choice of a zone is for now; days before it ended by the zone there was.
    course.live_on(now, player["zone"] if player["zone_since"] is None else timezone)
    if course.choose(now, timezone):
        course.live_on(now, timezone)
    course.grow(now)
    found = course.columns()
    changed = {name: value for name, value in found.items() if value != player[name]}
    return Settlement(changed, course.entries, course.days, course.events)


class _Course:
    """The course of a player's days, walked from the one that is stored to the one it is."""

    def __init__(self, player: Mapping[str, Any], rule: HeartRule) -> None:
        self.rule = rule
        self.day = days.of(player)
        self.hearts = hearts.of(player)
        self.loses_hearts = not player["hearts_off"]
        self.streak: int = player["streak"]
        self.streak_on: date | None = player["streak_on"]
        self.freezes: int = player["streak_freezes"]
        self.began_on: date = player["began_on"]
        self.entries: list[Entry] = []
        self.days: list[tuple[date, Outcome]] = []
        self.events: list[tuple[str, dict[str, Any]]] = []

    def columns(self) -> dict[str, Any]:
        return {
            "day_on": self.day.on,
            "day_began": self.day.began,
            "zone": self.day.zone,
            "zone_since": self.day.zone_since,
            "streak": self.streak,
            "streak_on": self.streak_on,
            "began_on": self.began_on,
            "hearts_at": self.hearts.since,
        }

    def live_on(self, now: datetime, timezone: str) -> None:
        """Go through the days while a streak is at stake, and leap over the rest."""
        patience = PATIENCE  # a missed day whose verdict is still open had one that was not usual beside it
        while True:
            verdict_at = self.day.began + patience
            if self._misses_the_day_before() and verdict_at <= now:
                self._judge(self.day.on - days.ONE, verdict_at)
            if self.day.ends > now:
                return
            if not self.streak:
                self.day = days.at(self.day, now, timezone)
                return
            over = self._turn(timezone)
            patience = timedelta() if over.is_usual and self.day.is_usual else PATIENCE

    def choose(self, now: datetime, timezone: str) -> bool:
        """Move to the zone that was chosen first; return whether there was such a choice."""
        has_paid = self.streak_on is not None and self.streak_on >= self.day.on
        before = self.day
        self.day = days.chosen(
            before,
            now=now,
            timezone=timezone,
            is_at_stake=has_paid or self.streak > 0,
            is_new=self.streak_on is None,
        )
        self.began_on = min(self.began_on, self.day.on)
        return self.day != before

    def grow(self, now: datetime) -> None:
        before, self.hearts = self.hearts, hearts.grown(self.hearts, now, self.rule)
        gained = self.hearts.count - before.count
        if gained:
            self._enter("heart", now.isoformat(), "grown", self.day.on, hearts=gained)
            self._tell("heart.regained", by="time", count=gained, hearts=self.hearts.count)

    def _turn(self, timezone: str) -> GameDay:
        """Let the next day begin; return the one that is over."""
        over = self.day
        if self.streak_on == over.on:
            self.days.append((over.on, "kept"))
        self.day = days.after(over, timezone)
        return over

    def _misses_the_day_before(self) -> bool:
        yesterday = self.day.on - days.ONE
        return bool(self.streak and self.streak_on is not None and self.streak_on < yesterday)

    def _judge(self, missed: date, at: datetime) -> None:
        self.grow(at)
        if self.freezes:
            self._freeze(missed)
        else:
            self._break(missed, at)

    def _freeze(self, missed: date) -> None:
        self.freezes -= 1
        self.streak_on = missed
        self.days.append((missed, "frozen"))
        self._enter("day", missed.isoformat(), "frozen", missed, freezes=-1, streak=self.streak)
        self._tell("streak.frozen", day=missed.isoformat(), streak=self.streak, left=self.freezes)

    def _break(self, missed: date, at: datetime) -> None:
        day, streak, before = missed.isoformat(), self.streak, self.hearts
        self.streak = 0
        self.days.append((missed, "broken"))
        if self.loses_hearts:
            self.hearts = hearts.moved(before, -1, at, self.rule)
        lost = before.count - self.hearts.count
        self._enter("day", day, "broken", missed, hearts=-lost, streak=streak)
        self._tell("streak.broken", day=day, streak=streak)
        if lost:
            self._tell("heart.lost", by="missed_day", count=lost, day=day, hearts=self.hearts.count)

    def _enter(
        self,
        kind: str,
        source_id: str,
        key: str,
        day: date,
        *,
        hearts: int = 0,
        freezes: int = 0,
        **details: Any,
    ) -> None:
        entry = Entry(
            "change",
            kind,
            source_id,
            new_id(),
            day,
            key=key,
            hearts=hearts,
            freezes=freezes,
            details=details,
        )
        self.entries.append(entry)

    def _tell(self, type_: str, **payload: Any) -> None:
        self.events.append((type_, payload))
