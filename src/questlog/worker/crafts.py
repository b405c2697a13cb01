"""What this process knows how to do, by the names of jobs: the schedule's work, and the tasks dropped into a folder.

The folder needs Taskiq, which takes a tenth of a second and ten megabytes: it is opened when a job asks for it.
"""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, cast

import structlog

from questlog.automation.jobs import Claim
from questlog.worker import schedule, tasks
from questlog.worker.house import House

if TYPE_CHECKING:
    from questlog.worker.timetable import Run, Timetable

TASKIQ_APP = "questlog.worker.taskiq_app"
EXAMPLES = "examples"

log = structlog.get_logger(__name__)


class Folder(Protocol):
    """What of `worker/taskiq_app.py` is used here."""

    timetable: Timetable

    def load_tasks(self) -> None: ...
    def names(self) -> frozenset[str]: ...
    async def do(self, job: Claim) -> None: ...
    async def close(self) -> None: ...


_loaded: list[Folder] = []
_told: set[str] = set()


async def known_of(names: frozenset[str]) -> frozenset[str]:
    """Return those of these names that somebody here can do; the others wait for a process that knows them."""
    unknown = names - schedule.WORK.keys()
    if not unknown:
        return names
    await load()
    unknown -= _loaded[0].names()
    if fresh := unknown - _told:
        _told.update(fresh)
        log.warning("jobs_wait_for_who_knows_them", names=sorted(fresh))
    return names - unknown


async def load() -> None:
    """Open the folder of tasks, beside the event loop."""
    if not _loaded:
        found = await asyncio.to_thread(importlib.import_module, TASKIQ_APP)
        folder = cast(Folder, found)
        folder.load_tasks()
        _loaded[:] = [folder]


async def load_if_there_are_any() -> None:
    """Open the folder when somebody has put something into it: what is in there may have a schedule."""
    found = {module.name for module in pkgutil.iter_modules(tasks.__path__)}
    if found - {EXAMPLES}:
        await load()


def timetable(now: datetime) -> Iterator[Run]:
    """Return the newest dates of the tasks that are loaded."""
    if _loaded:
        yield from _loaded[0].timetable.runs(now)


async def do(house: House, job: Claim) -> None:
    """Do a job. Raises whatever it raises; `errors.RefusedError` when there is no use in another attempt."""
    work = schedule.WORK.get(job.name)
    if work is not None:
        await work(house, job.args)
    else:
        await load()
        await _loaded[0].do(job)


async def close() -> None:
    """End what the tasks began when the first of them was done."""
    if _loaded:
        await _loaded[0].close()
