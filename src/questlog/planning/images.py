"""Before-images: what a change replaced, compact and JSON, as `events.record(before=…)` keeps it for the undo. Pure.

Objects are named by kind and key: an id, or the parts of a composite key in the order of `image_tables.KINDS`. Moments,
dates and ids are kept as text; whoever puts them back reads them by the types of their columns.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

type Image = dict[str, list[Any]]
type Key = UUID | Sequence[Any]


def was(kind: str, keys: Iterable[Key], columns: Mapping[str, Any]) -> Image:
    """These objects had these values in these columns."""
    named = [_plain_key(key) for key in keys]
    return {"was": [[kind, named, plain_row(columns)]]} if named and columns else {}


def positions(kind: str, stood: Mapping[UUID, float]) -> Image:
    """These objects stood at these places of their lists."""
    return together(*(was(kind, [id_], {"position": place}) for id_, place in stood.items()))


def made(kind: str, keys: Iterable[Key]) -> Image:
    """These objects were not there."""
    named = [_plain_key(key) for key in keys]
    return {"made": [[kind, named]]} if named else {}


def brought(kind: str, keys: Iterable[Key]) -> Image:
    """These objects were not there, and shall leave nothing behind, not even in the trash."""
    named = [_plain_key(key) for key in keys]
    return {"brought": [[kind, named]]} if named else {}


def gone(kind: str, rows: Iterable[Mapping[str, Any]]) -> Image:
    """These rows were there; each has all its columns."""
    kept = [plain_row(row) for row in rows]
    return {"gone": [[kind, kept]]} if kept else {}


def together(*images: Mapping[str, list[Any]]) -> Image:
    """Return what several changes of different things replaced."""
    whole: Image = {}
    for image in images:
        for section, entries in image.items():
            whole.setdefault(section, []).extend(entries)
    return whole


def plain_row(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in columns.items()}


def plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _plain_key(key: Key) -> Any:
    return str(key) if isinstance(key, UUID) else [plain(part) for part in key]
