"""How people wish to be told, as the server keeps it."""

from sqlalchemy import select

from questlog.automation.job_models import NotificationSettings
from questlog.core.db import Database

SETTINGS = "/api/v1/notifications/settings"


async def kept(database: Database) -> list[NotificationSettings]:
    async with database.reader() as session:
        return list(await session.scalars(select(NotificationSettings)))
