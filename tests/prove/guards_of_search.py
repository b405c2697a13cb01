"""The guards of searching: whose a find is, its task or item says; what is shown of it is safe; the words follow the rows."""

from tests.prove.guard import Guard

SEARCH = (
    Guard(
        "a find is a task of one's own",
        "planning/search/find.py",
        "task = and_(TASKS.c.id == index.c.object_id, TASKS.c.user_id == OWNER_ID)",
        "task = and_(TASKS.c.id == index.c.object_id)",
        'tests/api/test_search.py -k "s082_nobody and sqlite"',
    ),
    Guard(
        "what a fragment shows is escaped",
        "planning/search/fragments.py",
        'return "".join([*parts, escape(text[start:end])])',
        'return "".join([*parts, text[start:end]])',
        'tests/api/test_search.py -k "escaped and sqlite"',
    ),
    Guard(
        "a changed title changes the words",
        "planning/tasks.py",
        "    if index.INDEXED & changed.keys():\n",
        "    if False:\n",
        'tests/api/test_search.py -k "words_follow and sqlite"',
    ),
)
