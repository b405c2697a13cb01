"""Every operation of the API, for promises that hold for all of them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from questlog.core.config import load_settings
from questlog.main import create_app
from tests.support import world

# Parts of an address that are no ids, and what stands there for example.
# Parts of addresses that are words of everybody's and no ids of somebody's things.
WORDS = {
    "{provider}": "google",
    "{challenge}": "brisk-week",
    "{item}": "streak-freeze",
    "{token}": "A" * 60,
    "{tool}": "create_task",
    "{week}": "2026-11-16",
}


@dataclass(frozen=True)
class Operation:
    """One method at one address, as the router knows it; words in the address stand in their places."""

    name: str
    method: str
    path: str
    dependant: Dependant = field(compare=False, repr=False)
    has_body: bool
    template: str
    """Its address in the document."""

    @property
    def path_ids(self) -> list[str]:
        return [name for name in re.findall(r"{(\w+)}", self.path) if name not in WORDS]

    def address(self, ids: Mapping[str, str]) -> str:
        return self.path.format(**{**WORDS, **ids})

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@cache
def app_without_database() -> FastAPI:
    environ = {"SECRET_KEY": world.SECRET, "DATABASE_URL": "sqlite:///never-opened.db"}
    return create_app(load_settings(environ, env_file=None))


@cache
def operations() -> tuple[Operation, ...]:
    return tuple(_walk())


def _walk() -> Iterator[Operation]:
    for context in iter_route_contexts(app_without_database().routes):
        route: Any = getattr(context, "original_route", context)
        if not isinstance(route, APIRoute) or not context.include_in_schema:
            continue
        for method in sorted(context.methods or ()):
            yield Operation(
                route.name,
                method,
                _worded(route.path),
                context.dependant,
                route.body_field is not None,
                route.path,
            )


def _worded(path: str) -> str:
    for part, word in WORDS.items():
        path = path.replace(part, word)
    return path


def calls_of(dependant: Dependant) -> Iterator[Any]:
    yield dependant.call
    for child in dependant.dependencies:
        yield from calls_of(child)
