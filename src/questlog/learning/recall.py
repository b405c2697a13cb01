"""When a card comes back: FSRS with the defaults of its library, without its random spread. Pure.

A memory is what the scheduler keeps of a card, plain JSON, the same on every database and machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from fsrs import Card, Rating, Scheduler, State

from questlog.core import clock

SCHEDULER = Scheduler(enable_fuzzing=False)
A_DAY = timedelta(days=1)
NO_ID = 0  # FSRS names cards by numbers, and would wait a millisecond to make one up

type Memory = Mapping[str, Any]

NEW: Memory = {
    "state": State.Learning.value,
    "step": 0,
    "stability": None,
    "difficulty": None,
    "last_review": None,
}


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is remembered of a card after an answer, and when it comes back."""

    memory: dict[str, Any]
    due_at: datetime
    is_lapse: bool
    """It was known before, and is not any more."""


def recalled(memory: Memory, rating: int, *, now: datetime, timezone: str) -> Recalled:
    """Return what an answer rated 1 (again) to 4 (easy) makes of a memory.

    What comes back in days comes back with its day, where the user lives, and not in the middle of it; so the days
    that have passed are counted by the calendar, too.
    """
    card = _card(memory, now, timezone)
    after, _ = SCHEDULER.review_card(card, Rating(rating), now.astimezone(UTC))
    rests = after.due - now
    due_at = after.due if rests < A_DAY else _in_days(rests.days, now, timezone)
    lapse = card.state is State.Review and rating == Rating.Again
    return Recalled(_memory(after), due_at, lapse)


def state_of(memory: Memory) -> str:
    """Return `new`, `learning`, `review` or `relearning`."""
    return "new" if memory["last_review"] is None else State(memory["state"]).name.lower()


def _card(memory: Memory, now: datetime, timezone: str) -> Card:
    return Card(
        card_id=NO_ID,
        state=State(memory["state"]),
        step=memory["step"],
        stability=memory["stability"],
        difficulty=memory["difficulty"],
        due=now.astimezone(UTC),
        last_review=_last_review(memory, now, timezone),
    )


def _last_review(memory: Memory, now: datetime, timezone: str) -> datetime | None:
    """Return a moment that lies as many whole days back as nights have passed; FSRS counts whole days only."""
    if memory["last_review"] is None:
        return None
    last = datetime.fromisoformat(memory["last_review"])
    nights = clock.local_date(now, timezone) - clock.local_date(last, timezone)
    return (now - nights).astimezone(UTC) if nights.days > 0 else last


def _memory(card: Card) -> dict[str, Any]:
    return {
        "state": card.state.value,
        "step": card.step,
        "stability": card.stability,
        "difficulty": card.difficulty,
        "last_review": None if card.last_review is None else card.last_review.isoformat(),
    }


def _in_days(days: int, now: datetime, timezone: str) -> datetime:
    day = clock.local_date(now, timezone) + timedelta(days=days)
    return datetime.combine(day, time.min, clock.zone(timezone)).astimezone(UTC)
