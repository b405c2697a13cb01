"""Lists of other programs, read into plans. Text in, plan out: no session, no clock, no file.

A format is a function in `READERS`. A file that is damaged anywhere is refused as a whole and the error names the
line; what is sound but has no place in Questlog costs a warning that names it.
"""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Protocol

from questlog.core.exceptions import ValidationError
from questlog.planning.importers import icalendar, questlog, taskwarrior, todoist
from questlog.planning.importers.plan import (
    ImportedTask,
    ImportNote,
    ImportPlan,
    UnreadableImportError,
)

__all__ = [
    "READERS",
    "ImportNote",
    "ImportPlan",
    "ImportedTask",
    "Reader",
    "UnknownFormatError",
    "UnreadableImportError",
    "parse",
]


class UnknownFormatError(ValidationError):
    code = "unknown_import_format"
    default_message = "Questlog does not read this format."


class Reader(Protocol):
    def __call__(self, text: str, *, zone: tzinfo, name: str | None = None) -> ImportPlan: ...


READERS: Mapping[str, Reader] = {
    "icalendar": icalendar.read,
    "questlog": questlog.read,
    "taskwarrior": taskwarrior.read,
    "todoist": todoist.read,
}


def parse(format: str, text: str, *, zone: tzinfo, name: str | None = None) -> ImportPlan:
    """Return what the text of a file asks for; dates without an offset are read in `zone`, the user's.

    `name` is the file's own; Todoist puts the name of the project there and nowhere else.

    Raises `UnknownFormatError` and `UnreadableImportError`.
    """
    reader = READERS.get(format)
    if reader is None:
        raise UnknownFormatError(details={"formats": sorted(READERS)})
    return reader(text, zone=zone, name=name)
