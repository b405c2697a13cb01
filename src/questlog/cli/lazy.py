"""Groups that import a command when it is asked for, so that `questlog --help` is quick."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from questlog.core.loading import loading


@dataclass(frozen=True)
class Place:
    """Where a command lives (`module:attribute`), what it does in a few words, and under which heading."""

    where: str
    about: str
    heading: str


class LazyGroup(click.Group):
    def __init__(self, *args: Any, places: Mapping[str, Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = self.places.get(cmd_name)
        if place is None:
            return None
        module, _, attribute = place.where.partition(":")
        with loading():
            command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for heading in dict.fromkeys(place.heading for place in self.places.values()):
            rows = [
                (name, place.about)
                for name, place in self.places.items()
                if place.heading == heading
            ]
            with formatter.section(heading):
                formatter.write_dl(rows)
