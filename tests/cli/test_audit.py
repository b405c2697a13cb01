"""`questlog audit`: the audit log for whoever runs the server."""

import json

import pytest
from click.testing import CliRunner, Result

from questlog.cli import audit, root

GOOD = "plenty of words here"


class Run:
    def __init__(self, address: str, data: str) -> None:
        self.environment = {"DATABASE_URL": address, "DATA_DIR": data}

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(root, arguments, env=self.environment)

    def lines(self, *options: str) -> list[dict[str, object]]:
        result = self("audit", "--json", *options)
        assert result.exit_code == 0, result.output
        found: list[dict[str, object]] = json.loads(result.stdout)
        return found


@pytest.fixture
def run(database_address: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A terminal of the operator, who made Ada an administrator and Bob a user."""
    run = Run(database_address, str(tmp_path_factory.mktemp("data")))
    run("user", "create", "--email", "ada@example.org", "--password", GOOD, "--superuser")
    run("user", "create", "--email", "bob@example.org", "--password", GOOD)
    return run


def test_s145_what_the_operator_does_is_told(run: Run) -> None:
    run("user", "set-role", "bob@example.org", "--role", "admin")
    run("user", "deactivate", "bob@example.org")
    run("user", "activate", "bob@example.org")
    run("user", "set-password", "bob@example.org", "--password", GOOD + "!")

    lines = run.lines("--account", "bob@example.org")

    assert [line["action"] for line in reversed(lines)] == [
        "account.created",
        "role.changed",
        "account.deactivated",
        "account.activated",
        "password.changed",
    ]
    assert {line["actor"] for line in lines} == {"cli"}
    assert {line["address"] for line in lines} == {None}


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ((), 2),
        (("--limit", "1"), 1),
        (("--action", "account.*"), 2),
        (("--action", "login.failed"), 0),
        (("--address", "192.0.2.1"), 0),
    ],
)
def test_lines_are_chosen(run: Run, options: tuple[str, ...], count: int) -> None:
    lines = run.lines(*options)

    assert len(lines) == count


def test_people_are_named_by_their_addresses(run: Run) -> None:
    result = run("audit")

    assert result.exit_code == 0, result.output
    newest = result.stdout.splitlines()[1]
    assert newest.split()[2:] == ["account.created", "cli", "bob@example.org", "role=user"]


def test_more_than_a_page_is_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MAX_LIMIT", 1)

    lines = run.lines("--limit", "200")

    assert len(lines) == 2


def test_an_unknown_account_is_refused(run: Run) -> None:
    result = run("audit", "--account", "eve@example.org")

    assert result.exit_code == 4
    assert "eve@example.org" in result.stderr
