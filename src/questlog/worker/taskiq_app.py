"""The Taskiq application. `@broker.task` makes a function a task and `.kiq()` puts it off.

The queue is the table of jobs: `.kiq()` writes a row, in the caller's transaction when there is one, so a task of
something that was rolled back does not exist, and one that was committed is not lost. Redis wakes and spreads.
"""

import asyncio
import importlib
import logging
import pkgutil
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Executor, Future
from datetime import timedelta
from typing import Any, override
from uuid import UUID

import pydantic_core
import structlog
from taskiq import AckableMessage, AsyncBroker, BrokerMessage, TaskiqMiddleware
from taskiq.exceptions import NoResultError, TaskRejectedError
from taskiq.message import TaskiqMessage
from taskiq.receiver import Receiver
from taskiq.result import TaskiqResult

from questlog.automation import jobs
from questlog.automation.jobs import Claim
from questlog.core import clock
from questlog.core.db import Session, writer_around
from questlog.core.ids import new_id
from questlog.worker import home
from questlog.worker.errors import RefusedError, RequeuedError
from questlog.worker.timetable import Timetable

TASKS = "questlog.worker.tasks"

log = structlog.get_logger(__name__)


class RowBroker(AsyncBroker):
    """Puts tasks into the table of jobs. Labels: `delay` (seconds), `max_retries`, `slot` (once in all times)."""

    @override
    async def kick(self, message: BrokerMessage) -> None:
        if (session := writer_around()) is not None:
            await _put(session, message)
            return
        async with home.here() as database:
            await database.write(_put, message)

    @override
    def listen(self) -> AsyncGenerator[bytes | AckableMessage, None]:
        raise NotImplementedError(
            "the rows are read by `questlog worker` and `questlog taskiq worker`"
        )


async def _put(session: Session, message: BrokerMessage) -> None:
    labels = message.labels
    delay = float(labels.get("delay") or 0)
    await jobs.enqueue(
        session,
        message.task_name,
        pydantic_core.from_json(message.message),
        due_at=clock.now() + timedelta(seconds=delay) if delay > 0 else None,
        slot=labels.get("slot"),
        most_attempts=int(labels.get("max_retries") or jobs.MOST_ATTEMPTS),
        job_id=UUID(message.task_id),
    )


class Outcomes(TaskiqMiddleware):
    """How tasks ended, until somebody asks."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: dict[str, BaseException | None] = {}

    @override
    def post_execute(self, message: TaskiqMessage, result: TaskiqResult[Any]) -> None:
        self.errors[message.task_id] = result.error


class DaemonThreads(Executor):
    """A thread for each plain function, which does not keep the process from ending."""

    @override
    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # whatever it is, it belongs to whoever waits
                future.set_exception(error)
            else:
                future.set_result(result)

        threading.Thread(target=run, name="task", daemon=True).start()
        return future


logging.getLogger("taskiq.receiver").setLevel(logging.CRITICAL)  # `hands` tells what failed

outcomes = Outcomes()
broker = RowBroker().with_id_generator(lambda: str(new_id())).with_middlewares(outcomes)
timetable = Timetable(broker)
_receivers: list[Receiver] = []
_opening = asyncio.Lock()


def load_tasks() -> None:
    """Import the modules of `worker/tasks`. One that cannot be loaded is told, and spoils no other."""
    folder = importlib.import_module(TASKS)
    for found in pkgutil.iter_modules(folder.__path__):
        try:
            importlib.import_module(f"{TASKS}.{found.name}")
        except Exception as error:  # somebody's own file may raise anything
            log.error("tasks_not_loaded", module=found.name, exc_info=error)


def names() -> frozenset[str]:
    return frozenset(broker.get_all_tasks())


async def do(job: Claim) -> None:
    """Run a task. Raises what it raised; RefusedError when it refused itself or forbids another attempt."""
    receiver = await _receiver()
    message = {**job.args, "task_id": str(job.id)}
    await receiver.callback(pydantic_core.to_json(message), raise_err=True)
    error = outcomes.errors.pop(str(job.id), None)
    current = asyncio.current_task()
    if current is not None and current.cancelling():  # Taskiq keeps it to itself
        raise asyncio.CancelledError
    if isinstance(error, TaskRejectedError):
        raise RefusedError("the task refused itself")
    if isinstance(error, NoResultError):
        raise RequeuedError("the task asked for another attempt")
    if error is not None:
        raise error


async def _receiver() -> Receiver:
    async with _opening:
        if not _receivers:
            broker.is_worker_process = True
            await broker.startup()
            _receivers.append(
                Receiver(broker, DaemonThreads(), max_async_tasks=1000, run_startup=False)
            )
    return _receivers[0]


async def close() -> None:
    if _receivers:
        _receivers.clear()
        await broker.shutdown()
