"""The objects of a JSON list, each with the line it starts on."""

import json
from collections.abc import Iterator
from typing import Any

from questlog.planning.importers.plan import UnreadableImportError

DECODER = json.JSONDecoder()
SPACE = " \t\r\n"


def objects(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield line and object. The list may stand in brackets or, as some programs write it, one object a line."""
    text = text.removeprefix("\ufeff")
    place, line = _skip(text, 0, 1)
    if place == len(text):
        raise UnreadableImportError("The file is empty.")
    bracketed = text[place] == "["
    if bracketed:
        place, line = _skip(text, place + 1, line)
    more = place < len(text) and text[place] != "]"
    while more:
        item, end = _decode(text, place, line)
        yield line, item
        place, line = _skip(text, end, line + text.count("\n", place, end))
        if text.startswith(",", place):
            place, line = _skip(text, place + 1, line)
        elif bracketed:
            break
        more = place < len(text)
    _finish(text, place, line, bracketed)


def _skip(text: str, place: int, line: int) -> tuple[int, int]:
    """Return where the next sign that is no space stands."""
    while place < len(text) and text[place] in SPACE:
        line += text[place] == "\n"
        place += 1
    return place, line


def _decode(text: str, place: int, line: int) -> tuple[dict[str, Any], int]:
    try:
        item, end = DECODER.raw_decode(text, place)
    except json.JSONDecodeError as error:
        raise UnreadableImportError("This is not JSON.", error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise UnreadableImportError("This is not JSON that can be read.", line) from error
    if not isinstance(item, dict):
        raise UnreadableImportError("Here should stand a task.", line)
    return item, end


def _finish(text: str, place: int, line: int, bracketed: bool) -> None:
    if bracketed:
        if not text.startswith("]", place):
            raise UnreadableImportError("The list of tasks is not closed.", line)
        place, line = _skip(text, place + 1, line)
    if place < len(text):
        raise UnreadableImportError("Here the list should have ended.", line)
