"""Tasks as an iCalendar (RFC 5545): each dated one as an event, and every one as a to-do. Pure.

Written line by line: a calendar is asked for again and again, and needs no model of every property. Descriptions of time
zones come from the library that the tests read it with.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from icalendar import Timezone

from questlog.planning import calendar_rules
from questlog.planning.calendar_rules import Dates, Series, When, clock_text, day_text, moment_text
from questlog.planning.task_answers import sorted_names

type Only = Literal["events", "todos"]
type Row = Mapping[Any, Any]

FOLDED_AT = 75
PRIORITIES = (0, 7, 5, 3, 1)
STATUSES = {"pending": "NEEDS-ACTION", "in_progress": "IN-PROCESS"}
LONGEST_DESCRIPTION = 1000
DEFAULT_MINUTES = 30
YEARS_OF_ZONES = 10
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


@dataclass(frozen=True, slots=True)
class Desk:
    """Where and when a calendar is written."""

    zone: tzinfo
    today: date


def write(rows: Sequence[Row], *, zone: tzinfo, today: date, only: Only | None = None) -> bytes:
    """Return the calendar of these tasks, with their times where the user lives."""
    desk = Desk(zone, today)
    dates = {row["id"]: calendar_rules.of(row, zone) for row in rows if row["due_on"] is not None}
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Questlog//Calendar//EN",
        "CALSCALE:GREGORIAN",
        "NAME:Questlog",
        "X-WR-CALNAME:Questlog",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    zoned = [when for told in dates.values() if isinstance(when := told.now, datetime)]
    if zoned and isinstance(zone, ZoneInfo) and zone.key != "UTC":
        first = min([today.year, *(when.year for when in zoned)])
        lines += _zone_lines(zone.key, max(first, today.year - YEARS_OF_ZONES), today.year)
    for row in rows:
        told, about = dates.get(row["id"]), list(_about(row))
        if only != "todos" and told is not None and row["completed_at"] is None:
            lines += _events(row, told, about, desk)
        if only != "events":
            lines += _todos(row, told, about, desk)
    lines.append("END:VCALENDAR")
    return "\r\n".join([*map(_folded, lines), ""]).encode()


@lru_cache(maxsize=256)
def _zone_lines(name: str, first_year: int, this_year: int) -> tuple[str, ...]:
    described = Timezone.from_tzid(
        name,
        first_date=date(first_year, 1, 1),
        last_date=date(this_year + YEARS_OF_ZONES, 1, 1),
    )
    text: str = described.to_ical().decode()
    return tuple(text.replace("\r\n ", "").split("\r\n")[:-1])


def _events(row: Row, dates: Dates, about: list[str], desk: Desk) -> Iterator[str]:
    name = f"{row['id']}-event"
    for part, when, series in _parts(name, dates):
        yield "BEGIN:VEVENT"
        yield f"UID:{_uid(part)}"
        yield from about
        yield _when("DTSTART", when, desk)
        if isinstance(when, datetime):
            yield f"DURATION:PT{row['duration_minutes'] or DEFAULT_MINUTES}M"
        else:
            yield "TRANSP:TRANSPARENT"
        yield from _repeated(series, desk)
        yield "END:VEVENT"


def _todos(row: Row, dates: Dates | None, about: list[str], desk: Desk) -> Iterator[str]:
    parts = [(str(row["id"]), None, None)] if dates is None else _parts(str(row["id"]), dates)
    for part, when, series in parts:
        yield "BEGIN:VTODO"
        yield f"UID:{_uid(part)}"
        yield from about
        start = when if series is not None else _start(row, when, desk)
        if start is not None:
            yield _when("DTSTART", start, desk)
        # Of a series DUE would have to be later than DTSTART (§ 3.8.2.3).
        if when is not None and series is None:
            yield _when("DUE", when, desk)
        yield from _repeated(series, desk)
        if row["parent_task_id"] is not None:
            yield f"RELATED-TO:{_uid(row['parent_task_id'])}"
        yield from _standing(row)
        yield "END:VTODO"


def _parts(name: str, dates: Dates) -> list[tuple[str, When, Series | None]]:
    """A present date off the rhythm, and the series it belongs to, are two."""
    if dates.series is None:
        return [(name, dates.now, None)]
    if dates.is_together:
        return [(name, dates.series.first, dates.series)]
    return [(name, dates.now, None), (f"{name}-series", dates.series.first, dates.series)]


def _about(row: Row) -> Iterator[str]:
    changed = moment_text(row["updated_at"])
    yield f"DTSTAMP:{changed}"
    yield f"CREATED:{moment_text(row['created_at'])}"
    yield f"LAST-MODIFIED:{changed}"
    yield f"SEQUENCE:{row['version']}"
    yield f"SUMMARY:{_text(row['title'])}"
    if row["description"]:
        yield f"DESCRIPTION:{_text(_shortened(row['description']))}"
    if labels := sorted_names(row["labels"]):
        yield f"CATEGORIES:{','.join(map(_text, labels))}"
    if row["priority"]:
        yield f"PRIORITY:{PRIORITIES[row['priority']]}"


def _standing(row: Row) -> Iterator[str]:
    if row["completed_at"] is None:
        yield f"STATUS:{STATUSES[row['state']]}"
        return
    yield "STATUS:COMPLETED"
    yield "PERCENT-COMPLETE:100"
    yield f"COMPLETED:{moment_text(row['completed_at'])}"


def _start(row: Row, due: When | None, desk: Desk) -> When | None:
    """The day a task can be begun, in the form of its due date and before it (§ 3.8.2.3)."""
    day: date | None = row["start_on"]
    if day is None or not isinstance(due, datetime):
        return day if due is None or day is None or day < due else None
    start = datetime.combine(day, time(), desk.zone)
    return start if start < due else None


def _repeated(series: Series | None, desk: Desk) -> Iterator[str]:
    if series is None:
        return
    if series.rule is not None:
        yield f"RRULE:{series.rule}"
    for when in series.dates:
        yield _when("RDATE", when, desk)


def _when(name: str, when: When, desk: Desk) -> str:
    if not isinstance(when, datetime):
        return f"{name};VALUE=DATE:{day_text(when)}"
    key = getattr(desk.zone, "key", "UTC")
    # A clock time that comes twice means the first one (§ 3.3.5).
    if key == "UTC" or desk.zone is UTC or when.fold:
        return f"{name}:{moment_text(when)}"
    return f"{name};TZID={key}:{clock_text(when.astimezone(desk.zone))}"


def _uid(name: Any) -> str:
    return f"{name}@questlog"


def _text(value: str) -> str:
    return value.translate(ESCAPED)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_DESCRIPTION else f"{text[:LONGEST_DESCRIPTION]}…"


def _folded(line: str) -> str:
    """Break a line into pieces of at most 75 octets, never inside a character (§ 3.1)."""
    if len(line) <= FOLDED_AT and line.isascii():
        return line
    return "\r\n ".join(piece.decode() for piece in _pieces(line.encode()))


def _pieces(octets: bytes) -> Iterable[bytes]:
    start, room = 0, FOLDED_AT
    while start < len(octets):
        end = min(start + room, len(octets))
        while end < len(octets) and octets[end] & 0xC0 == 0x80:
            end -= 1
        yield octets[start:end]
        start, room = end, FOLDED_AT - 1
