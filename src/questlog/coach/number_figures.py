"""Figures of a text: how they may be written so that they can be held against facts. Pure.

What is written otherwise (“1/2”, “5e2”, “3·000”, “1O”) is odd: nobody can tell what a reader takes it for.
"""

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

from questlog.coach.number_dates import GONE
from questlog.coach.number_forms import FACTORS

type Signed = tuple[Decimal | None, str]
"""A number with its sign; None is one too long to be read."""

LONGEST_NUMBER = 15

ALIKE = str.maketrans({"№": "#", "\u2010": "-", "\u2011": "-"})
NUMBERS_IN_A_PICTURE = re.compile("[🔟💯]")
# A word of letters that are not all of one of our alphabets, or that stand apart, may read as a number and be none.
MIXED = re.compile(
    r"[a-z][^\W\d_a-z]|[^\W\d_a-z][a-z]|[а-яё][^\W\d_а-яё]|[^\W\d_а-яё][а-яё]", re.IGNORECASE
)
SPREAD = re.compile(r"(?<!\w)(?:[^\W\d_][ .*_-]){3,}[^\W\d_](?!\w)")
HALF_DAY = re.compile(r"(?<!\d)(\d{1,2})(?::(\d{2}))?\s?([ap])\.?m\b", re.IGNORECASE)
CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?!:?\d)")
GROUPED = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_FACTOR_WORDS = "|".join(sorted(FACTORS, key=len, reverse=True))
NUMBER = re.compile(
    r"(?P<sign>(?<![\w\d%])[+\-−–])?(?P<number>[1-9]\d{0,2}(?: \d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*)"
    rf"(?:(?P<times>[kкm]|[\s-]?(?:{_FACTOR_WORDS}))\b)?",
    re.IGNORECASE,
)
TIMES = FACTORS | {"k": 1_000, "к": 1_000, "m": 1_000_000}
FIGURE = re.compile(r"\d")
AROUND = "()[]{}<>«»“”„\"'‘’*_~≈≤≥=+#:;,.!?…-−–—"
_NUMBER = r"(?:[1-9]\d{0,2}(?:[.,]\d{3})+|(?:0|[1-9]\d*)(?:[.,]\d+)?)"
_UNITS = "%|°|st|nd|rd|th|[kкmxх]|xp|am|pm|h|d|s|min|kg|km|кг|км|ч|д|мин"
USUAL = re.compile(rf"{_NUMBER}(?:[-–—]{_NUMBER})*(?:{_UNITS})?(?:[-–—][^\W\d_]+)*", re.IGNORECASE)


def plain(text: str) -> str:
    """Return a text as a reader sees it: nothing invisible in it, one sign for each letter and figure."""
    seen = "".join(one for one in text.translate(ALIKE) if unicodedata.category(one) != "Cf")
    return "".join(
        str(unicodedata.decimal(one)) if one.isdecimal() else one
        for one in unicodedata.normalize("NFKC", seen).translate(ALIKE)
        if unicodedata.category(one) not in ("Mn", "Me")
    )


def is_readable(text: str) -> bool:
    """Tell whether a plain text has no number but in figures and letters of one script."""
    is_other = any(
        unicodedata.numeric(one, None) is not None and not one.isdecimal() for one in text
    )
    shapes = (NUMBERS_IN_A_PICTURE, MIXED, SPREAD)
    return not (is_other or any(shape.search(text) for shape in shapes))


def without_clocks(text: str) -> tuple[str, list[int]]:
    """Return the text without times of day, and what they count: hours of 24, and minutes that are not 0."""
    found: list[int] = []

    def note(hit: re.Match[str]) -> str:
        hour, minute, *half = hit.groups()
        found.append(int(hour) % 12 + 12 * (half[0].casefold() == "p") if half else int(hour))
        found.extend([int(minute)] if minute and int(minute) else [])
        return GONE

    return CLOCK.sub(note, HALF_DAY.sub(note, text)), found


def odd_ones(text: str) -> set[str]:
    """Return what has figures and is no plain number, or a range of them with a unit."""
    words = {one.strip(AROUND).casefold() for one in text.split() if FIGURE.search(one)}
    return {word for word in words if not USUAL.fullmatch(word)}


def without_figures(text: str) -> tuple[str, list[Signed], bool]:
    """Return the text without figures, their numbers with their signs, and whether two of them touch."""
    found, last, touch = list[Signed](), None, False
    for hit in NUMBER.finditer(text):
        touch = touch or (last is not None and text[last : hit.start()].isspace())
        last = hit.end()
        times = TIMES[hit["times"].strip(" -").casefold()] if hit["times"] else 1
        sign = "" if hit["sign"] is None else ("+" if hit["sign"] == "+" else "-")
        for value in _read(hit["number"].replace(" ", "")):
            found.append((None if value is None else value * times, sign))
    return NUMBER.sub(f" {GONE} ", text), found, touch


def _read(written: str) -> Iterator[Decimal | None]:
    if len(written) > LONGEST_NUMBER:
        yield None
    elif GROUPED.fullmatch(written):
        yield Decimal(re.sub("[.,]", "", written))
    elif re.fullmatch(r"\d+(?:[.,]\d+)?", written):
        yield Decimal(written.replace(",", "."))
    else:
        yield from (Decimal(part) for part in re.split("[.,]", written))
