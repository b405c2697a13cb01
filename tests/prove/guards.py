"""The guards of the house: what each looks like, what stands there when it is off, and the test that must miss it."""

from tests.prove.guard import Guard
from tests.prove.guards_of_copies import COPIES
from tests.prove.guards_of_courses import COURSES
from tests.prove.guards_of_crowds import CROWDS
from tests.prove.guards_of_deliveries import DELIVERIES
from tests.prove.guards_of_depth import DEPTH
from tests.prove.guards_of_elsewhere import ELSEWHERE
from tests.prove.guards_of_factors import FACTORS
from tests.prove.guards_of_filters import FILTERS
from tests.prove.guards_of_issuers import ISSUERS
from tests.prove.guards_of_jobs import JOBS
from tests.prove.guards_of_keys import KEYS
from tests.prove.guards_of_live import LIVE
from tests.prove.guards_of_moving import MOVING
from tests.prove.guards_of_newcomers import NEWCOMERS
from tests.prove.guards_of_phrases import PHRASES
from tests.prove.guards_of_quizzes import QUIZZES
from tests.prove.guards_of_recurrence import RECURRENCE
from tests.prove.guards_of_reminders import REMINDERS
from tests.prove.guards_of_reviews import REVIEWS
from tests.prove.guards_of_runs import RUNS
from tests.prove.guards_of_search import SEARCH
from tests.prove.guards_of_the_agent import AGENT
from tests.prove.guards_of_the_audit_log import AUDIT_LOG
from tests.prove.guards_of_the_coach import COACH
from tests.prove.guards_of_the_edges import GATE, IDENTITY
from tests.prove.guards_of_the_game import GAME
from tests.prove.guards_of_the_way_out import WAY_OUT
from tests.prove.guards_of_undo import UNDO
from tests.prove.guards_of_webhooks import WEBHOOKS

__all__ = ["GUARDS", "Guard"]

PLANNING = (
    Guard(
        "a completion compares and sets the version",
        "planning/task_rows.py",
        'TASKS.c.version == bindparam("its_version")',
        'TASKS.c.version >= bindparam("its_version")',
        'tests/flows/test_complete_task.py -k "fifty and postgresql"',
    ),
    Guard(
        "a date stands completed once",
        "../../migrations/versions/0001_people_plans_and_events.py",
        '"uq_occurrences_standing",\n            ["task_id", "key"],\n            unique=True,',
        '"uq_occurrences_standing",\n            ["task_id", "key"],\n            unique=False,',
        'tests/flows/test_complete_series.py -k "completed_before_counts_once and sqlite"',
    ),
    Guard(
        "a task is read by its owner",
        "planning/task_rows.py",
        'MINE = (TASKS.c.id == bindparam("its_id"), TASKS.c.user_id == bindparam("its_owner"))',
        'MINE = (TASKS.c.id == bindparam("its_id"),)',
        'tests/planning/test_tasks.py -k "s078 and sqlite"',
    ),
    Guard(
        "a list of tasks is its owner's",
        "planning/queries.py",
        "select(*columns).where(_owner(shape) == USER_ID, *_place(shape))",
        "select(*columns).where(*_place(shape))",
        'tests/planning/test_task_lists.py -k "s082_others and sqlite"',
    ),
    Guard(
        "goals, projects, labels and items are read by their owner",
        "planning/ownership.py",
        "select(model).where(columns.id == object_id, columns.user_id == user_id)",
        "select(model).where(columns.id == object_id)",
        'tests/planning/test_projects.py -k "s078 and sqlite"',
    ),
    Guard(
        "an id in a body names something of one's own",
        "planning/references.py",
        "columns.id == object_id, columns.user_id == user_id, *alive(model)",
        "columns.id == object_id, *alive(model)",
        'tests/planning/test_tasks.py -k "s080 and sqlite"',
    ),
    Guard(
        "a goal does not hang under itself",
        "planning/goal_tree.py",
        "if moved in above:",
        "if False:",
        "tests/planning/test_goal_tree.py -k s088_a_goal_cannot",
    ),
    Guard(
        "the shape of goals is held while it changes",
        "planning/goals.py",
        "await session.execute(select(func.pg_advisory_xact_lock(key)))",
        "pass",
        'tests/planning/test_goals.py -k "s088_two_moves and postgresql"',
    ),
    Guard(
        "a task does not hang under itself",
        "planning/task_tree.py",
        "if moved is not None and parent.is_below:",
        "if False:",
        'tests/planning/test_task_moves.py -k "s088_no_task and sqlite"',
    ),
    Guard(
        "a task that moved on is not overwritten",
        "planning/task_rows.py",
        "if expected_version is not None and row.version != expected_version:",
        "if False:",
        'tests/api/test_input_gate.py -k "tag_that_no_longer and sqlite"',
    ),
    Guard(
        "a goal that moved on is not overwritten",
        "planning/ownership.py",
        "if expected_version is not None and found.version != expected_version:",
        "if False:",
        'tests/planning/test_goals.py -k "what_moved_on and sqlite"',
    ),
    Guard(
        "the trash is in no list",
        "planning/queries.py",
        "    alive = TASKS.c.deleted_at.is_(None)\n",
        "    alive = TASKS.c.version > 0\n",
        'tests/planning/test_task_trash.py -k "s089 and sqlite"',
    ),
    Guard(
        "a search takes wildcards as they stand",
        "planning/items.py",
        "autoescape=True",
        "autoescape=False",
        'tests/planning/test_items.py -k "s103 and sqlite"',
    ),
    Guard(
        "what was imported before is known again",
        "planning/import_comparison.py",
        "where(rows.user_id == user_id, rows.source == source)",
        'where(rows.user_id == user_id, rows.source == "")',
        'tests/api/test_imports.py -k "comes_in_once and sqlite"',
    ),
    Guard(
        "an import is one transaction",
        "flows/import_tasks.py",
        "    refused = await _move(batch)\n",
        "    await session.commit()\n    refused = await _move(batch)\n",
        'tests/flows/test_import_tasks.py -k "nothing_remains and sqlite"',
    ),
    Guard(
        "an import does what was shown, or nothing",
        "planning/imports.py",
        "if expected_plan is not None and expected_plan != found.digest:",
        "if expected_plan is not None and expected_plan != found.digest and False:",
        'tests/api/test_import_plans.py -k "what_was_shown and sqlite"',
    ),
    Guard(
        "the undo of an import forgets what it remembered",
        "planning/import_writing.py",
        '    batch.before.append(images.made("imported_row", new))\n',
        "",
        'tests/flows/test_import_undo.py -k "each_program and outlook and sqlite"',
    ),
)

CORE = (
    Guard(
        "the commit comes before the answer",
        "api/deps.py",
        'Writer = Annotated[Session, Depends(write_session, scope="function")]',
        'Writer = Annotated[Session, Depends(write_session, scope="request")]',
        'tests/core/test_commit_first.py -k "new_task and sqlite"',
    ),
    Guard(
        "the closing hooks write the events",
        "core/db.py",
        "    for hook in closing:\n        await hook(session)\n",
        "",
        'tests/core/test_commit_first.py -k "completion and sqlite"',
    ),
    Guard(
        "an event is written in the transaction of its change",
        "core/db.py",
        "    for hook in closing:\n        await hook(session)\n    try:\n        await session.commit()\n",
        "    await session.commit()\n    for hook in closing:\n        await hook(session)\n"
        "    try:\n        await session.commit()\n",
        'tests/faults/test_statement_boundaries.py -k "completing and sqlite"',
    ),
    Guard(
        "events are numbered without gaps",
        "automation/events.py",
        "start=last - len(mine) + 1)",
        "start=last)",
        'tests/faults/test_statement_boundaries.py -k "registering and sqlite"',
    ),
    Guard(
        "a commit that failed is rolled back",
        "core/db.py",
        "        await session.rollback()\n        raise\n",
        "        raise\n",
        'tests/faults/test_statement_boundaries.py -k "deleting and sqlite"',
    ),
    Guard(
        "nothing but the database is awaited inside a unit",
        "core/db.py",
        '    raise RuntimeError("nothing but the database may be awaited inside a unit of work")\n',
        "    return None\n",
        "tests/core/test_units.py -k awaits",
    ),
    Guard(
        "a writer takes the right to write when it begins",
        "core/sqlite.py",
        'exec_driver_sql("BEGIN IMMEDIATE")',
        'exec_driver_sql("BEGIN")',
        "tests/core/test_units.py -k processes",
    ),
    Guard(
        "a placeholder is no secret in production",
        "core/config.py",
        "            yield from group.dangers()\n            yield from group.weak_secrets()\n",
        "            yield from group.dangers()\n",
        "tests/core/test_config_refusals.py -k s148",
    ),
    Guard(
        "a backup is what its manifest says",
        "cli/backup_files.py",
        "if _digest(backup, progress) != manifest.sha256:",
        "if False:",
        "tests/cli/test_backups.py -k f23_a_changed_backup",
    ),
)

GUARDS = (
    *AUDIT_LOG,
    *AGENT,
    *COACH,
    *COPIES,
    *CORE,
    *COURSES,
    *DELIVERIES,
    *DEPTH,
    *ELSEWHERE,
    *FACTORS,
    *GAME,
    *GATE,
    *CROWDS,
    *IDENTITY,
    *ISSUERS,
    *JOBS,
    *KEYS,
    *PLANNING,
    *LIVE,
    *MOVING,
    *NEWCOMERS,
    *REVIEWS,
    *RUNS,
    *SEARCH,
    *PHRASES,
    *QUIZZES,
    *RECURRENCE,
    *REMINDERS,
    *UNDO,
    *WAY_OUT,
    *WEBHOOKS,
    *FILTERS,
)
