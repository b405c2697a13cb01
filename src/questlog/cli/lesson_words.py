"""The words of a lesson: bold, code and links within them, broken into lines as wide as the terminal."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from questlog.cli import terminal

type Style = Mapping[str, Any]
type Span = tuple[str, Style]
type Word = list[Span]

PLAIN: Style = {}
CODE: Style = {"fg": "cyan"}
BOLD: Style = {"bold": True}
ITALIC: Style = {"italic": True}
LINK: Style = {"underline": True}
MARK = re.compile(
    r"(?P<fence>`+)(?P<code>.+?)(?P=fence)(?!`)"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|\*\*(?P<bold>\S.*?)\*\*"
    r"|(?<![\w*])(?P<sign>[*_])(?P<italic>[^\s*_][^*_]*)(?P=sign)(?!\w)"
    r"|!?\[(?P<label>[^\]]*)\]\((?P<target>[^)\s]*)\)"
)


def spans(text: str, style: Style = PLAIN) -> Iterator[Span]:
    """Yield the pieces of Markdown text, each with how it looks."""
    reached = 0
    for found in MARK.finditer(text):
        yield text[reached : found.start()], style
        yield from _marked(found, style)
        reached = found.end()
    yield text[reached:], style


def _marked(found: re.Match[str], style: Style) -> Iterator[Span]:
    if found["code"] is not None:
        yield found["code"].strip() or found["code"], {**style, **CODE}
    elif found["escaped"] is not None:
        yield found["escaped"], style
    elif found["bold"] is not None:
        yield from spans(found["bold"], {**style, **BOLD})
    elif found["italic"] is not None:
        yield from spans(found["italic"], {**style, **ITALIC})
    else:
        yield found["label"], {**style, **LINK}
        if found["target"] and found["target"] != found["label"]:
            yield f" ({found['target']})", style


def code_spans(text: str, style: Style = PLAIN) -> Iterator[Span]:
    """Yield the pieces of a text in which only code is marked, as in the stem of a question."""
    for number, piece in enumerate(re.split(r"`([^`]+)`", text)):
        yield piece, {**style, **CODE} if number % 2 else style


def wrapped(
    pieces: Iterator[Span], columns: int, *, first: str = "", rest: str = ""
) -> Iterator[str]:
    """Yield lines of at most so many columns; a word that is longer than that has a line of its own.

    The first line begins with `first`, the others with `rest`.
    """
    line: list[Word] = []
    start, used = first, terminal.width(click.unstyle(first))
    for word in _words(pieces):
        wide = sum(terminal.width(text) for text, _ in word)
        if line and used + wide > columns:
            yield start + _joined(line)
            line, start, used = [], rest, terminal.width(click.unstyle(rest))
        line.append(word)
        used += wide + 1
    yield (start + _joined(line)).rstrip()


def _words(pieces: Iterator[Span]) -> Iterator[Word]:
    word: Word = []
    for text, style in pieces:
        for part in re.split(r"(\s+)", text):
            if part and not part.isspace():
                word.append((terminal.printable(part), style))
            elif part and word:
                yield word
                word = []
    if word:
        yield word


def _joined(words: Sequence[Word]) -> str:
    """Return a line; a space between two words that look alike looks like them."""
    runs: list[Span] = []
    for word in words:
        for place, (text, style) in enumerate(word):
            gap = " " if runs and not place else ""
            if runs and runs[-1][1] == style:
                runs[-1] = (runs[-1][0] + gap + text, style)
            else:
                runs += [(gap, PLAIN), (text, style)] if gap else [(text, style)]
    return "".join(click.style(text, **style) if style else text for text, style in runs)
