"""Taskiq's broker for Redis streams, as a bell: a message wakes one worker and is forgotten. Imported with Redis only."""

from collections.abc import AsyncGenerator
from typing import Any, override

from redis.asyncio import Redis
from taskiq import AckableMessage
from taskiq_redis import RedisStreamBroker


class StreamBell(RedisStreamBroker):
    """Reads what is new and claims nothing again: a lost wake is made up for by the next look into the database.

    The parent reclaims under a lock that stays when its holder dies (taskiq-redis #131).
    """

    @override
    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        async with Redis(connection_pool=self.connection_pool) as redis:
            while True:
                # The typing of redis allows for every protocol; this one is asked for lists.
                fetched: Any = await redis.xreadgroup(
                    self.consumer_group_name,
                    self.consumer_name,
                    {self.queue_name: ">"},
                    count=1,
                    block=self.block,
                    noack=True,
                )
                for _stream, messages in fetched or ():
                    for _id, fields in messages:
                        yield AckableMessage(data=fields[b"data"], ack=_nothing)


async def _nothing() -> None:
    """There is nothing to acknowledge: the message is forgotten already."""
