"""What somebody's last days look like: facts counted in SQL, and what they mean."""

from dataclasses import dataclass

from questlog.coach import facts as known
from questlog.coach import review_writing
from questlog.coach.asking import Mind
from questlog.coach.facts import Facts
from questlog.coach.slow_reading import slowly
from questlog.coach.toolbox import Who
from questlog.core.db import Database


@dataclass(frozen=True, slots=True)
class Analysis:
    """`removed` are sentences of the model with numbers that are not among the facts."""

    days: int
    facts: Facts
    analysis: str
    source: str
    model: str | None
    trouble: str | None
    removed: list[str]


async def analyze_productivity(
    database: Database, mind: Mind | None, who: Who, *, days: int
) -> Analysis:
    """Look at the last `days` days, today among them. Nothing is stored."""
    facts = await slowly(
        database, known.productivity_facts, who.user_id, days, timezone=who.timezone
    )
    said = await review_writing.analysis(database, mind, who, facts)
    return Analysis(days, facts, said.content, said.source, said.model, said.trouble, said.removed)
