"""When a card comes back: FSRS with the defaults of its library, without its random spread. Pure.

A memory is what the scheduler keeps of a card, plain JSON, the same on every database and machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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

    What comes back in days comes back with its day, where the user lives, and not in the middle of it.
    """
    card = _card(memory, now)
    after, _ = SCHEDULER.review_card(card, Rating(rating), now.astimezone(UTC))
    due_at = after.due
    if due_at - now.astimezone(UTC) >= A_DAY:
        due_at = _beginning_of_day(due_at, timezone)
    lapse = card.state is State.Review and rating == Rating.Again
    return Recalled(_memory(after), due_at, lapse)


def state_of(memory: Memory) -> str:
    """Return `new`, `learning`, `review` or `relearning`."""
    return "new" if memory["last_review"] is None else State(memory["state"]).name.lower()


def _card(memory: Memory, now: datetime) -> Card:
    last = memory["last_review"]
    return Card(
        card_id=NO_ID,
        state=State(memory["state"]),
        step=memory["step"],
        stability=memory["stability"],
        difficulty=memory["difficulty"],
        due=now.astimezone(UTC),
        last_review=None if last is None else datetime.fromisoformat(last),
    )


def _memory(card: Card) -> dict[str, Any]:
    return {
        "state": card.state.value,
        "step": card.step,
        "stability": card.stability,
        "difficulty": card.difficulty,
        "last_review": None if card.last_review is None else card.last_review.isoformat(),
    }


def _beginning_of_day(moment: datetime, timezone: str) -> datetime:
    local = moment.astimezone(clock.zone(timezone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)
