"""What may the coach do? Exactly this. Reading happens at once; writing waits for the user's yes (`proposals.py`).

Each call runs as the user, through the same flows as their own buttons, so what belongs to somebody else is refused
here as everywhere. No tool takes a user, an address or a query in SQL, and none leads to sessions, keys, webhooks or
anything of an administrator's (S-124).
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import cache
from typing import Any

from questlog.clients.language import Tool
from questlog.coach import reading_tools as reads
from questlog.coach import standings as stands
from questlog.coach import tool_arguments as takes
from questlog.coach import writing_tools as writes
from questlog.coach.standings import Standing
from questlog.coach.tool_schemas import told
from questlog.coach.tool_words import purpose
from questlog.core.schemas import Strict
from questlog.identity.scopes import Scope

type Run = Callable[..., Coroutine[Any, Any, dict[str, Any]]]
type Look = Callable[..., Coroutine[Any, Any, Standing]]


@dataclass(frozen=True, slots=True)
class CoachTool:
    """`needs` is what somebody must be allowed who comes with a key.

    `look` tells of a writing tool what a call would change, as it stands, and raises what it would be refused with.
    `can_be_allowed` tells whether the user may let it act without asking; deleting never may.
    """

    name: str
    takes: type[Strict]
    run: Run
    needs: frozenset[str]
    look: Look = stands.nothing
    writes: bool = False
    can_be_allowed: bool = False

    def offered(self, locale: str) -> Tool:
        return _offered(self, locale)

    def may_be_called(self, scopes: frozenset[str] | None) -> bool:
        return scopes is None or self.needs <= scopes


@cache  # schemas take milliseconds, and the first word of an answer waits for them
def _offered(tool: CoachTool, locale: str) -> Tool:
    return Tool(tool.name, purpose(tool.name, locale), told(tool.takes))


def _reads(name: str, arguments: type[Strict], run: Run, *needs: Scope) -> CoachTool:
    return CoachTool(name, arguments, run, frozenset(needs))


def _writes(name: str, arguments: type[Strict], run: Run, look: Look, needs: Scope) -> CoachTool:
    return CoachTool(
        name, arguments, run, frozenset({needs}), look=look, writes=True, can_be_allowed=True
    )


def _deletes(name: str, arguments: type[Strict], run: Run, needs: Scope) -> CoachTool:
    return CoachTool(name, arguments, run, frozenset({needs}), writes=True)


READING = (
    _reads("list_tasks", takes.ListTasks, reads.list_tasks, Scope.TASKS_READ),
    _reads("search", takes.SearchTasks, reads.search, Scope.TASKS_READ, Scope.ITEMS_READ),
    _reads("todays_plan", takes.TodaysPlan, reads.todays_plan, Scope.TASKS_READ),
    _reads("list_goals", takes.NoArguments, reads.list_goals, Scope.GOALS_READ),
    _reads("list_projects", takes.NoArguments, reads.list_projects, Scope.PROJECTS_READ),
    _reads("statistics", takes.Statistics, reads.statistics, Scope.STATS_READ),
    _reads(
        "course_progress",
        takes.NoArguments,
        reads.course_progress,
        Scope.LEARNING_READ,
        Scope.GAME_READ,
    ),
    _reads("review_cards", takes.ReviewCards, reads.review_cards, Scope.LEARNING_READ),
)
WRITING = (
    _writes(
        "create_task", takes.CreateTask, writes.create_task, stands.new_task, Scope.TASKS_WRITE
    ),
    _writes(
        "update_task",
        takes.UpdateTask,
        writes.update_task,
        stands.changed_fields,
        Scope.TASKS_WRITE,
    ),
    _writes(
        "complete_task", takes.OneTask, writes.tick_task, stands.date_to_complete, Scope.TASKS_WRITE
    ),
    _writes("skip_task", takes.OneTask, writes.skip_task, stands.date_to_skip, Scope.TASKS_WRITE),
    _writes(
        "postpone_task",
        takes.PostponeTask,
        writes.postpone_task,
        stands.date_to_put_off,
        Scope.TASKS_WRITE,
    ),
    _deletes("delete_task", takes.OneTask, writes.delete_task, Scope.TASKS_WRITE),
    _writes(
        "create_goal", takes.CreateGoal, writes.create_goal, stands.new_goal, Scope.GOALS_WRITE
    ),
    _writes(
        "create_project",
        takes.CreateProject,
        writes.create_project,
        stands.nothing,
        Scope.PROJECTS_WRITE,
    ),
)
TOOLS = {tool.name: tool for tool in (*READING, *WRITING)}


def offered(locale: str, scopes: frozenset[str] | None = None) -> list[Tool]:
    """Return every tool that may be called, as a model is told of it."""
    return [tool.offered(locale) for tool in TOOLS.values() if tool.may_be_called(scopes)]
