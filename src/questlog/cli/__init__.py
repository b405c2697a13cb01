"""The command line: one module per group of commands."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from questlog import __version__
from questlog.cli.exits import MEANINGS
from questlog.cli.lazy import LazyGroup, Place

__all__ = ["main", "root"]

ALIAS = "personal_automations"

PLACES = {
    "add": Place("questlog.cli.tasks:add", "write down a task", "Your day"),
    "today": Place("questlog.cli.lists:today", "what is due today or late", "Your day"),
    "upcoming": Place("questlog.cli.lists:upcoming", "what is due after today", "Your day"),
    "chat": Place("questlog.cli.chat:chat", "talk with the coach", "Your day"),
    "next": Place("questlog.cli.next_tasks:next_", "what to do next, and why", "Your day"),
    "inbox": Place("questlog.cli.lists:inbox", "what has no project and no goal", "Your day"),
    "tasks": Place("questlog.cli.lists:tasks", "any tasks, by project, label or words", "Your day"),
    "list": Place("questlog.cli.filters:list_tasks", "tasks by a filter in words", "Your day"),
    "filters": Place("questlog.cli.filters:filters", "filters that you keep", "Your day"),
    "search": Place("questlog.cli.search:search", "tasks and items by their words", "Your day"),
    "done": Place("questlog.cli.tasks:done", "tick tasks off", "Your day"),
    "undone": Place("questlog.cli.tasks:undone", "take that back", "Your day"),
    "skip": Place("questlog.cli.occurrences:skip", "leave out a date of a series", "Your day"),
    "postpone": Place("questlog.cli.occurrences:postpone", "put a task off", "Your day"),
    "reschedule": Place("questlog.cli.occurrences:reschedule", "give another date", "Your day"),
    "occurrences": Place("questlog.cli.occurrences:occurrences", "what was done", "Your day"),
    "reopen": Place("questlog.cli.occurrences:reopen", "take one of these back", "Your day"),
    "change": Place("questlog.cli.tasks:change", "change a task", "Your day"),
    "remove": Place("questlog.cli.tasks:remove", "put tasks in the trash", "Your day"),
    "block": Place("questlog.cli.next_tasks:block", "let a task wait for another", "Your day"),
    "unblock": Place("questlog.cli.next_tasks:unblock", "let it wait no more", "Your day"),
    "remind": Place("questlog.cli.reminders:remind", "be reminded of a task", "Your day"),
    "notifications": Place(
        "questlog.cli.reminders:notifications", "how you are told of things", "Your day"
    ),
    "undo": Place("questlog.cli.undo:undo", "take back your last change", "Your day"),
    "activity": Place("questlog.cli.undo:activity", "what you did lately", "Your day"),
    "watch": Place("questlog.cli.watch:watch", "what happens, as it happens", "Your day"),
    "goals": Place("questlog.cli.goals:goals", "goals and how far they are", "Your day"),
    "projects": Place("questlog.cli.projects:projects", "projects and what is open", "Your day"),
    "game": Place("questlog.cli.game:game", "level, quests, badges, the shop", "Your day"),
    "courses": Place("questlog.cli.lessons_courses:courses", "courses, taking one", "Learning"),
    "lesson": Place("questlog.cli.lessons:lesson", "the next lesson, to read", "Learning"),
    "quiz": Place("questlog.cli.quizzes:quiz", "a lesson's quiz", "Learning"),
    "review": Place("questlog.cli.reviews:review", "the cards of today", "Learning"),
    "login": Place("questlog.cli.sign_in:login", "sign in to a server", "Your account"),
    "logout": Place("questlog.cli.sign_in:logout", "sign out again", "Your account"),
    "whoami": Place("questlog.cli.sign_in:whoami", "who is signed in, and where", "Your account"),
    "keys": Place("questlog.cli.keys:keys", "API keys for programs", "Your account"),
    "calendar": Place("questlog.cli.calendar:calendar", "for calendar programs", "Your account"),
    "totp": Place("questlog.cli.totp:totp", "codes of an app at sign-in", "Your account"),
    "webhooks": Place("questlog.cli.webhooks:webhooks", "tell other programs", "Your account"),
    "import": Place("questlog.cli.imports:import_", "read another program's file", "Your account"),
    "export": Place(
        "questlog.cli.exports:export", "write all that is yours to a file", "Your account"
    ),
    "server": Place("questlog.cli.server:server", "run the server, list its routes", "The server"),
    "worker": Place("questlog.cli.workers:worker", "do what comes later", "The server"),
    "taskiq": Place("questlog.cli.workers:taskiq", "worker and scheduler with Redis", "The server"),
    "db": Place("questlog.cli.db:db", "migrate the database", "The server"),
    "user": Place("questlog.cli.users:user", "make and manage accounts", "The server"),
    "audit": Place("questlog.cli.audit:audit", "who did what that matters", "The server"),
    "backup": Place("questlog.cli.backups:backup", "copy the SQLite database", "The server"),
    "restore": Place("questlog.cli.backups:restore", "put such a copy in place", "The server"),
    "cmd": Place("questlog.cli.drop_ins:cmd", "commands dropped into a folder", "The server"),
}

EPILOG = "\b\nExit codes:\n" + "\n".join(f"  {code}  {text}" for code, text in MEANINGS.items())


@click.group(
    cls=LazyGroup,
    places=PLACES,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="questlog %(version)s")
@click.pass_context
def root(context: click.Context) -> None:
    """Goals, projects and tasks on a server of your own.

    \b
    Start:    questlog server run
    Sign in:  questlog login --email you@example.org
    Use it:   questlog add "Write the report" --due tomorrow
              questlog today
              questlog done 1
    """
    if os.environ.get("NO_COLOR"):  # https://no-color.org
        context.color = False


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave the process with its exit code."""
    called = Path(sys.argv[0]).name
    root.main(arguments, prog_name=ALIAS if called.startswith(ALIAS) else "questlog")
