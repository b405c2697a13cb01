"""Dates in a text, in English and Russian, told from counts that stand beside the name of a month. Pure.

“22 November” and “November 22” are dates where nothing follows that they could count; elsewhere (“In November 22 tasks…”)
the figure is left in the text, so that it is held against the counts as well.
"""

import re
from collections.abc import Iterator
from datetime import date

from questlog.coach.number_forms import words
from questlog.coach.number_words import folded, is_number

type Day = tuple[int | None, int, int]

# Stands in a text for what was taken out of it.
GONE = "\ufffc"

_MONTHS = (
    ("january", "jan", "января"),
    ("february", "feb", "февраля"),
    ("march", "mar", "марта"),
    ("april", "apr", "апреля"),
    ("may", "мая"),
    ("june", "jun", "июня"),
    ("july", "jul", "июля"),
    ("august", "aug", "августа"),
    ("september", "sept", "sep", "сентября"),
    ("october", "oct", "октября"),
    ("november", "nov", "ноября"),
    ("december", "dec", "декабря"),
)
MONTHS = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words}
_LONGEST_FIRST = sorted(MONTHS, key=len, reverse=True)
_ENGLISH = "|".join(word for word in _LONGEST_FIRST if word.isascii())
_RUSSIAN_CASES = r"(?:январ|феврал|март|апрел|июн|июл|август|сентябр|октябр|ноябр|декабр)[а-я]{0,3}|ма[йяею]|маем"
_MONTH = rf"(?P<month>{'|'.join(_LONGEST_FIRST)})\b\.?"
_ORDINAL = "(?:st|nd|rd|th|-?го)?"
_DAYS = rf"(?P<day>\d{{1,2}}){_ORDINAL}(?:(?:\s?[-–—]\s?|\s(?:to|and|по|и)\s)(?P<last>\d{{1,2}}){_ORDINAL})?"
_YEAR = r"(?:,?\s(?P<year>\d{4})(?!\d))?"
ISO = re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)")
DOTTED = re.compile(r"(?<![\d.])(?P<day>\d{1,2})\.(?P<month>\d{2})\.(?P<year>\d{4})(?!\d)")
DAY_FIRST = re.compile(rf"(?<![\d.,]){_DAYS}\s(?:of\s)?{_MONTH}{_YEAR}", re.IGNORECASE)
MONTH_FIRST = re.compile(
    rf"\b(?P<month>{_ENGLISH})\b\.?\s{_DAYS}(?![\d]|[.,]\d){_YEAR}", re.IGNORECASE
)
DATES = (ISO, DOTTED, DAY_FIRST, MONTH_FIRST)
YEAR = re.compile(
    rf"\b(?P<before>\d{{4}})(?=\s(?:года?|году|годом)\b|\sг\.)"
    rf"|(?<![^\W\d_])(?:in|since|of|{_ENGLISH}|{_RUSSIAN_CASES}),?\s(?P<after>\d{{4}})(?=\s*(?:[,;:!?)]|\.(?!\d)|$))",
    re.IGNORECASE,
)
IN_WORDS = re.compile(
    rf"(?<![^\W\d_])(?P<day>[^\W\d_]++)[\s-]+(?:of\s+)?(?:{_ENGLISH}|{_RUSSIAN_CASES})\b"
    rf"|\b(?:{_ENGLISH}|{_RUSSIAN_CASES})\b(?:\s+|,\s+the\s+)(?:the\s+)?(?P<after>[^\W\d_]+)",
    re.IGNORECASE,
)
ORDINAL_DAY = re.compile(r"\d(?:st|nd|rd|th|-?го)\b", re.IGNORECASE)
BEFORE_A_DATE = re.compile(
    r"\b(?:on|from|since|until|till|after|before|between|с|со|по|до|от|к|ко|на|после|между)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
BEFORE_A_MONTH = re.compile(r"\b(?:in|by|during|within)\s+(?:the\s+)?$", re.IGNORECASE)
NEXT_WORD = re.compile(r"(?:\s+|-)([^\W\d_]+)")
# What may follow a date and is nothing that could be counted.
AFTER_A_DATE = frozenset(
    words(
        "you your it its this that there the a an i we was is had has and or but to on at in until till with when after as "
        "вы вас ваш ваша ваше ваши вам это была был было были и или а но в во на до по к не что когда года год г"
    )
)


def without_dates(text: str) -> tuple[str, list[Day]]:
    """Return the text without its dates, and the days they name."""
    days: list[Day] = []

    def note(hit: re.Match[str]) -> str:
        if hit["month"] == "may":
            return hit[0]
        days.extend(_days(hit))
        if _is_sure(hit):
            return GONE
        return f"{GONE} {hit['day']} {GONE} {hit['last'] or ''} "

    for pattern in DATES:
        text = pattern.sub(note, text)
    return text, days


def without_years(text: str) -> tuple[str, set[int]]:
    """Return the text without years that can be nothing else, and those years."""
    years: set[int] = set()

    def note(hit: re.Match[str]) -> str:
        years.add(int(hit["before"] or hit["after"]))
        return GONE

    return YEAR.sub(note, text), years


def is_in_words(text: str) -> bool:
    """Tell whether a day of a month is said in words: «двенадцатого ноября»."""
    return any(
        is_number(folded(hit["day"] or hit["after"]))
        for hit in IN_WORDS.finditer(text)
        if " may" not in hit[0] and not hit[0].startswith("may")
    )


def day_of(text: str) -> Day | None:
    """Return the day that a whole text is, as facts have it."""
    hit = ISO.fullmatch(text)
    return None if hit is None else (int(hit["year"]), int(hit["month"]), int(hit["day"]))


def parts_of(day: date) -> Day:
    return day.year, day.month, day.day


def _is_sure(hit: re.Match[str]) -> bool:
    if hit["year"] or ORDINAL_DAY.search(hit[0]):
        return True
    before, after = hit.string[: hit.start()], NEXT_WORD.match(hit.string, hit.end())
    if after is None:
        return True
    is_spoken_on = after[1].casefold() in AFTER_A_DATE
    if hit.re is MONTH_FIRST:
        return is_spoken_on and BEFORE_A_MONTH.search(before) is None
    return is_spoken_on or BEFORE_A_DATE.search(before) is not None


def _days(hit: re.Match[str]) -> Iterator[Day]:
    """Yield the day of a date in a text, or the first and the last of several."""
    found = hit.groupdict()
    month = MONTHS.get(found["month"].casefold()) or int(found["month"])
    year = int(found["year"]) if found["year"] else None
    yield from ((year, month, int(day)) for day in (found["day"], found.get("last")) if day)
