"""A player of the real game, moved by the flows that the doors call; and what there is to see of them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.core.db import Database, Session
from questlog.core.exceptions import ConflictError
from questlog.core.ids import new_id
from questlog.flows import rewards
from questlog.flows.add_task import add_task
from questlog.flows.buy import buy
from questlog.flows.complete_task import complete_task
from questlog.flows.join_challenge import join_challenge
from questlog.flows.reopen_task import reopen_task
from questlog.flows.roll_over import roll_over
from questlog.flows.sign_up import sign_up
from questlog.flows.task_changes import TaskChange
from questlog.flows.toggle_task import toggle_task
from questlog.flows.undo import undo
from questlog.game import earning, levels, turns
from questlog.game.badges import BADGES
from questlog.game.deeds import Deed
from questlog.game.earning import Earned
from questlog.game.pursuits import PURSUITS
from questlog.planning import goals, projects, task_trash
from questlog.planning.task_rows import TaskRow
from questlog.planning.task_schemas import TaskCreate


@dataclass(frozen=True)
class Played:
    database: Database
    id: UUID
    zone: str

    async def add(self, **fields: Any) -> TaskRow:
        wanted = TaskCreate.model_validate({"title": "Mend the roof", **fields})
        write = self.database.write
        return (await write(add_task, self.id, wanted, timezone=self.zone)).task

    async def complete(self, task_id: UUID) -> TaskChange:
        return await self.database.write(complete_task, self.id, task_id, timezone=self.zone)

    async def toggle(self, task_id: UUID) -> TaskChange:
        return await self.database.write(toggle_task, self.id, task_id, timezone=self.zone)

    async def reopen(self, task_id: UUID) -> TaskChange:
        return await self.database.write(reopen_task, self.id, task_id, timezone=self.zone)

    async def throw_away(self, task_id: UUID) -> None:
        await self.database.write(task_trash.throw_away, self.id, task_id)

    async def restore(self, task_id: UUID) -> None:
        await self.database.write(task_trash.restore, self.id, task_id)

    async def project(self) -> UUID:
        return (await self.database.write(projects.create, self.id, "House")).id

    async def goal(self) -> UUID:
        return (await self.database.write(goals.create, self.id, "A dry house")).id

    async def reach(self, goal_id: UUID) -> None:
        await self.database.write(rewards.complete_goal, self.id, goal_id, timezone=self.zone)

    async def unreach(self, goal_id: UUID) -> None:
        await self.database.write(rewards.reopen_goal, self.id, goal_id, timezone=self.zone)

    async def learn(self, kind: str, **about: Any) -> Earned:
        """Be paid for a lesson, a quiz or a review as their flows let the game pay."""
        found = Deed(kind, new_id(), "once", new_id(), "Arithmetic", **about)
        return await self.database.write(earning.earn, self.id, found, timezone=self.zone)

    async def buy(self, item: str) -> bool:
        return await self._allowed(buy, item)

    async def join(self, code: str) -> bool:
        return await self._allowed(join_challenge, code, locale="en")

    async def _allowed(self, verb: Any, *args: Any, **more: Any) -> bool:
        try:
            await self.database.write(verb, self.id, *args, timezone=self.zone, **more)
        except ConflictError:
            return False
        return True

    async def undo(self, event_id: UUID) -> None:
        await self.database.write(undo, self.id, event_id, timezone=self.zone)

    async def settle(self) -> None:
        """Do what the hourly job does."""
        await self.database.write(roll_over, self.id, timezone=self.zone)

    async def shown(self) -> dict[str, Any]:
        return await self.database.read(self._shown)

    async def _shown(self, session: Session) -> dict[str, Any]:
        turn = await turns.look(session, self.id, timezone=self.zone)
        player, boss = turn.player, turn.boss
        badges = select(BADGES.c.code).where(BADGES.c.user_id == self.id)
        p = PURSUITS.c
        strivings = select(p.kind, p.code, p.round, p.state, p.steps_done).where(
            p.user_id == self.id
        )
        names = ("xp", "gold", "gold_debt", "hearts", "streak", "best_streak")
        return {
            **{name: player[name] for name in (*names, "streak_freezes", "potion_left")},
            "level": levels.level_of(player["xp"]),
            "day": player["day_on"],
            "boss": boss and (boss.code, boss.round, player["boss_damage"]),
            "badges": sorted(await session.scalars(badges)),
            "strivings": sorted(
                (kind, code, round_, state, sorted(steps))
                for kind, code, round_, state, steps in await session.execute(strivings)
            ),
        }


async def sign_in(database: Database, *, email: str, zone: str) -> Played:
    user = await database.write(sign_up, email, timezone=zone)
    return Played(database, user.id, zone)
