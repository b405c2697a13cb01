"""The tables whose share of not understood lines `make interop` prints: one line for each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from questlog.planning.filters import FilterSyntaxError, parse
from tests.interop import sentences
from tests.support import filters, recurrence_phrases


@dataclass(frozen=True, slots=True)
class Share:
    lines: int
    not_understood: int

    def __str__(self) -> str:
        percent = 100 * self.not_understood / self.lines
        return f"{self.not_understood:4} of {self.lines:4} not understood, {percent:4.1f} %"


def told_dates(language: str) -> Share:
    """A sentence is understood when its date is found at its place, or left alone where there is none."""
    table = sentences.told(language)
    wrong = [line for line in table if sentences.ours(line.text) != line.meant]
    return Share(len(table), len(wrong))


def untold_dates(language: str) -> Share:
    """A sentence is understood when a date is seen where chrono-node sees one, whichever it is."""
    theirs = sentences.golden()[language]
    dated = [text for text in sentences.untold(language) if theirs[text].day is not None]
    return Share(len(dated), len([text for text in dated if sentences.ours(text).day is None]))


def recurrences(language: str) -> Share:
    """A phrase is understood when it is no refusal; what it means is checked by the tests of the table."""
    table = recurrence_phrases.phrases(language)
    return Share(len(table), len(recurrence_phrases.not_understood(language)))


def recurrences_in_lines() -> Share:
    table = recurrence_phrases.lines()
    return Share(len(table), len(recurrence_phrases.misread_lines()))


def published_filters() -> Share:
    """Filters of Todoist's help and users; what asks for things that do not exist here is not understood."""
    return _filters("todoist.json", "todoist_refused.json")


def _filters(*names: str) -> Share:
    queries = [case["query"] for name in names for case in filters.table(name)]
    return Share(len(queries), len([query for query in queries if not _is_filter(query)]))


def _is_filter(query: str) -> bool:
    try:
        parse(query)
    except FilterSyntaxError:
        return False
    return True


TABLES: dict[str, Callable[[], Share]] = {
    "dates, English": partial(told_dates, "en"),
    "dates, Russian": partial(told_dates, "ru"),
    "dates, the rest of chrono's English tests": partial(untold_dates, "en"),
    "dates, the rest of chrono's Russian tests": partial(untold_dates, "ru"),
    "recurrence, English": partial(recurrences, "en"),
    "recurrence, Russian": partial(recurrences, "ru"),
    "recurrence in lines of other words": recurrences_in_lines,
    "filters, from Todoist": published_filters,
    "filters, Questlog's own": partial(_filters, "ours.json"),
    "filters, Russian": partial(_filters, "russian.json"),
}
