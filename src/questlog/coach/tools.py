"""What may the coach do? Exactly this. Reading happens at once; writing waits for the user's yes (`proposals.py`).

Each call runs as the user, through the same flows as their own buttons, so what belongs to somebody else is refused
here as everywhere. No tool takes a user, an address or a query in SQL, and none leads to sessions, keys, webhooks or
anything of an administrator's (S-124).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from questlog.clients.language import Tool
from questlog.coach import reading_tools as reads
from questlog.coach import tool_arguments as takes
from questlog.coach import writing_tools as writes
from questlog.core.schemas import Strict

type Run = Callable[..., Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class CoachTool:
    """`can_be_allowed` tells whether the user may let it act without asking; deleting never may."""

    name: str
    description: str
    takes: type[Strict]
    run: Run
    writes: bool = False
    can_be_allowed: bool = True

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the JSON Schema of the arguments."""
        return self.takes.model_json_schema()

    def offered(self) -> Tool:
        return Tool(self.name, self.description, self.parameters)


READING = (
    CoachTool(
        "list_tasks",
        "List the user's open tasks, all of them or by a view or a filter expression.",
        takes.ListTasks,
        reads.list_tasks,
    ),
    CoachTool(
        "search",
        "Find tasks and quick captures by words of their title and description.",
        takes.SearchTasks,
        reads.search,
    ),
    CoachTool(
        "todays_plan",
        "What is overdue, what is due today, and what to do next with the reasons.",
        takes.TodaysPlan,
        reads.todays_plan,
    ),
    CoachTool("list_goals", "List the user's goals.", takes.NoArguments, reads.list_goals),
    CoachTool(
        "list_projects",
        "List the user's projects with how many tasks are open in each.",
        takes.NoArguments,
        reads.list_projects,
    ),
    CoachTool(
        "statistics",
        "Count what the user completed on each of the last days, and overall.",
        takes.Statistics,
        reads.statistics,
    ),
    CoachTool(
        "course_progress",
        "How far the user is in their courses, with level and XP.",
        takes.NoArguments,
        reads.course_progress,
    ),
    CoachTool(
        "review_cards",
        "The questions that wait for a review. Their answers are not told.",
        takes.ReviewCards,
        reads.review_cards,
    ),
)
WRITING = (
    CoachTool("create_task", "Add a task.", takes.CreateTask, writes.create_task, writes=True),
    CoachTool(
        "update_task",
        "Change fields of a task; what is not named stays.",
        takes.UpdateTask,
        writes.update_task,
        writes=True,
    ),
    CoachTool("complete_task", "Tick a task off.", takes.OneTask, writes.tick_task, writes=True),
    CoachTool(
        "skip_task",
        "Skip the present date of a recurring task.",
        takes.OneTask,
        writes.skip_task,
        writes=True,
    ),
    CoachTool(
        "postpone_task",
        "Move this one time of a task to a later day.",
        takes.PostponeTask,
        writes.postpone_task,
        writes=True,
    ),
    CoachTool(
        "delete_task",
        "Put a task into the trash.",
        takes.OneTask,
        writes.delete_task,
        writes=True,
        can_be_allowed=False,
    ),
    CoachTool("create_goal", "Add a goal.", takes.CreateGoal, writes.create_goal, writes=True),
    CoachTool(
        "create_project",
        "Add a project.",
        takes.CreateProject,
        writes.create_project,
        writes=True,
    ),
)
TOOLS = {tool.name: tool for tool in (*READING, *WRITING)}


def offered() -> list[Tool]:
    """Return every tool as a model is told of it."""
    return [tool.offered() for tool in TOOLS.values()]
