"""When tasks with a `schedule` label are due: `cron` (with `cron_offset`), `interval` or `time`, as Taskiq spells them."""

import json
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
        self._refused: set[tuple[str, int]] = set()

    def runs(self, now: datetime) -> Iterator[Run]:
        """Return the newest date of each line that is not after `now`, unless it is a day old."""
        for name, task in self._broker.get_all_tasks().items():
            for number, line in enumerate(task.labels.get("schedule") or ()):
                run = self._run_of(name, number, line, now, task.labels)
                if run is not None:
                    yield run

    def _run_of(
        self,
        name: str,
        number: int,
        line: Mapping[str, Any],
        now: datetime,
        labels: Mapping[str, Any],
    ) -> Run | None:
        """None for a line that is not due, and for one that cannot be read: that is told once, and keeps no other waiting."""
        if (name, number) in self._refused:
            return None
        try:
            due = self._newest_of((name, number), line, now)
            return None if due is None else _run(name, number, line, due, labels)
        except (
            AttributeError,
            CronValueError,
            KeyError,
            OverflowError,
            TypeError,
            ValueError,
        ) as error:
            self._refused.add((name, number))
            log.error("schedule_not_understood", task=name, line=repr(line), error=str(error))
            return None

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
            if is_cron_task_now(line["cron"], minute, line.get("cron_offset")):
                self._newest[key] = minute
                break
            minute -= MINUTE
        found = self._newest.get(key)
        return found if found is not None and found <= now else None


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
    json.dumps(message)  # what cannot be written down is refused here, beside no other job
    slot = f"{due.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} {number}"
    return Run(name, slot, message, int(own.get("max_retries") or 5))


def _seconds(interval: int | timedelta) -> timedelta:
    every = interval if isinstance(interval, timedelta) else timedelta(seconds=interval)
    return max(every, timedelta(seconds=1))
