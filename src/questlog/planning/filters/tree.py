"""What a filter says, as a tree. Equal trees ask for the same, wherever their words stand in the text."""

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Literal

type Relation = Literal["on", "before", "after"]
type Dated = Literal[
    "due", "deadline", "start", "created", "updated", "completed", "skipped", "postponed"
]
type Named = Literal["label", "project", "branch", "goal", "course"]
type Comparison = Literal["<", "<=", "=", ">=", ">"]


@dataclass(frozen=True, slots=True)
class Place:
    """A span of the text, in characters, half open."""

    start: int = 0
    end: int = 0


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Word:
    """A condition that is one word, such as `overdue`, by its English name."""

    name: str
    place: Place = attribute(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Priority:
    """One of our priorities, 0 to 4."""

    level: int
    place: Place = attribute(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """What is called so. Between two of `parts` anything may stand: one part is a whole name."""

    field: Named
    parts: tuple[str, ...]
    place: Place = attribute(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class When:
    """A date before, on or after the one `phrase` names."""

    field: Dated
    relation: Relation
    phrase: str
    place: Place = attribute(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Period:
    """`this`, `next` or `last` week, month or year; with a count, so many days and more, today among them.

    `past` days are those before today.
    """

    kind: Literal["this", "next", "last", "past"]
    unit: Literal["day", "week", "month", "year"]
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Within:
    field: Dated
    period: Period
    place: Place = attribute(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Duration:
    comparison: Comparison
    minutes: int
    place: Place = attribute(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Difficulty:
    name: str
    place: Place = attribute(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Search:
    words: str
    place: Place = attribute(default=NOWHERE, compare=False)


type Leaf = Word | Priority | Name | When | Within | Duration | Difficulty | Search


@dataclass(frozen=True, slots=True)
class Not:
    of: "Node"


@dataclass(frozen=True, slots=True)
class Both:
    """All of `parts` hold."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists with commas between them; shown as one, they mean what `Either` means."""

    parts: tuple["Node", ...]


type Node = Leaf | Not | Both | Either | Lists


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield the conditions of a tree as they stand in the text."""
    match node:
        case Not(of):
            yield from leaves(of)
        case Both(parts) | Either(parts) | Lists(parts):
            for part in parts:
                yield from leaves(part)
        case _:
            yield node
