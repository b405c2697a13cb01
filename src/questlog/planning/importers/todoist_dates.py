"""The dates of Todoist's CSV: days and moments in figures, and the phrases that recur, in English and Russian.

Phrases that lean on the day they were typed ("tomorrow", "Oct 5" without a year) mean nothing in a file and are not
read; neither are phrases of other languages. What is not read stays with the task as text.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from questlog.planning import recurrence
from questlog.planning.importers.assembly import YEARS
from questlog.planning.recurrence import FoundRecurrence, RecurrenceError, Rule

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
# A phrase that means the same on these two days leans on neither.
SOME_DAY = datetime(2001, 1, 1, 12, tzinfo=UTC)
ANOTHER_DAY = datetime(2014, 6, 18, 12, tzinfo=UTC)

TIME = re.compile(
    r"(?:^|\s)(?P<at>at |@ ?)?(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::\d{2})?)?\s?(?P<half>am|pm)?$"
)
NAMED_DAY = re.compile(r"([a-z]{3,9}) (\d{1,2})(?:st|nd|rd|th)? (\d{4})")
DAY_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3,9}) (\d{4})")


@dataclass(frozen=True, slots=True)
class When:
    """What a DATE cell says; a rule without a day starts when it is imported."""

    day: date | None = None
    wall_time: time | None = None
    rule: Rule | None = None


def read_when(text: str) -> When | None:
    """Return what a DATE cell says, or None when it cannot be read."""
    found = _recurrence(text)
    if found is not None:
        return When(found.starting, found.time, found.rule)
    phrase = re.sub(r"(?<=\d)t(?=\d)", " ", " ".join(text.lower().replace(",", ", ").split()))
    head, wall_time = _without_time(phrase)
    day = read_day(head)
    return None if day is None else When(day, wall_time)


def read_day(text: str) -> date | None:
    """Return a day in figures or with the name of its month; the year has to be there."""
    phrase = " ".join(text.lower().replace(",", " ").split())
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", phrase, re.ASCII):
        return _day(phrase[:4], phrase[5:7], phrase[8:])
    if found := NAMED_DAY.fullmatch(phrase):
        return _day(found[3], found[1], found[2])
    if found := DAY_NAMED.fullmatch(phrase):
        return _day(found[3], found[2], found[1])
    return None


def _recurrence(text: str) -> FoundRecurrence | None:
    try:
        found = recurrence.read(text, now=SOME_DAY)
        if found != recurrence.read(text, now=ANOTHER_DAY):
            return None
    except RecurrenceError:
        return None
    return None if found.starting and found.starting.year not in YEARS else found


def _day(year: str, month: str, day: str) -> date | None:
    number = int(month) if month.isdigit() else _place(month) + 1
    try:
        found = date(int(year), number, int(day))
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _place(word: str) -> int:
    """Return which month a word is or abbreviates, or -1."""
    fits = (place for place, name in enumerate(MONTHS) if name.startswith(word))
    return next(fits, -1) if len(word) >= 3 else -1


def _without_time(phrase: str) -> tuple[str, time | None]:
    """Split the time of day off the end of a phrase."""
    found = TIME.search(phrase)
    if not found or not (found["at"] or found["minute"] or found["half"]):
        return phrase, None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] == "pm" else 0)
    if hour > 23 or minute > 59:
        return phrase, None
    return phrase[: found.start()].strip().removesuffix(","), time(hour, minute)
