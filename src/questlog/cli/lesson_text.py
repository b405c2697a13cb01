"""A lesson's Markdown as lines of a terminal: headings, paragraphs, lists, quotes, code and tables."""

import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import click

from questlog.cli import terminal
from questlog.cli.lesson_words import BOLD, spans, wrapped

WIDEST, NARROWEST = 88, 24
FENCE = re.compile(r"\s*(?P<sign>`{3,}|~{3,})(?P<about>[^`]*)$")
SHAPES = {
    "heading": re.compile(r" {0,3}(?P<mark>#{1,6})\s+(?P<text>.*?)[\s#]*$"),
    "item": re.compile(r"(?P<indent>\s*)(?P<mark>[-*+]|\d{1,9}[.)])\s+(?P<text>.*)$"),
    "quote": re.compile(r" {0,3}>\s?(?P<text>.*)$"),
    "row": re.compile(r"\s*(?P<text>\|.*\|)\s*$"),
    "text": re.compile(r"(?P<indent>\s*)(?P<text>\S.*)$"),
}
GROWING = {
    ("text", "text"),
    ("text", "item"),
    ("text", "quote"),
    ("quote", "quote"),
    ("row", "row"),
}
RULE = re.compile(r"[\s|:-]+$")
BETWEEN_CELLS = re.compile(r"(?<!\\)\|")
CODE_INDENT, BULLET, QUOTED = "    ", "•", "│ "


@dataclass
class Block:
    """Lines that belong together. `mark` is what stood before an item or a heading, `indent` how far it stood in."""

    kind: str
    lines: list[str] = field(default_factory=list)
    mark: str = ""
    indent: int = 0


def columns() -> int:
    """Return how wide text may be: as the terminal, but no wider than one likes to read."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))


def rendered(body: str, wide: int) -> Iterator[str]:
    """Yield the lines of a lesson. Nothing in it can move the cursor."""
    was_blank = True
    for block in _blocks(body):
        for line in _drawn(block, wide):
            if line or not was_blank:
                yield line
            was_blank = not line


def _blocks(body: str) -> list[Block]:
    found: list[Block] = []
    fence = ""
    for line in body.splitlines():
        sign = FENCE.match(line)
        if fence:
            if sign and sign["sign"].startswith(fence) and not sign["about"].strip():
                fence = ""
            else:
                found[-1].lines.append(line)
        elif sign:
            fence = sign["sign"]
            found.append(Block("code"))
        else:
            _take(found, line)
    return found


def _take(found: list[Block], line: str) -> None:
    for kind, shape in SHAPES.items():
        seen = shape.match(line)
        if seen is None:
            continue
        if found and (kind, found[-1].kind) in GROWING:
            found[-1].lines.append(seen["text"])
        else:
            parts = seen.groupdict()
            indent = len(parts.get("indent", ""))
            found.append(Block(kind, [seen["text"]], parts.get("mark", ""), indent))
        return
    found.append(Block("blank"))


def _drawn(block: Block, wide: int) -> Iterator[str]:
    text = " ".join(block.lines)
    if block.kind == "blank":
        yield ""
    elif block.kind == "code":
        yield from _code(block.lines)
    elif block.kind == "row":
        yield from _table(block.lines)
    elif block.kind == "heading":
        style = {"bold": True, "fg": "yellow" if len(block.mark) < 3 else None}
        yield from wrapped(spans(text, style), wide)
    elif block.kind == "quote":
        yield from wrapped(spans(text), wide, first=QUOTED, rest=QUOTED)
    elif block.kind == "item":
        mark = block.mark if block.mark[0].isdecimal() else BULLET
        first = " " * (block.indent + 2) + mark + " "
        yield from wrapped(spans(text), wide, first=first, rest=" " * len(first))
    else:
        yield from wrapped(spans(text), wide)


def _code(lines: Sequence[str]) -> Iterator[str]:
    """Code is never broken: somebody will copy it."""
    for line in textwrap.dedent("\n".join(lines).expandtabs(4)).split("\n"):
        yield CODE_INDENT + click.style(terminal.printable(line), fg="cyan") if line.strip() else ""


def _table(lines: Sequence[str]) -> Iterator[str]:
    rows = [
        [cell.strip() for cell in BETWEEN_CELLS.split(line)[1:-1]]
        for line in lines
        if not RULE.match(line)
    ]
    has_heading = len(rows) < len(lines)
    shown = [
        [
            next(wrapped(spans(cell, BOLD if has_heading and not number else {}), 10_000))
            for cell in row
        ]
        for number, row in enumerate(rows)
    ]
    widths = [
        max(_width(row[place]) for row in shown if place < len(row))
        for place in range(max((len(row) for row in shown), default=0))
    ]
    for row in shown:
        cells = (
            cell + " " * (wide - _width(cell)) for cell, wide in zip(row, widths, strict=False)
        )
        yield "  " + "  ".join(cells).rstrip()


def _width(cell: str) -> int:
    return terminal.width(click.unstyle(cell))
