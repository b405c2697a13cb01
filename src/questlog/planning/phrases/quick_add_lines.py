"""A pasted text as lines that hang under each other. Pure.

Indentation says what belongs under what: a line hangs under the nearest line above it that is indented less. Bullets,
numbers and empty boxes of lists that come from elsewhere are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

TAB = 4
SIGN = r"(?:[-*+•–—]|[0-9]{1,3}[.)])"
BULLET = re.compile(rf"{SIGN}(?:\s+\[\s?\])?(?=\s|$)|\[\s?\](?=\s|$)")
INDENT = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class ListLine:
    """`number` counts the lines of the text from 1, `start` and `end` are places in it, `parent` one in the list."""

    number: int
    start: int
    end: int
    depth: int
    parent: int | None


def read(text: str) -> list[ListLine]:
    """Return the lines that say something."""
    lines: list[ListLine] = []
    above: list[tuple[int, int]] = []
    for number, start, line in _numbered(text):
        indent = INDENT.match(line)
        begin = indent.end() if indent is not None else 0
        bullet = BULLET.match(line, begin)
        content = _past_space(line, bullet.end()) if bullet is not None else begin
        end = len(line.rstrip())
        if content >= end:
            continue
        width = _width(line[:begin])
        while above and above[-1][0] >= width:
            above.pop()
        parent = above[-1][1] if above else None
        above.append((width, len(lines)))
        lines.append(ListLine(number, start + content, start + end, len(above), parent))
    return lines


def _numbered(text: str) -> Iterator[tuple[int, int, str]]:
    start = 0
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        yield number, start, line
        start += len(line)


def _past_space(line: str, place: int) -> int:
    found = INDENT.match(line, place)
    return found.end() if found is not None else place


def _width(indent: str) -> int:
    """Return how far a line is indented, a tab reaching to the next multiple of four."""
    width = 0
    for space in indent:
        width += TAB - width % TAB if space == "\t" else 1
    return width
