"""Dates in words, English and Russian: found in a line, or read from a text that is nothing else.

docs/dates.md has the rules and what they were weighed against.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from questlog.core.exceptions import ValidationError
from questlog.planning.phrases import dates_clock, dates_days
from questlog.planning.phrases.dates_line import Line, Reading

LONGEST_PHRASE = 200
LONGEST_HINT = 40


class DatePhraseError(ValidationError):
    """`details` say where the understanding ends: `position` and `length` in the text, and what stands `near`."""

    code = "invalid_date_phrase"
    default_message = "This date cannot be understood."


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a text: the span of its words, half open, and what they name by the clock of the reader.

    `time` is None where the words name a day only.
    """

    start: int
    end: int
    day: date
    time: time | None
    names_day: bool = field(default=True, compare=False)
    """False for a time alone, whose `day` is the next one it comes on."""


def find(text: str, *, now: datetime, first_weekday: int = 0) -> list[FoundDate]:
    """Return the dates in a line, in their order; they do not overlap.

    Words that mean something else as well ("sun", "may", "2.10") are left alone unless their neighbours make them a
    date. `now` is an aware moment in the zone of the reader.
    """
    return list(_dates(Line(text, now, first_weekday)))


def read(text: str, *, now: datetime, first_weekday: int = 0) -> FoundDate:
    """Return the date that the whole text is. Raises `DatePhraseError`."""
    if len(text) > LONGEST_PHRASE:
        raise DatePhraseError(details=_place(text, LONGEST_PHRASE))
    line = Line(text, now, first_weekday, is_whole=True)
    found = _expression(line, 0)
    if found is None or found.end < len(line.tokens):
        token = line.token(found.end if found else 0)
        raise DatePhraseError(details=_place(text, token.start if token else 0))
    return _found(line, 0, found)


def _place(text: str, position: int) -> dict[str, int | str]:
    rest = text[position:]
    return {"position": position, "length": len(rest), "near": rest[:LONGEST_HINT]}


def _dates(line: Line) -> Iterator[FoundDate]:
    at = 0
    while at < len(line.tokens):
        found = _expression(line, at)
        if found is None:
            at += 1
            continue
        yield _found(line, at, found)
        at = found.end


def _expression(line: Line, at: int) -> Reading | None:
    """Return the longest date at `at` that stands free: a day and a time in either order, or one of them."""
    if not line.may_start(at):
        return None
    readings = [
        reading
        for reading in (*_day_first(line, at), *_time_first(line, at))
        if line.is_bounded(reading.end)
    ]
    return max(readings, key=lambda reading: reading.end, default=None)


def _day_first(line: Line, at: int) -> Iterator[Reading]:
    said = dates_days.read(line, at)
    while said is not None:
        yield said
        following = dates_clock.read(line, line.skip_mark(said.end, ","), after_day=True)
        said = _joined(said, following)


def _time_first(line: Line, at: int) -> Iterator[Reading]:
    said = dates_clock.read(line, at)
    while said is not None:
        yield said
        place = line.skip_mark(said.end, ",")
        said = _joined(said, dates_days.read(line, place)) or _joined(
            said, dates_clock.read(line, place, after_day=said.day is not None)
        )


def _joined(said: Reading, more: Reading | None) -> Reading | None:
    """Return both as one, unless both name a day or both a time."""
    if more is None or any(
        (said.day and more.day, said.part and more.part, None not in (said.clock, more.clock))
    ):
        return None
    return Reading(
        more.end,
        said.day or more.day,
        more.clock if said.clock is None else said.clock,
        said.part or more.part,
        is_open=said.is_open or more.is_open,
    )


def _found(line: Line, at: int, said: Reading) -> FoundDate:
    clock = _clock(said)
    day = said.day
    if day is None:
        day = line.today
        if clock is not None and clock < line.now.time().replace(second=0, microsecond=0):
            day = min(day, date.max - timedelta(days=1)) + timedelta(days=1)
    start, end = line.tokens[at].start, line.tokens[said.end - 1].end
    return FoundDate(start, end, day, clock, names_day=said.day is not None)


def _clock(said: Reading) -> time | None:
    if said.clock is None:
        return None if said.part is None else said.part.time
    if said.part is None or not said.is_open:
        return said.clock
    return said.clock.replace(hour=said.part.hour(said.clock.hour))
