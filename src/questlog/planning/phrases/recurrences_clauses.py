"""What may follow "every …": days, months, times, the beginning and the end, in any order."""

from collections.abc import Callable
from datetime import datetime

from questlog.planning.phrases import recurrences_clock, recurrences_days
from questlog.planning.phrases.recurrences_draft import Days, Draft
from questlog.planning.phrases.recurrences_lexicon import (
    COMPLETED,
    EVERY,
    MONTHS,
    OF_MONTH,
    TIMES,
    TWICE,
    UNITS,
    WORKING_WEEK,
)
from questlog.planning.phrases.recurrences_tokens import Cursor
from questlog.planning.rrule import Frequency

LONGEST_PERIODS = (Frequency.MONTHLY, Frequency.YEARLY)
WEEKENDS = frozenset(["weekend", "weekends", "выходных", "выходные"])


def take(cursor: Cursor, draft: Draft) -> None:
    """Take every clause that can be understood; the cursor stops behind the last one."""
    while any(_tried(clause, cursor, draft) for clause in CLAUSES):
        pass


def _tried(clause: Callable[[Cursor, Draft], bool], cursor: Cursor, draft: Draft) -> bool:
    place = cursor.at
    for comma in (False, True):
        if comma and not cursor.take((",",)):
            break
        if clause(cursor, draft):
            return True
        cursor.at = place
    return False


def from_completion(cursor: Cursor, draft: Draft) -> bool:
    """Take "after completion", "when done", "после выполнения"."""
    if not cursor.take(("after", "when", "после")) or not cursor.take(COMPLETED):
        return False
    cursor.take(("it",))
    draft.from_completion = True
    return True


def _span(cursor: Cursor, draft: Draft) -> bool:
    """Take "for 3 weeks", "for the next three weeks", "в течение следующих шести недель"."""
    if not cursor.take_one_of("for the next", "for the", "for", "в течение", "на протяжении"):
        return False
    cursor.take(("следующих", "ближайших", "next"))
    number = recurrences_days.cardinal(cursor)
    unit = cursor.look_up(UNITS)
    if number is None or unit is None or draft.until is not None:
        return False
    draft.span = (unit[0], number * unit[1])
    return True


def _times(cursor: Cursor, draft: Draft) -> bool:
    """Take "10 times", "for 10 times", "twice", "once", "5 раз", "дважды"."""
    if draft.count is not None:
        return False
    if cursor.take(TWICE):
        draft.count = 2
        return True
    is_behind_comma = cursor.peek(-1).text == "," if cursor.at else False
    if is_behind_comma and cursor.take(("once",)):
        draft.count = 1
        return True
    cursor.take(("for",))
    number = recurrences_days.cardinal(cursor)
    if not number or not cursor.take(TIMES):
        return False
    draft.count = number
    return True


def _starting(cursor: Cursor, draft: Draft) -> bool:
    words = ("starting from", "starting on", "starting", "beginning on", "beginning", "from")
    if draft.starting is not None or not cursor.take_one_of(
        *words, "начиная с", "начиная со", "с", "со"
    ):
        return False
    found = recurrences_clock.day(cursor, cursor.now)
    if found is None:
        return False
    draft.starting = found[0]
    draft.time = draft.time or found[1]
    return True


def _until(cursor: Cursor, draft: Draft) -> bool:
    words = ["until", "till", "ending on", "ending", "through", "до", "заканчивая"]
    if draft.starting is not None:
        words += ["to", "по"]
    if draft.until is not None or draft.span is not None or not cursor.take_one_of(*words):
        return False
    now = cursor.now
    if draft.starting is not None:
        now = datetime.combine(draft.starting, now.timetz())
    found = recurrences_clock.day(cursor, now)
    if found is None:
        return False
    draft.until = found[0]
    draft.time = draft.time or found[1]
    return True


def _working_days_only(cursor: Cursor, draft: Draft) -> bool:
    """Take "except weekends" behind "every day"."""
    if not cursor.take_one_of("except on", "except for", "except", "кроме", "за исключением"):
        return False
    is_plain = draft.frequency is Frequency.DAILY and draft.interval == 1 and not draft.groups
    if not is_plain or not cursor.take(WEEKENDS):
        return False
    draft.frequency = Frequency.WEEKLY
    draft.groups.append(Days(weekdays=set(WORKING_WEEK)))
    return True


def _week_start(cursor: Cursor, draft: Draft) -> bool:
    if not cursor.take_one_of("weeks starting on", "недели с", "недели со"):
        return False
    found = recurrences_days.weekday(cursor)
    if found is None:
        return False
    draft.week_start = found
    return True


def _only(cursor: Cursor, draft: Draft) -> bool:
    """Take "only on Monday that is the 1st", "only in June", "if it is a Friday", and the same in Russian."""
    if not cursor.take_one_of("only", "только", "that is", "если это", "if it is"):
        return False
    return _in_months(cursor, draft) or _listed(cursor, draft)


def time_of_day(cursor: Cursor, draft: Draft) -> bool:
    """Take "at 9", "7am", "в 7 вечера", "morning", "утром"."""
    if draft.time is not None:
        return False
    place = cursor.at
    is_told = cursor.take(("at", "@", "в", "во")) is not None
    if not cursor.peek().is_ordinal:
        draft.time = recurrences_clock.clock(cursor, is_told=is_told)
    if draft.time is None:
        cursor.at = place
        cursor.take_one_of("in the", "at")
        draft.time = recurrences_clock.part_of_day(cursor)
    return draft.time is not None


def _places_among(cursor: Cursor, draft: Draft) -> bool:
    """Take "on the first and last of Monday and Friday": places among days."""
    cursor.take(("on", "в", "во"))
    places = recurrences_days.places(cursor)
    if not places:
        return False
    if cursor.take(("of",)):
        is_all = cursor.take_all("the", "days", "of", "the")
    elif cursor.take_all("из", "дней", ":"):
        is_all = cursor.take_all("все", "дни")
    else:
        return False
    if not (is_all and cursor.take(UNITS)):
        groups = recurrences_days.days(cursor, loose=True)
        if not any(group.named for group in groups):
            return False
        draft.groups += groups
    draft.positions |= places
    return True


def _on_days(cursor: Cursor, draft: Draft) -> bool:
    following = cursor.peek()
    if following.text in ("on", "in", "в", "во", "по", "the"):
        return _listed(cursor, draft)
    if following.number is None or draft.frequency not in LONGEST_PERIODS:
        return False
    groups = recurrences_days.days(cursor)
    draft.groups += groups
    return bool(groups)


def _listed(cursor: Cursor, draft: Draft) -> bool:
    groups = recurrences_days.days(cursor, loose=True)
    if not any(group.named for group in groups):
        return False
    draft.groups += groups
    return True


def _in_months(cursor: Cursor, draft: Draft) -> bool:
    if not cursor.take(("of", "in", "в", "во")):
        return False
    cursor.take(("every", "each"))
    if cursor.peek().text not in MONTHS:
        return False
    draft.months |= recurrences_days.months(cursor)
    return True


def of_period(cursor: Cursor, draft: Draft) -> bool:
    """Take "of the month", "of the year", "месяца", "года", which say where days are counted."""
    if cursor.take(("of", "in", "в")):
        cursor.take(EVERY | {"the", "a"})
        named = cursor.take(OF_MONTH | {"year", "году", "месяце"})
    else:
        named = cursor.take(("месяца", "года"))
    if named is None:
        return False
    draft.of_year = draft.of_year or named.text in ("year", "года", "году")
    return True


CLAUSES: tuple[Callable[[Cursor, Draft], bool], ...] = (
    from_completion,
    _span,
    _times,
    _starting,
    _until,
    _working_days_only,
    _week_start,
    _only,
    time_of_day,
    _places_among,
    _in_months,
    of_period,
    _on_days,
)
