"""From a shape to one SQL condition. The values come when the statement is run, under the names `filter_0`, ..."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Date, Integer, String, and_, bindparam, or_, true
from sqlalchemy.types import TypeEngine

from questlog.core.types import Moment
from questlog.planning.filters.fields import Field
from questlog.planning.filters.shapes import Junction, Negation, Shape, Test, Values
from questlog.planning.queries import Condition

type Fields = Mapping[str, Field]

TYPES: Mapping[type, type[TypeEngine[Any]]] = {
    date: Date,
    datetime: Moment,
    int: Integer,
    str: String,
}


def compile_shape(shape: Shape, fields: Fields) -> Condition:
    """Return the condition on a task. What `fields` lacks is a bug: parsing lets no such word through."""
    match shape:
        case Negation(of):
            # A field that is empty makes a comparison unknown; denied, that is true.
            return compile_shape(of, fields).is_not(true())
        case Junction(is_both, parts):
            joined = [compile_shape(part, fields) for part in parts]
            return and_(*joined) if is_both else or_(*joined)
        case Test(key):
            return fields[key](*values_of(shape))


def values_of(test: Test) -> list[BindParameter[Any]]:
    return [_value(test.first + n, kind) for n, kind in enumerate(test.kinds)]


def _value(number: int, kind: type) -> BindParameter[Any]:
    return bindparam(_name(number), type_=TYPES[kind])


def named(values: Values) -> dict[str, Any]:
    return {_name(number): value for number, value in enumerate(values)}


def _name(number: int) -> str:
    return f"filter_{number}"
