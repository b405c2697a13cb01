"""The dates of Todoist's CSV: days and moments in figures, and the common English phrases that recur.

Phrases that lean on the day they were typed ("tomorrow", "Oct 5" without a year) mean nothing in a file and are not
read; neither are phrases of other languages. What is not read stays with the task as text.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, time

from questlog.planning import recurrence, rrule
from questlog.planning.importers.assembly import YEARS
from questlog.planning.recurrence import RecurrenceError, Rule

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
GROUPS = {"weekday": "MO,TU,WE,TH,FR", "workday": "MO,TU,WE,TH,FR", "weekend": "SA,SU"}
UNITS = {
    "day": ("DAILY", 1),
    "week": ("WEEKLY", 1),
    "month": ("MONTHLY", 1),
    "quarter": ("MONTHLY", 3),
    "year": ("YEARLY", 1),
}
ADVERBS = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
}

BOUNDS = re.compile(
    r"(.*?)(?: (?:starting|from) (?:on )?(.+?))?(?: (?:until|ending) (?:on )?(.+?))?"
)
TIME = re.compile(
    r"(?:^|\s)(?P<at>at |@ ?)?(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::\d{2})?)?\s?(?P<half>am|pm)?$"
)
NAMED_DAY = re.compile(r"([a-z]{3,9}) (\d{1,2})(?:st|nd|rd|th)? (\d{4})")
DAY_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3,9}) (\d{4})")
EVERY = re.compile(r"every(?P<done>!)? (?P<what>.+)")
COUNTED = re.compile(r"(?:(\d{1,4})(?:st|nd|rd|th)? |(other) )?([a-z]+?)s?")
MONTH_DAYS = re.compile(r"\d{1,2}(?:st|nd|rd|th)?(?:, ?\d{1,2}(?:st|nd|rd|th)?)*")


@dataclass(frozen=True, slots=True)
class When:
    """What a DATE cell says; a rule without a day starts when it is imported."""

    day: date | None = None
    wall_time: time | None = None
    rule: Rule | None = None


def read_when(text: str) -> When | None:
    """Return what a DATE cell says, or None when it cannot be read."""
    phrase = re.sub(r"(?<=\d)t(?=\d)", " ", " ".join(text.lower().replace(",", ", ").split()))
    bounds = BOUNDS.fullmatch(phrase)
    if bounds is None:
        return None
    head, start, end = bounds.groups()
    head, wall_time = _without_time(head)
    if not EVERY.fullmatch(head) and head not in ADVERBS:
        day = read_day(head)
        return None if day is None or start or end else When(day, wall_time)
    start, later_time = _without_time(start or "")
    rule = _rule(head)
    day, until = read_day(start), read_day(end or "")
    if rule is None or (start and not day) or (end and not until):
        return None
    return When(day, wall_time or later_time, replace(rule, until=until))


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


def _day(year: str, month: str, day: str) -> date | None:
    number = int(month) if month.isdigit() else _place(month, MONTHS) + 1
    try:
        found = date(int(year), number, int(day))
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _place(word: str, names: tuple[str, ...]) -> int:
    """Return which name a word is or abbreviates, or -1."""
    fits = (place for place, name in enumerate(names) if name.startswith(word))
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


def _rule(phrase: str) -> Rule | None:
    found = EVERY.fullmatch(phrase)
    parts = _parts(ADVERBS[phrase] if found is None else found["what"])
    if parts is None:
        return None
    try:
        rule = recurrence.parse(parts)
    except RecurrenceError:
        return None
    return replace(rule, from_completion=bool(found and found["done"]))


def _parts(what: str) -> str | None:
    """Return the RRULE of what follows "every"."""
    if what in GROUPS or what.removesuffix("s") in GROUPS:
        return f"FREQ=WEEKLY;BYDAY={GROUPS[what.removesuffix('s')]}"
    if MONTH_DAYS.fullmatch(what):
        return f"FREQ=MONTHLY;BYMONTHDAY={','.join(re.findall(r'\d+', what))}"
    if what == "last day":
        return "FREQ=MONTHLY;BYMONTHDAY=-1"
    counted = COUNTED.fullmatch(what)
    if counted and counted[3] in UNITS:
        frequency, times = UNITS[counted[3]]
        return f"FREQ={frequency};INTERVAL={times * (2 if counted[2] else int(counted[1] or 1))}"
    names = re.split(r", (?:and )?| and ", what.removeprefix("other "))
    days = [_place(name.removesuffix("s") if len(name) > 4 else name, WEEKDAYS) for name in names]
    if -1 in days:
        return None
    every_other = ";INTERVAL=2" if what.startswith("other ") else ""
    return f"FREQ=WEEKLY{every_other};BYDAY={','.join(rrule.WEEKDAYS[day] for day in days)}"
