"""Labels: words across projects. A name is taken whatever the case of its letters.

A task shows its labels' names, so a task that wears a renamed or deleted label has changed, too. Such tasks are locked
before the label: rows are locked from the top down.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete as delete_rows
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from questlog.automation import events
from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import AlreadyExistsError, NotFoundError, ValidationError
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey
from questlog.planning import images, ownership
from questlog.planning.images import Image
from questlog.planning.lists import WireRow, page_of
from questlog.planning.models import Label, Task, TaskLabel

DEFAULT_COLOR = "#6b7280"
LONGEST_FOLDED = 200
WIRE: tuple[Any, ...] = (
    Label.id,
    Label.user_id,
    Label.name,
    Label.color,
    Label.created_at,
    Label.updated_at,
    Label.version,
)
ORDER = (SortKey(Label.__table__.c.folded), SortKey(Label.__table__.c.id))


class LabelNotFoundError(NotFoundError):
    code = "label_not_found"
    default_message = "There is no such label."


class LabelExistsError(AlreadyExistsError):
    code = "label_exists"
    default_message = "You have a label named {name} already."


class LabelNameError(ValidationError):
    code = "label_name_too_long"
    default_message = "The name of this label is too long when written out in plain letters."


def fold(name: str) -> str:
    """Return what makes a name unique: its letters without case or typographic form.

    A single character can stand for eighteen plain ones (U+FDFA); raises `LabelNameError` when they get too many.
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    folded = unicodedata.normalize("NFKC", plain).strip()
    if len(folded) > LONGEST_FOLDED:
        raise LabelNameError()
    return folded


async def create(
    session: Session, user_id: UUID, name: str, *, color: str = DEFAULT_COLOR
) -> Label:
    """Raises `LabelExistsError`, `LabelNameError`."""
    now = clock.now()
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    made = await session.scalar(
        dialect.insert(Label)
        .values(
            id=new_id(),
            user_id=user_id,
            name=name,
            folded=fold(name),
            color=color,
            created_at=now,
            updated_at=now,
            version=1,
        )
        .on_conflict_do_nothing(index_elements=["user_id", "folded"])
        .returning(Label)
    )
    if made is None:
        raise LabelExistsError(details={"name": name}, pointer="/body/name")
    label: Label = made
    _record(session, label, "label.created")
    return label


async def get(session: Session, user_id: UUID, label_id: UUID) -> Label:
    """Raises `LabelNotFoundError`, `NotYoursError`."""
    return await ownership.find(session, Label, user_id, label_id, missing=LabelNotFoundError)


async def page(session: Session, user_id: UUID, request: PageRequest) -> Slice[WireRow]:
    """Return the user's labels by name."""
    mine = select(*WIRE).where(Label.user_id == user_id)
    return await page_of(session, mine, ORDER, request)


async def change(
    session: Session,
    user_id: UUID,
    label_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None = None,
) -> Label:
    """Set the fields named in `changes`; what is as it was leaves no trace.

    Raises `LabelNotFoundError`, `NotYoursError`, `PreconditionFailedError`, `LabelExistsError`, `LabelNameError`.
    """
    if "name" in changes:
        await _lock_wearers(session, user_id, label_id)
    label = await ownership.claim(
        session,
        Label,
        user_id,
        label_id,
        missing=LabelNotFoundError,
        expected_version=expected_version,
    )
    changed = {name: value for name, value in changes.items() if getattr(label, name) != value}
    if not changed:
        return label
    old = {name: getattr(label, name) for name in (*changed, "folded")}
    for name, value in changed.items():
        setattr(label, name, value)
    label.folded, label.updated_at = fold(label.name), clock.now()
    label.version += 1
    try:
        await session.flush()
    except IntegrityError as error:
        raise LabelExistsError(details={"name": changed["name"]}, pointer="/body/name") from error
    touched = await _mark_wearers(session, user_id, label_id) if "name" in changed else []
    before = images.was("label", [label_id], old)
    _record(
        session, label, "label.updated", touched=touched, before=before, changed=sorted(changed)
    )
    return label


async def delete(
    session: Session, user_id: UUID, label_id: UUID, *, expected_version: int | None = None
) -> None:
    """Delete a label for good and take it off its tasks.

    Raises `LabelNotFoundError`, `NotYoursError`, `PreconditionFailedError`.
    """
    await _lock_wearers(session, user_id, label_id)
    label = await ownership.claim(
        session,
        Label,
        user_id,
        label_id,
        missing=LabelNotFoundError,
        expected_version=expected_version,
        for_good=True,
    )
    touched = await _mark_wearers(session, user_id, label_id)
    worn = (TaskLabel.user_id == user_id, TaskLabel.label_id == label_id)
    await session.execute(delete_rows(TaskLabel).where(*worn))
    await session.execute(delete_rows(Label).where(Label.user_id == user_id, Label.id == label_id))
    _record(session, label, "label.deleted", touched=touched, before=_whole(label, touched))


def _whole(label: Label, wearers: Iterable[Touched]) -> Image:
    row = {column.name: getattr(label, column.name) for column in Label.__table__.c}
    worn = [
        {"task_id": task_id, "label_id": label.id, "user_id": label.user_id}
        for _, task_id, _ in wearers
    ]
    return images.together(images.gone("label", [row]), images.gone("task_label", worn))


async def _lock_wearers(session: Session, user_id: UUID, label_id: UUID) -> None:
    tasks = select(Task.id).where(Task.user_id == user_id, Task.id.in_(_wearers(user_id, label_id)))
    await session.execute(tasks.order_by(Task.id).with_for_update(key_share=True))


async def _mark_wearers(session: Session, user_id: UUID, label_id: UUID) -> list[Touched]:
    marked = await session.execute(
        update(Task)
        .where(Task.user_id == user_id, Task.id.in_(_wearers(user_id, label_id)))
        .values(version=Task.version + 1)
        .returning(Task.id, Task.version)
        .execution_options(synchronize_session=False)
    )
    return [("task", row.id, row.version) for row in marked]


def _wearers(user_id: UUID, label_id: UUID) -> Any:
    worn = (TaskLabel.user_id == user_id, TaskLabel.label_id == label_id)
    return select(TaskLabel.task_id).where(*worn)


def _record(
    session: Session,
    label: Label,
    type_: str,
    *,
    touched: Sequence[Touched] = (),
    before: Image | None = None,
    **facts: Any,
) -> None:
    events.record(
        session,
        label.user_id,
        type_,
        ("label", label.id),
        payload={"name": label.name, **facts},
        touched=[("label", label.id, label.version), *touched],
        before=before,
    )
