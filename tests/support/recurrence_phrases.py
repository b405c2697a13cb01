"""The frozen tables of recurrence phrases, and what is not understood of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from questlog.planning import rrule
from questlog.planning.phrases import recurrences
from questlog.planning.phrases.recurrences import FoundRecurrence
from questlog.planning.rrule import RecurrenceError

FOLDER = Path(__file__).parents[1] / "data" / "phrases"
# When the phrases of the tables are typed.
NOW = datetime(2026, 11, 21, 10, tzinfo=ZoneInfo("Europe/Berlin"))
FROM_COMPLETION = "every! "
NOT_UNDERSTOOD = "-"

type WallTime = time


@dataclass(frozen=True)
class Phrase:
    """`rule` is None where the phrase is not understood."""

    text: str
    rule: str | None
    starting: date | None = None
    time: WallTime | None = None

    @property
    def meaning(self) -> tuple[str | None, date | None, WallTime | None]:
        return self.rule, self.starting, self.time


@dataclass(frozen=True)
class Line:
    """`words` are what is found in the line; None where nothing is."""

    text: str
    words: str | None
    rule: str | None
    time: WallTime | None


def phrases(language: str) -> list[Phrase]:
    return [
        Phrase(text, *_rule(rule), date.fromisoformat(first) if first else None, _time(clock))
        for text, rule, first, clock in _rows(f"recurrence_{language}.txt")
    ]


def lines() -> list[Line]:
    return [
        Line(text, words or None, rule or None, _time(clock))
        for text, words, rule, clock in _rows("recurrence_lines.txt")
    ]


def written(found: FoundRecurrence) -> str:
    return (FROM_COMPLETION if found.rule.from_completion else "") + rrule.write(found.rule)


def not_understood(language: str) -> list[str]:
    """Return the phrases that are refused: those no rule of days can say, and those not understood yet."""
    return [phrase.text for phrase in phrases(language) if not _is_understood(phrase.text)]


def misread_lines() -> list[str]:
    return [line.text for line in lines() if _words_in(line.text) != line.words]


def _words_in(text: str) -> str | None:
    found = recurrences.find(text, now=NOW)
    return None if found is None else text[found.start : found.end]


def _is_understood(text: str) -> bool:
    try:
        recurrences.read(text, now=NOW)
    except RecurrenceError:
        return False
    return True


def _rows(name: str) -> Iterator[tuple[str, str, str, str]]:
    for row in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if row and not row.startswith("#"):
            cells = [cell.strip() for cell in row.split("|")]
            first, second, third, fourth = [*cells, "", "", ""][:4]
            yield first, second, third, fourth


def _rule(text: str) -> tuple[str | None]:
    return (None if text == NOT_UNDERSTOOD else text,)


def _time(text: str) -> time | None:
    return time.fromisoformat(text) if text else None
