"""The only place that asks what time it is, so that tests can move it."""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


def now() -> datetime:
    return datetime.now(UTC)


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local_date(moment: datetime, timezone: str) -> date:
    """Return the day that `moment` belongs to for someone living in `timezone`."""
    return moment.astimezone(zone(timezone)).date()


def today(timezone: str) -> date:
    return local_date(now(), timezone)
