"""What people write in the cells of a table: days, times, priorities, whether a thing is done. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

type State = Literal["open", "done", "in_progress", "cancelled"]

PRIORITIES = {
    4: ("urgent", "critical", "highest", "p1", "срочно", "срочный", "критический", "наивысший"),
    3: ("high", "important", "p2", "высокий", "высокая", "важно", "важный"),
    2: ("medium", "middle", "p3", "средний", "средняя"),
    1: ("low", "lowest", "низкий", "низкая"),
    0: ("", "none", "normal", "no", "p4", "нет", "без приоритета", "обычный", "обычная"),
}
PRIORITY_OF = {word: number for number, words in PRIORITIES.items() for word in words}
PRIORITY_OF |= {str(number): number for number in PRIORITIES}
STATES: dict[State, tuple[str, ...]] = {
    "done": (
        "done", "completed", "complete", "closed", "finished", "yes", "true", "1", "x", "✓", "✔", "✅", "100%",
        "да", "готово", "выполнено", "выполнена", "завершено", "завершена", "закрыто",
    ),
    "in_progress": (
        "in progress", "in-progress", "inprogress", "started", "doing", "в работе", "в процессе", "выполняется", "начато",
    ),
    "cancelled": ("cancelled", "canceled", "abandoned", "dropped", "отменено", "отменена", "отказ"),
    "open": (
        "", "no", "false", "0", "0%", "open", "todo", "to do", "to-do", "new", "pending", "not started", "active", "backlog",
        "waiting", "waiting on someone else", "deferred", "on hold", "отложено", "ожидание",
        "нет", "открыто", "открыта", "новая", "новое", "не начато", "не начата", "к выполнению", "активна",
    ),
}  # fmt: skip
STATE_OF: dict[str, State] = {word: state for state, words in STATES.items() for word in words}
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(.{1,40}))?", re.ASCII)
FIGURES = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:,?[T ]+(.{1,40}))?", re.ASCII)
CLOCK = re.compile(
    r"(\d{1,2})(?::(\d{2}))(?::(\d{2})(?:\.\d{1,9})?)? ?(am|pm|a\.m\.|p\.m\.)? ?(z|[+-]\d{2}:?\d{2})?",
    re.ASCII | re.IGNORECASE,
)
AMOUNT = re.compile(r"(\d{1,6})(?:[.,](\d{1,2}))?\s*([a-zа-я]*)\.?", re.IGNORECASE)
HOURS = re.compile(r"(\d{1,4}):(\d{2})(?::00)?", re.ASCII)
MINUTES_OF = {
    **dict.fromkeys(("", "m", "min", "mins", "minute", "minutes", "м", "мин", "минут", "минута", "минуты"), 1),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "ч", "час", "часа", "часов"), 60),
    **dict.fromkeys(("d", "day", "days", "д", "день", "дня", "дней"), 24 * 60),
}  # fmt: skip
DIRECTIVES = re.compile(r"(?:[^%]|%[YymdBbHIMSpz%])*")


class CellError(ValueError):
    """A cell that cannot be read."""


class TwoWaysError(CellError):
    """A date such as 03/04/2026, of which nobody said whether the day comes first."""


@dataclass(frozen=True, slots=True)
class Dates:
    """How dates are written: by a pattern of `strptime`, or in figures with the day first or the month."""

    pattern: str | None = None
    day_first: bool | None = None

    def read(self, text: str) -> date | datetime:
        """Return a day, a naive wall time, or a moment with its offset. Raises `CellError`."""
        text = " ".join(text.split())
        try:
            if self.pattern is not None:
                return self._by_pattern(text, self.pattern)
            if found := ISO.fullmatch(text):
                return _at(date(int(found[1]), int(found[2]), int(found[3])), found[4])
            if found := FIGURES.fullmatch(text):
                return _at(self._in_figures(found), found[5])
        except (ValueError, OverflowError) as error:
            if isinstance(error, CellError):
                raise
            raise CellError(text) from error
        raise CellError(text)

    def _by_pattern(self, text: str, pattern: str) -> date | datetime:
        when = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is the user's
        timed = any(sign in pattern for sign in ("%H", "%I"))
        return when if timed else when.date()

    def _in_figures(self, found: re.Match[str]) -> date:
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        day_first = True if found[2] == "." and self.day_first is None else self.day_first
        if day_first is None:
            if first <= 12 and second <= 12 and first != second:
                raise TwoWaysError(found[0])
            day_first = first > 12
        day, month = (first, second) if day_first else (second, first)
        return date(year if len(found[4]) == 4 else 2000 + year, month, day)


def is_pattern(text: str) -> bool:
    """Say whether a pattern of dates has only parts whose meaning does not depend on where it is read."""
    return "%" in text and DIRECTIVES.fullmatch(text) is not None


def order_of(texts: Iterable[str]) -> bool | None:
    """Return whether the day comes first in a column of dates, as those tell that can be read one way only."""
    for text in texts:
        found = FIGURES.match(text.strip())
        if found and found[2] != "." and (int(found[1]) > 12) != (int(found[3]) > 12):
            return int(found[1]) > 12
    return None


def clock_of(text: str) -> time:
    """Return a wall time such as "14:30" or "2:30 PM". Raises `CellError`."""
    found = CLOCK.fullmatch(text.strip())
    if found is None or found[5]:
        raise CellError(text)
    return _clock(found)


def minutes_of(text: str) -> int:
    """Return minutes: "90", "1h 30m", "1:30", "1,5 часа". Raises `CellError`."""
    text = text.strip().casefold()
    if found := HOURS.fullmatch(text):
        return int(found[1]) * 60 + int(found[2])
    total, place = 0.0, 0
    for found in AMOUNT.finditer(text[:100]):
        if text[place : found.start()].strip() or found[3] not in MINUTES_OF:
            raise CellError(text)
        total += float(f"{found[1]}.{found[2] or 0}") * MINUTES_OF[found[3]]
        place = found.end()
    if not place or text[place:].strip():
        raise CellError(text)
    return round(total)


def _at(day: date, clock: str | None) -> date | datetime:
    if clock is None:
        return day
    found = CLOCK.fullmatch(clock.strip())
    if found is None:
        raise CellError(clock)
    if not found[5]:
        return datetime.combine(day, _clock(found))
    written = f"{day.isoformat()}T{_clock(found).isoformat()}{found[5].upper()}"
    return datetime.fromisoformat(written)


def _clock(found: re.Match[str]) -> time:
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    half = (found[4] or "").replace(".", "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise CellError(found[0])
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return time(hour, minute, second)
    except ValueError as error:
        raise CellError(found[0]) from error
