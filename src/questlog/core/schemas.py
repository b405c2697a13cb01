"""What bodies and answers are made of: strict where Pydantic is lax, and alike on both databases.

JSON Schema's view of a number and a date is kept: `2.0` is an integer, `true` and `"2"` are not, a date is a string.
"""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetPydanticSchema,
    StrictBool,
    WithJsonSchema,
)

FIRST_YEAR, LAST_YEAR = 1970, 2199
UNPRINTABLE = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
TEXT_PATTERN = rf"^[^{UNPRINTABLE}]*$"
VISIBLE_PATTERN = rf"^[^{UNPRINTABLE}]*[^\s{UNPRINTABLE}][^{UNPRINTABLE}]*$"
# The calendar as a pattern, so that a client can know what is accepted: years 1970 to 2199, each month as long as it is.
_YEAR = r"(?:19[7-9]|2[01][0-9])[0-9]"
_LEAP_YEAR = r"(?:19(?:[79][26]|8[048])|2[01](?:[02468][48]|[2468]0|[13579][26])|2000)"
DAY_PATTERN = (
    rf"(?:{_YEAR}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    rf"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)|{_LEAP_YEAR}-02-29)"
)
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_OFFSET = r"(?:[Zz]|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
MOMENT_PATTERN = rf"{DAY_PATTERN}[Tt ]{_TIME}{_OFFSET}?"
DATE_SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT_SHAPE = re.compile(MOMENT_PATTERN)
DATE_SCHEMA = {"type": "string", "format": "date", "pattern": f"^{DAY_PATTERN}$"}
MOMENT_SCHEMA = {"type": "string", "pattern": f"^{MOMENT_PATTERN}$"}


class Strict(BaseModel):
    """A body. A field it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class Patch(Strict):
    """A JSON Merge Patch (RFC 7396): what is absent stays, `null` clears what may be empty."""

    @property
    def changes(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.model_fields_set}


class Answer(BaseModel):
    """An answer, readable from rows and dataclasses by attribute."""

    model_config = ConfigDict(from_attributes=True)


def absent() -> Any:
    """Return the default of a `Patch` field that may be left out but not be null; it is never read."""
    return Field(default=None)


def _composed(value: str) -> str:
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))


def _bounded(value: str, least: int, most: int) -> str:
    if not least <= len(value) <= most:
        raise ValueError(f"must be {least} to {most} characters long")
    return value


def _rules(kind: Any) -> GetPydanticSchema:
    return GetPydanticSchema(lambda _source, handler: handler.generate_schema(kind))


def text(least: int, most: int) -> GetPydanticSchema:
    """Return the rules of a text of `least` to `most` characters: composed (NFC), without control characters.

    Written `Annotated[str, text(0, 500)]`, as the functions below.
    """
    return _rules(
        Annotated[
            str,
            Field(min_length=least, max_length=most, pattern=TEXT_PATTERN),
            AfterValidator(lambda value: _bounded(_composed(value), least, most)),
        ]
    )


def title(most: int) -> GetPydanticSchema:
    """Return the rules of a text that is not blank; surrounding white space is dropped."""
    return _rules(
        Annotated[
            str,
            Field(min_length=1, max_length=most, pattern=VISIBLE_PATTERN),
            AfterValidator(lambda value: _bounded(_composed(value).strip(), 1, most)),
        ]
    )


def whole(value: Any) -> Any:
    """Turn 2.0 into 2: JSON has one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def whole_number(least: int, most: int) -> GetPydanticSchema:
    kind = Annotated[int, Field(ge=least, le=most, strict=True), BeforeValidator(whole)]
    return _rules(kind)


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")
    return value


def number(least: float, most: float) -> GetPydanticSchema:
    kind = Annotated[float, Field(ge=least, le=most, allow_inf_nan=False), BeforeValidator(_number)]
    return _rules(kind)


def _in_range(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"must lie between {FIRST_YEAR} and {LAST_YEAR}")


def read_date(value: Any) -> date:
    """Read `YYYY-MM-DD`; raises ValueError. Pydantic alone would take 0 for 1970."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not DATE_SHAPE.fullmatch(value):
        raise ValueError("must be a date such as 2026-12-31")
    day = date.fromisoformat(value)
    _in_range(day.year)
    return day


def read_moment(value: Any) -> datetime:
    """Read an ISO 8601 date-time, with an offset or naive; raises ValueError."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not MOMENT_SHAPE.fullmatch(value):
        raise ValueError("must be a moment such as 2026-12-31T17:00:00+01:00")
    moment = datetime.fromisoformat(value.replace("z", "Z"))
    _in_range(moment.year)
    if moment.tzinfo is not None:
        _in_range(moment.astimezone(UTC).year)
    return moment


def _date_or_moment(value: Any) -> Any:
    if isinstance(value, date) or (isinstance(value, str) and DATE_SHAPE.fullmatch(value)):
        return value if isinstance(value, date) else read_date(value)
    return read_moment(value)


IsoDate = Annotated[date, BeforeValidator(read_date), WithJsonSchema(DATE_SCHEMA)]
IsoMoment = Annotated[
    datetime,
    BeforeValidator(read_moment),
    WithJsonSchema(MOMENT_SCHEMA),
]
DateOrMoment = Annotated[
    date | datetime,
    BeforeValidator(_date_or_moment),
    WithJsonSchema(
        {
            "anyOf": [DATE_SCHEMA, MOMENT_SCHEMA],
            "description": "A day, or a moment with offset; a moment without one is read in the user's zone.",
        }
    ),
]
Color = Annotated[
    str, Field(pattern=r"^#[0-9a-fA-F]{6}$", min_length=7, max_length=7), AfterValidator(str.lower)
]
Flag = StrictBool


def read_query_flag(value: Any) -> Any:
    """Read `true` or `false`; raises ValueError. Pydantic alone would take `on`, `y` and `1`."""
    if isinstance(value, bool):
        return value
    if value not in ("true", "false"):
        raise ValueError("must be true or false")
    return value == "true"


QueryFlag = Annotated[bool, BeforeValidator(read_query_flag)]
