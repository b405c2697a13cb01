"""Passkeys as Chromium makes them: registered, shown alone, and shown after a password, at a real server."""

import json
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx2

from tests.interop.browser import Page, chromium, executable
from tests.support.doors import PASSWORD
from tests.support.server import running_server

MISSING = """Chromium is not here, so passkeys were not tried in a browser.
Install it (Debian and Ubuntu: apt-get install chromium), or name it: CHROMIUM=path make interop"""
EMAIL = "ada@example.org"
CREATE = "navigator.credentials.create({publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(%s)}).then(made => made.toJSON())"
GET = "navigator.credentials.get({publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(%s)}).then(got => got.toJSON())"


def main() -> int:
    program = executable()
    if program is None:
        print(MISSING, file=sys.stderr)
        return 1
    home = Path(tempfile.mkdtemp(prefix="questlog-passkeys-"))
    try:
        try_out(program, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)  # the browser may still be putting its things away
    return 0


def try_out(program: str, home: Path) -> None:
    port = free_port()
    origin = f"http://localhost:{port}"
    database = f"sqlite:///{home}/questlog.db"
    profile = home / "browser"
    profile.mkdir()
    with (
        running_server(database, home / "server", "--port", str(port), PUBLIC_URL=origin),
        httpx2.Client(base_url=f"{origin}/api/v1", trust_env=False) as client,
        chromium(program, profile) as page,
    ):
        page.plug_in_authenticator()
        page.open(f"{origin}/health")
        walk(client, page)


def walk(client: httpx2.Client, page: Page) -> None:
    who = {"email": EMAIL, "password": PASSWORD}
    tokens = post(client, "/auth/register", 201, who)
    client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    asked = post(client, "/me/passkeys/options", 200)
    made = {"ticket": asked["ticket"], "credential": answered(page, CREATE, asked)}
    kept = post(client, "/me/passkeys", 201, made)
    print(f"registered by Chromium, transports {kept['transports']}")
    del client.headers["Authorization"]

    asked = post(client, "/auth/passkey/options", 200, {})
    got = {"ticket": asked["ticket"], "credential": answered(page, GET, asked)}
    alone = post(client, "/auth/passkey", 200, got)
    print(f"signed in by passkey alone as {alone['user']['email']}")

    needed = post(client, "/auth/login", 401, who)["details"]
    asked = post(client, "/auth/passkey/options", 200, {"ticket": needed["ticket"]})
    got = {"ticket": asked["ticket"], "credential": answered(page, GET, asked)}
    after = post(client, "/auth/second-factor", 200, got)
    print(f"signed in by password and passkey as {after['user']['email']}")


def answered(page: Page, script: str, asked: dict[str, Any]) -> Any:
    return page.run(script % json.dumps(asked["options"]))


def post(client: httpx2.Client, path: str, status: int, body: dict[str, Any] | None = None) -> Any:
    answer = client.post(path, json=body)
    if answer.status_code != status:
        raise RuntimeError(f"{path} answered {answer.status_code}: {answer.text}")
    return answer.json()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
