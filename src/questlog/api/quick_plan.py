"""A plan for today, over HTTP."""

from typing import Any

from questlog.api.coach_doors import MaybeMind
from questlog.api.deps import CurrentUser, Steps
from questlog.api.routing import HouseRouter
from questlog.coach.plan_rules import Candidate
from questlog.coach.plan_schemas import PlanRequest, PlanResponse
from questlog.coach.quick_plan import quick_plan
from questlog.coach.toolbox import Who

router = HouseRouter(prefix="/ai", tags=["ai"])


@router.post("/quick-plan", response_model=PlanResponse)
async def plan_day(
    body: PlanRequest, me: CurrentUser, mind: MaybeMind, database: Steps
) -> dict[str, Any]:
    """Plan today: the most urgent tasks that fit into the time you have, with the reasons.

    A model puts them in order and says why; without one, or when it does not answer, rules do, and `source` says so.
    What is due and does not fit is proposed for tomorrow, what has no day for today.
    """
    who = Who(me.user_id, me.locale, me.timezone, came_as=me.actor)
    planned = await quick_plan(database, mind, who, minutes=body.minutes, focus=body.focus)
    plan = planned.plan
    return {
        "today": plan.today,
        "reply": planned.words,
        "source": planned.source,
        "model_trouble": planned.trouble,
        "removed": planned.removed,
        "minutes": plan.minutes,
        "planned_minutes": plan.planned,
        "tasks": [_told(one) for one in plan.chosen],
        "left": [_told(one) for one in plan.left],
        "proposals": planned.proposals,
    }


def _told(one: Candidate) -> dict[str, Any]:
    return {
        "task_id": one.task_id,
        "title": one.title,
        "due_date": one.due_on,
        "minutes": one.takes,
        "estimated": one.minutes is None,
        "because": one.why,
    }
