"""The JSON Schema of a tool's arguments as a model is told it: short, without what only a machine checks. Pure."""

from typing import Any

from pydantic import BaseModel

# Models follow descriptions; a pattern costs them words, and some providers refuse it. What comes is checked anyway.
LEFT_OUT = frozenset({"pattern", "title", "maxLength", "minLength"})
NAMED_FREELY = frozenset({"properties", "$defs"})
NULL = {"type": "null"}


def told(takes: type[BaseModel]) -> dict[str, Any]:
    """Return the schema of an object, with everything it refers to in its place."""
    whole = takes.model_json_schema()
    defined = whole.pop("$defs", {})
    shown: dict[str, Any] = _shortened(whole, defined)
    return {"type": "object", "properties": {}, **shown}


def _shortened(schema: Any, defined: dict[str, Any], *, names: bool = False) -> Any:
    if isinstance(schema, list):
        return [_shortened(one, defined) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        there = defined[schema["$ref"].rpartition("/")[2]]
        schema = {**there, **{key: value for key, value in schema.items() if key != "$ref"}}
    return {
        key: _shortened(value, defined, names=key in NAMED_FREELY)
        for key, value in schema.items()
        if names or (key not in LEFT_OUT and not (key == "default" and value is None))
    }
