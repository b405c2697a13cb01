"""The measure of all things: one FastAPI route that does nothing."""

from fastapi import FastAPI
from pydantic import BaseModel


class Hello(BaseModel):
    message: str


app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@app.get("/bare")
async def bare() -> Hello:
    return Hello(message="hello")
