from pathlib import Path

from tests.faults.killing import kill_again_and_again


async def test_f01_no_acknowledged_write_is_lost_to_kill_9(
    database_address: str, tmp_path: Path
) -> None:
    report = await kill_again_and_again(database_address, tmp_path, times=4)

    assert report.kills == 4
    assert report.acknowledged >= 32
    assert not report.unexpected, report.unexpected
    assert not report.lost, report.lost
