"""Days and times as our letters say them, in English and Russian. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from questlog.core import month_names

SHORT, LONG = 100, 300
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Words:
    weekdays: Sequence[str]
    months: Sequence[str]
    near: Sequence[str]
    """Yesterday, today, tomorrow."""
    date: str
    at: str
    """A day with a time."""


ENGLISH = Words(
    (
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ),
    month_names.ENGLISH,
    ("yesterday", "today", "tomorrow"),
    "{weekday}, {day} {month}",
    "{day} at {time}",
)
RUSSIAN = Words(
    (
        "понедельник",
        "вторник",
        "среда",
        "четверг",
        "пятница",
        "суббота",
        "воскресенье",
    ),
    month_names.RUSSIAN,
    ("вчера", "сегодня", "завтра"),
    "{weekday}, {day} {month}",
    "{day} в {time}",
)


def words_for(locale: str) -> Words:
    return RUSSIAN if locale.startswith("ru") else ENGLISH


def when(on: date, at: datetime | None, *, today: date, locale: str) -> str:
    """Return a due date as one says it today; `at` is the local moment if there is a time of day."""
    words = words_for(locale)
    distance = (on - today).days
    day = words.near[distance + 1] if -1 <= distance <= 1 else _dated(on, today, words)
    return day if at is None else words.at.format(day=day, time=f"{at:%H:%M}")


def day_of(day: date, *, locale: str) -> str:
    words = words_for(locale)
    return words.date.format(
        weekday=words.weekdays[day.weekday()], day=day.day, month=words.months[day.month - 1]
    )


def span(first: date, last: date, *, locale: str) -> str:
    """Return some days as one says them: 14–20 November, 28 December – 3 January."""
    months = words_for(locale).months
    end = f"{last.day} {months[last.month - 1]}"
    if first.month == last.month:
        return f"{first.day}–{end}"
    return f"{first.day} {months[first.month - 1]} – {end}"


def one_line(title: str, *, most: int = LONG) -> str:
    """Return a title that fits a line: a header with a line end in it is none."""
    line = " ".join(title.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _dated(day: date, today: date, words: Words) -> str:
    said = words.date.format(
        weekday=words.weekdays[day.weekday()], day=day.day, month=words.months[day.month - 1]
    )
    return said if day.year == today.year else f"{said} {day.year}"
