"""Which program wrote a file, told from how it begins."""

import re
from collections.abc import Iterable, Sequence

from questlog.core.exceptions import ValidationError
from questlog.planning.importers import csv_rows
from questlog.planning.importers.columns import Columns, places
from questlog.planning.importers.plan import UnreadableImportError

LOOKED_AT = 20_000
JSON_SIGNS: Sequence[tuple[str, re.Pattern[str]]] = (
    ("google_tasks", re.compile(r'"tasks#task(?:Lists?)?"')),
    ("questlog", re.compile(r'"format"\s*:\s*"questlog"')),
    ("taskwarrior", re.compile(r'"uuid"\s*:')),
    ("microsoft_todo", re.compile(r'"(?:wellknownListName|displayName|importance|dueDateTime)"', re.I)),
)  # fmt: skip
TICKTICK = re.compile(r'^"?Folder Name"?,"?List Name"?,', re.MULTILINE)
OUTLOOK = {"subject", "due date", "% complete"}
TODOIST = {"type", "content"}


class UnknownFormatError(ValidationError):
    code = "unknown_import_format"
    default_message = "Questlog does not read this format."


def detect(text: str, columns: Columns | None = None) -> str:
    """Return the format of a text. Raises `UnknownFormatError`, whose `details` name those it could be."""
    head = text[:LOOKED_AT].lstrip("\ufeff \t\r\n")
    if not head:
        raise UnreadableImportError("The file is empty.")
    if head[:15].upper() == "BEGIN:VCALENDAR":
        return "icalendar"
    if head[0] in "[{":
        found = (name for name, sign in JSON_SIGNS if sign.search(head))
        return next(found, None) or _unknown(name for name, _ in JSON_SIGNS)
    if TICKTICK.search(head):
        return "ticktick"
    return _detect_table(head, columns or Columns())


def _detect_table(head: str, columns: Columns) -> str:
    first = head.splitlines()[0]
    delimiter = columns.delimiter or csv_rows.delimiter_of(first)
    header = [name.strip().strip('"').strip() for name in first.split(delimiter)]
    names = {name.casefold() for name in header}
    if names >= TODOIST:
        return "todoist"
    if names >= OUTLOOK and not columns.mapping:
        return "outlook"
    try:
        places(header, columns, 1)
    except UnreadableImportError:
        return _unknown(("csv", "icalendar", "outlook", "ticktick", "todoist"))
    return "csv"


def _unknown(candidates: Iterable[str]) -> str:
    raise UnknownFormatError(
        "It cannot be told which program wrote this file. Name its format.",
        {"formats": sorted(candidates)},
        pointer="/body/format",
    )
