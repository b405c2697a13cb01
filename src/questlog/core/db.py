"""The database: one engine, one base class, two kinds of session.

A reader never writes. A writer owns one transaction from its first statement to its last line, and this module is the
only one that commits. Before a writer commits, the closing hooks write what the transaction collected (the event log).

On SQLite a unit of work is stepped through on the spot, without a thread hop per statement, and a long reading goes to
a thread as a whole; on PostgreSQL it is awaited. Both read the same: `async def`, `await session.execute(…)`.
"""

import asyncio
import contextvars
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import MetaData, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from questlog.core import lines, postgres, sqlite
from questlog.core.database_file import DatabaseFile
from questlog.core.database_url import DatabaseUrl
from questlog.core.exceptions import UnavailableError

Session = AsyncSession
ClosingHook = Callable[[Session], Awaitable[None]]
type Verb[Result] = Callable[..., Coroutine[Any, Any, Result]]

SLOW_READER_THREADS = 2
BUSY_PATIENCE_S = 5.0
BUSY_PAUSE_S = 0.004
BUSY_SIGNS = (
    "database is locked",
    "database table is locked",
    "disk is full",
    "readonly database",
    "unable to open",
)

_around: contextvars.ContextVar[tuple[Session, asyncio.Task[Any] | None] | None] = (
    contextvars.ContextVar("writer_around", default=None)
)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


class DatabaseDownError(UnavailableError):
    code = "database_unavailable"
    default_message = "The database does not answer. Try again soon."


class RacedError(UnavailableError):
    """Two writers met on one row and this one lost; repeating the request is safe."""

    code = "write_conflict"
    default_message = "Somebody changed this at the same moment. Try again."


class Database:
    """One database and the ways into it.

    `closing` are run inside each writer's transaction, before its COMMIT, in order.
    """

    def __init__(
        self,
        url: DatabaseUrl,
        *,
        closing: Sequence[ClosingHook] = (),
        pool_size: int = 20,
        max_overflow: int = 10,
        pool_timeout: float = 30,
        echo: bool = False,
    ) -> None:
        self.url = url
        self.closing = tuple(closing)
        self.is_sqlite = url.is_sqlite
        self.file = DatabaseFile(url.path)
        self._write_turn = asyncio.Lock()
        self._lines = lines.Lines()
        self._slow_reading = ThreadPoolExecutor(SLOW_READER_THREADS, "slow-reader")
        options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": max_overflow}
        options["pool_timeout"] = pool_timeout
        if url.is_sqlite:
            options = {"pool_size": SLOW_READER_THREADS + 2, "max_overflow": -1}
        arguments = url.connect_args if url.is_sqlite else postgres.connect_args(url)
        self.engine: AsyncEngine = create_async_engine(
            url.sqlalchemy_url,
            connect_args=arguments,
            echo=echo,
            hide_parameters=True,  # they are people's words, and errors end up in logs
            **options,
        )
        if url.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", sqlite.prepare_connection)
            event.listen(self.engine.sync_engine, "begin", sqlite.begin)
            sqlite.set_up_without_greenlets(self.engine.sync_engine)
        else:
            postgres.prepare(self.engine.sync_engine)
        # A reader needs no snapshot over several statements: each list is one statement.
        reads = {"reads_only": True} if url.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._read_engine = self.engine.execution_options(**reads)

    def new_session(self, *, writes: bool) -> Session:
        """Return a session that has not touched the database yet. Who takes one closes it."""
        kind = sqlite.InPlaceSession if self.is_sqlite else Session
        session = kind(self.engine if writes else self._read_engine, expire_on_commit=False)
        session.info["writes"] = writes
        if writes and not self.is_sqlite:
            lines.open_to(session, self._lines)
        return session

    async def step[Result](self, session: Session, work: Coroutine[Any, Any, Result]) -> Result:
        """Run `work`, which awaits nothing but `session`, to its end."""
        if not self.is_sqlite:
            return await work
        if "slow" not in session.info:
            return _drive(work)
        run = contextvars.copy_context().run
        hop = asyncio.get_running_loop().run_in_executor(self._slow_reading, run, _drive, work)
        try:
            return await asyncio.shield(hop)
        except asyncio.CancelledError:
            await asyncio.wait([hop])  # nobody else may meet the session in mid-statement
            raise

    async def begin_turn(self, session: Session) -> None:
        """Queue for SQLite's one place to write, first in, first out, and begin. The turn ends with the unit.

        Called by whoever is about to run a writer's first statement, so that a refused body waits for nobody. Another
        process that holds the file is waited for without holding up the event loop.
        """
        if not self.is_sqlite or not session.info["writes"] or "turn" in session.info:
            return
        await self._write_turn.acquire()
        session.info["turn"] = True
        deadline = time.monotonic() + BUSY_PATIENCE_S
        while True:
            try:
                session.sync_session.connection()
                if self.file.was_taken_away:
                    raise DatabaseDownError()
                return
            except OperationalError as error:
                if "locked" not in str(error.orig) or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(BUSY_PAUSE_S)

    async def run[Result](self, session: Session, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a unit's work: a reader's is over with it, a writer's is committed by `finish`."""
        if session.info["writes"]:
            try:
                await self.begin_turn(session)
            except BaseException:
                work.close()
                raise
            return await self._step_around(session, work)
        return await self.step(session, _and_close(session, work))

    async def _step_around[Result](
        self, session: Session, work: Coroutine[Any, Any, Result]
    ) -> Result:
        token = _around.set((session, asyncio.current_task()))
        try:
            return await self.step(session, work)
        finally:
            _around.reset(token)

    async def finish(self, session: Session) -> None:
        """Run the closing hooks and commit, if the writer wrote."""
        if session.info["writes"] and session.in_transaction():
            await self.step(session, _and_close(session, _finish(session, self.closing)))

    @asynccontextmanager
    async def unit(self, *, writes: bool) -> AsyncIterator[Session]:
        """Lend a session; commit what a writer did when the block ends well, and roll back otherwise."""
        session = self.new_session(writes=writes)
        try:
            yield session
            await self.finish(session)
        finally:
            await self.give_back(session)

    async def write[Result](self, verb: Verb[Result], *args: Any, **kwargs: Any) -> Result:
        """Run `verb(session, *args, **kwargs)` in a transaction of its own; what it returns is committed."""
        session = self.new_session(writes=True)
        try:
            await self.begin_turn(session)
            work = _whole(session, self.closing, verb(session, *args, **kwargs))
            return await self._step_around(session, _and_close(session, work))
        finally:
            await self.give_back(session)

    async def read[Result](self, verb: Verb[Result], *args: Any, **kwargs: Any) -> Result:
        """Run `verb(session, *args, **kwargs)` with a reader."""
        session = self.new_session(writes=False)
        return await self.step(session, _and_close(session, verb(session, *args, **kwargs)))

    @asynccontextmanager
    async def writer(self) -> AsyncIterator[Session]:
        """Lend a writer whose statements run where they stand: for tests and the command line."""
        async with self.unit(writes=True) as session:
            await self.begin_turn(session)
            token = _around.set((session, asyncio.current_task()))
            try:
                yield session
            finally:
                _around.reset(token)

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[Session]:
        async with self.unit(writes=False) as session:
            yield session

    async def close(self) -> None:
        await self.engine.dispose()
        self._slow_reading.shutdown(wait=False)

    async def give_back(self, session: Session) -> None:
        """Roll back what is not committed and end the turn. Harmless when repeated."""
        try:
            if session.in_transaction():
                await self.step(session, session.close())
        finally:
            lines.leave(session)
            if session.info.pop("turn", False):
                self._write_turn.release()


def writer_around() -> Session | None:
    """Return the writer whose unit the caller is a part of, if there is one."""
    found = _around.get()
    # A task that was started inside a unit inherits its context, and may outlive it.
    return found[0] if found and found[1] is asyncio.current_task() else None


async def _and_close[Result](session: Session, work: Coroutine[Any, Any, Result]) -> Result:
    try:
        return await work
    finally:
        await session.close()


async def _whole[Result](
    session: Session, closing: Sequence[ClosingHook], work: Coroutine[Any, Any, Result]
) -> Result:
    result = await work
    await _finish(session, closing)
    return result


async def _finish(session: Session, closing: Sequence[ClosingHook]) -> None:
    await session.flush()
    for hook in closing:
        await hook(session)
    try:
        await session.commit()
    except BaseException:
        # Closing alone would not do: SQLAlchemy takes a transaction whose COMMIT failed for ended and gives its
        # connection back as it is, and on SQLite (disk full) that one may still hold what was written, and the lock.
        await session.rollback()
        raise


def _drive[Result](work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine that never suspends. One that does awaits something else than the database, and may not."""
    try:
        work.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    work.close()
    raise RuntimeError("nothing but the database may be awaited inside a unit of work")


def translate(error: DBAPIError) -> Exception:
    """Return what a failed statement means to a caller: down (503), raced (409), or the error itself (a bug)."""
    code = getattr(error.orig, "sqlstate", None) or ""
    if code in ("40001", "40P01"):
        return RacedError()
    if error.connection_invalidated or code[:2] in ("08", "53", "57", "55"):
        return DatabaseDownError()
    if isinstance(error, OperationalError) and any(sign in str(error.orig) for sign in BUSY_SIGNS):
        return DatabaseDownError()
    return error
