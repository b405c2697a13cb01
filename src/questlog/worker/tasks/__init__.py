"""Drop a module here and whoever works knows its tasks.

from questlog.worker.taskiq_app import broker

@broker.task
async def greet(name: str) -> None: ...

await greet.kiq("Ada")
"""
