"""The guards of filters: whatever name an expression says, it finds one's own things only."""

from tests.prove.guard import Guard

FILTERS = (
    Guard(
        "a kept filter is used by its owner",
        "planning/saved_filters.py",
        "mine = (FILTERS.c.id == filter_id, FILTERS.c.user_id == user_id)",
        "mine = (FILTERS.c.id == filter_id,)",
        'tests/api/test_filters.py -k "s082_a_foreign_kept and sqlite"',
    ),
    Guard(
        "names of a filter are looked for among one's own",
        "planning/filters/named.py",
        "    return [table.c.user_id == USER_ID, *alive]\n",
        "    return alive\n",
        'tests/api/test_filters.py -k "s082_names and sqlite"',
    ),
    Guard(
        "an empty field denied is true",
        "planning/filters/conditions.py",
        "            return compile_shape(of, fields).is_not(true())\n",
        "            return ~compile_shape(of, fields)\n",
        'tests/planning/filters/test_finding.py -k "todoist and sqlite"',
    ),
)
