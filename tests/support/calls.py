"""Calls of every operation, built from what the OpenAPI document says: no route can be forgotten here.

A body is the example of its schema. Where an id goes stands a `Slot`, so that a test decides whose id it is.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.estate import MADE_UP
from tests.support.routes import Operation, app_without_database, operations

# A subtask lies where its parent lies: a body that names both is refused for that.
RIVALS: Mapping[str, frozenset[str]] = {
    "parent_task_id": frozenset({"project_id", "goal_id"}),
    "project_id": frozenset({"parent_task_id"}),
    "goal_id": frozenset({"parent_task_id"}),
}

type Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Slot:
    """Where an id goes in a body; `name` is the field's."""

    name: str


@dataclass(frozen=True)
class Place:
    """One place of one operation that takes an id: `pointer` as in a problem's `errors`."""

    operation: Operation
    pointer: str
    name: str
    body: Any = None

    def __str__(self) -> str:
        return f"{self.operation} {self.pointer} ({self.operation.name})"


def document() -> dict[str, Any]:
    return app_without_database().openapi()


def described(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = document()["paths"][operation.template][operation.method.lower()]
    return found


def body_schema(operation: Operation) -> Schema | None:
    if "requestBody" not in described(operation):
        return None
    content = described(operation)["requestBody"]["content"]
    schema: Schema = content["application/json"]["schema"]
    return next((one for one in map(resolved, alternatives(schema)) if is_object(one)), None)


def example(operation: Operation) -> Any:
    """Return a body that is right, with slots for its ids; None for an operation that takes none."""
    schema = body_schema(operation)
    return None if schema is None else next(_bases(schema))


def places_in_queries() -> Iterator[Place]:
    for operation in operations():
        for parameter in map(resolved, described(operation).get("parameters", [])):
            if parameter["in"] == "query" and any(map(is_id, alternatives(parameter["schema"]))):
                name = parameter["name"]
                yield Place(operation, f"/query/{name}", name)


def places_in_bodies() -> Iterator[Place]:
    for operation in operations():
        schema = body_schema(operation)
        seen = set()
        for body in _with_ids(schema, "") if schema else ():
            for pointer, slot in slots(body, "/body"):
                key = (pointer, _commands(body))
                if slot.name not in MADE_UP and key not in seen:
                    seen.add(key)
                    yield Place(operation, pointer, slot.name, body)


def filled(body: Any, fill: Callable[[str, Slot], str], pointer: str = "/body") -> Any:
    """Return `body` with what `fill(pointer, slot)` gives in each slot."""
    if isinstance(body, Slot):
        return fill(pointer, body)
    if isinstance(body, dict):
        return {name: filled(one, fill, f"{pointer}/{name}") for name, one in body.items()}
    if isinstance(body, list):
        return [filled(one, fill, f"{pointer}/{n}") for n, one in enumerate(body)]
    return body


def slots(body: Any, pointer: str = "/body") -> list[tuple[str, Slot]]:
    found: list[tuple[str, Slot]] = []

    def note(where: str, slot: Slot) -> str:
        found.append((where, slot))
        return ""

    filled(body, note, pointer)
    return found


def resolved(thing: Schema) -> Schema:
    if "$ref" not in thing:
        return thing
    kind, name = thing["$ref"].split("/")[-2:]
    found: Schema = document()["components"][kind][name]
    return found


def alternatives(schema: Schema) -> list[Schema]:
    either = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return [one for one in either if "required" not in one] or [schema]


def is_id(schema: Schema) -> bool:
    return schema.get("format") == "uuid"


def is_object(schema: Schema) -> bool:
    return "properties" in schema


def _with_ids(schema: Schema, name: str) -> Iterator[Any]:
    """Yield values of a schema with at least one slot, one for each field that can hold an id."""
    for one in map(resolved, alternatives(resolved(schema))):
        if is_id(one):
            yield Slot(name)
        elif "items" in one:
            yield from ([value] for value in _with_ids(one["items"], name))
        elif is_object(one):
            yield from _objects_with_ids(one)


def _objects_with_ids(schema: Schema) -> Iterator[dict[str, Any]]:
    for base in _bases(schema):
        for name, field in schema["properties"].items():
            for value in _with_ids(field, name):
                yield _without_rivals(schema, base, name) | {name: value}


def _bases(schema: Schema) -> Iterator[dict[str, Any]]:
    """Yield bodies that are right: the example, or one for each word of what has to be said."""
    if schema.get("examples"):
        yield {
            name: _slotted(schema["properties"].get(name, {}), value, name)
            for name, value in schema["examples"][0].items()
        }
        return
    required = {name: resolved(schema["properties"][name]) for name in schema.get("required", ())}
    rest = {name: next(_bases(one)) for name, one in required.items() if is_object(one)}
    words = {name: one for name, one in required.items() if "const" in one or "enum" in one}
    for name, one in words.items():
        for word in one.get("enum", [one.get("const")]):
            yield {name: word, **rest}
    if not words:
        yield rest


def _slotted(field: Schema, value: Any, name: str) -> Any:
    """Return the value of an example with slots in place of its ids."""
    either = [resolved(one) for one in alternatives(resolved(field))]
    if isinstance(value, str) and any(map(is_id, either)):
        return Slot(name)
    if isinstance(value, list):
        items: Schema = next((one["items"] for one in either if "items" in one), {})
        return [_slotted(items, one, name) for one in value]
    if isinstance(value, dict) and any(map(is_object, either)):
        fields = next(one["properties"] for one in either if is_object(one) and _is(one, value))
        return {key: _slotted(fields[key], one, key) for key, one in value.items()}
    return value


def _is(schema: Schema, value: Mapping[str, Any]) -> bool:
    """Whether `value` has the fields of this schema, and the word that tells it from others."""
    fields = schema["properties"]
    words = {
        name: one.get("enum") or [one["const"]]
        for name, one in fields.items()
        if "const" in one or "enum" in one
    }
    return value.keys() <= fields.keys() and all(
        value.get(name, words[name][0]) in words[name] for name in words
    )


def _without_rivals(schema: Schema, base: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Leave out of `base` what excludes `name`: of `before` and `after` there is one."""
    ways = [set(one["required"]) for one in schema.get("oneOf", ()) if "required" in one]
    rivals = set().union(*ways) - {name} if any(name in way for way in ways) else set()
    rivals |= RIVALS.get(name, frozenset())
    return {key: value for key, value in base.items() if key not in rivals}


def _commands(body: Any) -> str:
    """Tell the bodies of a batch apart, in which the same pointer means another command."""
    return (
        str([one.get("op") for one in body.get("commands", ())]) if isinstance(body, dict) else ""
    )
