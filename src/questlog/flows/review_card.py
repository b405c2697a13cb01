"""Reviewing: a card is answered, comes back in its time, and pays once a day."""

from typing import Any
from uuid import UUID

from questlog.core.db import Session
from questlog.game import earning, review_days
from questlog.game.content import content
from questlog.game.deeds import Deed
from questlog.game.review_days import ReviewDay
from questlog.identity import users
from questlog.learning import cards, review_stats
from questlog.learning.cards import Reviewed


async def review_card(
    session: Session,
    user_id: UUID,
    card_id: UUID,
    *,
    answer: Any = None,
    rating: int | None = None,
    timezone: str,
) -> dict[str, Any]:
    """Answer a card that is due; return it with what is right, when it comes back, and the receipt.

    Raises `CardNotFoundError`, `CardNotYoursError`, `CardNotDueError`, `ReviewsDoneError`, `NothingSaidError`,
    `AnswerMisfitError`.
    """
    limit = await _limit(session, user_id)
    card = await cards.claim(session, user_id, card_id)
    day = await review_days.count(session, user_id, timezone=timezone, limit=limit)
    made = await cards.review(session, card, answer, rating, local_day=day.day, timezone=timezone)
    deed = _deed(made, day)
    earned = await earning.earn(session, user_id, deed, timezone=timezone, is_first=True)
    return {
        **cards.answered(made.card),
        "rating": made.rating,
        "is_correct": made.is_correct,
        "left_today": day.left - 1,
        "session_completed": bool(deed.counts),
        "receipt": earned.receipt(),
    }


async def daily_reviews(session: Session, user_id: UUID, *, timezone: str) -> dict[str, Any]:
    """Return the cards for now, the longest due first, as many as the day still has room for."""
    limit = await _limit(session, user_id)
    day = await review_days.look(session, user_id, timezone=timezone, limit=limit)
    waiting = await cards.due(session, user_id, most=day.left) if day.left else []
    return {
        "items": [cards.asked(card) for card in waiting],
        "next_due_at": None if waiting else await cards.next_due(session, user_id),
        **_shown(day),
    }


async def reviews_overview(session: Session, user_id: UUID, *, timezone: str) -> dict[str, Any]:
    """Return how the cards stand, how well they are remembered, and what is coming."""
    limit = await _limit(session, user_id)
    day = await review_days.look(session, user_id, timezone=timezone, limit=limit)
    found = await review_stats.of(session, user_id, today=day.day, timezone=timezone)
    return {**found, **_shown(day)}


def _deed(made: Reviewed, day: ReviewDay) -> Deed:
    rule = content().rules.review
    ends_session = made.ends_session(rule.session)
    return Deed(
        kind="review",
        source_id=made.card["id"],
        key=made.key,
        cause_id=made.review_id,
        title=made.card["stem"],
        base=rule.xp if made.pays else 0,
        counts={"review_sessions": 1} if ends_session else {},
        hearts=1 if ends_session and day.has_hearts else 0,
    )


def _shown(day: ReviewDay) -> dict[str, int]:
    return {"done_today": day.done, "limit": day.limit, "left_today": day.left}


async def _limit(session: Session, user_id: UUID) -> int:
    return review_days.limit_of((await users.get_by_id(session, user_id)).settings)
