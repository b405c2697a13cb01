"""The objects of a Taskwarrior export, each field read with the promise that a wrong one names the line."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from questlog.planning.importers.assembly import YEARS
from questlog.planning.importers.plan import UnreadableImportError

OPEN = {"pending", "waiting"}
STATUSES = OPEN | {"completed", "deleted", "recurring"}


@dataclass(frozen=True, slots=True)
class Row:
    """One object of the export."""

    line: int
    fields: dict[str, Any]

    def text(self, name: str) -> str | None:
        value = self.fields.get(name)
        if value is None or isinstance(value, str):
            return value or None
        raise UnreadableImportError("The {field} of this task is not text.", self.line, field=name)

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise UnreadableImportError("This task has no {field}.", self.line, field=name)
        return value

    def moment(self, name: str) -> datetime | None:
        value = self.text(name)
        return None if value is None else _moment(value, name, self.line)

    def items(self, name: str) -> list[Any]:
        value = self.fields.get(name, [])
        if not isinstance(value, list):
            raise UnreadableImportError(
                "The {field} of this task are not a list.", self.line, field=name
            )
        return value

    @property
    def title(self) -> str:
        title = self.fields.get("description")
        return title if isinstance(title, str) else ""

    def check(self) -> None:
        """Raise `UnreadableImportError` unless the fields are right by which rows find each other."""
        if self.status != "deleted":
            self.required("uuid")
        for name in ("parent", "recur", "until", "due"):
            self.text(name)

    @property
    def status(self) -> str:
        value = self.required("status")
        if value not in STATUSES:
            raise UnreadableImportError(
                "This task has a status that Taskwarrior does not know.", self.line
            )
        return value


def _moment(value: str, name: str, line: int) -> datetime:
    try:
        if not re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", value):
            raise ValueError(value)
        when = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise UnreadableImportError(
            "The {field} of this task is not a moment.", line, field=name
        ) from error
    if when.year not in YEARS:
        raise UnreadableImportError("This task has a date before 1970 or after 2199.", line)
    return when
