"""What the coach's routes may ask for: the model of this server, if it has one."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from questlog.api.gate.exchange import current
from questlog.coach.asking import Mind

# Longer than a model may take, so that nobody else answers under the same key meanwhile.
LONGEST_ANSWER = timedelta(seconds=150)


async def mind(request: Request) -> Mind | None:
    model = request.app.state.language_model
    asked = current.get().idempotency
    if asked is not None:
        asked.lease = LONGEST_ANSWER
    return None if model is None else Mind(model, request.app.state.settings.llm)


MaybeMind = Annotated[Mind | None, Depends(mind)]
