"""The guards of undoing."""

from tests.prove.guard import Guard

UNDO = (
    Guard(
        "an undo touches only what nobody changed since",
        "flows/undo_order.py",
        "if name in current and current[name] != version",
        "if name in current and False",
        'tests/flows/test_undo_refusals.py -k "later_change_is_in_the_way and sqlite"',
    ),
    Guard(
        "an undo that was redone is a change again",
        "flows/undo_order.py",
        "        return not self._is_in_effect(undoing)\n",
        "        return False\n",
        'tests/flows/test_undo_refusals.py -k "redone_change and sqlite"',
    ),
    Guard(
        "an event is undone by its owner",
        "automation/event_log.py",
        "if row.user_id != user_id:",
        "if False:",
        'tests/flows/test_undo_refusals.py -k "unknown_foreign and sqlite"',
    ),
    Guard(
        "undos of one user come one after another",
        "flows/undo.py",
        "    await goals.hold_shape(session, user_id)\n    await task_tree.hold(session, user_id)\n",
        "",
        'tests/flows/test_undo_refusals.py -k "eight_undos and postgresql"',
    ),
    Guard(
        "nothing is put back under what is gone",
        "planning/hindrances.py",
        "    for child_kind, child, column, parent_kind, parent in HANGS:\n",
        "    for child_kind, child, column, parent_kind, parent in ():\n",
        'tests/flows/test_undo_hindrances.py -k "place_that_is_gone and sqlite"',
    ),
    Guard(
        "what was replaced is forgotten after a day",
        "automation/undo_states.py",
        ".where(UNDO_STATES.c.created_at < over)",
        ".where(UNDO_STATES.c.created_at < over - KEPT_FOR)",
        'tests/flows/test_undo_refusals.py -k "after_a_day and sqlite"',
    ),
)
