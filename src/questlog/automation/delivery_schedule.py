"""When a message is tried again. Pure."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from random import uniform
from typing import Final

PAUSES: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
"""The pauses after each failed try but the last; each is up to a fifth shorter or longer."""
MOST_ATTEMPTS: Final = len(PAUSES) + 1
SPREAD: Final = 0.2
LONGEST_WISH: Final = timedelta(hours=24)
GIVEN_UP_AFTER: Final = timedelta(hours=120)
"""An endpoint that only failed for so long is switched off."""
LATELY: Final = timedelta(hours=48)
"""A failure after so long without any try begins the count anew: tries of one message are a day apart at most."""


def next_due(
    attempts: int,
    now: datetime,
    *,
    retry_after: str | None = None,
    share: Callable[[float, float], float] = uniform,
) -> datetime | None:
    """Return when to try again after `attempts` failures, or None when that was the last.

    `Retry-After` (seconds or an HTTP date, RFC 9110 § 10.2.3) makes the pause longer, never shorter, and a day at most.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    pause = PAUSES[max(attempts, 1) - 1] * share(1 - SPREAD, 1 + SPREAD)
    wished = min(_wish(retry_after, now), LONGEST_WISH)
    return now + max(pause, wished)


def _wish(retry_after: str | None, now: datetime) -> timedelta:
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), LONGEST_WISH.total_seconds()))
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):  # years, hours and zones beyond all calendars
        return timedelta(0)
