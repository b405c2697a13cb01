"""An account as a file, and the file read into an account."""

import json
from typing import Any

from questlog.core.db import Database
from questlog.flows.export_account import export_account
from questlog.flows.import_tasks import Wish, import_tasks
from questlog.planning.imports import Report
from tests.support.make import Person

READ_BACK = ("goals", "projects", "labels", "tasks", "occurrences", "items")


async def document(database: Database, user: Person) -> dict[str, Any]:
    text = b"".join([piece async for piece in export_account(database, user.id)])
    found: dict[str, Any] = json.loads(text)
    return found


async def bring(database: Database, user: Person, content: Any) -> Report:
    text = content if isinstance(content, str) else as_file(content)
    wish = Wish(format="questlog")
    return await import_tasks(database, user.id, text, wish, timezone=user.timezone)


def as_file(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=0)
