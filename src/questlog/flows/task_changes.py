"""What a flow hands back about a task."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from questlog.planning.task_rows import TaskRow


@dataclass(frozen=True)
class TaskChange:
    """`receipt` is None for what was no completion and no reopening, and empty when such a one had nothing to do."""

    task: TaskRow
    receipt: Mapping[str, Any] | None = None
