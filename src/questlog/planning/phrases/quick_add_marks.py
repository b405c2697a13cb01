"""The marks in a line of quick add: `#project`, `@label`, `p1`, `!deadline`, `~45m`, `// description`. Pure.

A mark stands at the beginning of a word. Addresses, quotations and what follows a backslash are left alone. One pass
from left to right, so a line costs what it is long.
"""

import re
import unicodedata
from dataclasses import dataclass

DIFFICULTIES = ("trivial", "normal", "hard", "boss")
QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "`": "`"}
NAME_QUOTES = {opening: closing for opening, closing in QUOTES.items() if opening != "`"}
SIGILS = {"#": "project", "@": "label", "$": "goal"}
DATE_SIGILS = {"!": "deadline", ">": "start"}
LONGEST_NAME = {"project": 500, "label": 100, "goal": 500}
LONGEST_DURATION = 525_600

WORD = re.compile(r"\S+")
SPACE = re.compile(r"\s*")
NAME = re.compile(r"(?:\\.|[^\s\\]){1,1001}")  # bounded: it is tried at the beginning of every word
ESCAPED = re.compile(r"\\(.)")
TRAILING = ".,;:!?…)]}"
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]|[^\s@]*@[^\s@]+@|www\.")
PRIORITY = re.compile(r"[pPрР]([1-4])")  # the Cyrillic letter looks the same
HOURS = r"(?:hours?|hrs?|h|часов|часа|час|ч)"
MINUTES = r"(?:minutes?|mins?|m|минуты|минута|минут|мин|м)"
DURATION = re.compile(
    rf"~(?=[0-9])(?:([0-9]{{1,4}}(?:[.,][0-9]{{1,2}})?){HOURS})?(?:([0-9]{{1,6}}){MINUTES})?", re.I
)
CLOCK = re.compile(r"[0-9]{1,2}(?::[0-9]{2})?(?:am|pm)|[0-9]{1,2}:[0-9]{2}", re.I)
COLOR = re.compile(r"(?=.*[0-9])(?:[0-9a-f]{6}|[0-9a-f]{8})", re.I)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something understood, from `start` up to `end` of its line."""

    start: int
    end: int
    kind: str
    value: str | int | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Words between marks; `sigil` is the `!` or `>` right before them."""

    start: int
    end: int
    sigil: str | None = None


class Reader:
    """Reads one line from left to right into `marks` and the `gaps` between them."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.marks: list[Mark] = []
        self.gaps: list[Gap] = []
        self._gap_from = 0
        self._sigil: str | None = None
        self._unclosed: set[str] = set()

    def read(self) -> None:
        place = self._past_space(0)
        while place < len(self.line):
            place = self._past_space(self._word(place))
        self._close_gap(len(self.line), len(self.line))

    def _past_space(self, place: int) -> int:
        found = SPACE.match(self.line, place)
        return found.end() if found is not None else place

    def _word(self, start: int) -> int:
        """Read the word at `start`; return where it ends."""
        line = self.line
        if line.startswith("//", start):
            return self._mark(start, len(line), "description", line[start + 2 :].strip())
        end, first = self._end_of_word(start), line[start]
        if first == "\\":
            self._mark(start, start + 1, "escape")
            return self._leave_alone(start + 1, end)
        if first in DATE_SIGILS and end - start > 1:
            self._close_gap(start, start + 1)
            self._sigil = first
            return self._date_words(start + 1, end)
        named = self._named(start) if first in SIGILS else None
        mark = named or _short_mark(line[start:end], start)
        if mark is not None:
            return self._rest_of_word(self._add(mark), end)
        return self._rest_of_word(start, end)

    def _end_of_word(self, place: int) -> int:
        found = WORD.match(self.line, place)
        return place if found is None else found.end()

    def _date_words(self, start: int, end: int) -> int:
        """What stands in quotes behind `!` is a date like any other."""
        closing = self._closing(start, NAME_QUOTES)
        return end if closing is None else closing + 1

    def _rest_of_word(self, start: int, end: int) -> int:
        """Leave alone what is an address, or quoted; return where reading goes on."""
        if start >= end:
            return start
        if "://" in self.line[start:end] or ADDRESS.match(self.line, start, end):
            return self._leave_alone(start, end)
        place = start
        while place < end:
            # A quotation does not begin behind a letter or a figure: that is an inch or an apostrophe.
            closing = None
            if not self.line[place - 1 : place].isalnum():
                closing = self._closing(place, QUOTES)
            if closing is None:
                place += 1
                continue
            place = self._leave_alone(place, closing + 1)
            if place > end:
                end = self._end_of_word(place)
        return place

    def _named(self, start: int) -> Mark | None:
        kind = SIGILS[self.line[start]]
        closing = self._closing(start + 1, NAME_QUOTES)
        if closing is not None:
            name, end = self.line[start + 2 : closing].strip(), closing + 1
        else:
            found = NAME.match(self.line, start + 1)
            name = found[0].rstrip(TRAILING) if found is not None else ""
            end = start + 1 + len(name)
            if not _is_name(kind, name):
                return None
            name = ESCAPED.sub(r"\1", name)
        if not name or len(name) > LONGEST_NAME[kind]:
            return None
        return Mark(start, end, kind, " ".join(name.split()))

    def _closing(self, place: int, quotes: dict[str, str]) -> int | None:
        """Return where the quotation that opens at `place` closes, if one opens there."""
        closing = quotes.get(self.line[place : place + 1])
        if closing is None or closing in self._unclosed:
            return None
        found = self.line.find(closing, place + 1)
        if found < 0:
            self._unclosed.add(closing)  # nor does any later one: each is looked for once
            return None
        return found

    def _add(self, mark: Mark) -> int:
        return self._mark(mark.start, mark.end, mark.kind, mark.value)

    def _mark(self, start: int, end: int, kind: str, value: str | int | None = None) -> int:
        self.marks.append(Mark(start, end, kind, value))
        return self._leave_alone(start, end)

    def _leave_alone(self, start: int, end: int) -> int:
        self._close_gap(start, end)
        return end

    def _close_gap(self, end: int, next_from: int) -> None:
        if end > self._gap_from:
            self.gaps.append(Gap(self._gap_from, end, self._sigil))
        self._gap_from, self._sigil = next_from, None


def _short_mark(word: str, start: int) -> Mark | None:
    """Read a mark that is one word: a priority, a duration, a difficulty."""
    bare = word.rstrip(TRAILING)
    end = start + len(bare)
    if found := PRIORITY.fullmatch(bare):
        return Mark(start, end, "priority", 5 - int(found[1]))
    if found := DURATION.fullmatch(bare):
        hours = float((found[1] or "0").replace(",", "."))
        minutes = round(hours * 60) + int(found[2] or 0)
        return Mark(start, end, "duration", minutes) if 1 <= minutes <= LONGEST_DURATION else None
    if bare.startswith("%") and bare[1:].lower() in DIFFICULTIES:
        return Mark(start, end, "difficulty", bare[1:].lower())
    return None


def _is_name(kind: str, name: str) -> bool:
    """Whether a word is a name: no number of an issue, no colour, no sum of money, no address, no time of day."""
    first = name[:1]
    if not first or not (first.isalnum() or first == "_" or unicodedata.category(first) == "So"):
        return False
    if kind == "project":
        return not (name.isdecimal() or COLOR.fullmatch(name))
    if kind == "label":
        return "@" not in name and not CLOCK.fullmatch(name)
    return not first.isdecimal()
