"""The checks every imported task passes, and the order in which tasks are made."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo

from questlog.planning import moments
from questlog.planning.importers.plan import (
    ImportedTask,
    ImportNote,
    ImportPlan,
    Refusal,
    Refusals,
    UnreadableImportError,
)

LONGEST_TITLE = 1000
LONGEST_DESCRIPTION = 20_000
LONGEST_NAME = 500
LONGEST_LABEL = 100
LONGEST_DURATION = 366 * 24 * 60
DEEPEST = 5
MOST_TASKS = 100_000
LOST_RULE = "The task comes without its recurrence “{rule}”. {reason}"
YEARS = range(1970, 2200)
ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def assemble(
    source: str,
    tasks: Iterable[ImportedTask],
    notes: Iterable[ImportNote],
    refused: Iterable[Refusal] = (),
) -> ImportPlan:
    """Return the plan with every task within Questlog's limits and parents before their children.

    A task that cannot be one is refused: no title, a date of another millennium, an id that was used before, a circle
    of parents. Raises `UnreadableImportError` for more than `MOST_TASKS`.
    """
    shelf = _Shelf(list(notes), Refusals(refused))
    for task in tasks:
        with shelf.refused.catch(task.title):
            if task.external_id in shelf.known:
                raise UnreadableImportError("This task stands in the file twice.", task.line)
            shelf.known[task.external_id] = _within_limits(task, shelf.notes)
        if len(shelf.known) > MOST_TASKS:
            raise UnreadableImportError("The file has more than {most} tasks.", most=MOST_TASKS)
    for task in list(shelf.known.values()):
        if task.external_id in shelf.known:
            _place(task, shelf)
    depths = shelf.depths
    ordered = sorted(shelf.known.values(), key=lambda task: (depths[task.external_id], task.line))
    shelf.notes.sort(key=lambda note: (note.line is None, note.line or 0))
    shelf.refused.sort(key=lambda one: one.line)
    return ImportPlan(source, tuple(ordered), tuple(shelf.notes), tuple(shelf.refused))


@dataclass(slots=True)
class _Shelf:
    """The tasks that stand, by their ids, and how deep each of them lies."""

    notes: list[ImportNote]
    refused: Refusals
    known: dict[str, ImportedTask] = field(default_factory=dict)
    depths: dict[str, int] = field(default_factory=dict)


def clean(text: str) -> str:
    """Return `text` without what no database stores: control characters and halves of surrogate pairs."""
    if ODD.search(text) is None:
        return text.strip()
    return ODD.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def day_or_moment(moment: datetime, zone: tzinfo) -> date | datetime:
    """Return the local day of a moment at its very beginning or end, where programs put tasks without a time."""
    local = moment.astimezone(zone)
    if (local.hour, local.minute, local.second) in {(0, 0, 0), (23, 59, 59)}:
        return local.date()
    return moment


def in_zone(naive: datetime, zone: tzinfo) -> datetime:
    return moments.moment(naive.date(), naive.time(), zone)


def _within_limits(task: ImportedTask, warnings: list[ImportNote]) -> ImportedTask:
    title = " ".join(clean(task.title).split())
    if not title:
        raise UnreadableImportError("This task has no title.", task.line)
    description = clean(task.description or "")
    if len(title) > LONGEST_TITLE:
        description = f"{title}\n\n{description}".strip()
        title = title[: LONGEST_TITLE - 1] + "…"
        warnings.append(
            ImportNote(task.line, "The title is too long; it is kept in the description.")
        )
    if len(description) > LONGEST_DESCRIPTION:
        description = description[: LONGEST_DESCRIPTION - 1] + "…"
        warnings.append(ImportNote(task.line, "The description is too long and was cut."))
    _check_dates(task)
    _check_duration(task)
    return replace(
        task,
        title=title,
        description=description or None,
        project=_name(task.project),
        labels=_labels(task.labels),
    )


def _check_dates(task: ImportedTask) -> None:
    days = (
        task.due,
        task.start_on,
        task.deadline_on,
        task.anchor,
        task.completed_at,
        task.created_at,
    )
    if any(day is not None and day.year not in YEARS for day in days):
        raise UnreadableImportError("This task has a date before 1970 or after 2199.", task.line)


def _check_duration(task: ImportedTask) -> None:
    if task.duration_minutes is not None and not 1 <= task.duration_minutes <= LONGEST_DURATION:
        raise UnreadableImportError("This task has a duration that cannot be.", task.line)


def _name(project: str | None) -> str | None:
    return " ".join(clean(project or "").split())[:LONGEST_NAME] or None


def _labels(labels: Iterable[str]) -> tuple[str, ...]:
    named = (" ".join(clean(label).split())[:LONGEST_LABEL] for label in labels)
    return tuple({label.casefold(): label for label in named if label}.values())


def _place(task: ImportedTask, shelf: _Shelf) -> None:
    """Fill in the depth of a task and of what stands above it; a missing parent leaves the task on top."""
    path = [task]
    above = {task.external_id}
    while path and path[-1].external_id not in shelf.depths:
        last = path[-1]
        if last.parent in above:
            shelf.refused.append(
                Refusal(last.line, last.title, "This task is a subtask of itself.")
            )
            del shelf.known[last.external_id], path[-1]
        elif last.parent is not None and last.parent in shelf.known:
            path.append(shelf.known[last.parent])
            above.add(last.parent)
        else:
            if last.parent is not None:
                shelf.notes.append(
                    ImportNote(last.line, "The parent of this task is not in the file.")
                )
            path[-1] = shelf.known[last.external_id] = replace(last, parent=None)
            shelf.depths[last.external_id] = 1
    for one, parent in zip(reversed(path[:-1]), reversed(path[1:]), strict=True):
        _hang(one, parent, shelf)


def _hang(below: ImportedTask, above: ImportedTask, shelf: _Shelf) -> None:
    depth = shelf.depths[above.external_id] + 1
    if depth > DEEPEST:
        # The deepest level there is: beside the task it stood below.
        beside = shelf.known[above.external_id].parent
        shelf.known[below.external_id] = replace(below, parent=beside)
        shelf.notes.append(ImportNote(below.line, "This subtask stood too deep and was moved up."))
        depth = DEEPEST
    shelf.depths[below.external_id] = depth
