"""Objects of a JSON file, read with the promise that a wrong field names the line; and lists of lists of them."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from questlog.planning.importers.json_scan import Scan
from questlog.planning.importers.plan import UnreadableImportError

# Microsoft writes seven digits of a second.
MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}:\d{2}))?(?:[.,]\d{1,12})?(Z|z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class JsonRow:
    line: int
    fields: dict[str, Any]

    @property
    def title(self) -> str:
        title = self.fields.get("title")
        return title if isinstance(title, str) else ""

    def text(self, name: str) -> str | None:
        value = self.fields.get(name)
        if value is None or isinstance(value, str):
            return value or None
        raise UnreadableImportError("The {field} of this task is not text.", self.line, field=name)

    def whole(self, name: str) -> int:
        value = self.fields.get(name) or 0
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 1_000_000:
            raise UnreadableImportError(
                "The {field} of this task is not a number.", self.line, field=name
            )
        return value

    def row(self, name: str) -> "JsonRow | None":
        value = self.fields.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise UnreadableImportError(
                "The {field} of this task is not an object.", self.line, field=name
            )
        return JsonRow(self.line, value)

    def rows(self, name: str) -> list["JsonRow"]:
        found = self._list(name)
        if not all(isinstance(one, dict) for one in found):
            raise UnreadableImportError(
                "The {field} of this task are not objects.", self.line, field=name
            )
        return [JsonRow(self.line, one) for one in found]

    def texts(self, name: str) -> tuple[str, ...]:
        found = self._list(name)
        if not all(isinstance(one, str) for one in found):
            raise UnreadableImportError(
                "The {field} of this task are not all text.", self.line, field=name
            )
        return tuple(found)

    def moment(self, name: str) -> datetime | None:
        """Return a moment; one without an offset is left naive."""
        value = self.text(name)
        found = None if value is None else MOMENT.fullmatch(value.strip())
        if value is None:
            return None
        try:
            if found is None:
                raise ValueError(value)
            offset = (found[3] or "").upper()
            when = datetime.fromisoformat(f"{found[1]}T{found[2] or '00:00:00'}{offset}")
            return when if when.tzinfo is None else when.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise UnreadableImportError(
                "The {field} of this task is not a moment.", self.line, field=name
            ) from error

    def _list(self, name: str) -> list[Any]:
        value = self.fields.get(name) or []
        if not isinstance(value, list):
            raise UnreadableImportError(
                "The {field} of this task are not a list.", self.line, field=name
            )
        return value


@dataclass(slots=True)
class JsonList:
    """A list of tasks: what it says of itself, and its tasks."""

    about: JsonRow
    tasks: list[JsonRow] = field(default_factory=list)


def lists(text: str, *, outer: frozenset[str], inner: frozenset[str]) -> Iterator[JsonList]:
    """Yield the lists of a file. They are the items of the file itself or of one of its members named in `outer`; the
    tasks of each are the items of one of its members named in `inner`.

    Raises `UnreadableImportError`.
    """
    scan = Scan(text)
    if scan.take("["):
        yield from _items(scan, inner)
    elif scan.at("{"):
        for name in scan.members():
            if name in outer and scan.take("["):
                yield from _items(scan, inner)
            else:
                scan.value()
    else:
        raise UnreadableImportError("Here should stand “{sign}”.", scan.line, sign="{")
    scan.expect_end()


def numbered(seen: Counter[str], *path: str) -> str:
    """Return an id for a thing without one: from what it is called, and how often that came before."""
    text = "\x1f".join(path)
    seen[text] += 1
    whole = f"{text}\x1f{seen[text]}"
    return hashlib.sha256(whole.encode(errors="replace")).hexdigest()[:32]


def _items(scan: Scan, inner: frozenset[str]) -> Iterator[JsonList]:
    for line in scan.places():
        if not scan.at("{"):
            raise UnreadableImportError("Here should stand an object.", line)
        found = JsonList(JsonRow(line, {}))
        for name in scan.members():
            if name in inner and scan.take("["):
                found.tasks += [_task(place, value) for place, value in scan.items()]
            else:
                found.about.fields[name] = scan.value()
        yield found


def _task(line: int, value: Any) -> JsonRow:
    if not isinstance(value, dict):
        raise UnreadableImportError("Here should stand an object.", line)
    return JsonRow(line, value)
