"""From the type of an event to what takes it back. Pure.

Most changes keep what they replaced with their event, and are taken back by putting that back. Some say enough by
themselves: what was created is thrown away, what was thrown away comes back, what was completed is reopened. A batch
or an import is taken back with all its parts, the last one first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from questlog.automation.undo_states import KEPT_FOR
from questlog.core import clock
from questlog.core.exceptions import ConflictError
from questlog.planning import images
from questlog.planning.image_tables import KINDS
from questlog.planning.images import Image

UNDONE = "change.undone"
COMPLETED = "task.completed"
WHOLES = frozenset({"batch.applied", "import.applied"})
CREATED = frozenset(
    f"{noun}.created" for noun in ("task", "goal", "project", "label", "item", "filter", "reminder")
)
DELETED = frozenset({"task.deleted"})
# What its event says enough about; everything else is undone by what it keeps.
BY_ITSELF = CREATED | DELETED | {COMPLETED}
CHILDREN = "children"


class NotUndoableError(ConflictError):
    code = "not_undoable"
    default_message = "What this event tells of cannot be undone."


class UndoExpiredError(ConflictError):
    code = "undo_expired"
    default_message = "A change can be undone for 24 hours. This one is older."


class AlreadyUndoneError(ConflictError):
    """`details.undone_by` is the event of the undoing, which can be undone in turn."""

    code = "already_undone"
    default_message = "This was undone already."


@dataclass(frozen=True)
class Change:
    """An event as an undo needs it. `before` is None where nothing is kept."""

    id: UUID
    seq: int
    type: str
    subject: tuple[str, UUID | None]
    touched: Sequence[tuple[str, UUID, int]]
    payload: Mapping[str, Any]
    created_at: datetime
    undone_by: UUID | None = None
    before: Mapping[str, Any] | None = field(default=None, repr=False)


def undoable_until(
    type_: str, created_at: datetime, *, has_state: bool, undone_by: UUID | None
) -> datetime | None:
    """Return until when an event can be undone, if nothing later stands in the way; None when it cannot."""
    if undone_by is not None or not (has_state or type_ in BY_ITSELF):
        return None
    until = created_at + KEPT_FOR
    return until if until > clock.now() else None


def check(change: Change) -> None:
    """Raise `AlreadyUndoneError`, `UndoExpiredError` or `NotUndoableError` for what cannot be undone by now."""
    if change.undone_by is not None:
        raise AlreadyUndoneError(details={"undone_by": str(change.undone_by)})
    is_kept = change.before is not None or change.type in BY_ITSELF
    if change.created_at + KEPT_FOR <= clock.now() and is_possible(change):
        raise UndoExpiredError()
    if not is_kept:
        raise NotUndoableError(details={"type": change.type})


def is_possible(change: Change) -> bool:
    """Tell whether an event of this kind could ever be undone: it is about plans."""
    return change.type in WHOLES or change.type == UNDONE or change.subject[0] in KINDS


def children_of(change: Change) -> list[UUID]:
    """Return the events of the parts of a whole."""
    return [UUID(id_) for id_ in (change.before or {}).get(CHILDREN, ())]


def image_of(change: Change) -> Image:
    """Return what a change replaced, which is to be put back."""
    kept = {name: value for name, value in (change.before or {}).items() if name != CHILDREN}
    if change.type in CREATED:
        kind = change.subject[0]
        new = [id_ for name, id_, version in change.touched if name == kind and version == 1]
        return images.together(images.made(kind, new), kept)
    if change.type in DELETED:
        gone = [id_ for name, id_, _ in change.touched if name == "task"]
        return images.was("task", gone, {"deleted_at": None, "deletion_id": None})
    return kept
