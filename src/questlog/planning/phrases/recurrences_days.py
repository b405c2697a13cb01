"""Lists of days: "mon, fri", "the 1st and the last day", "first and third Friday", "14 Jan, 14 Apr"."""

from questlog.planning.phrases.recurrences_draft import Days
from questlog.planning.phrases.recurrences_lexicon import (
    AND,
    BEFORE_DAYS,
    CARDINALS,
    DAYS,
    GROUPS,
    MONTHS,
    NUMBERED,
    ORDINALS,
    PLURALS,
    TIMES,
    UNITS,
    WEEKDAYS,
    WORKDAYS,
    WORKING,
    WORKING_WEEK,
)
from questlog.planning.phrases.recurrences_tokens import END, Cursor, Token

ANY_WEEKDAY = dict(WEEKDAYS) | dict(PLURALS)
LAST_MONTH_DAY = 31
LAST_ORDINAL = 366
RANGE = frozenset(["-", "–", "to", "through"])
# What may follow a bare number or "first" that stands for a day of the month.
AFTER_NUMBER = frozenset(
    [
        "and",
        "at",
        "on",
        "of",
        "in",
        "until",
        "till",
        "ending",
        "starting",
        "from",
        "for",
        "when",
        "after",
        "only",
        "that",
        "и",
        "в",
        "во",
        "до",
        "с",
        "со",
        "начиная",
        "по",
    ]
)


def days(cursor: Cursor, *, loose: bool = False) -> list[Days]:
    """Take the longest list of days from here; empty when there is none.

    With `loose` an ordinal alone may name a day of the month ("on the first"), not only figures.
    """
    groups: list[Days] = []
    place = cursor.at
    while (group := _group(cursor, loose=loose, numbers=_may_be_numbers(groups))) is not None:
        groups.append(group)
        place = cursor.at
        if not _separator(cursor):
            break
    cursor.at = place
    return groups


def months(cursor: Cursor) -> set[int]:
    """Take a list of months."""
    found: set[int] = set()
    place = cursor.at
    while (month := _month(cursor)) is not None:
        found.add(month)
        place = cursor.at
        if not _separator(cursor):
            break
    cursor.at = place
    return found


def places(cursor: Cursor) -> set[int]:
    """Take a list of ordinals: "the first and last", "в первый и во второй"."""
    found: set[int] = set()
    place = cursor.at
    while (ordinal := _ordinal(cursor, bare=False)) is not None:
        found.add(ordinal)
        place = cursor.at
        if not _separator(cursor):
            break
    cursor.at = place
    return found


def _separator(cursor: Cursor) -> bool:
    if cursor.take(AND) is None:
        return False
    cursor.take(AND)
    return True


def _may_be_numbers(groups: list[Days]) -> bool:
    """After "every friday," a bare number is none of the days."""
    return all(group.month_days and not group.weekdays for group in groups)


def _group(cursor: Cursor, *, loose: bool, numbers: bool) -> Days | None:
    start = cursor.at
    group = Days(months=_months_first(cursor))
    if group.months:
        found = _item(cursor, group, loose=True, numbers=True)
    else:
        found = _item(cursor, group, loose=loose, numbers=numbers)
    while found and not group.months:
        place = cursor.at
        if not _separator(cursor):
            break
        bare = bool(group.month_days) and not group.weekdays
        if not _item(cursor, group, loose=loose, numbers=bare):
            cursor.at = place
            break
    if found and not group.months:
        group.months = _months_behind(cursor)
    if found or group.months:
        return group
    cursor.at = start
    return None


def _months_first(cursor: Cursor) -> set[int]:
    """Take the month of "jan 27th", "on december 25th", "april and december on the 1st"."""
    place = cursor.at
    while cursor.take(BEFORE_DAYS):
        pass
    found = months(cursor)
    if not found:
        cursor.at = place
    return found


def _months_behind(cursor: Cursor) -> set[int]:
    place = cursor.at
    if cursor.take(("of", "in", "в")):
        cursor.take(("each", "every"))
    found = months(cursor)
    if not found:
        cursor.at = place
    return found


def _month(cursor: Cursor) -> int | None:
    found = cursor.look_up(MONTHS)
    if found is not None and cursor.peek().text == "." and cursor.peek(1) is not END:
        cursor.at += 1
    return found


def _item(cursor: Cursor, group: Days, *, loose: bool, numbers: bool) -> bool:
    start = cursor.at
    while cursor.take(BEFORE_DAYS):
        pass
    if _weekdays(cursor, group) or _numbered(cursor, group, loose=loose, numbers=numbers):
        return True
    cursor.at = start
    return False


def _weekdays(cursor: Cursor, group: Days) -> bool:
    """Take one weekday, a range of them, or a group such as "weekdays"."""
    if _working_day(cursor):
        group.weekdays |= WORKING_WEEK
        return True
    several = cursor.look_up(GROUPS)
    if several is not None:
        cursor.take(DAYS)
        group.weekdays |= several
        return True
    first = weekday(cursor)
    if first is None:
        return False
    last = _end_of_range(cursor)
    length = 1 if last is None else (last - first) % 7 + 1
    group.weekdays |= {(0, (first + step) % 7) for step in range(length)}
    return True


def weekday(cursor: Cursor) -> int | None:
    found = cursor.look_up(ANY_WEEKDAY)
    if found is not None and cursor.peek().text == "." and cursor.peek(1) is not END:
        cursor.at += 1
    return found


def _end_of_range(cursor: Cursor) -> int | None:
    place = cursor.at
    last = weekday(cursor) if cursor.take(RANGE) else None
    if last is None:
        cursor.at = place
    return last


def _working_day(cursor: Cursor) -> bool:
    if cursor.peek().text in WORKING and cursor.peek(1).text in DAYS:
        cursor.at += 2
        return True
    return False


def _numbered(cursor: Cursor, group: Days, *, loose: bool, numbers: bool) -> bool:
    """Take ordinals and what they number: weekdays, working days or days of the month."""
    read: list[Token] = []
    found: list[int] = []
    place = cursor.at
    while (ordinal := _ordinal(cursor, bare=numbers)) is not None:
        read += [token for token in cursor.tokens[place : cursor.at] if token.number is not None]
        found.append(ordinal)
        place = cursor.at
        if not _separator(cursor):
            break
    cursor.at = place
    if not found:
        return False
    if all(token.is_ordinal for token in read) and _what_they_number(cursor, group, found):
        return True
    return _month_days(cursor, group, found, is_plain=loose or len(read) == len(found))


def _what_they_number(cursor: Cursor, group: Days, found: list[int]) -> bool:
    if _working_day(cursor) or cursor.take(WORKDAYS):
        group.workdays |= set(found)
        return True
    named = weekday(cursor)
    if named is None:
        return False
    from_end = cursor.take_all("с", "конца")
    group.weekdays |= {(-place if from_end else place, named) for place in found}
    return all(abs(place) <= 53 for place in found)


def _month_days(cursor: Cursor, group: Days, found: list[int], *, is_plain: bool) -> bool:
    is_named = cursor.take(DAYS) is not None
    if is_named and cursor.take_all("с", "конца"):
        found = [*found[:-1], -found[-1]]
    if cursor.take(NUMBERED):
        is_named = True
    dated = cursor.peek().text in MONTHS
    if not (is_named or dated or (is_plain and _ends_here(cursor))):
        return False
    group.month_days |= set(found)
    return all(1 <= abs(day) <= LAST_MONTH_DAY for day in found)


def _ends_here(cursor: Cursor) -> bool:
    """Tell whether a bare number is the day itself, and not how many of the next word."""
    following = cursor.peek()
    if following.text in (":", "%") or following.text in TIMES or following.text in UNITS:
        return False
    if following.number is not None:
        return False
    is_month_named = following.text in ("месяца", "года")
    return not following.is_word or following.text in AFTER_NUMBER or is_month_named


def _may_number(cursor: Cursor, *, bare: bool) -> bool:
    """Tell whether an ordinal is next; a bare number is one unless it counts the next word ("3 times", "3 days")."""
    token, following = cursor.peek(), cursor.peek(1).text
    if token.number is None:
        return token.text in ORDINALS
    return token.is_ordinal or (bare and following not in TIMES and following not in UNITS)


def _ordinal(cursor: Cursor, *, bare: bool) -> int | None:
    """Take "1st", "первый", "last", "second to last", "2nd last", "6-й с конца"; a bare number only with `bare`."""
    start = cursor.at
    while cursor.take(("the", "on", "в", "во")):
        pass
    token = cursor.peek()
    number = token.number if token.number is not None else ORDINALS.get(token.text)
    if number is None or not _may_number(cursor, bare=bare) or not 1 <= abs(number) <= LAST_ORDINAL:
        cursor.at = start
        return None
    cursor.at += 1
    from_end = cursor.take_one_of(
        "to last", "- to - last", "to the last", "- to - the - last", "from last", "с конца", "last"
    )
    return -number if from_end and number > 0 else number


def cardinal(cursor: Cursor) -> int | None:
    """Take a number that counts: "3", "three", "три"."""
    token = cursor.peek()
    if token.number is not None and not token.is_ordinal:
        cursor.at += 1
        return token.number
    return cursor.look_up(CARDINALS)
