"""Every event that the house records while tests run is held against its catalogue, strictly: no fact more or less."""

import inspect
from functools import cache
from typing import Any

import jsonschema_rs

from questlog.automation import event_types, events

HOUSE = "questlog."
record = events.record


@cache
def validator(type_: str) -> Any:
    schema = event_types.ALL[type_].data_schema | {"additionalProperties": False}
    return jsonschema_rs.validator_for(schema, validate_formats=True)


def complaint(type_: str, payload: dict[str, Any] | None) -> str | None:
    """Say what is wrong with an event, or None."""
    if type_ not in event_types.ALL:
        return f"{type_} is not described: add it to automation/event_types_of_*.py"
    error = next(validator(type_).iter_errors(payload or {}), None)
    return None if error is None else f"{type_} says something else than its schema: {error}"


def recorded(*args: Any, **kwargs: Any) -> Any:
    """Stands in for `events.record`. What tests make up by themselves is none of the catalogue's business."""
    caller = inspect.currentframe()
    above = caller.f_back if caller else None
    if above is not None and above.f_globals["__name__"].startswith(HOUSE):
        given = inspect.signature(record).bind(*args, **kwargs).arguments
        found = complaint(given["type_"], given.get("payload"))
        assert found is None, found
    return record(*args, **kwargs)


def hold() -> None:
    """Hold the events of this process against the catalogue from now on."""
    events.record = recorded
