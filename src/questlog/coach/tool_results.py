"""What a tool answers, as the JSON a model is told: never longer than a model should read at once. Pure."""

from collections.abc import Mapping
from typing import Any

from questlog.clients.language import as_json

LONGEST = 8 * 1024
"""In bytes of UTF-8."""
LEFT_OUT = "left_out"
CUT_TO = 200


def fitted(result: Mapping[str, Any], most: int = LONGEST) -> tuple[str, dict[str, Any]]:
    """Return a result as text and as it then is: long texts in it are cut, then its lists, which say so, until it fits.

    `most` is in bytes of UTF-8.
    """
    shown = dict(result)
    if _size(shown) > most:
        shown = {name: _cut(value) for name, value in shown.items()}
    while _size(shown) > most and (longest := _longest_list(shown)) is not None:
        kept = len(shown[longest]) // 2
        gone = dict(shown.get(LEFT_OUT, {}))
        gone[longest] = gone.get(longest, 0) + len(shown[longest]) - kept
        shown = {**shown, longest: shown[longest][:kept], LEFT_OUT: gone}
    if _size(shown) > most:
        shown = {"error": "too_long"}
    return as_json(shown), shown


def _size(shown: Mapping[str, Any]) -> int:
    return len(as_json(shown).encode())


def _longest_list(shown: Mapping[str, Any]) -> str | None:
    lists = {name: _size({name: it}) for name, it in shown.items() if isinstance(it, list) and it}
    return max(lists, key=lambda name: lists[name], default=None)


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= CUT_TO else f"{value[:CUT_TO]}…"
    if isinstance(value, Mapping):
        return {name: _cut(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_cut(one) for one in value]
    return value
