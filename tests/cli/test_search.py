"""`questlog search` and `questlog db reindex`, against a real server on both databases."""

from pathlib import Path

from click.testing import CliRunner

from questlog.cli import root
from tests.support.terminal import Terminal


def test_a_task_is_found_by_its_words_and_done_by_its_number(ada: Terminal) -> None:
    ada.run("add", "Write the report")
    ada.run("add", "Call Mum")
    ada.run("add", "Reports of others")

    listed = ada.run("search", "reporting", "-others").lines
    ada.run("done", "1")
    found = ada.run("search", "report", "--completed", "--json").json

    assert [line.split() for line in listed] == [["NO", "FOUND"], ["1", "Write", "the", "report"]]
    assert [one["title"] for one in found] == ["Write the report"]
    assert ada.run("search", "nothing", "of", "the", "kind").lines == ["Nothing found."]


def test_what_contradicts_itself_is_a_usage_error(ada: Terminal) -> None:
    result = ada.run("search", "report", "--open", "--completed", expect=2)

    assert "exclude each other" in result.err


def test_the_index_is_made_anew_on_request(database_address: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": database_address, "DATA_DIR": str(tmp_path)}

    result = CliRunner().invoke(root, ["db", "reindex"], env=settings)

    assert (result.exit_code, result.output) == (0, "Read the words of 0 tasks and items.\n")
