"""L-12: what is loaded stays, so nothing looks through it for garbage."""

import gc
import subprocess
import sys

import pytest

from questlog.core.loading import loading

LOAD = """
import gc, importlib, sys
from questlog.core.loading import loading
gc.collect()
looks = []
gc.callbacks.append(lambda phase, info: looks.append(phase))
with loading():
    importlib.import_module("questlog.core.config")
print(len(looks), gc.get_freeze_count() > 10_000, gc.isenabled())
"""


def test_l12_modules_are_loaded_without_a_look_for_garbage_and_set_aside() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOAD], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.split() == ["0", "True", "True"]


def test_nothing_is_set_aside_when_nothing_was_loaded() -> None:
    before = gc.get_freeze_count()

    with loading():
        made: list[list[int]] = [[] for _ in range(1000)]

    assert gc.get_freeze_count() == before
    assert gc.isenabled()
    assert len(made) == 1000


def test_garbage_is_looked_for_again_after_a_module_that_cannot_be_loaded() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError

    assert gc.isenabled()
