"""Where a copy stands, as a text that only the server reads. Pure.

A place is the number of the last event that was told wholly, and the id of that event: after a restored backup the
same numbers tell of something else, and the id shows it. `told` counts what was told of the event after it.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic_core import from_json, to_json

from questlog.core.exceptions import ValidationError
from questlog.core.ids import parse_id

FORM = 1
LARGEST = 2**62
LONGEST = 1000


class BadSyncTokenError(ValidationError):
    code = "bad_sync_token"
    default_message = (
        "This is no token of a sync. Send `next` of the answer before, or nothing to begin."
    )


@dataclass(frozen=True)
class Place:
    """`event_id` is None where the event is not kept any more; `locale` is the language the copy is written in."""

    seq: int
    event_id: UUID | None
    locale: str
    told: int = 0


@dataclass(frozen=True)
class Walk:
    """On the way through everything: the next kind and what of it comes next. Then it goes on from `start`."""

    start: Place
    kind: int = 0
    cursor: str | None = None


def write(token: Place | Walk) -> str:
    place = token.start if isinstance(token, Walk) else token
    event_id = None if place.event_id is None else str(place.event_id)
    fields: list[Any] = [FORM, place.seq, event_id, place.locale, place.told]
    if isinstance(token, Walk):
        fields += [token.kind, token.cursor]
    return base64.urlsafe_b64encode(to_json(fields)).rstrip(b"=").decode()


def read(text: str) -> Place | Walk | None:
    """Return what a token says; None for one of another form than ours. Raises `BadSyncTokenError`."""
    try:
        fields = from_json(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error) as error:
        raise BadSyncTokenError(pointer="/query/since") from error
    if not isinstance(fields, list) or not fields or not _is_number(fields[0]):
        raise BadSyncTokenError(pointer="/query/since")
    if fields[0] != FORM:
        return None
    match fields[1:]:
        case [seq, event_id, locale, told, *rest] if _is_place(seq, event_id, locale, told):
            place = Place(seq, event_id and parse_id(event_id), locale, told)
            return _read_walk(place, rest) if rest else place
    raise BadSyncTokenError(pointer="/query/since")


def _read_walk(start: Place, rest: list[Any]) -> Walk:
    match rest:
        case [kind, cursor] if _is_number(kind) and (cursor is None or isinstance(cursor, str)):
            return Walk(start, kind, cursor)
    raise BadSyncTokenError(pointer="/query/since")


def _is_place(seq: Any, event_id: Any, locale: Any, told: Any) -> bool:
    is_id = event_id is None or (isinstance(event_id, str) and parse_id(event_id) is not None)
    return _is_number(seq) and is_id and isinstance(locale, str) and _is_number(told)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST
