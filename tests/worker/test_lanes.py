"""How many may be under way follows from the files that may be open."""

import resource

import pytest

from questlog.worker.lanes import PLACES, Lanes


@pytest.mark.parametrize(
    ("files", "room"),
    [(resource.RLIM_INFINITY, PLACES["prompt"]), (1_024, 85), (11, 1), (1, 1)],
)
def test_there_is_room_however_few_or_many_files_may_be_open(
    monkeypatch: pytest.MonkeyPatch, files: int, room: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))

    lanes = Lanes()

    assert lanes.room("prompt")[0] == room
    assert lanes.room("new")[0] == min(room, PLACES["new"])
