"""Lists of other programs, read into plans. Text in, plan out: no session, no clock, no file.

A format is a function in `READERS`. Damage to the shape of a file refuses it as a whole; a single thing that cannot
come is refused by itself, with its line; what is sound but has no place in Questlog costs a warning that names it.
"""

from collections.abc import Callable, Mapping
from datetime import tzinfo

from questlog.planning.importers import (
    generic_csv,
    google_tasks,
    icalendar,
    microsoft_todo,
    outlook,
    questlog,
    taskwarrior,
    ticktick,
    todoist,
)
from questlog.planning.importers.columns import Columns
from questlog.planning.importers.detection import UnknownFormatError, detect
from questlog.planning.importers.plan import (
    ImportedTask,
    ImportNote,
    ImportPlan,
    Refusal,
    UnreadableImportError,
)

__all__ = [
    "READERS",
    "Columns",
    "ImportNote",
    "ImportPlan",
    "ImportedTask",
    "Refusal",
    "UnknownFormatError",
    "UnreadableImportError",
    "detect",
    "parse",
]

type Reader = Callable[[str, tzinfo, str | None, Columns], ImportPlan]

READERS: Mapping[str, Reader] = {
    "csv": lambda text, zone, _, columns: generic_csv.read(text, zone=zone, columns=columns),
    "google_tasks": lambda text, zone, *_: google_tasks.read(text, zone=zone),
    "icalendar": lambda text, zone, *_: icalendar.read(text, zone=zone),
    "microsoft_todo": lambda text, zone, *_: microsoft_todo.read(text, zone=zone),
    "outlook": lambda text, zone, _, columns: outlook.read(text, zone=zone, columns=columns),
    "questlog": lambda text, *_: questlog.read(text),
    "taskwarrior": lambda text, zone, *_: taskwarrior.read(text, zone=zone),
    "ticktick": lambda text, zone, *_: ticktick.read(text, zone=zone),
    "todoist": lambda text, zone, name, _: todoist.read(text, zone=zone, name=name),
}


def parse(
    format: str | None,
    text: str,
    *,
    zone: tzinfo,
    name: str | None = None,
    columns: Columns | None = None,
    keep_refused: bool = False,
) -> ImportPlan:
    """Return what the text of a file asks for; dates without an offset are read in `zone`, the user's.

    Without a `format` the text shows which it is. `name` is the file's own; Todoist puts the name of the project there
    and nowhere else. `columns` says what the columns of a CSV mean. What the file tells of things that cannot come is
    in `refused` with `keep_refused`, and is an error without.

    Raises `UnknownFormatError` and `UnreadableImportError`.
    """
    columns = columns or Columns()
    format = format or detect(text, columns)
    reader = READERS.get(format)
    if reader is None:
        raise UnknownFormatError(details={"formats": sorted(READERS)})
    plan = reader(text, zone, name, columns)
    if plan.refused and not keep_refused:
        raise plan.refused[0].as_error()
    return plan
