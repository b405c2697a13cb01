"""The words of recurrence, English and Russian together: a phrase may mix them, and nobody says which it is in.

Keys are in small letters and without "ё", as `recurrences_tokens` hands them out.
"""

from collections.abc import Iterable, Mapping
from datetime import time

from questlog.planning.rrule import Frequency

DAY, WEEK = Frequency.DAILY, Frequency.WEEKLY
MONTH, YEAR = Frequency.MONTHLY, Frequency.YEARLY
WORKING_WEEK = frozenset((0, day) for day in range(5))
WEEKEND = frozenset({(0, 5), (0, 6)})


def _inverted[Value](groups: Mapping[Value, str]) -> dict[str, Value]:
    return {word: value for value, words in groups.items() for word in words.split()}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _endings(stem: str, endings: str) -> Iterable[str]:
    return (stem + ending for ending in endings.split())


EVERY = _set("every ev each каждый каждая каждое каждые каждую каждого каждой каждом")
OTHER = frozenset(["other"])
COMPLETED = _set("completion completing done finished выполнения завершения")

UNITS: Mapping[str, tuple[Frequency, int]] = _inverted(
    {
        (DAY, 1): "day days день дня дней дни",
        (WEEK, 1): "week weeks неделя недели неделю недель неделе",
        (WEEK, 2): "fortnight fortnights",
        (MONTH, 1): "month months месяц месяца месяцев месяцы",
        (MONTH, 3): "quarter quarters квартал квартала кварталов",
        (MONTH, 6): "полгода полугодие",
        (YEAR, 1): "year years год года лет",
    }
)
TOO_SHORT = _set(
    "hour hours minute minutes second seconds час часа часов минуту минуты минут секунд"
)
ADVERBS: Mapping[str, tuple[Frequency, int]] = _inverted(
    {
        (DAY, 1): "daily everyday ежедневно",
        (WEEK, 1): "weekly еженедельно",
        (WEEK, 2): "biweekly fortnightly",
        (MONTH, 1): "monthly ежемесячно",
        (MONTH, 3): "quarterly ежеквартально",
        (YEAR, 1): "yearly annually ежегодно",
    }
)
PARTS: Mapping[str, time] = _inverted(
    {
        time(9): "morning mornings утро утром утрам",
        time(12): "afternoon afternoons",
        time(19): "evening evenings вечер вечером вечерам",
        time(22): "night nights ночь ночью ночам",
    }
)
NAMED_TIMES: Mapping[str, time] = _inverted(
    {time(12): "noon midday полдень", time(0): "midnight полночь"}
)

WEEKDAYS: Mapping[str, int] = _inverted(
    {
        0: "monday mon пн понедельник понедельника понедельнику",
        1: "tuesday tues tue вт вторник вторника вторнику",
        2: "wednesday wed ср среда среды среде среду",
        3: "thursday thurs thur thu чт четверг четверга четвергу",
        4: "friday fri пт пятница пятницы пятнице пятницу",
        5: "saturday sat сб суббота субботы субботе субботу",
        6: "sunday sun вс воскресенье воскресенья воскресенью",
    }
)
PLURALS: Mapping[str, int] = _inverted(
    {
        0: "mondays понедельникам",
        1: "tuesdays вторникам",
        2: "wednesdays средам",
        3: "thursdays четвергам",
        4: "fridays пятницам",
        5: "saturdays субботам",
        6: "sundays воскресеньям",
    }
)
GROUPS: Mapping[str, frozenset[tuple[int, int]]] = _inverted(
    {
        WORKING_WEEK: "weekday weekdays workday workdays будни будням будний",
        WEEKEND: "weekend weekends выходные выходным",
    }
)
MANY = _set("weekdays workdays weekends")
WORKDAYS = _set("workday workdays weekday weekdays")
# "working day", "рабочий день", "будний день": the adjective and the noun that has to follow it.
WORKING = _set("working business рабочий рабочие рабочим рабочих будний будние")
DAYS = _set("day days день дня дни дням дней")

MONTHS: Mapping[str, int] = _inverted(
    {
        1: "january jan январь января январе янв",
        2: "february feb февраль февраля феврале фев",
        3: "march mar март марта марте мар",
        4: "april apr апрель апреля апреле апр",
        5: "may май мая мае",
        6: "june jun июнь июня июне июн",
        7: "july jul июль июля июле июл",
        8: "august aug август августа августе авг",
        9: "september sept sep сентябрь сентября сентябре сент сен",
        10: "october oct октябрь октября октябре окт",
        11: "november nov ноябрь ноября ноябре нояб ноя",
        12: "december dec декабрь декабря декабре дек",
    }
)

CARDINALS: Mapping[str, int] = _inverted(
    {
        1: "one один одна одно одну",
        2: "two два две двух",
        3: "three три трех",
        4: "four четыре четырех",
        5: "five пять пяти",
        6: "six шесть шести",
        7: "seven семь семи",
        8: "eight восемь восьми",
        9: "nine девять девяти",
        10: "ten десять десяти",
        11: "eleven одиннадцать",
        12: "twelve двенадцать",
    }
)
_ADJECTIVE = "ый ая ое ую ого ой ому ым ые ых ом"
_SOFT = "ий яя ее юю его ей ем ие их"
ORDINALS: Mapping[str, int] = {
    **_inverted(
        {
            1: "first",
            2: "second",
            3: "third",
            4: "fourth",
            5: "fifth",
            6: "sixth",
            7: "seventh",
            8: "eighth",
            9: "ninth",
            10: "tenth",
            -1: "last",
        }
    ),
    **{
        word: number
        for number, stem in (
            (1, "перв"),
            (2, "втор"),
            (4, "четверт"),
            (5, "пят"),
            (6, "шест"),
            (7, "седьм"),
            (8, "восьм"),
            (9, "девят"),
            (10, "десят"),
        )
        for word in _endings(stem, _ADJECTIVE)
    },
    **dict.fromkeys(_endings("трет", "ий ья ье ью ьего ьей ьем"), 3),
    **dict.fromkeys(_endings("последн", _SOFT), -1),
    **dict.fromkeys(_endings("предпоследн", _SOFT), -2),
}
# "every second Tuesday" is every other one; "every 2nd Tuesday" is the second one of the month.
SECOND = frozenset(["second", *_endings("втор", _ADJECTIVE)])

TIMES = _set("times time раз раза")
TWICE = _set("twice дважды")
AND = frozenset([",", "and", "и", "&", "or", "или"])
# Words that may stand before a day and say nothing by themselves.
BEFORE_DAYS = _set("the a on в во на по every each")
OF_MONTH = _set("месяца месяц month")
NUMBERED = _set("число числа числам")
