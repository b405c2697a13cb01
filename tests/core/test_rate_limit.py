"""Counting alone: windows, shares, and how much is remembered."""

import tracemalloc

import pytest

from questlog.core import rate_limit
from questlog.core.rate_limit import LocalCounts, Policy, RequestLimiter

ORDINARY = Policy("default", 10)


class Clock:
    """Stands in for `time.monotonic`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("questlog.core.rate_limit.time.monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def test_s108_waiting_as_long_as_told_is_enough(clock: Clock) -> None:
    limiter = RequestLimiter(60)
    for _ in range(11):
        refused = await limiter.hit(ORDINARY, "user:1")
        clock.now += 3.14

    assert refused is not None
    clock.now += refused.resets_in - 3.14
    next_one = await limiter.hit(ORDINARY, "user:1")

    assert not refused.allowed
    assert refused.resets_in == 29
    assert next_one is not None
    assert next_one.allowed
    assert next_one.count == 1


async def test_s108_processes_without_redis_share_the_quota() -> None:
    workers = [RequestLimiter(60, processes=4) for _ in range(4)]

    answers = [await worker.hit(Policy("default", 100), "user:1") for worker in workers * 50]

    assert sum(answer is not None and answer.allowed for answer in answers) == 100


async def test_a_policy_has_counts_of_its_own() -> None:
    limiter = RequestLimiter(60)
    for _ in range(11):
        await limiter.hit(ORDINARY, "user:1")

    other = await limiter.hit(Policy("sign-in", 10), "user:1")

    assert other is not None
    assert other.allowed


def test_s112_a_million_callers_take_no_more_room_than_a_tenth_of_them() -> None:
    counts = LocalCounts(60)
    tracemalloc.start()

    for number in range(1_000_000):
        counts.add(f"address:2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::/64")
        if number == 150_000:
            early, _ = tracemalloc.get_traced_memory()
    late, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(counts) == rate_limit.MOST_KEYS
    assert late < early * 1.5


def test_s112_windows_that_are_over_are_forgotten(clock: Clock) -> None:
    counts = LocalCounts(60)
    for number in range(1000):
        counts.add(f"address:{number}")

    clock.now += 60
    counts.add("address:new")

    assert len(counts) == 1


def test_s112_a_full_memory_forgets_the_oldest_first(clock: Clock) -> None:
    counts = LocalCounts(60, most=3)
    for name in ("first", "second", "third", "fourth"):
        counts.add(name)
        clock.now += 1

    again = [counts.add(name)[0] for name in ("fourth", "third", "first")]

    assert again == [2, 2, 1]
    assert len(counts) == 3
