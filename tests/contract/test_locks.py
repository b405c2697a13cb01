"""What a clone installs is fixed by hash, and names no address of the machine that resolved it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-bootstrap.txt")
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;\\]+)", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    return {match["name"]: match["version"] for match in PIN.finditer((ROOT / lock).read_text())}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address_and_no_path(lock: str) -> None:
    text = (ROOT / lock).read_text()

    foreign = re.findall(r"://|file:|--index|--extra-index|--find-links|@ ", text)

    assert not foreign


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_carries_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text()

    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]

    assert len(entries) == len(pins(lock))
    assert all("--hash=sha256:" in entry for entry in entries)


def test_development_runs_on_the_versions_that_are_shipped() -> None:
    shipped = pins("requirements.txt")

    development = pins("requirements-dev.txt")

    assert shipped.items() <= development.items()


def test_the_bootstrap_agrees_with_both_locks() -> None:
    development = pins("requirements-dev.txt")

    bootstrap = pins("requirements-bootstrap.txt")

    assert {"uv", "hatchling"} <= bootstrap.keys()
    assert all(development.get(name, version) == version for name, version in bootstrap.items())


@pytest.mark.parametrize("lock", LOCKS)
def test_s149_nothing_is_installed_that_was_refused(lock: str) -> None:
    """python-jose takes a public key for a shared secret; LiteLLM was released with a thief in it (24 Mar 2026)."""
    installed = pins(lock).keys()

    assert not installed & {"python-jose", "litellm", "passlib", "ecdsa"}
