"""What somebody wants to see of their activity, as conditions on the event log."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_

from questlog.automation.events import EVENTS

type Condition = ColumnElement[bool]
NAMED_BY = ("title", "name")


@dataclass(frozen=True)
class EventFilter:
    """Conditions that all hold; None and nothing ask for nothing.

    Any of `types` will do: exact, or everything of a noun (`task.*`). `actor` is a kind (`key`) or one of it
    (`key:<id>`). `last` is the first moment that is not meant any more. `words` are looked for in what an event calls
    its subject.
    """

    types: tuple[str, ...] = ()
    subject_type: str | None = None
    subject_id: UUID | None = None
    actor: str | None = None
    first: datetime | None = None
    last: datetime | None = None
    words: tuple[str, ...] = ()

    def conditions(self) -> Iterator[Condition]:
        columns = EVENTS.c
        if self.types:
            yield or_(*map(_is_of, self.types))
        if self.subject_type is not None:
            yield columns.subject_type == self.subject_type
        if self.subject_id is not None:
            yield columns.subject_id == self.subject_id
        if self.actor is not None:
            kind = self.actor.endswith(":")
            yield columns.actor.startswith(self.actor) if kind else columns.actor == self.actor
        if self.first is not None:
            yield columns.created_at >= self.first
        if self.last is not None:
            yield columns.created_at < self.last
        yield from map(_says, self.words)


def _is_of(type_: str) -> Condition:
    noun = type_.removesuffix("*")
    if noun == type_:
        return EVENTS.c.type == type_
    return EVENTS.c.type.startswith(noun, autoescape=True)


def _says(word: str) -> Condition:
    """SQLite knows the case of no letter beyond ASCII, so the usual spellings of a word are asked for."""
    spellings = sorted({word, word.lower(), word.upper(), word.capitalize()})
    names = [EVENTS.c.payload[key].as_string() for key in NAMED_BY]
    return or_(*(name.icontains(one, autoescape=True) for name in names for one in spellings))
