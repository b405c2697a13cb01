"""The guards of dependencies and batches."""

from tests.prove.guard import Guard

DEPTH = (
    Guard(
        "tasks do not wait in a circle",
        "planning/dependencies.py",
        "if await is_circular(session, user_id, [task_id]):",
        "if False:",
        'tests/planning/test_dependencies.py -k "do_not_wait_in_a_circle and sqlite"',
    ),
    Guard(
        "what waits for what is held while it changes",
        "planning/dependencies.py",
        "    await task_tree.hold(session, user_id)\n"
        "    task = await task_rows.claim(session, user_id, task_id, expected_version=expected_version)\n"
        "    now = await _told(session, task)\n"
        "    change = _Change()\n"
        "    if blocked_by is not None:\n",
        "    task = await task_rows.claim(session, user_id, task_id, expected_version=expected_version)\n"
        "    now = await _told(session, task)\n"
        "    change = _Change()\n"
        "    if blocked_by is not None:\n",
        'tests/planning/test_dependencies.py -k "opposite_edges and postgresql"',
    ),
    Guard(
        "an atomic batch is all or nothing",
        "flows/batch.py",
        "        raise _placed(error, index, command) from error.__cause__\n",
        "        return Result(command, error=_placed(error, index, command))\n",
        'tests/api/test_batch.py -k "atomic_batch_changes_nothing and sqlite"',
    ),
    Guard(
        "a refused command of a batch leaves no event",
        "flows/batch.py",
        "        event_marks.forget_since(work.session, before)\n",
        "",
        'tests/api/test_batch.py -k "fails_halfway and sqlite"',
    ),
)
