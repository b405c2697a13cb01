"""Reading JSON the careful way: one reading for every client, and nothing a database would choke on."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from fastapi import HTTPException, Request

MAX_DEPTH = 32
OPENERS = (b"[", b"{")
# Control characters but for tab and line ends, and halves of surrogate pairs.
UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class StrictRequest(Request):
    """A request whose `json()` refuses what RFC 8259 leaves open: duplicate names, NaN, lone surrogates, deep nests."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = parse(await self.body())
        return self._json


def parse(body: bytes) -> Any:
    """Return the value in `body`. Raises JSONDecodeError (400) or HostileBodyError (422)."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise json.JSONDecodeError("The body is not UTF-8", "", error.start) from None
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_float=_finite, parse_constant=_no_number
        )
    except RecursionError:
        refuse("too_deep", f"The body is nested deeper than {MAX_DEPTH} levels.")
    except json.JSONDecodeError:
        raise
    except ValueError:
        refuse("number_too_long", "The body has a number with too many digits.")
    if sum(body.count(opener) for opener in OPENERS) > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        refuse("too_deep", f"The body is nested deeper than {MAX_DEPTH} levels.")
    if b"\\u" in body:  # only an escape can smuggle in what a JSON string may not hold raw
        for pointer, string in _strings(value, "/body"):
            _check(pointer, string)
    return value


class HostileBodyError(HTTPException):
    """An HTTPException because FastAPI turns every other one that is raised while a body is read into a 400."""

    def __init__(self, code: str, detail: str, pointer: str) -> None:
        super().__init__(422, detail)
        self.code, self.pointer = code, pointer


def refuse(code: str, detail: str, pointer: str = "/body") -> NoReturn:
    raise HostileBodyError(code, detail, pointer)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        refuse("duplicate_name", "The body has an object in which a name stands twice.")
    return found


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        refuse("number_out_of_range", "The body has a number that is out of range.")
    return value


def _no_number(name: str) -> NoReturn:
    raise json.JSONDecodeError(f"{name} is no JSON", "", 0)


def _depth(value: Any) -> int:
    deepest, level = 0, [value]
    while level:
        deepest += 1
        level = [
            child
            for parent in level
            for child in (
                parent.values()
                if isinstance(parent, dict)
                else parent
                if isinstance(parent, list)
                else ()
            )
        ]
    return deepest - 1


def _strings(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for name, child in value.items():
            yield pointer, name
            yield from _strings(child, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _strings(child, f"{pointer}/{index}")


def _check(pointer: str, string: str) -> None:
    if UNSTORABLE.search(string):
        safe = pointer.encode("utf-8", "replace").decode()
        refuse("unprintable_text", "The text has a character that cannot be stored.", safe)
