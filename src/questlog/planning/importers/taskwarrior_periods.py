"""How often a Taskwarrior task recurs, as a rule.

The words and units are those of Taskwarrior 2.6 (`task help`, "Recurrence Periods"). Months are counted as months
also where Taskwarrior adds thirty days.
"""

import re

from questlog.planning import recurrence
from questlog.planning.recurrence import RecurrenceError, Rule

NAMED = {
    "daily": "FREQ=DAILY",
    "weekdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "weekly": "FREQ=WEEKLY",
    "sennight": "FREQ=WEEKLY",
    "biweekly": "FREQ=WEEKLY;INTERVAL=2",
    "fortnight": "FREQ=WEEKLY;INTERVAL=2",
    "monthly": "FREQ=MONTHLY",
    "bimonthly": "FREQ=MONTHLY;INTERVAL=2",
    "quarterly": "FREQ=MONTHLY;INTERVAL=3",
    "semiannual": "FREQ=MONTHLY;INTERVAL=6",
    "annual": "FREQ=YEARLY",
    "yearly": "FREQ=YEARLY",
    "biannual": "FREQ=YEARLY;INTERVAL=2",
    "biyearly": "FREQ=YEARLY;INTERVAL=2",
}
UNITS = {
    ("d", "day", "days"): ("DAILY", 1),
    ("w", "wk", "wks", "week", "weeks"): ("WEEKLY", 1),
    ("m", "mo", "mos", "mth", "mths", "mnths", "month", "months"): ("MONTHLY", 1),
    ("q", "qtr", "qtrs", "qrtrs", "quarter", "quarters"): ("MONTHLY", 3),
    ("y", "yr", "yrs", "year", "years"): ("YEARLY", 1),
}
FREQUENCY_OF = {name: counted for names, counted in UNITS.items() for name in names}
SHORTER_THAN_A_DAY = {
    "s", "sec", "secs", "second", "seconds", "min", "mins", "minute", "minutes", "minutely",
    "h", "hr", "hrs", "hour", "hours", "hourly",
}  # fmt: skip


def rule_of(period: str) -> Rule:
    """Return the rule of a period such as "weekly", "3days" or "P2W".

    Raises `RecurrenceError` for one that has no rule: shorter than a day, mixed, or not Taskwarrior's.
    """
    text = period.strip().lower()
    if text in NAMED:
        return recurrence.parse(NAMED[text])
    if text.startswith("p"):
        return _iso_period(text)
    counted = re.fullmatch(r"([0-9]{0,4})\s*([a-z]+)", text)
    if not counted:
        raise RecurrenceError("This period is not one of Taskwarrior's.")
    return _rule(int(counted[1] or 1), counted[2])


def _iso_period(text: str) -> Rule:
    parts = re.fullmatch(
        r"p(?:([0-9]{1,4})y)?(?:([0-9]{1,4})m)?(?:([0-9]{1,4})w)?(?:([0-9]{1,4})d)?(t.*)?", text
    )
    if not parts:
        raise RecurrenceError("This period is not one of Taskwarrior's.")
    if parts[5]:
        raise RecurrenceError("A task cannot come back more than once a day.")
    years, months, weeks, days = (int(number or 0) for number in parts.groups()[:4])
    if months and not weeks and not days:
        return _rule(12 * years + months, "months")
    given = [(years, "years"), (weeks, "weeks"), (days, "days")]
    counted = [(number, unit) for number, unit in given if number]
    if len(counted) != 1 or months:
        raise RecurrenceError("A period of several units has no rule.")
    return _rule(*counted[0])


def _rule(number: int, unit: str) -> Rule:
    if unit in SHORTER_THAN_A_DAY:
        raise RecurrenceError("A task cannot come back more than once a day.")
    if unit not in FREQUENCY_OF:
        raise RecurrenceError("This period is not one of Taskwarrior's.")
    frequency, times = FREQUENCY_OF[unit]
    return recurrence.parse(f"FREQ={frequency};INTERVAL={number * times}")
