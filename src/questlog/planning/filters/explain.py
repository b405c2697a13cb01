"""A filter as JSON, for programs that show or build filters."""

from collections.abc import Sequence
from typing import Any

from questlog.planning.filters.canonical import leaf as written
from questlog.planning.filters.canonical import period_text
from questlog.planning.filters.tree import (
    Both,
    Difficulty,
    Duration,
    Either,
    Leaf,
    Lists,
    Name,
    Node,
    Not,
    Priority,
    Search,
    When,
    Within,
    Word,
)

OPERATORS = {Both: "and", Either: "or", Lists: "lists"}
WORD = "word"


def tree(node: Node) -> dict[str, Any]:
    """Return `{op, of}` for an operator and `{op: "is", field, relation, value, text, position, length}` for the rest."""
    match node:
        case Not(of):
            return {"op": "not", "of": [tree(of)]}
        case Both(parts) | Either(parts) | Lists(parts):
            return {"op": OPERATORS[type(node)], "of": [tree(part) for part in parts]}
        case _:
            field, relation, value = _told(node)
            place = node.place
            return {
                "op": "is",
                "field": field,
                "relation": relation,
                "value": value,
                "text": written(node),
                "position": place.start,
                "length": place.end - place.start,
            }


def _told(leaf: Leaf) -> tuple[str, str, str | int]:
    match leaf:
        case Word(name):
            return WORD, "is", name
        case Name(field, parts):
            return field, "named" if len(parts) == 1 else "like", "*".join(parts)
        case When(field, relation, phrase):
            return field, relation, phrase
        case Within(field, period):
            return field, "within", period_text(period)
        case _:
            return _compared(leaf)


def _compared(leaf: Priority | Duration | Difficulty | Search) -> tuple[str, str, str | int]:
    match leaf:
        case Priority(level):
            return "priority", "=", level
        case Duration(comparison, minutes):
            return "duration", comparison, minutes
        case Difficulty(name):
            return "difficulty", "=", name
        case Search(words):
            return "search", "has", words


def names(found: Sequence[Leaf]) -> list[Name]:
    """Return the names among conditions, each once."""
    return list(dict.fromkeys(leaf for leaf in found if isinstance(leaf, Name)))
