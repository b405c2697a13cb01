"""When tasks with a `schedule` label are due: `cron` (with `cron_offset`), `interval` or `time`, as Taskiq spells them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from taskiq import AsyncBroker
from taskiq.cli.scheduler.run import CronValueError, is_cron_task_now

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATE = timedelta(hours=24)
"""The newest date that nobody was there for is made up for within this time."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Run:
    """The newest date of one line of a task's schedule."""

    name: str
    slot: str
    args: Mapping[str, Any]
    most_attempts: int


class Timetable:
    """The schedules of a broker's tasks. Remembers how far each cron line was read."""

    def __init__(self, broker: AsyncBroker) -> None:
        self._broker = broker
        self._newest: dict[tuple[str, int], datetime] = {}
        self._read_to: dict[tuple[str, int], datetime] = {}

    def runs(self, now: datetime) -> Iterator[Run]:
        """Return the newest date of each line that is not after `now`, unless it is a day old."""
        for name, task in self._broker.get_all_tasks().items():
            for number, line in enumerate(task.labels.get("schedule") or ()):
                due = self._newest_of((name, number), line, now)
                if due is not None:
                    yield _run(name, number, line, due, task.labels)

    def _newest_of(
        self, key: tuple[str, int], line: Mapping[str, Any], now: datetime
    ) -> datetime | None:
        if "cron" in line:
            return self._newest_minute(key, line, now)
        if "interval" in line:
            every = _seconds(line["interval"])
            return now - (now - EPOCH) % every
        at = line.get("time")
        if isinstance(at, datetime):
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
            return at if now - LATE < at <= now else None
        return None

    def _newest_minute(
        self, key: tuple[str, int], line: Mapping[str, Any], now: datetime
    ) -> datetime | None:
        minute = now.replace(second=0, microsecond=0)
        read_to = max(self._read_to.get(key, now - LATE), now - LATE)
        self._read_to[key] = minute
        while minute > read_to:
            if _is_due(key, line, minute):
                self._newest[key] = minute
                break
            minute -= MINUTE
        found = self._newest.get(key)
        return found if found is not None and found <= now else None


def _is_due(key: tuple[str, int], line: Mapping[str, Any], minute: datetime) -> bool:
    try:
        return is_cron_task_now(line["cron"], minute, line.get("cron_offset"))
    except CronValueError as error:
        log.error("schedule_not_understood", task=key[0], cron=line["cron"], error=str(error))
        return False


def _run(
    name: str, number: int, line: Mapping[str, Any], due: datetime, labels: Mapping[str, Any]
) -> Run:
    own = {key: value for key, value in labels.items() if key != "schedule"}
    message = {
        "task_name": name,
        "labels": {**own, **line.get("labels", {})},
        "args": list(line.get("args", ())),
        "kwargs": dict(line.get("kwargs", {})),
    }
    slot = f"{due.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} {number}"
    return Run(name, slot, message, int(own.get("max_retries") or 5))


def _seconds(interval: int | timedelta) -> timedelta:
    every = interval if isinstance(interval, timedelta) else timedelta(seconds=interval)
    return max(every, timedelta(seconds=1))
