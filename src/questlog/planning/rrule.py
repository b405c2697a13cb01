"""Rules of RFC 5545 § 3.3.10 as text and as a value. Days only: the time of day belongs to the due date."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum

from questlog.core.exceptions import ValidationError

# A rule reaches twelve years ahead: no interval is longer, no search for the next date looks further.
LONGEST_INTERVAL = {"DAILY": 4383, "WEEKLY": 626, "MONTHLY": 144, "YEARLY": 12}
# COUNT is the one part that has to be counted date by date, so it is bounded: ten years of days.
LARGEST_COUNT = 3660
LONGEST_TEXT = 500

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class RecurrenceError(ValidationError):
    code = "invalid_recurrence"
    default_message = "This recurrence cannot be understood."


class Frequency(StrEnum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence in its normal form: equal rules are equal values.

    `weekdays` pairs an ordinal with a weekday, Monday being 0; the ordinal is 0 for "each", 1 for "first", -1 for
    "last". `until` is the last possible day. `from_completion` counts from the day of completion instead of the
    schedule; no RRULE can say that, so whoever stores the text stores this beside it.
    """

    frequency: Frequency
    interval: int = 1
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0
    count: int | None = None
    until: date | None = None
    from_completion: bool = False


def read(text: str, *, zone: tzinfo = UTC) -> Rule:
    """Return the rule an RRULE describes, with or without its `RRULE:`.

    An UNTIL in UTC is read as its day in `zone`. Raises `RecurrenceError`.
    """
    parts = _parts_of(text)
    frequency = _frequency(parts.pop("FREQ", ""))
    interval = _within(parts.pop("INTERVAL", "1"), "INTERVAL", LONGEST_INTERVAL[frequency])
    count = parts.pop("COUNT", None)
    until = parts.pop("UNTIL", None)
    rule = Rule(
        frequency,
        interval,
        months=_numbers(parts, "BYMONTH", 12),
        month_days=_numbers(parts, "BYMONTHDAY", 31, signed=True),
        weekdays=_list(parts.pop("BYDAY", None), _weekday),
        positions=_numbers(parts, "BYSETPOS", 366, signed=True),
        week_start=_week_start(parts.pop("WKST", "MO")),
        count=None if count is None else _within(count, "COUNT", LARGEST_COUNT),
        until=None if until is None else _until(until, zone),
    )
    if parts:
        raise RecurrenceError("The rule has a part that is not supported.", {"part": min(parts)})
    _refuse_contradictions(rule)
    return _normal(rule)


def write(rule: Rule) -> str:
    """Return the rule as an RRULE without its `RRULE:`; `read` gives the same rule back."""
    parts = {
        "FREQ": rule.frequency.value,
        "INTERVAL": str(rule.interval) if rule.interval > 1 else "",
        "BYMONTH": ",".join(map(str, rule.months)),
        "BYMONTHDAY": ",".join(map(str, rule.month_days)),
        "BYDAY": ",".join(f"{ordinal or ''}{WEEKDAYS[day]}" for ordinal, day in rule.weekdays),
        "BYSETPOS": ",".join(map(str, rule.positions)),
        "WKST": WEEKDAYS[rule.week_start] if rule.week_start else "",
        "COUNT": str(rule.count or ""),
        "UNTIL": f"{rule.until:%Y%m%d}".zfill(8) if rule.until else "",
    }
    return ";".join(f"{name}={value}" for name, value in parts.items() if value)


def _parts_of(text: str) -> dict[str, str]:
    if len(text) > LONGEST_TEXT:
        raise RecurrenceError("The recurrence is too long.")
    body = text.strip().upper().removeprefix("RRULE:").removesuffix(";")
    parts: dict[str, str] = {}
    for part in body.split(";"):
        name, equals, value = part.partition("=")
        if not equals or name in parts:
            raise RecurrenceError(details={"part": part})
        parts[name] = value
    return parts


def _frequency(value: str) -> Frequency:
    if value in {"HOURLY", "MINUTELY", "SECONDLY"}:
        raise RecurrenceError(
            "A task cannot come back more than once a day.", {"part": f"FREQ={value}"}
        )
    if value not in Frequency:
        raise RecurrenceError(details={"part": f"FREQ={value}"})
    return Frequency(value)


def _whole(value: str) -> int:
    # int() alone would take "1_0" and digits of other scripts.
    if not re.fullmatch(r"[+-]?[0-9]{1,5}", value):
        raise RecurrenceError("A number in the rule cannot be read.", {"part": value})
    return int(value)


def _within(value: str, name: str, largest: int, *, signed: bool = False) -> int:
    number = _whole(value)
    if not 1 <= (abs(number) if signed else number) <= largest:
        raise RecurrenceError("A number in the rule is out of range.", {"part": f"{name}={value}"})
    return number


def _list[Value: (int, tuple[int, int])](
    text: str | None, read_one: Callable[[str], Value]
) -> tuple[Value, ...]:
    return () if text is None else tuple(sorted({read_one(item) for item in text.split(",")}))


def _numbers(
    parts: dict[str, str], name: str, largest: int, *, signed: bool = False
) -> tuple[int, ...]:
    return _list(parts.pop(name, None), lambda item: _within(item, name, largest, signed=signed))


def _weekday(item: str) -> tuple[int, int]:
    ordinal, day = item[:-2], item[-2:]
    if day not in WEEKDAYS:
        raise RecurrenceError("A weekday in the rule cannot be read.", {"part": item})
    return (_within(ordinal, "BYDAY", 53, signed=True) if ordinal else 0), WEEKDAYS.index(day)


def _week_start(value: str) -> int:
    ordinal, day = _weekday(value)
    if ordinal:
        raise RecurrenceError(details={"part": f"WKST={value}"})
    return day


def _until(value: str, zone: tzinfo) -> date:
    if not re.fullmatch(r"[0-9]{8}(T[0-9]{6}Z?)?", value):
        raise RecurrenceError("The end of the rule cannot be read.", {"part": f"UNTIL={value}"})
    try:
        if value.endswith("Z"):
            moment = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            return moment.astimezone(zone).date()
        return date(int(value[:4]), int(value[4:6]), int(value[6:8]))
    except (ValueError, OverflowError) as error:
        raise RecurrenceError(
            "The end of the rule cannot be read.", {"part": f"UNTIL={value}"}
        ) from error


def _refuse_contradictions(rule: Rule) -> None:
    """Refuse what RFC 5545 § 3.3.10 says must not stand together."""
    by_period = rule.frequency in (Frequency.MONTHLY, Frequency.YEARLY)
    if rule.count is not None and rule.until is not None:
        raise RecurrenceError("A rule ends by COUNT or by UNTIL, not by both.")
    if any(ordinal for ordinal, _ in rule.weekdays) and not by_period:
        raise RecurrenceError("Numbered weekdays need a monthly or yearly rule.")
    if rule.month_days and rule.frequency is Frequency.WEEKLY:
        raise RecurrenceError("A weekly rule cannot name days of the month.")
    if rule.positions and not (rule.months or rule.month_days or rule.weekdays):
        raise RecurrenceError("BYSETPOS needs another part that names days.")


def _normal(rule: Rule) -> Rule:
    """Forget the first day of the week where it makes no difference."""
    matters = (
        rule.frequency is Frequency.WEEKLY
        and bool(rule.weekdays)
        and (rule.interval > 1 or bool(rule.positions))
    )
    return rule if matters else replace(rule, week_start=0)
