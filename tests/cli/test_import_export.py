"""A list comes over from another program, and everything goes out again."""

import json
import stat
from pathlib import Path

import pytest

from tests.support.server import RunningServer
from tests.support.terminal import Terminal

DATA = Path(__file__).parents[1] / "data"
EXPORT = DATA / "taskwarrior" / "export.json"


def known(terminal: Terminal) -> int:
    return len(terminal.run("tasks", "--json").json)


def test_a_dry_run_shows_what_would_come_and_changes_nothing(ada: Terminal) -> None:
    said = ada.run("import", "taskwarrior", str(EXPORT), "--dry-run")

    assert said.lines[-1].startswith("Would be: ")
    assert "Nothing was changed." in said.lines[-1]
    assert sum(line.startswith("+") for line in said.lines) >= 60
    assert known(ada) == 0


def test_a_second_import_of_the_same_file_changes_nothing(ada: Terminal) -> None:
    first = ada.run("import", "taskwarrior", str(EXPORT), "--json").json
    before = ada.run("tasks", "--json").json

    second = ada.run("import", "taskwarrior", str(EXPORT))

    assert first["new"] >= 60
    assert second.out.endswith(f"Imported: 0 new, 0 changed, {first['new']} unchanged.\n")
    assert ada.run("tasks", "--json").json == before


def test_a_damaged_file_changes_nothing_and_names_the_line(ada: Terminal, tmp_path: Path) -> None:
    lines = EXPORT.read_text().splitlines()
    lines[4] = lines[4][:40]
    (tmp_path / "damaged.json").write_text("\n".join(lines))

    said = ada.run("import", "taskwarrior", str(tmp_path / "damaged.json"), expect=6)

    assert "line 5" in said.err
    assert known(ada) == 0


def test_a_file_that_is_no_text_names_the_line(ada: Terminal, tmp_path: Path) -> None:
    (tmp_path / "binary.json").write_bytes(b"[\n\xff\xfe]")

    said = ada.run("import", "taskwarrior", str(tmp_path / "binary.json"), expect=6)

    assert "line 2" in said.err


def test_a_file_may_come_through_a_pipe(ada: Terminal) -> None:
    said = ada.run("import", "taskwarrior", "-", "--json", typed=EXPORT.read_text())

    assert said.json["name"] is None
    assert said.json["new"] > 60
    assert known(ada) > 0


def test_what_is_exported_comes_back_on_another_account(
    ada: Terminal, lasting_server: RunningServer, tmp_path: Path
) -> None:
    ada.run("goals", "add", "Move in spring")
    ada.run("projects", "add", "New flat", "--goal", "Move in spring")
    ada.run("add", "See flats", "--project", "New flat", "--due", "2030-01-01", "--every", "weekly")
    ada.run("add", "Письмо", "--label", "дом", "--note", "Two\nlines")
    file = tmp_path / "all.json"
    ada.run("export", str(file))
    bob = Terminal(lasting_server, tmp_path / "bob").sign_up(lasting_server)

    bob.run("import", "questlog", str(file))

    assert shape(bob) == shape(ada)
    assert "New flat" in bob.run("projects").out
    assert "Move in spring" in bob.run("goals").out


def test_an_export_is_private_and_replaces_nothing_unasked(ada: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    ada.run("export", str(file))
    content = file.read_text()

    refused = ada.run("export", str(file), expect=6)
    ada.run("add", "One more")
    ada.run("export", str(file), "--force")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "--force" in refused.err
    assert file.read_text() != content
    assert list(tmp_path.glob(".all*")) == []


def test_an_export_may_go_through_a_pipe(ada: Terminal) -> None:
    ada.run("add", "Buy milk")

    said = ada.run("export", "-")

    assert [task["title"] for task in json.loads(said.out)["tasks"]] == ["Buy milk"]


@pytest.mark.parametrize("arguments", [("paper", "x.json"), ("taskwarrior", "nowhere.json")])
def test_an_unknown_format_and_a_missing_file_are_wrong_usage(
    ada: Terminal, arguments: tuple[str, str]
) -> None:
    assert ada.run("import", *arguments, expect=2).err


def shape(terminal: Terminal) -> list[tuple[object, ...]]:
    """Return what one sees of tasks, without ids and moments."""
    fields = ("title", "description", "due_date", "recurrence", "labels", "priority")
    return sorted(
        tuple(str(task[field]) for field in fields) for task in terminal.run("tasks", "--json").json
    )


def test_a_file_shows_its_format_and_the_import_can_be_taken_back(ada: Terminal) -> None:
    file = str(DATA / "ticktick" / "backup.csv")

    came = ada.run("import", file)
    event_id = came.err.split()[-1]
    ada.run("undo", event_id, "--yes")

    assert came.lines[-1] == "Imported: 16 new, 0 changed, 0 unchanged."
    assert "questlog undo" in came.err
    assert known(ada) == 0


def test_columns_are_named_at_the_terminal(ada: Terminal, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("What;When\nSweep;03/04/2026\n")

    asked = ("import", str(tmp_path / "list.csv"), "--map", "title=What", "--map", "due=2")
    ada.run(*asked, "--day-first")
    unclear = ada.run(*asked, "--dry-run", expect=6)

    assert [task["due_date"] for task in ada.run("tasks", "--json").json] == ["2026-04-03"]
    assert "03/04/2026" in unclear.err


def test_what_changes_and_what_is_refused_is_shown_with_its_reason(
    ada: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("ID,Title,Priority\n1,Sweep,low\n")
    ada.run("import", str(file))
    file.write_text("ID,Title,Priority\n1,Sweep,high\n2,,high\n")

    shown = ada.run("import", str(file), "--dry-run")
    refused = ada.run("import", str(file), expect=6)
    ada.run("import", str(file), "--skip-refused")

    assert "priority: 1 → 3" in shown.out
    assert "This task has no title." in shown.out
    assert "line 3" in refused.err
    assert [task["priority"] for task in ada.run("tasks", "--json").json] == [3]


@pytest.mark.parametrize("wrong", ["title", "title=", "=What"])
def test_a_column_that_is_not_named_is_wrong_usage(
    ada: Terminal, tmp_path: Path, wrong: str
) -> None:
    (tmp_path / "list.csv").write_text("What\nSweep\n")

    assert ada.run("import", str(tmp_path / "list.csv"), "--map", wrong, expect=2).err
