"""An authenticator app at a terminal: set up, asked for, removed."""

import os
import pty
import re
import subprocess
import sys
from base64 import b32decode

from questlog.core import clock
from questlog.identity import totp_codes
from tests.support.doors import another
from tests.support.qr_codes import of_blocks, seen
from tests.support.server import RunningServer
from tests.support.terminal import PASSWORD, PATIENCE_S, Said, Terminal


def test_signing_in_asks_for_the_code_of_the_app(
    ada: Terminal, lasting_server: RunningServer
) -> None:
    secret, _ = enabled(ada)

    said = log_in(ada, lasting_server, typed=f"{shown(secret)}\n")

    assert "Signed in as" in said.out
    ada.run("today")


def test_a_wrong_code_is_asked_for_again(ada: Terminal, lasting_server: RunningServer) -> None:
    secret, _ = enabled(ada)
    right = shown(secret)

    said = log_in(ada, lasting_server, typed=f"{another(right, 7)}\n{right[:3]} {right[3:]}\n")

    assert "not valid" in said.err
    assert "Signed in as" in said.out


def test_a_recovery_code_signs_in_as_well(ada: Terminal, lasting_server: RunningServer) -> None:
    _, codes = enabled(ada)

    said = log_in(ada, lasting_server, typed=f"{codes[0]}\n")

    assert "Signed in as" in said.out
    assert ada.run("totp").lines[1].split() == ["recovery", "codes", "9", "left"]


def test_after_five_wrong_codes_the_sign_in_is_over(
    ada: Terminal, lasting_server: RunningServer
) -> None:
    enabled(ada)

    said = log_in(ada, lasting_server, typed="0000-0000\n" * 6, expect=3)

    assert said.err.count("not valid") == 5


def test_new_recovery_codes_are_printed_once(ada: Terminal) -> None:
    _, before = enabled(ada)

    said = ada.run("totp", "codes", typed=f"{PASSWORD}\n")

    after = [line.strip() for line in said.lines if line.startswith("  ")]
    assert len(after) == 10
    assert not set(after) & set(before)


def test_an_app_is_removed_with_a_code(ada: Terminal, lasting_server: RunningServer) -> None:
    _, codes = enabled(ada)

    ada.run("totp", "disable", typed=f"\n{codes[0]}\n")

    assert ada.run("totp").lines[0].split() == ["authenticator", "app", "off"]
    log_in(ada, lasting_server, typed="")


def test_whoever_runs_the_server_removes_what_somebody_lost(
    ada: Terminal, lasting_server: RunningServer
) -> None:
    enabled(ada)

    first = ada.run("user", "remove-factors", ada.email)
    again = ada.run("user", "remove-factors", ada.email)

    assert "no second factor any more" in first.out
    assert "no second factor to remove" in again.out
    log_in(ada, lasting_server, typed="")


def test_a_terminal_draws_the_code_that_the_app_scans(ada: Terminal) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "questlog.cli", "totp", "enable"],
        cwd=ada.home,
        env=ada.environment,
        stdin=subprocess.PIPE,
        stdout=theirs,
    ) as process:
        os.close(theirs)
        lines = drawn(ours)
        process.kill()
    os.close(ours)

    drawing = [line for line in lines if line and set(line) <= set("█▀▄ ")]
    secret, uri = (line.strip() for line in lines[-2:])
    assert seen(of_blocks(drawing)) == uri
    assert f"secret={secret}&" in uri


def drawn(terminal: int) -> list[str]:
    """Return the lines up to the address, without their colours."""
    said = b""
    while b"otpauth://" not in said or b"\n" not in said.partition(b"otpauth://")[2]:
        said += os.read(terminal, 65_536)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", said.decode())
    lines = plain.split("\r\n")
    return lines[: 1 + next(n for n, line in enumerate(lines) if "otpauth://" in line)]


def enabled(ada: Terminal) -> tuple[bytes, list[str]]:
    """Set up an app, as somebody does who reads the secret off the terminal; return it and the recovery codes."""
    with subprocess.Popen(
        [sys.executable, "-m", "questlog.cli", "totp", "enable"],
        cwd=ada.home,
        env=ada.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        _heading, line = process.stdout.readline(), process.stdout.readline()
        secret = b32decode(line.strip())
        out, _ = process.communicate(f"{code_of(secret)}\n", timeout=PATIENCE_S)
    assert process.returncode == 0, out
    return secret, re.findall(r"^  (\S{4}-\S{4}-\S{4}-\S{4})$", out, re.MULTILINE)


def code_of(secret: bytes) -> str:
    return totp_codes.code_at(secret, totp_codes.step_at(clock.now()))


def shown(secret: bytes) -> str:
    return totp_codes.code_at(secret, totp_codes.step_at(clock.now()) + 1)


def log_in(ada: Terminal, server: RunningServer, *, typed: str, expect: int = 0) -> Said:
    given = ("--server", server.url, "--email", ada.email, "--password", PASSWORD)
    return ada.run("login", *given, typed=typed, expect=expect)
