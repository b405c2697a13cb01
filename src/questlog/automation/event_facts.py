"""What the catalogue of events is written in: a type, what it means, and the JSON Schema of what it says. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

type Schema = Mapping[str, Any]

TEXT: Final[Schema] = {"type": "string"}
NUMBER: Final[Schema] = {"type": "integer"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
FLAG: Final[Schema] = {"type": "boolean"}
ID: Final[Schema] = {"type": "string", "format": "uuid"}
DAY: Final[Schema] = {"type": "string", "format": "date"}
MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
TEXTS: Final[Schema] = {"type": "array", "items": TEXT}
IDS: Final[Schema] = {"type": "array", "items": ID}


def of(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}


def word(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


def or_null(schema: Schema) -> Schema:
    """The fact is always there and may be null."""
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}


def objects(**facts: Schema) -> Schema:
    return {"type": "object", "properties": facts, "required": sorted(facts)}


@dataclass(frozen=True)
class EventType:
    """A type of event. `facts` are in every one's `data`; those of `sometimes` only where they mean something."""

    type: str
    description: str
    facts: Mapping[str, Schema] = field(default_factory=dict)
    sometimes: Mapping[str, Schema] = field(default_factory=dict)

    @property
    def data_schema(self) -> dict[str, Any]:
        """Return the schema of `data`. Later versions may add facts, so unknown ones are allowed."""
        return {
            "type": "object",
            "properties": {**self.facts, **self.sometimes},
            "required": sorted(self.facts),
        }


def told(type_: str, description: str, **facts: Schema) -> EventType:
    """Describe a type whose facts are in every event of it."""
    return EventType(type_, description, facts)
