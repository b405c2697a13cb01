"""A tree as text, written one way whatever way it was typed. What it writes reads back as the same tree."""

from collections.abc import Mapping

from questlog.planning.filters import dates, words
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
    Period,
    Priority,
    Search,
    When,
    Within,
    Word,
)

SIGNS: Mapping[str, str] = {
    "label": "@",
    "project": "#",
    "branch": "##",
    "goal": "goal: ",
    "course": "course: ",
}
SPECIAL = frozenset('\\()&|,!*"')
TIGHT = {Lists: 0, Either: 1, Both: 2}
BETWEEN = {Lists: ", ", Either: " | ", Both: " & "}


def canonical(node: Node) -> str:
    match node:
        case Not(of):
            return f"!{_within(of, 3)}"
        case Both(parts) | Either(parts) | Lists(parts):
            tight = TIGHT[type(node)]
            return BETWEEN[type(node)].join(_within(part, tight + 1) for part in parts)
        case _:
            return leaf(node)


def _within(node: Node, tight: int) -> str:
    text = canonical(node)
    looser = isinstance(node, Both | Either | Lists) and TIGHT[type(node)] < tight
    return f"({text})" if looser else text


def leaf(node: Leaf) -> str:
    match node:
        case Word(name):
            return name if name != "pending" else "status: pending"
        case Name(field, parts):
            return SIGNS[field] + _name(field, parts)
        case When(field, relation, phrase):
            return _when(field, relation, phrase)
        case Within(field, period):
            return period_text(period) if field == "due" else f"{field}: {period_text(period)}"
        case _:
            return _value(node)


def _value(node: Priority | Duration | Difficulty | Search) -> str:
    match node:
        case Priority():
            return "priority: low"
        case Duration(comparison, minutes):
            joint = ": " if comparison == "=" else f" {comparison} "
            return f"duration{joint}{minutes}"
        case Difficulty(name):
            return f"difficulty: {name}"
        case Search(text):
            return f"search: {escaped(text)}"


def _when(field: str, relation: str, phrase: str) -> str:
    bare = field == "due" and relation == "on" and ":" not in phrase
    if bare and words.fold(phrase) not in words.WORDS and not dates.period(phrase):
        return escaped(phrase)
    return f"{field}{'' if relation == 'on' else f' {relation}'}: {escaped(phrase)}"


def _name(field: str, parts: tuple[str, ...]) -> str:
    name = "*".join(escaped(part) for part in parts)
    if field == "project" and words.fold(name) in words.INBOXES:
        return f'"{name}"'
    return f"\\{name}" if name.startswith("#") else name


def escaped(text: str) -> str:
    return "".join(f"\\{letter}" if letter in SPECIAL else letter for letter in text)


def period_text(period: Period) -> str:
    if period.count is None:
        return f"{period.kind} {period.unit}"
    plural = "" if period.count == 1 else "s"
    return f"{period.kind} {period.count} {period.unit}{plural}"
