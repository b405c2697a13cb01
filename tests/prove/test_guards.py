"""The list of guards is itself kept in order; `make prove` switches them off."""

import shlex
from pathlib import Path

import pytest

from tests.prove.guards import GUARDS, Guard

ROOT = Path(__file__).parents[2]
FEWEST = 20


def named(guard: Guard) -> str:
    return guard.name


def test_there_are_enough_guards_and_each_has_a_name_of_its_own() -> None:
    names = [guard.name for guard in GUARDS]

    assert len(set(names)) == len(names) >= FEWEST


@pytest.mark.parametrize("guard", GUARDS, ids=named)
def test_a_guard_stands_once_in_its_file_and_has_a_test(guard: Guard) -> None:
    source = (ROOT / "src" / "questlog" / guard.file).read_text(encoding="utf-8")
    path = shlex.split(guard.test)[0]

    assert source.count(guard.on) == 1
    assert guard.off != guard.on
    assert (ROOT / path).is_file()
