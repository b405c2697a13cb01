"""From a day on the wall calendar to a moment in UTC."""

from datetime import UTC, date, datetime, time, tzinfo


def moment(day: date, wall_time: time, zone: tzinfo) -> datetime:
    """Return the moment at which clocks in `zone` show `wall_time` on `day`.

    A time that the change to summer time leaves out is moved forward by what was left out (02:30 becomes 03:30);
    of a time that comes twice the first one counts (PEP 495, fold 0). Because of the former, a series keeps its
    wall time beside its moment: read back from the moment, 02:30 would stay 03:30 for ever.
    """
    return datetime.combine(day, wall_time.replace(tzinfo=None, fold=0), zone).astimezone(UTC)
