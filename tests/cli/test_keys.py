"""API keys at a terminal: made, listed, used by scripts, revoked."""

import json
from pathlib import Path

from tests.support.server import RunningServer
from tests.support.terminal import Said, Terminal


def created(ada: Terminal, *arguments: str) -> str:
    return ada.run("keys", "create", *arguments).out.strip()


def script(server: RunningServer, home: Path, key: str) -> Terminal:
    """A script on a machine where nobody has signed in."""
    terminal = Terminal(server, home)
    terminal.environment |= {"QUESTLOG_API_KEY": key, "QUESTLOG_SERVER": server.url}
    return terminal


def test_a_key_is_printed_once_and_listed_by_its_beginning(ada: Terminal) -> None:
    made = ada.run("keys", "create", "Nightly report", "--read-only", "--expires", "2100-01-02")

    listed = ada.run("keys")

    key = made.out.strip()
    assert made.lines == [key]
    assert "not shown again" in made.err
    assert listed.lines[0].split() == ["NO", "NAME", "BEGINS", "MAY", "LAST", "USED", "ENDS"]
    assert listed.lines[1].split() == (
        ["1", "Nightly", "report", key[:10], "read", "everything", "never", "2100-01-02"]
    )
    assert key not in listed.out


def test_a_script_works_with_a_key_from_its_environment(
    ada: Terminal, lasting_server: RunningServer, tmp_path: Path
) -> None:
    key = created(ada, "script", "--scope", "tasks:read", "-s", "tasks:write", "-s", "account:read")
    cron = script(lasting_server, tmp_path / "cron", key)

    cron.run("add", "From a script")
    refused = cron.run("projects", expect=3)

    assert [task["title"] for task in ada.run("tasks", "--json").json] == ["From a script"]
    assert ada.email in cron.run("whoami").out
    assert "projects:read" in refused.err
    assert not (tmp_path / "cron" / "config" / "account.json").exists()


def test_a_key_that_may_not_say_whose_it_is_works(
    ada: Terminal, lasting_server: RunningServer, tmp_path: Path
) -> None:
    cron = script(lasting_server, tmp_path / "cron", created(ada, "lists", "-s", "tasks:read"))
    ada.run("add", "Seen by a script")

    listed = cron.run("inbox", "--json")

    assert [task["title"] for task in listed.json] == ["Seen by a script"]


def test_a_terminal_signs_in_with_a_key(
    ada: Terminal, lasting_server: RunningServer, tmp_path: Path
) -> None:
    key = created(ada, "box", "--all")
    box = Terminal(lasting_server, tmp_path / "box")

    said = box.run("login", "--server", lasting_server.url, "--api-key", typed=f"{key}\n")

    assert f"as {ada.email}" in said.out
    assert key not in said.out
    box.run("add", "On the box")
    kept = json.loads((tmp_path / "box" / "config" / "account.json").read_text())
    assert kept["access_token"] == key
    assert "Signed out" in box.run("logout").out
    box.run("today", expect=3)


def test_a_revoked_key_ends_with_what_the_server_says(
    ada: Terminal, lasting_server: RunningServer, tmp_path: Path
) -> None:
    cron = script(lasting_server, tmp_path / "cron", created(ada, "script", "--all"))
    cron.run("today")
    ada.run("keys")

    revoked = ada.run("keys", "revoke", "1")

    assert revoked.out == "Revoked: script\n"
    assert "This API key is not valid" in cron.run("today", expect=3).err
    assert ada.run("keys").out.startswith("No keys yet")


def test_a_key_is_revoked_by_name_or_beginning_and_never_by_a_guess(ada: Terminal) -> None:
    first, second = created(ada, "Twin", "--all"), created(ada, "twin", "--all")
    third = created(ada, "Other", "-s", "stats:read")

    unsure = ada.run("keys", "revoke", "twin", expect=1)
    unknown = ada.run("keys", "revoke", "nobody", expect=4)
    ada.run("keys", "revoke", first[:10])
    ada.run("keys", "revoke", "other")

    left = ada.run("keys", "list", "--json").json
    assert "2 keys are called" in unsure.err
    assert "no key is called" in unknown.err
    assert [key["prefix"] for key in left] == [second[:10]]
    assert third[:10] not in str(left)


def test_a_key_needs_something_it_may_do(ada: Terminal) -> None:
    said: Said = ada.run("keys", "create", "nothing", expect=2)

    assert "--scope" in said.err


def test_an_odd_key_is_refused_clearly(
    ada: Terminal, lasting_server: RunningServer, tmp_path: Path
) -> None:
    key = created(ada, "script", "--all")

    said = script(lasting_server, tmp_path / "cron", key[:-1]).run("today", expect=3)

    assert "mistyped or cut off" in said.err
