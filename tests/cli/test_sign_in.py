"""Signing in at a terminal, staying signed in, and signing out."""

import json
import stat
from pathlib import Path

from tests.support.server import RunningServer
from tests.support.terminal import PASSWORD, Terminal


def test_the_token_is_kept_in_a_private_file(ada: Terminal) -> None:
    folder = ada.home / "config"

    account = json.loads((folder / "account.json").read_text())

    assert account["email"] == ada.email
    assert stat.S_IMODE((folder / "account.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_token_that_has_aged_is_renewed_unseen(ada: Terminal) -> None:
    before = age(ada)

    ada.run("today")

    after = json.loads((ada.home / "config" / "account.json").read_text())
    assert after["refresh_token"] != before["refresh_token"]
    ada.run("today")


def test_a_token_that_the_server_refuses_is_renewed_unseen(ada: Terminal) -> None:
    path = ada.home / "config" / "account.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"access_token": "worn.out.token"}))

    ada.run("today")

    assert json.loads(path.read_text())["access_token"] != "worn.out.token"


def test_whose_session_has_ended_is_asked_to_sign_in(ada: Terminal) -> None:
    ada.run("user", "deactivate", ada.email)
    age(ada)

    said = ada.run("today", expect=3)

    assert "questlog login" in said.err


def test_signing_out_leaves_nothing_behind(ada: Terminal) -> None:
    account = (ada.home / "config" / "account.json").read_text()

    ada.run("logout")
    said = ada.run("today", expect=3)
    (ada.home / "config" / "account.json").write_text(account)

    assert "not signed in" in said.err
    age(ada)
    ada.run("today", expect=3)


def test_a_wrong_password_does_not_sign_in(ada: Terminal, lasting_server: RunningServer) -> None:
    said = ada.run(
        "login",
        "--server",
        lasting_server.url,
        "--email",
        ada.email,
        "--password",
        "wrong",
        expect=3,
    )

    assert "do not go together" in said.err


def test_a_password_may_come_from_the_environment(
    ada: Terminal, lasting_server: RunningServer
) -> None:
    ada.run("logout")

    ada.run(
        "login", "-e", ada.email, QUESTLOG_PASSWORD=PASSWORD, QUESTLOG_SERVER=lasting_server.url
    )

    assert ada.email in ada.run("whoami").out


def test_a_code_signs_in_who_has_no_account_yet(
    lasting_server: RunningServer, tmp_path: Path
) -> None:
    bob = Terminal(lasting_server, tmp_path / "bob")
    code = shown_code(bob, lasting_server)

    bob.run(
        "login",
        "--server",
        lasting_server.url,
        "-e",
        "bob@example.org",
        "--code",
        typed=f"{code}\n",
    )

    assert bob.run("whoami", "--json").json["email"] == "bob@example.org"


def test_a_server_that_is_not_there_is_named(tmp_path: Path, lasting_server: RunningServer) -> None:
    nobody = Terminal(lasting_server, tmp_path / "nobody")

    said = nobody.run(
        "login", "--server", "http://127.0.0.1:1", "-e", "a@example.org", "-p", "x", expect=5
    )

    assert "http://127.0.0.1:1 does not answer" in said.err


def test_two_people_on_one_server_do_not_meet(ada: Terminal, lasting_server: RunningServer) -> None:
    bob = Terminal(lasting_server, ada.home / "bob").sign_up(lasting_server)
    task = ada.run("add", "A secret", "--json").json

    said = bob.run("done", task["id"], expect=3)

    assert bob.run("tasks", "--json").json == []
    assert "A secret" not in said.err


def age(terminal: Terminal) -> dict[str, str]:
    """Let the access token of a terminal be over, and return what was kept."""
    path = terminal.home / "config" / "account.json"
    kept: dict[str, str] = json.loads(path.read_text())
    path.write_text(json.dumps(kept | {"expires_at": 0}))
    return kept


def shown_code(terminal: Terminal, server: RunningServer) -> str:
    """Return the code this server will ask `bob` for: without mail it is shown, and stays the same for a while."""
    said = terminal.run(
        "login",
        "--server",
        server.url,
        "-e",
        "bob@example.org",
        "--code",
        typed="000000\n",
        expect=3,
    )
    return said.err.partition("the code is ")[2].partition(".")[0]
