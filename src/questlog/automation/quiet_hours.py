"""When somebody is not to be disturbed, as wall clocks of where they live. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from questlog.core import clock

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class QuietHours:
    """From `start` until before `end` by the clock; over midnight where `end` is the earlier one."""

    start: time
    end: time

    def end_after(self, moment: datetime, timezone: str) -> datetime | None:
        """Return when the quiet that `moment` falls into is over, or None when it falls into none."""
        today = clock.local_date(moment, timezone)
        for day in (today - ONE_DAY, today):
            ends_on = day if self.start < self.end else day + ONE_DAY
            begins = at_clock(day, self.start, timezone)
            ends = at_clock(ends_on, self.end, timezone)
            if begins <= moment < ends:
                return ends
        return None


def at_clock(day: date, wall_time: time, timezone: str) -> datetime:
    """Return the moment at which clocks in the zone show `wall_time` on `day`.

    A time that the change to summer time leaves out is moved forward by what was left out; of one that comes twice the
    first one counts (PEP 495, fold 0).
    """
    return datetime.combine(day, wall_time, clock.zone(timezone)).astimezone(UTC)
