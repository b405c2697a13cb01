"""The pages that list the settings, made from the settings: `.env.example` and the tables of docs/configuration.md.

python -m tests.support.settings_pages    writes both anew
"""

import json
import textwrap
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter

from questlog.core.config import Settings
from questlog.core.settings_sources import UNSET, Setting, settings_of
from questlog.core.trusted_parties import OidcProvider, TrustedIssuer

ROOT = Path(__file__).parents[2]
ENV_EXAMPLE = ROOT / ".env.example"
PAGE = ROOT / "docs" / "configuration.md"
BEGIN, END = "<!-- made from the settings: begin -->", "<!-- made from the settings: end -->"

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "app": "The server itself",
        "database": "Database",
        "redis": "Redis",
        "tokens": "Tokens and accounts",
        "http": "HTTP",
        "mail": "Mail",
        "llm": "The coach's model",
        "oidc": "Signing in elsewhere",
        "issuers": "Tokens of other issuers",
        "webhooks": "Webhooks",
        "game": "The game",
    }
)
DEFAULTS_IN_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "DATA_DIR": "`./data`",
        "DATABASE_URL": "`questlog.db` in DATA_DIR",
        "SECRET_KEY": "made on the first start; must be set in production",
    }
)


def env_example() -> str:
    """Return the whole of `.env.example`: every name, none of them set."""
    lines = [
        "# Settings of Questlog. Copy this file to .env and take the # away before what you want to change.",
        "# The environment wins over .env. docs/configuration.md says more.",
    ]
    for title, settings in _groups():
        lines += ["", f"# {title}"]
        for each in settings:
            lines += ["", *_comment(each), *(f"#{line}" for line in _assignments(each))]
    return "\n".join(lines) + "\n"


def tables() -> str:
    """Return what stands between the marks of docs/configuration.md."""
    blocks = []
    for title, settings in _groups():
        rows = [f"| {_names(each)} | {_default(each)} | {each.about} |" for each in settings]
        blocks.append(
            "\n".join([f"### {title}", "", "| Name | Default | Meaning |", "|---|---|---|", *rows])
        )
    blocks += [_schema("OIDC_PROVIDERS", OidcProvider), _schema("TRUSTED_ISSUERS", TrustedIssuer)]
    return "\n\n".join(blocks)


def tables_of(page: str) -> str:
    return page.partition(BEGIN)[2].partition(END)[0].strip()


def _groups() -> Iterator[tuple[str, list[Setting]]]:
    for group, settings in groupby(settings_of(Settings), key=lambda each: each.group):
        yield TITLES[group], list(settings)


def _comment(each: Setting) -> list[str]:
    also = f" Also read as {', '.join(each.names[1:])}." if each.names[1:] else ""
    words = f"{each.about}{also} Default: {_default(each).replace('`', '')}."
    return [f"# {line}" for line in textwrap.wrap(words, 98)]


def _assignments(each: Setting) -> Iterator[str]:
    yield f"{each.name}={each.example}"
    if each.parts:
        example = each.parts.split(each.example)
        yield from (f"{name}={example[name]}" for name in each.parts.names)


def _names(each: Setting) -> str:
    others = each.names[1:] + (each.parts.names if each.parts else ())
    return f"`{each.name}`" + (f" ({', '.join(f'`{name}`' for name in others)})" if others else "")


def _default(each: Setting) -> str:
    if each.name in DEFAULTS_IN_WORDS:
        return DEFAULTS_IN_WORDS[each.name]
    production = (
        "" if each.in_production is UNSET else f"; in production {_said(each.in_production)}"
    )
    return _said(each.default) + production


def _said(value: Any) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, bool):
        return f"`{value}`".lower()
    return f"`{','.join(value)}`" if isinstance(value, tuple) else f"`{value}`"


def _schema(name: str, model: type) -> str:
    schema = json.dumps(TypeAdapter(list[model]).json_schema(), indent=2)  # type: ignore[valid-type]
    return f"### The JSON of `{name}`\n\n```json\n{schema}\n```"


def write() -> None:
    ENV_EXAMPLE.write_text(env_example(), encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.partition(BEGIN)[0], page.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    write()
