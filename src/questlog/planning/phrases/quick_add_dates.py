"""The dates and the recurrence in what the marks of a line leave. Pure.

A recurrence goes before the dates inside of its words. Of several dates the last one counts; a time that stands alone
belongs to the date or the recurrence of the line.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from questlog.core.schemas import FIRST_YEAR, LAST_YEAR
from questlog.planning import recurrence
from questlog.planning.phrases import dates, recurrences
from questlog.planning.phrases.dates import FoundDate
from questlog.planning.phrases.quick_add_marks import DATE_SIGILS, NAME_QUOTES, Gap, Mark
from questlog.planning.phrases.recurrences import FoundRecurrence
from questlog.planning.rrule import RecurrenceError

SAYS_SOMETHING = re.compile(r"[^\W_]")
OPENING, CLOSING = " \t\xa0([{", " \t\xa0)]}.,;:!?…"


@dataclass
class Times:
    """What one line says about time. Places count from the beginning of the line."""

    line: str
    now: datetime
    dates: list[FoundDate] = field(default_factory=list)
    recurrence: FoundRecurrence | None = None
    marks: list[Mark] = field(default_factory=list)

    def read(self, gap: Gap) -> None:
        start = gap.start
        if gap.sigil is not None:
            start = self._read_limit(gap, DATE_SIGILS[gap.sigil])
        self._read_words(start, gap.end)

    def _read_limit(self, gap: Gap, kind: str) -> int:
        """Read the date right behind `!` or `>`, which may be quoted; return where the other words begin."""
        closing = NAME_QUOTES.get(self.line[gap.start])
        quoted = self.line.find(closing, gap.start + 1, gap.end) if closing else -1
        start = gap.start + 1 if quoted >= 0 else gap.start
        found = next(iter(self._found(start, quoted if quoted >= 0 else gap.end)), None)
        end = gap.end if found is None else found.end
        is_whole = quoted < 0 or end == quoted
        if found is None or found.start != start or not is_whole or not found.names_day:
            return gap.start if quoted < 0 else quoted + 1
        end = quoted + 1 if quoted >= 0 else found.end
        self.marks.append(Mark(gap.start - 1, end, kind, found.day.isoformat()))
        return end

    def _read_words(self, start: int, end: int) -> None:
        if not SAYS_SOMETHING.search(self.line, start, end):
            return
        found = None
        if self.recurrence is None:
            found = recurrences.find(self.line[start:end], now=self.now)
        if found is not None and self._stands_alone(start + found.start, start + found.end):
            self.recurrence = _moved_recurrence(found, start)
            self.dates += self._found(start, self.recurrence.start)
            self.dates += self._found(self.recurrence.end, end)
        else:
            self.dates += self._found(start, end)

    def _found(self, start: int, end: int) -> list[FoundDate]:
        if not SAYS_SOMETHING.search(self.line, start, end):
            return []
        found = dates.find(self.line[start:end], now=self.now)
        moved = [_moved_date(one, start) for one in found]
        return [
            one
            for one in moved
            if FIRST_YEAR <= one.day.year <= LAST_YEAR and self._stands_alone(one.start, one.end)
        ]

    def _stands_alone(self, start: int, end: int) -> bool:
        """Whether words are no part of a longer one, such as the name of a file."""
        line = self.line
        if start and line[start - 1] not in OPENING and line[start - 1] not in DATE_SIGILS:
            return False
        behind = line[end : end + 2]
        return not behind or (
            behind[0] in CLOSING
            and not (len(behind) > 1 and not behind[0].isspace() and behind[1].isalnum())
        )

    def due(self) -> tuple[date | datetime | None, Sequence[FoundDate]]:
        """Return when the task is due, and the words that say so; the other dates stay in the title."""
        days = [one for one in self.dates if one.names_day]
        clocks = [one for one in self.dates if not one.names_day]
        if days:
            return _on_day(days[-1], clocks, self.recurrence)
        if self.recurrence is not None:
            return self._first_date(self.recurrence, clocks)
        if clocks:
            return _at(clocks[-1].day, clocks[-1].time), clocks[-1:]
        return None, ()

    def _first_date(
        self, found: FoundRecurrence, clocks: list[FoundDate]
    ) -> tuple[date | datetime | None, Sequence[FoundDate]]:
        """Return the first date of a rule; today does not count when its time has passed."""
        wall_time, used = found.time, []
        if wall_time is None and clocks:
            wall_time, used = clocks[-1].time, clocks[-1:]
        today = self.now.date()
        if wall_time is not None and wall_time <= self.now.time():
            today += timedelta(days=1)
        try:
            first = recurrence.first_due(found.rule, today=max(today, found.starting or today))
        except RecurrenceError:
            return None, ()
        return _at(first, wall_time), used


def _on_day(
    chosen: FoundDate, clocks: list[FoundDate], found: FoundRecurrence | None
) -> tuple[date | datetime, Sequence[FoundDate]]:
    if chosen.time is not None:
        return _at(chosen.day, chosen.time), (chosen,)
    if clocks:
        return _at(chosen.day, clocks[-1].time), (chosen, clocks[-1])
    return _at(chosen.day, None if found is None else found.time), (chosen,)


def _at(day: date, wall_time: time | None) -> date | datetime:
    """Return a day, or its moment on the user's own clock, which is why it has no zone."""
    return day if wall_time is None else datetime.combine(day, wall_time)


def _moved_date(found: FoundDate, by: int) -> FoundDate:
    return replace(found, start=found.start + by, end=found.end + by)


def _moved_recurrence(found: FoundRecurrence, by: int) -> FoundRecurrence:
    return replace(found, start=found.start + by, end=found.end + by)
