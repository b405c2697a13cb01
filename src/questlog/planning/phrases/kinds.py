"""What a word can mean in a phrase about dates, whatever its language."""

from datetime import time
from enum import IntEnum, auto


class Kind(IntEnum):
    """The part a word plays; the number that goes with it is named in brackets."""

    DAY = auto()  # "tomorrow" (days from today)
    WEEKDAY = auto()  # (0 is Monday)
    WEEKEND = auto()
    MONTH = auto()  # (1 to 12)
    UNIT = auto()  # "weeks" (a `Unit`)
    HALF = auto()  # "полчаса", half of one unit in a single word (a `Unit`)
    COUNT = auto()  # "seven" (the number)
    ARTICLE = auto()  # "a week" is one
    SOME = auto()  # "few", "пару" (the number it stands for)
    NTH = auto()  # "seventh" (the number)
    TENS = auto()  # "twenty" of "twenty-fourth" (the number)
    SUFFIX = auto()  # what makes a number an ordinal: "th", "го"
    PART = auto()  # of a day, as a noun: "morning" (a `Part`)
    PART_ADVERB = auto()  # "вечером" (a `Part`)
    PART_OF_HOUR = auto()  # "вечера", only after an hour (a `Part`)
    TONIGHT = auto()  # a day and a part of it (a `Part`)
    NAMED_HOUR = auto()  # "noon" (the hour)
    HALF_DAY = auto()  # "am", "pm" (hours to add)
    OCLOCK = auto()  # "часов"
    CHOICE = auto()  # "next" (periods from the running one)
    PLACE = auto()  # "the second friday of the month" (2; -1 is "last")
    COMING = auto()  # "ближайший": a weekday as if nothing had been said
    ON = auto()  # a preposition before a day: "on", "by", "до"
    AT = auto()  # a preposition before a time
    BARE_AT = auto()  # one that makes a time of a bare number: "at 9"
    IN = auto()  # "in the morning"
    AHEAD = auto()  # "in 3 days"
    AGO = auto()
    LATER = auto()
    AFTER = auto()  # "2 days after tomorrow" (1), "before" (-1)
    EDGE = auto()  # "end of" (-1), "middle of" (0), "start of" (1)
    PERIOD_END = auto()  # "eom" (a `Unit`)
    OF = auto()  # "of", "the": says nothing
    AND = auto()
    YEAR_WORD = auto()  # "года" after its number
    DAY_NUMBER = auto()  # "числа" after its number
    CONNECTS = auto()  # what may follow a bare hour: "at 9 with Ann"


class Unit(IntEnum):
    SECOND = 0
    MINUTE = 1
    HOUR = 2
    DAY = 3
    WEEK = 4
    MONTH = 5
    QUARTER = 6
    YEAR = 7


class Part(IntEnum):
    """The hours are those of Todoist's "every morning", "every evening"."""

    MORNING = 9
    AFTERNOON = 12
    EVENING = 19
    NIGHT = 22

    @property
    def time(self) -> time:
        return time(int(self))

    def hour(self, hour: int) -> int:
        """Return the hour of 24 that somebody means who says `hour` of this part: "8 in the evening" is 20."""
        if hour > 12:
            return hour
        if self is Part.MORNING or (self is Part.NIGHT and (hour < 6 or hour == 12)):
            return hour % 12
        return hour % 12 + 12


def plain(words: str) -> dict[str, int]:
    """Return words that play a part without a number."""
    return dict.fromkeys(words.split(), 0)
