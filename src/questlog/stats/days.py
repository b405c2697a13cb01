"""Days in a row and days without anything: what a calendar shows. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Streak:
    """Runs of days, in days."""

    current: int
    best: int


def span(first: date, last: date) -> Iterator[date]:
    """Yield every day from `first` to `last`, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def streak_of(days: Iterable[date], *, today: date) -> Streak:
    """Return the longest run of days and the one that is still alive: today may be yet to come."""
    best = run = 0
    before: date | None = None
    for day in sorted(days):
        run = run + 1 if before is not None and day - before == ONE_DAY else 1
        best, before = max(best, run), day
    is_alive = before is not None and today - before <= ONE_DAY
    return Streak(run if is_alive else 0, best)
