"""S-134: there is one place that opens connections for the server, and it looks where they go."""

import ast
from collections.abc import Iterator
from pathlib import Path

import questlog

SOURCES = Path(questlog.__file__).parent
LIBRARIES = """
aiohttp aioftp aiosmtplib asyncssh curl_cffi ftplib http.client httpcore httpcore2 httplib2 httpx httpx2 imaplib
nntplib paramiko poplib pycurl requests smtplib telnetlib tornado urllib.request urllib3 xmlrpc.client
"""
CALLS = """
create_connection create_datagram_endpoint getaddrinfo getnameinfo gethostbyname open_connection open_unix_connection
sock_connect urlopen urlretrieve
"""
TERMINALS = "cli/"  # runs as the user, on the user's machine, against the server the user named
# The operator names a model's address; it lies often enough on the very machine, where nobody else may be sent.
OF_MODELS = {
    "clients/language_anthropic.py": {"httpx2"},
    "clients/language_gemini.py": {"httpx2"},
    "clients/language_providers.py": {"httpx2"},
}
DIALLING = {
    **OF_MODELS,
    "clients/dialer.py": {"httpcore2", "httpx2"},
    "clients/outgoing.py": {"httpcore2"},
    "clients/smtp.py": {"aiosmtplib"},
}
# The model is where the operator says, be it at home, and its client is handed down to the providers' libraries.
OF_THE_MODEL = {
    f"clients/{name}.py": {"httpx2"}
    for name in (
        *("bounded_transport", "language_anthropic", "language_gemini", "language_openai"),
        "language_providers",
    )
}


def modules() -> Iterator[tuple[str, ast.AST]]:
    for file in sorted(SOURCES.rglob("*.py")):
        name = file.relative_to(SOURCES).as_posix()
        if not name.startswith(TERMINALS):
            yield name, ast.parse(file.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def called(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id


def used(names: Iterator[str], listed: str) -> set[str]:
    return {
        known
        for name in names
        for known in listed.split()
        if name == known or name.startswith(f"{known}.")
    }


def test_s134_nobody_else_speaks_to_other_servers() -> None:
    found = {name: used(imported(tree), LIBRARIES) for name, tree in modules()}

    assert {name: what for name, what in found.items() if what} == {**DIALLING, **OF_THE_MODEL}


def test_s134_nobody_else_resolves_or_connects() -> None:
    found = {name: used(called(tree), CALLS) for name, tree in modules()}

    assert {name: what for name, what in found.items() if what} == {
        "clients/lookups.py": {"getaddrinfo"}
    }
