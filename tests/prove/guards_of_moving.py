"""The guards of moving house: what is copied is compared, and nobody writes behind its back."""

from tests.prove.guard import Guard

MOVING = (
    Guard(
        "a copied table is compared with its source",
        "core/database_copy.py",
        "    if found != wanted:\n",
        "    if found.rows != wanted.rows:\n",
        'tests/cli/test_db_copy.py -k "breaks_at_the_end and sqlite-sqlite"',
    ),
    Guard(
        "a database others write into is not copied unasked",
        "cli/db_copy.py",
        "    if not force:\n",
        "    if False:\n",
        'tests/cli/test_db_copy.py -k "others_use and sqlite-sqlite"',
    ),
    Guard(
        "only an empty database is copied into",
        "core/database_copy.py",
        "        if count := await _count(session, table):\n",
        "        if (count := await _count(session, table)) < 0:\n",
        'tests/cli/test_db_copy.py -k "house_to_live_in and sqlite-sqlite"',
    ),
)
