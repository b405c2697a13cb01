"""`questlog cmd <name>`: whatever lies in the folder `questlog/commands`."""

import importlib
import pkgutil

import click

from questlog import commands
from questlog.cli.exits import Failure


class DropIns(click.Group):
    """A command is looked for in the module of its name first, so one broken file does not spoil the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        for name in modules():
            load(name)
        return sorted(commands.registered())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = cmd_name.replace("-", "_")
        if module in modules():
            load(module)
        if cmd_name not in commands.registered():
            self.list_commands(ctx)
        return commands.registered().get(cmd_name)


def modules() -> list[str]:
    return [found.name for found in pkgutil.iter_modules(commands.__path__)]


def load(module: str) -> None:
    """Import one file of the folder. It is somebody's own, so whatever it raises is told with its name."""
    try:
        importlib.import_module(f"{commands.__name__}.{module}")
    except Exception as error:
        raise Failure(
            f"commands/{module}.py cannot be loaded: {type(error).__name__}: {error}"
        ) from error


@click.group(cls=DropIns)
def cmd() -> None:
    """Commands of your own: each file in the folder `questlog/commands` may add some.

    \b
    questlog cmd seed --count 100
    """
