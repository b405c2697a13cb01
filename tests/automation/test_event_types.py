"""The catalogue of events is whole, and a promise to those who are told."""

import ast
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest

import questlog
from questlog.automation import event_types
from questlog.automation.event_facts import EventType
from tests.support import catalogue

HOUSE = Path(questlog.__file__).parent
TYPES = [*event_types.ALL.values(), event_types.TEST]
# The least that is told (the words of the design).
PROMISED = {
    "user": "created updated",
    "session": "created revoked",
    "task": "created updated completed reopened skipped postponed deleted restored",
    "project": "created updated deleted restored",
    "goal": "created updated completed deleted",
    "label": "created updated deleted",
    "item": "created updated deleted",
    "course": "enrolled completed",
    "lesson": "completed",
    "week": "completed",
    "quiz": "submitted passed",
    "review": "completed",
    "level": "reached",
    "streak": "extended broken frozen",
    "heart": "lost regained",
    "boss": "hit defeated",
    "challenge": "joined advanced completed expired",
    "quest": "advanced completed",
    "badge": "earned",
    "gold": "spent",
    "conversation": "created deleted",
    "proposal": "made accepted rejected",
    "retrospective": "made",
    "webhook": "disabled",
}


def named(kind: EventType) -> str:
    return kind.type


def recorded_in_source() -> Iterator[tuple[str, str]]:
    """Yield the types that stand as they are in a call of `record` or `tell`, with their module."""
    for path in HOUSE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not _tells(node.func):
                continue
            for word in node.args:
                if isinstance(word, ast.Constant) and _is_type(word.value):
                    yield str(word.value), path.stem


def _tells(called: ast.expr) -> bool:
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    is_audit = isinstance(called, ast.Attribute) and getattr(called.value, "id", "") == "audit"
    return name in ("record", "_record", "tell", "_tell") and not is_audit


def _is_type(value: object) -> bool:
    return (
        isinstance(value, str)
        and value.replace("_", "").replace(".", "", 1).isalpha()
        and (value.count(".") == 1)
    )


def test_what_was_promised_is_told() -> None:
    promised = {f"{noun}.{what}" for noun, all_of in PROMISED.items() for what in all_of.split()}

    assert promised <= event_types.ALL.keys()


def test_what_is_recorded_is_described() -> None:
    found = dict(recorded_in_source())

    assert len(found) > 40
    assert {type_: where for type_, where in found.items() if type_ not in event_types.ALL} == {}


@pytest.mark.parametrize("kind", TYPES, ids=named)
def test_each_type_is_a_noun_and_what_became_of_it_with_a_schema(kind: EventType) -> None:
    noun, _, participle = kind.type.partition(".")

    assert noun.replace("_", "").isalpha()
    assert participle.replace("_", "").isalpha()
    assert len(kind.type) <= 64
    assert kind.description.endswith(".")
    assert not kind.facts.keys() & kind.sometimes.keys()
    jsonschema_rs.meta.validate(kind.data_schema)


def test_a_fact_too_many_or_too_few_is_noticed() -> None:
    whole = {"title": "Read", "scheduled_on": "2026-11-21", "next_due": None}

    assert catalogue.complaint("task.skipped", whole) is None
    for odd in (
        {"title": "Read"},
        {**whole, "secret": "x"},
        {**whole, "next_due": 7},
        {**whole, "scheduled_on": "tomorrow"},
    ):
        assert catalogue.complaint("task.skipped", odd) is not None
    assert catalogue.complaint("task.vanished", {}) is not None


def test_every_type_stands_in_the_page_about_webhooks() -> None:
    page = (HOUSE.parents[1] / "docs" / "webhooks.md").read_text(encoding="utf-8")

    assert [kind.type for kind in TYPES if f"`{kind.type}`" not in page] == []
