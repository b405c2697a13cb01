"""The guards of searching: what is shown is safe, and the words follow the rows."""

from tests.prove.guard import Guard

SEARCH = (
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
