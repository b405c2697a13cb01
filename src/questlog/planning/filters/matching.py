"""What a list shall match, besides the parameters of its address."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from questlog.planning.filters import conditions
from questlog.planning.filters.conditions import Fields
from questlog.planning.filters.fields import FROM_IDS
from questlog.planning.filters.shapes import Shape, shaped, speaks_of
from questlog.planning.filters.tree import Node
from questlog.planning.queries import TASKS, Condition

BY_ID = "sqlite_autoindex_tasks_1"


@dataclass(frozen=True)
class Matching:
    """A filter, ready for a list. Two are equal when one statement serves both."""

    shape: Shape
    speaks_of: frozenset[str]
    fields: Fields = field(compare=False, repr=False)
    values: Mapping[str, Any] = field(compare=False, default_factory=dict)
    path: str | None = None
    """The index to walk on SQLite, if not what it chooses itself (`paths.py`)."""

    @classmethod
    def of(cls, node: Node, now: datetime, fields: Fields) -> "Matching":
        """Read a tree at `now`, in the user's zone. Raises `FilterSyntaxError`."""
        shape, values = shaped(node, now)
        return cls(shape, speaks_of(node), fields, conditions.named(values))

    def without_values(self) -> "Matching":
        return replace(self, values={})

    def conditions(self, *, open_only: bool) -> list[Condition]:
        """Return the conditions of the list; `open_only` leaves out what the filter does not speak of itself."""
        fields = {**self.fields, **FROM_IDS} if self.path == BY_ID else self.fields
        found = [conditions.compile_shape(self.shape, fields)]
        if open_only and "completed" not in self.speaks_of:
            found.append(TASKS.c.completed_at.is_(None))
        if open_only and "cancelled" not in self.speaks_of:
            found.append(TASKS.c.state != "cancelled")
        return found
