"""Giving everything out, over HTTP."""

from datetime import datetime
from typing import Any, Literal

from fastapi.responses import StreamingResponse
from pydantic import ConfigDict, Field

from questlog.api.deps import CurrentUser, Steps
from questlog.api.routing import HouseRouter
from questlog.core import clock
from questlog.core.schemas import Answer
from questlog.flows.export_account import export_account

router = HouseRouter(prefix="/users/me/export", tags=["users"])


class AccountExport(Answer):
    """Everything of one user; besides what is named here, a list for each other table."""

    model_config = ConfigDict(extra="allow")

    format: Literal["questlog"]
    version: Literal[1]
    exported_at: datetime
    user: dict[str, Any]
    goals: list[dict[str, Any]]
    projects: list[dict[str, Any]]
    labels: list[dict[str, Any]]
    tasks: list[dict[str, Any]] = Field(description="Completed ones and the trash included.")
    occurrences: list[dict[str, Any]]
    items: list[dict[str, Any]]


@router.get("", response_model=AccountExport)
async def export_me(me: CurrentUser, database: Steps) -> StreamingResponse:
    """Give out everything that belongs to the user, as a file that `POST /imports` reads back as `questlog`."""
    name = f"questlog-{clock.today(me.timezone)}.json"
    return StreamingResponse(
        export_account(database, me.user_id),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
