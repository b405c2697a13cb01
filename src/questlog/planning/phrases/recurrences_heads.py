"""How a recurrence begins: "every 2 weeks", "daily", "first friday of every month", "по будням", "раз в год"."""

from collections.abc import Callable
from datetime import time

from questlog.planning.phrases import recurrences_clauses, recurrences_days
from questlog.planning.phrases.recurrences_draft import Days, Draft
from questlog.planning.phrases.recurrences_lexicon import (
    ADVERBS,
    CARDINALS,
    EVERY,
    GROUPS,
    MANY,
    MONTHS,
    ORDINALS,
    OTHER,
    PARTS,
    PLURALS,
    SECOND,
    TOO_SHORT,
    UNITS,
    WORKING,
)
from questlog.planning.phrases.recurrences_tokens import END, Cursor
from questlog.planning.rrule import Frequency, RecurrenceError

# The first words of a phrase; days with an ordinal may come first as well.
STARTS = (
    frozenset(["on", "the", "once", "after", "по", "раз", "один", "в", "во", "через"])
    | EVERY
    | ADVERBS.keys()
)


def take(cursor: Cursor, draft: Draft) -> bool:
    """Take the beginning of a phrase. Raises `RecurrenceError` for what comes more often than daily."""
    place = cursor.at
    for head in HEADS:
        if head(cursor, draft):
            return True
        cursor.at = place
    return False


def _adverb(cursor: Cursor, draft: Draft) -> bool:
    found = cursor.look_up(ADVERBS)
    if found is None:
        return False
    draft.frequency, draft.interval = found
    _bang(cursor, draft)
    return True


def _every(cursor: Cursor, draft: Draft) -> bool:
    if not cursor.take(EVERY):
        return False
    _bang(cursor, draft)
    return any(
        body(cursor, draft) for body in (_other, _third, _counted, _part_of_day, _days, _second_day)
    )


def _bang(cursor: Cursor, draft: Draft) -> None:
    mark = cursor.peek()
    if mark.text == "!" and cursor.tokens[cursor.at - 1].end == mark.start:
        cursor.at += 1
        draft.from_completion = True


def _other(cursor: Cursor, draft: Draft) -> bool:
    """Take "other day", "second week", "другой"; and "second Tuesday" unless it is that of the month."""
    place = cursor.at
    if not cursor.take(OTHER) and not cursor.take(SECOND):
        return False
    is_second = cursor.tokens[place].text in SECOND
    unit = cursor.look_up(UNITS)
    if unit is not None and not (is_second and _is_of_period(cursor)):
        draft.frequency, draft.interval = unit[0], 2 * unit[1]
        return True
    groups = [] if unit else recurrences_days.days(cursor)
    plain = groups and all(_is_plain(group) for group in groups)
    if plain and not (is_second and _is_of_period(cursor)):
        draft.frequency, draft.interval, draft.groups = Frequency.WEEKLY, 2, groups
        return True
    cursor.at = place
    return False


def _is_plain(group: Days) -> bool:
    return bool(group.weekdays) and not (
        group.month_days or group.months or any(ordinal for ordinal, _ in group.weekdays)
    )


def _is_of_period(cursor: Cursor) -> bool:
    following = cursor.peek()
    return following.text in ("of", "in", "месяца", "года", "в") and (
        following.text != "в" or cursor.peek(1).text in ("месяце", "году", *MONTHS)
    )


def _third(cursor: Cursor, draft: Draft) -> bool:
    """Take "third day", "3rd month"; but "3rd day", not spelled out, is a day of the month."""
    place, token = cursor.at, cursor.peek()
    number = token.number if token.is_ordinal else ORDINALS.get(token.text)
    cursor.at += 1
    unit = cursor.look_up(UNITS)
    is_month_day = token.is_ordinal and unit is not None and unit[0] is Frequency.DAILY
    if number is None or number < 2 or unit is None or is_month_day or _is_of_period(cursor):
        cursor.at = place
        return False
    draft.frequency, draft.interval = unit[0], number * unit[1]
    return True


def _counted(cursor: Cursor, draft: Draft) -> bool:
    """Take "week", "2 weeks", "три дня"."""
    place = cursor.at
    number = recurrences_days.cardinal(cursor)
    if cursor.peek().text in TOO_SHORT and cursor.peek().text not in SECOND:
        raise RecurrenceError("A task cannot come back more than once a day.")
    unit = cursor.look_up(UNITS)
    if unit is None or number == 0:
        cursor.at = place
        return False
    draft.frequency, draft.interval = unit[0], (number or 1) * unit[1]
    return True


def _part_of_day(cursor: Cursor, draft: Draft) -> bool:
    draft.time = _part(cursor)
    draft.frequency = Frequency.DAILY if draft.time is not None else None
    return draft.time is not None


def _part(cursor: Cursor) -> time | None:
    return cursor.look_up(PARTS)


def _days(cursor: Cursor, draft: Draft) -> bool:
    draft.groups = recurrences_days.days(cursor)
    return bool(draft.groups)


def _second_day(cursor: Cursor, draft: Draft) -> bool:
    """Take an ordinal alone where the month is named: "every first of the month"."""
    place = cursor.at
    number = cursor.look_up(ORDINALS)
    if number is not None and recurrences_clauses.of_period(cursor, draft):
        draft.groups = [Days(month_days={number})]
        return True
    cursor.at = place
    return False


def _of_every_month(cursor: Cursor, draft: Draft) -> bool:
    """Take "(on the) first friday of every month", "12 числа каждого месяца", "в последнюю пятницу месяца"."""
    cursor.take_one_of("on the", "on", "the", "в", "во")
    if cursor.peek().number is None and cursor.peek().text not in ORDINALS:
        return False
    groups = recurrences_days.days(cursor)
    if not groups:
        return False
    draft.groups = groups
    if cursor.take(("месяца",)):
        draft.frequency = Frequency.MONTHLY
        return all(group.weekdays for group in groups)
    cursor.take(("of", "in"))
    if not cursor.take(EVERY):
        return False
    unit = cursor.look_up(UNITS)
    if unit is None or unit[0] not in recurrences_clauses.LONGEST_PERIODS:
        return False
    draft.frequency, draft.interval = unit
    return True


def _once_in(cursor: Cursor, draft: Draft) -> bool:
    """Take "once a week", "once every 2 weeks", "раз в две недели"."""
    if cursor.take(("once",)):
        if not cursor.take(("a", "per", "every", "each")):
            return False
    elif _is_counted_before(cursor) or not cursor.take_one_of(
        "один раз в", "раз в", "один раз", "1 раз в"
    ):
        return False
    return _counted(cursor, draft)


def _is_counted_before(cursor: Cursor) -> bool:
    """ "5 раз в неделю" is more often than a rule of days can say."""
    before = cursor.tokens[cursor.at - 1] if cursor.at else END
    return (
        cursor.peek().text == "раз"
        and (before.is_word or before.number is not None)
        and (before.number is not None or _is_number_word(before.text))
    )


def _is_number_word(text: str) -> bool:
    return CARDINALS.get(text, 1) != 1


def _after(cursor: Cursor, draft: Draft) -> bool:
    """Take "after 3 days", which counts from completion; in a line of other words it is left alone."""
    if cursor.in_line or not cursor.take(("after",)) or not _counted(cursor, draft):
        return False
    draft.from_completion = True
    return True


def _in_so_many(cursor: Cursor, draft: Draft) -> bool:
    """Take "через 3 дня после выполнения", and "через день" for every other day."""
    if not cursor.take(("через",)):
        return False
    is_other_day = cursor.peek().text == "день"
    if not _counted(cursor, draft):
        return False
    place = cursor.at
    if recurrences_clauses.from_completion(cursor, draft):
        return True
    cursor.at = place
    draft.interval = 2
    return is_other_day


def _by_days(cursor: Cursor, draft: Draft) -> bool:
    """Take "по понедельникам и средам", "по будням", "по утрам", "по 1-м и 15-м числам"."""
    if not cursor.take(("по",)):
        return False
    following = cursor.peek()
    if following.text.endswith("ам") and _part_of_day(cursor, draft):
        return True
    known = following.text in PLURALS or following.text in GROUPS or following.text in WORKING
    if not known and not following.is_ordinal:
        return False
    return _days(cursor, draft) and (known or cursor.tokens[cursor.at - 1].text == "числам")


def _plurals(cursor: Cursor, draft: Draft) -> bool:
    """Take "tuesdays and thursdays", "weekdays", "в будни"; in a line of other words they need their "on"."""
    is_told = cursor.take(("on", "в")) is not None
    following = cursor.peek().text
    if cursor.in_line and (not is_told or following in ("выходные", "будни")):
        return False
    if (
        following not in PLURALS
        and following not in MANY
        and following not in ("будни", "выходные")
    ):
        return False
    return _days(cursor, draft)


HEADS: tuple[Callable[[Cursor, Draft], bool], ...] = (
    _adverb,
    _every,
    _once_in,
    _after,
    _in_so_many,
    _by_days,
    _plurals,
    _of_every_month,
)
