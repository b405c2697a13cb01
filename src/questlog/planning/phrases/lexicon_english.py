"""English words of dates."""

from collections.abc import Mapping

from questlog.planning.phrases.kinds import Kind, Part, Unit, plain

MONTHS = (
    "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
    "august aug", "september sep sept", "october oct", "november nov", "december dec",
)  # fmt: skip
WEEKDAYS = (
    "monday mon", "tuesday tue tues", "wednesday wed weds", "thursday thu thur thurs",
    "friday fri", "saturday sat", "sunday sun",
)  # fmt: skip
NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty"
)
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
UNITS = {
    Unit.SECOND: "second seconds sec secs",
    Unit.MINUTE: "minute minutes min mins m",
    Unit.HOUR: "hour hours hr hrs h",
    Unit.DAY: "day days d",
    Unit.WEEK: "week weeks wk wks w",
    Unit.MONTH: "month months mo mos mth mths",
    Unit.QUARTER: "quarter quarters qtr",
    Unit.YEAR: "year years yr yrs y",
}

WORDS: Mapping[Kind, Mapping[str, int]] = {
    Kind.DAY: {
        "today": 0,
        "tod": 0,
        "tomorrow": 1,
        "tom": 1,
        "tmr": 1,
        "tmrw": 1,
        "yesterday": -1,
    },
    Kind.WEEKDAY: {word: day for day, names in enumerate(WEEKDAYS) for word in names.split()},
    Kind.WEEKEND: plain("weekend weekends"),
    Kind.MONTH: {word: month for month, names in enumerate(MONTHS, 1) for word in names.split()},
    Kind.UNIT: {word: unit for unit, names in UNITS.items() for word in names.split()},
    Kind.COUNT: {word: number for number, word in enumerate(NUMBERS.split(), 1)},
    Kind.ARTICLE: {"a": 1, "an": 1},
    Kind.SOME: {"couple": 2, "few": 3, "several": 7},
    Kind.NTH: {word: number for number, word in enumerate(ORDINALS.split(), 1)} | {"thirtieth": 30},
    Kind.TENS: {"twenty": 20, "thirty": 30},
    Kind.SUFFIX: plain("st nd rd th"),
    Kind.PART: {
        "morning": Part.MORNING,
        "afternoon": Part.AFTERNOON,
        "evening": Part.EVENING,
        "night": Part.NIGHT,
    },
    Kind.TONIGHT: {"tonight": Part.NIGHT},
    Kind.NAMED_HOUR: {"noon": 12, "midday": 12, "midnight": 0},
    Kind.HALF_DAY: {"am": 0, "pm": 12},
    Kind.CHOICE: {"this": 0, "next": 1, "last": -1, "past": -1, "previous": -1},
    Kind.PLACE: {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1},
    Kind.COMING: plain("coming upcoming"),
    Kind.ON: plain("on by due for from until till before"),
    Kind.AT: plain("at by from until till before after around"),
    Kind.BARE_AT: plain("at @"),
    Kind.IN: {"in": 0},
    Kind.AHEAD: plain("in within after"),
    Kind.AGO: plain("ago earlier"),
    Kind.LATER: plain("later hence"),
    Kind.AFTER: {"after": 1, "from": 1, "before": -1},
    Kind.EDGE: {
        "end": -1,
        "last": -1,
        "mid": 0,
        "middle": 0,
        "start": 1,
        "beginning": 1,
        "first": 1,
    },
    Kind.PERIOD_END: {
        "eod": Unit.DAY,
        "eow": Unit.WEEK,
        "eom": Unit.MONTH,
        "eoq": Unit.QUARTER,
        "eoy": Unit.YEAR,
    },
    Kind.OF: plain("of the"),
    Kind.AND: {"and": 0},
    Kind.CONNECTS: plain(
        "and at by every for from in near on or sharp then to today tomorrow until with"
    ),
}

# Words with a life of their own: they are weekdays only where something beside them says so.
UNSURE = frozenset({"mon", "wed", "sat", "sun"})
# Read as dates only when nothing else is said: in a line "Tom" is a name.
ALONE = frozenset({"tod", "tom"})
