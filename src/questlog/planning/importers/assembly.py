"""The checks every imported task passes, and the order in which tasks are made."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, tzinfo

from questlog.planning import moments
from questlog.planning.importers.plan import (
    ImportedTask,
    ImportNote,
    ImportPlan,
    UnreadableImportError,
)

LONGEST_TITLE = 1000
LONGEST_DESCRIPTION = 20_000
LONGEST_NAME = 500
LONGEST_LABEL = 100
LONGEST_DURATION = 366 * 24 * 60
DEEPEST = 5
YEARS = range(1970, 2200)


def assemble(source: str, tasks: Iterable[ImportedTask], notes: Iterable[ImportNote]) -> ImportPlan:
    """Return the plan with every task within Questlog's limits and parents before their children.

    Raises `UnreadableImportError` for a task that cannot be one: no title, a date of another millennium, an id
    that was used before, a circle of parents.
    """
    warnings = list(notes)
    known: dict[str, ImportedTask] = {}
    for task in tasks:
        if task.external_id in known:
            raise UnreadableImportError("This task stands in the file twice.", task.line)
        known[task.external_id] = _within_limits(task, warnings)
    depths: dict[str, int] = {}
    for task in list(known.values()):
        _place(task, known, depths, warnings)
    ordered = sorted(known.values(), key=lambda task: (depths[task.external_id], task.line))
    warnings.sort(key=lambda note: (note.line is None, note.line or 0))
    return ImportPlan(source, tuple(ordered), tuple(warnings))


def clean(text: str) -> str:
    """Return `text` without what no database stores: control characters and halves of surrogate pairs."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (
        sign for sign in unified if sign in "\n\t" or not (sign < " " or "\x7f" <= sign < "\xa0")
    )
    return "".join(sign for sign in kept if not "\ud800" <= sign <= "\udfff").strip()


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


def _place(
    task: ImportedTask,
    known: dict[str, ImportedTask],
    depths: dict[str, int],
    warnings: list[ImportNote],
) -> None:
    """Fill in the depth of a task and of what stands above it; a missing parent leaves the task on top."""
    path = [task]
    while path[-1].external_id not in depths:
        last = path[-1]
        if last.parent is not None and last.parent not in known:
            warnings.append(ImportNote(last.line, "The parent of this task is not in the file."))
            last = known[last.external_id] = path[-1] = replace(last, parent=None)
        if last.parent is None:
            depths[last.external_id] = 1
        elif any(last.parent == seen.external_id for seen in path):
            raise UnreadableImportError("This task is a subtask of itself.", last.line)
        else:
            path.append(known[last.parent])
    for below, above in zip(reversed(path[:-1]), reversed(path[1:]), strict=True):
        _hang(below, above, known, depths, warnings)


def _hang(
    below: ImportedTask,
    above: ImportedTask,
    known: dict[str, ImportedTask],
    depths: dict[str, int],
    warnings: list[ImportNote],
) -> None:
    depth = depths[above.external_id] + 1
    if depth > DEEPEST:
        # The deepest level there is: beside the task it stood below.
        beside = known[above.external_id].parent
        known[below.external_id] = replace(below, parent=beside)
        warnings.append(ImportNote(below.line, "This subtask stood too deep and was moved up."))
        depth = DEEPEST
    depths[below.external_id] = depth
