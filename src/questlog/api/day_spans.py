"""Spans of days in a query, as moments on the asker's clock."""

from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import Query

from questlog.core import clock
from questlog.core.schemas import IsoDate

ONE_DAY = timedelta(days=1)

FirstDay = Annotated[
    IsoDate | None, Query(alias="from", description="The first day, in your zone.")
]
LastDay = Annotated[IsoDate | None, Query(alias="to", description="The last day, in your zone.")]


def moments(
    first: date | None, last: date | None, timezone: str
) -> tuple[datetime | None, datetime | None]:
    """Return the first moment of a span and the first one behind it; None where it is open."""
    zone = clock.zone(timezone)
    begin = None if first is None else datetime.combine(first, time.min, zone)
    end = None if last is None else datetime.combine(last + ONE_DAY, time.min, zone)
    return begin, end
