"""What the coach's routes may ask for: the model of this server, if it has one."""

from typing import Annotated

from fastapi import Depends, Request

from questlog.coach.asking import Mind


async def mind(request: Request) -> Mind | None:
    model = request.app.state.language_model
    return None if model is None else Mind(model, request.app.state.settings.llm)


MaybeMind = Annotated[Mind | None, Depends(mind)]
