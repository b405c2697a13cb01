"""What an import has found and made so far: the things its later rows refer to, and what is told at the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from questlog.automation.events import Touched
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.planning.images import Image
from questlog.planning.import_comparison import StoredRow
from questlog.planning.import_records import Link, Record
from questlog.planning.importers.plan import ImportNote

# A thing that is alive does not belong to one in the trash.
BELONGS = frozenset({"project_id", "goal_id", "parent_goal_id", "parent_task_id"})


@dataclass(slots=True)
class Batch:
    """`moves` and `reopened` are left to the verbs that know what follows from them; `before` is for the undo."""

    session: Session
    user_id: UUID
    source: str
    now: datetime
    timezone: str
    here: dict[Link, StoredRow] = field(default_factory=dict)
    minted: dict[Link, UUID] = field(default_factory=dict)
    notes: list[ImportNote] = field(default_factory=list)
    touched: list[Touched] = field(default_factory=list)
    before: list[Image] = field(default_factory=list)
    moves: list[tuple[UUID, Record, dict[str, Any]]] = field(default_factory=list)
    reopened: list[UUID] = field(default_factory=list)

    def stamped(self, row: Mapping[str, Any]) -> dict[str, Any]:
        made = {"id": new_id(), "user_id": self.user_id, "created_at": self.now}
        return {**made, **row, "updated_at": self.now, "version": 1}

    def linked(self, columns: Mapping[str, Any], *, alive: bool) -> dict[str, Any]:
        """Return the columns with ids in place of links; what is not here is None."""
        return {
            name: self._id_of(value, belongs=alive and name in BELONGS)
            if isinstance(value, Link)
            else value
            for name, value in columns.items()
        }

    def mint(self, link: Link) -> UUID:
        """Return the id of a thing that may be gone: the same one for the same link."""
        row = self.here.get(link)
        return row["id"] if row is not None else self.minted.setdefault(link, new_id())

    def _id_of(self, link: Link, *, belongs: bool) -> UUID | None:
        if link.kind == "deletion":
            return self.mint(link)
        row = self.here.get(link)
        if row is None or (belongs and row.get("deleted_at") is not None):
            return None
        found: UUID = row["id"]
        return found
