"""The outer shape of an iCalendar file: which lines make up which to-do."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from zoneinfo import available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from questlog.planning.importers.plan import UnreadableImportError

NAMES = ("X-WR-CALNAME", "NAME")
# Descriptions of zones are read by name instead, and alarms and zones are no loss worth a warning each.
UNCOUNTED = {"VTIMEZONE", "STANDARD", "DAYLIGHT", "VALARM", "VCALENDAR", "VTODO"}
ZONED = re.compile(
    r'^((?:DTSTART|DUE|RECURRENCE-ID|EXDATE|RDATE)(?:;[^:";]*)*;TZID=)"?([^;:"]*)"?', re.IGNORECASE
)
UNKNOWN_ZONE = "unknown"


@dataclass(frozen=True, slots=True)
class Block:
    """A VTODO: the line it begins on, and its own content lines with theirs."""

    line: int
    lines: list[tuple[int, str]]


@dataclass(slots=True)
class Calendar:
    name: str | None = None
    todos: list[Block] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)


def read_calendar(text: str) -> Calendar:
    """Return the to-dos of a file whose blocks all open and close; raises `UnreadableImportError` otherwise."""
    calendar = Calendar()
    stack: list[tuple[str, int]] = []
    line = 0
    for line, content in _content_lines(text):
        name, _, value = content.partition(":")
        match name.upper():
            case "BEGIN":
                _begin(value.strip().upper(), line, stack, calendar)
            case "END":
                _end(value.strip().upper(), line, stack)
            case _:
                _property(line, content, stack, calendar)
    if stack:
        raise UnreadableImportError(
            "The file ends inside a {block}.", line, block=stack[-1][0][:40]
        )
    if not line:
        raise UnreadableImportError("The file is empty.")
    return calendar


def _content_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield unfolded lines: one that begins with a space goes on where the last one stopped (RFC 5545 § 3.1)."""
    number, content = 0, ""
    for line, written in enumerate(re.split(r"\r\n|\n|\r", text.removeprefix("\ufeff")), start=1):
        if written[:1] in (" ", "\t") and content:
            content += written[1:]
            continue
        if content.strip():
            yield number, content
        number, content = line, written
    if content.strip():
        yield number, content


def _begin(kind: str, line: int, stack: list[tuple[str, int]], calendar: Calendar) -> None:
    if bool(stack) == (kind == "VCALENDAR"):
        raise UnreadableImportError("A calendar has to begin here.", line)
    if kind == "VTODO":
        if len(stack) > 1:
            raise UnreadableImportError("A to-do begins inside another block.", line)
        calendar.todos.append(Block(line, []))
    elif kind not in UNCOUNTED and len(stack) == 1:
        calendar.others[kind[:40]] += 1
    stack.append((kind, line))


def _end(kind: str, line: int, stack: list[tuple[str, int]]) -> None:
    if not stack or stack[-1][0] != kind:
        raise UnreadableImportError("A block ends here that did not begin.", line)
    stack.pop()


def _property(line: int, content: str, stack: list[tuple[str, int]], calendar: Calendar) -> None:
    if not stack:
        raise UnreadableImportError("A calendar has to begin here.", line)
    if stack[-1][0] == "VTODO":
        calendar.todos[-1].lines.append((line, _with_plain_zone(content)))
    elif stack[-1][0] == "VCALENDAR":
        name, _, value = content.partition(":")
        if name.partition(";")[0].upper() in NAMES and not calendar.name:
            calendar.name = re.sub(r"\\([,;\\])", r"\1", value).strip() or None


def _with_plain_zone(content: str) -> str:
    """Name the zone of a date so that the library neither guesses nor looks for it in the file system."""
    return ZONED.sub(lambda found: f"{found[1]}{_plain(found[2])}", content)


def _plain(name: str) -> str:
    """Return the zone's own name, also from "/example.org/Europe/Berlin" with its maker's in front."""
    parts = name.strip("/").split("/")
    tails = ["/".join(parts[start:]) for start in range(len(parts))]
    known = (tail for tail in tails if tail in _zones() or tail in WINDOWS_TO_OLSON)
    return next(known, UNKNOWN_ZONE)


@cache
def _zones() -> frozenset[str]:
    # The library walks through the file system each time it is asked.
    return frozenset(available_timezones())
