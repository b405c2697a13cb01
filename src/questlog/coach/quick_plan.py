"""A plan for today: chosen by urgency and the time there is, put in order by a model where there is one.

What does not fit is proposed for tomorrow, and what has no day yet for today; nothing is changed before a yes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import select

from questlog.clients.language import Asked, ModelError, UserSaid, as_json
from questlog.coach import (
    asking,
    number_check,
    plan_rules,
    prompt_files,
    proposals,
    standings,
    waiting,
)
from questlog.coach.asking import Mind
from questlog.coach.conversations import PROPOSALS
from questlog.coach.model_uses import AiQuotaError
from questlog.coach.plan_rules import Candidate, Plan
from questlog.coach.proposals import TooManyProposalsError
from questlog.coach.toolbox import Who
from questlog.coach.tools import TOOLS
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.exceptions import ConflictError, NotFoundError, ValidationError
from questlog.planning import next_tasks
from questlog.planning.next_tasks import NextTask
from questlog.planning.urgency import Present
from questlog.planning.urgency_words import words

MOST_CANDIDATES = 20
MOST_PROPOSED = 5
MOST_REASONS = 3
LONGEST_SAY = 1500
ORIGIN = "plan"
PASSED_OVER = (NotFoundError, ConflictError, ValidationError)

type Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan in words. `removed` are sentences of the model with numbers that are not the plan's."""

    plan: Plan
    words: str
    source: str = "rules"
    trouble: str | None = None
    removed: Sequence[str] = ()
    proposals: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wished:
    """What there is to plan, and how it is wished for."""

    candidates: Sequence[Candidate]
    due: int
    """How many tasks are due by today, the candidates or not."""
    today: date
    minutes: int | None
    focus: str = ""

    def plan(self, candidates: Sequence[Candidate]) -> Plan:
        return plan_rules.plan(candidates, self.today, self.minutes, due=self.due)


class Thought(BaseModel):
    """What a model answers."""

    order: Annotated[list[int], Field(max_length=200)] = []
    say: Annotated[str, Field(max_length=6000)] = ""


async def quick_plan(
    database: Database, mind: Mind | None, who: Who, *, minutes: int | None = None, focus: str = ""
) -> Planned:
    """Plan the user's day. A model that does not answer is named as `trouble`, and the rules have planned."""
    today = clock.today(who.timezone)
    found, due = await database.read(_candidates, who, today, minutes)
    wished = Wished(plan_rules.focused(found, focus), due, today, minutes, focus)
    plan = wished.plan(wished.candidates)
    planned = Planned(plan, plan_rules.told(plan, who.locale))
    if mind is not None and plan.chosen:
        try:
            planned = await _thought(database, mind, who, wished)
        except ModelError as error:
            planned = replace(planned, trouble=error.trouble)
        except AiQuotaError as error:
            planned = replace(planned, trouble=error.code)
    made = await database.write(_propose, who, planned.plan)
    return replace(planned, proposals=made)


async def _candidates(
    session: Session, who: Who, today: date, minutes: int | None
) -> tuple[list[Candidate], int]:
    """Return the most urgent tasks, and how many there are in all that are due by today."""
    present = Present(clock.now(), today, minutes)
    found = await next_tasks.most_urgent(session, who.user_id, present, limit=MOST_CANDIDATES)
    due = await next_tasks.count_due(session, who.user_id, today)
    return [_candidate(one, who.locale) for one in found], due


def _candidate(one: NextTask, locale: str) -> Candidate:
    row = one.task
    return Candidate(
        row["id"],
        row["title"],
        row["due_on"],
        row["duration_minutes"],
        row["rule"] is not None,
        tuple(words(part, locale) for part in one.parts[:MOST_REASONS]),
    )


async def _thought(
    database: Database,
    mind: Mind,
    who: Who,
    wished: Wished,
) -> Planned:
    told = {
        "minutes": wished.minutes,
        "focus": wished.focus,
        "today": wished.today.isoformat(),
        "tasks": [_told(number, one) for number, one in enumerate(wished.candidates, start=1)],
    }
    asked = Asked(prompt_files.filled("plan", who.locale), [UserSaid(as_json(told))])
    answered = await asking.ask(database, mind, who.user_id, asked, timezone=who.timezone)
    thought = asking.shaped(answered.said.text, Thought)
    ordered = plan_rules.ordered(wished.candidates, thought.order)
    thought_out = wished.plan(ordered)
    said = number_check.checked(_plain(thought.say), thought_out.facts)
    if not said.text:
        return Planned(thought_out, plan_rules.told(thought_out, who.locale), removed=said.removed)
    return Planned(thought_out, said.text, "model", removed=said.removed)


def _told(number: int, one: Candidate) -> dict[str, Any]:
    due = None if one.due_on is None else one.due_on.isoformat()
    return {
        "number": number,
        "title": one.title,
        "minutes": one.takes,
        "due": due,
        "why": one.why,
    }


def _plain(text: str) -> str:
    kept = "".join(one for one in text if one.isprintable() or one == "\n").strip()
    return kept[:LONGEST_SAY]


async def _propose(session: Session, who: Who, plan: Plan) -> list[Mapping[str, Any]]:
    """Propose what the plan asks for, each thing once however often the day is planned.

    What was meanwhile deleted, or cannot be put off any more, is passed over.
    """
    who.sign(session)
    await waiting.for_others(session, who.user_id)
    there = await _waiting(session, who.user_id)
    made: list[Mapping[str, Any]] = []
    for number, call in enumerate(_calls(plan)[:MOST_PROPOSED], start=1):
        try:
            made.append(await _proposed(session, who, call, there, f"{plan.today}-{number}"))
        except TooManyProposalsError:
            break
        except PASSED_OVER:
            continue
    return made


async def _proposed(
    session: Session, who: Who, call: Call, there: Sequence[Mapping[str, Any]], place: str
) -> Mapping[str, Any]:
    """Return what waits already for the task as it stands, or a new proposal."""
    name, arguments = call
    tool = TOOLS[name]
    wanted = tool.takes.model_validate(arguments)
    seen = standings.seal(await tool.look(session, who, wanted))
    for one in there:
        if (one["tool"], one["arguments"], one["seen"]) == (name, arguments, seen):
            return one
    made = await proposals.propose(
        session, who, tool, wanted, call_id=f"{ORIGIN}-{place}", origin=ORIGIN
    )
    return made.row


def _calls(plan: Plan) -> list[Call]:
    today, tomorrow = plan.today.isoformat(), (plan.today + timedelta(days=1)).isoformat()
    moved: list[Call] = [
        ("postpone_task", {"task_id": str(one.task_id), "until": tomorrow}) for one in plan.left
    ]
    dated: list[Call] = [
        ("update_task", {"task_id": str(one.task_id), "due_date": today})
        for one in plan.chosen
        if one.due_on is None and not one.recurs
    ]
    return [*moved, *dated]


async def _waiting(session: Session, user_id: UUID) -> list[dict[str, Any]]:
    mine = (PROPOSALS.c.user_id == user_id, PROPOSALS.c.origin == ORIGIN)
    still_open = (PROPOSALS.c.state == "open", PROPOSALS.c.expires_at > clock.now())
    found = await session.execute(select(PROPOSALS).where(*mine, *still_open))
    return [dict(row._mapping) for row in found]
