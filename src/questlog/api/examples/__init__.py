"""One example of every answer, by the name of its schema or, without one, of its operation.

Those of bodies stand beside their fields.
"""

from typing import Any

from questlog.api.examples import (
    automation,
    copies,
    factors,
    finding,
    game,
    identity,
    learning,
    live,
    newcomers,
    planning,
    proposals,
    quizzes,
    reviews,
    shop,
    talks,
    telling,
)
from questlog.api.examples.things import of_problem

__all__ = ["BODIES_WITH_NULL", "EXAMPLES", "of_problem"]

EXAMPLES: dict[str, Any] = {
    **identity.EXAMPLES,
    **factors.EXAMPLES,
    **planning.EXAMPLES,
    **finding.EXAMPLES,
    **game.EXAMPLES,
    **learning.EXAMPLES,
    **live.EXAMPLES,
    **newcomers.EXAMPLES,
    **proposals.EXAMPLES,
    **quizzes.EXAMPLES,
    **reviews.EXAMPLES,
    **shop.EXAMPLES,
    **talks.EXAMPLES,
    **automation.EXAMPLES,
    **copies.EXAMPLES,
    **telling.EXAMPLES,
}
# FastAPI drops a null from the examples that stand beside the fields.
BODIES_WITH_NULL: dict[str, Any] = {"TaskMove": {"project_id": None}}
