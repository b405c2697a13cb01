"""Which day each lesson of a course falls on. Pure."""

from collections.abc import Collection
from datetime import date, timedelta


def days_from(start: date, count: int, skipped_weekdays: Collection[int] = ()) -> list[date]:
    """Return `count` days from `start` on, one after another, without the ISO weekdays that are skipped.

    At least one weekday is left; a `start` that is skipped itself moves to the next day that is not.
    """
    found: list[date] = []
    day = start
    while len(found) < count:
        if day.isoweekday() not in skipped_weekdays:
            found.append(day)
        day += timedelta(days=1)
    return found
