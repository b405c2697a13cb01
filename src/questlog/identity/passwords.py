"""Passwords: which are accepted, how they are kept, and how many are hashed at once."""

import asyncio
import lzma
import os
import secrets
import unicodedata
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from questlog.core.crowd import elsewhere
from questlog.core.exceptions import UnavailableError, ValidationError

SHORTEST, LONGEST, MOST_BYTES = 8, 128, 1024
WAITING_AT_MOST = 500


class WeakPasswordError(ValidationError):
    code = "weak_password"


class BusyError(UnavailableError):
    code = "busy"
    default_message = "Too many people are signing in right now. Try again in a moment."


@dataclass(frozen=True)
class HashCost:
    """Argon2id, as OWASP's password storage cheat sheet sets the minimum: 19 MiB, two passes, one lane."""

    memory_kib: int = 19_456
    passes: int = 2
    lanes: int = 1


@dataclass(frozen=True)
class Verdict:
    """`renewed` is a hash to store instead, when the stored one was made in an older way."""

    matches: bool
    renewed: str | None = None


def check(password: str, email: str | None, *, pointer: str = "/body/password") -> None:
    """Raise `WeakPasswordError` for a password that is short, too long, widely known, or the e-mail address."""
    composed = compose(password)
    if len(composed) < SHORTEST:
        _refuse("A password has at least {least} characters.", pointer, least=SHORTEST)
    if len(password) > LONGEST or len(composed.encode()) > MOST_BYTES:
        _refuse("A password has at most {most} characters.", pointer, most=LONGEST)
    if composed.casefold() in common_passwords():
        _refuse("This password is one of the first that are guessed. Take another.", pointer)
    if email and composed.casefold() == email:
        _refuse("Your e-mail address is no password. Take another.", pointer)


def _refuse(sentence: str, pointer: str, **details: int) -> None:
    raise WeakPasswordError(sentence, details, pointer=pointer)


def compose(password: str) -> str:
    """Return one spelling for what different keyboards type alike (NFKC)."""
    return unicodedata.normalize("NFKC", password)


@cache
def common_passwords() -> frozenset[str]:
    """Return more than 10 000 passwords of eight characters and more that are tried first, folded."""
    packed = files("questlog.identity").joinpath("wordlists/common_passwords.txt.xz").read_bytes()
    return frozenset(lzma.decompress(packed).decode().splitlines())


class Passwords:
    """Hashes and checks passwords in threads of its own, one a core, off the event loop.

    Nothing here may be awaited inside a writer.
    """

    def __init__(self, cost: HashCost) -> None:
        cores = os.cpu_count() or 1
        argon2 = Argon2Hasher(
            memory_cost=cost.memory_kib, time_cost=cost.passes, parallelism=cost.lanes
        )
        self._hasher = PasswordHash((argon2, BcryptHasher()))
        self._threads = ThreadPoolExecutor(cores, "hashing")
        # Twice as many turns as threads, so that one can wait for the database while another hashes.
        self._turns = asyncio.Semaphore(2 * cores)
        self._waiting = 0
        self.nobodys = self._hasher.hash(secrets.token_hex())
        """The hash that an unknown address is compared with, so that it takes as long as a known one."""

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for one of a few turns, first come, first served. Raises `BusyError` when the queue is long."""
        if self._waiting >= WAITING_AT_MOST:
            raise BusyError()
        self._waiting += 1
        try:
            with elsewhere():
                await self._turns.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turns.release()

    async def hash(self, password: str) -> str:
        return await self._in_thread(lambda: self._hasher.hash(compose(password)))

    async def verify(self, password: str, stored: str | None) -> Verdict:
        """Compare with a stored hash. None, a hash of an unknown kind and an overlong password match nothing."""
        return await self._in_thread(lambda: self._compare(password, stored or self.nobodys))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _compare(self, password: str, stored: str) -> Verdict:
        composed = compose(password)
        if len(composed.encode()) > MOST_BYTES:
            composed, stored = "", self.nobodys
        try:
            return Verdict(*self._hasher.verify_and_update(composed, stored))
        except UnknownHashError:
            return Verdict(self._hasher.verify(composed, self.nobodys))
        except ValueError:  # bcrypt reads 72 bytes and no more, and says so
            return Verdict(matches=False)

    async def _in_thread[Result](self, work: Callable[[], Result]) -> Result:
        with elsewhere():
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
