"""Drop a module here and its commands are `questlog cmd <name>`.

from questlog.commands import command, success

@command("greet", help="Say hello")
@click.option("--count", "-c", default=1, type=int)
def greet(count: int) -> None:
    success("Hello! " * count)
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import click

__all__ = ["command", "failure", "registered", "success"]

_registered: dict[str, click.Command] = {}


def command(name: str, **attributes: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """Make the function the command `name`; `attributes` are those of `click.command`."""

    def register(function: Callable[..., Any]) -> click.Command:
        made: click.Command = click.command(name, cls=click.Command, **attributes)(function)
        _registered[name] = made
        return made

    return register


def registered() -> Mapping[str, click.Command]:
    return MappingProxyType(_registered)


def success(message: str) -> None:
    click.secho(message, fg="green")


def failure(message: str) -> click.ClickException:
    """Return what a command raises to end with this message and exit code 1."""
    return click.ClickException(message)
