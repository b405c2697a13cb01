"""Make what the coach keeps for tests, row by row."""

from datetime import datetime, timedelta

from questlog.coach import proposals
from questlog.coach.models import AllowedTool, Conversation, Proposal, Statement
from questlog.core import clock
from questlog.core.ids import new_id
from tests.support.rows import Person, Rows


class MakeCoach(Rows):
    async def conversation(
        self, user: Person, *, title: str = "Plans", **more: object
    ) -> Conversation:
        values = {"last_message_at": clock.now(), **self._stamps(), **more}
        return await self._save(Conversation(id=new_id(), user_id=user.id, title=title, **values))

    async def allowed_tool(self, user: Person, tool: str) -> AllowedTool:
        return await self._save(AllowedTool(user_id=user.id, tool=tool, created_at=clock.now()))

    async def proposal(self, user: Person, title: str = "Stretch", **more: object) -> Proposal:
        """Make a proposal that waits: to add a task, unless `tool` and `arguments` say otherwise."""
        now = clock.now()
        values = {
            "user_id": user.id,
            "conversation_id": None,
            "call_id": "call-1",
            "tool": "create_task",
            "arguments": {"title": title},
            "summary": f"Add the task “{title}”",
            "origin": "agent",
            "expires_at": now + timedelta(hours=24),
            "created_at": now,
            **more,
        }
        values.setdefault("digest", proposals.digest(values))
        return await self._save(Proposal(id=new_id(), **values))

    async def statement(
        self, user: Person, *, words: str = "A nurse", topic: str = "work", **more: object
    ) -> Statement:
        values = {"source": "hand", "noted_on": clock.today("UTC"), **self._stamps(), **more}
        if isinstance(replaced_at := more.get("replaced_at"), datetime):
            values.setdefault("replaced_on", replaced_at.date())
        return await self._save(
            Statement(id=new_id(), user_id=user.id, topic=topic, words=words, **values)
        )
