"""How settings are found: names and their aliases, the environment over `.env`, and one line for each mistake.

`core/config.py` says which settings exist; nothing here knows any of them.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from questlog.core.database_url import DatabaseUrl
from questlog.core.url_parts import Parts

ENVIRONMENT = "the environment"
UNSET: Any = object()


class SettingsError(Exception):
    """The start is refused. `str()` is one line for each setting at fault and never holds a secret."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def setting(
    default: Any,
    names: str,
    example: str,
    *,
    in_production: Any = UNSET,
    parts: Parts | None = None,
    secret: bool = False,
) -> Any:
    """Declare one setting: its default, its canonical name and after it the aliases, and a right value.

    `secret` says that a wrong value must not be shown; for a `SecretStr` that goes without saying.
    """
    facts: Any = {
        "names": tuple(names.split()),
        "in_production": in_production,
        "parts": parts,
        "example": example,
        "secret": secret,
    }
    return Field(default, json_schema_extra={"setting": facts})


class Group(BaseModel):
    """A few settings that belong together. What its parts forbid each other is said here, not where it is used."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,  # the line under a setting is what docs/configuration.md says of it
    )

    def contradictions(self) -> Iterator[str]:
        """Say what stops the start anywhere."""
        yield from ()

    def dangers(self) -> Iterator[str]:
        """Say what stops the start in production and is nobody's business elsewhere."""
        yield from ()

    def oddities(self) -> Iterator[str]:
        """Say what is odd, here and in production, and no reason to refuse the start."""
        yield from ()

    def weak_secrets(self) -> Iterator[str]:
        """Say which secrets guard nothing: a warning, and in production a stop."""
        yield from ()


@dataclass(frozen=True)
class Setting:
    """One setting as people see it; `default` and `in_production` are Python values."""

    group: str
    attribute: str
    names: tuple[str, ...]
    about: str
    example: str
    default: Any
    in_production: Any
    parts: Parts | None
    is_secret: bool

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def all_names(self) -> tuple[str, ...]:
        return self.names + (self.parts.names if self.parts else ())


@dataclass(frozen=True)
class Found:
    """What the sources hold. `values` is `{group: {attribute: text}}`; `given` names the variable behind each."""

    values: dict[str, dict[str, Any]] = field(repr=False)
    given: Mapping[tuple[str, str], str]
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


def settings_of(model: type[BaseModel]) -> list[Setting]:
    """List the settings of every group of `model`, in the order in which they are written."""
    groups = [
        (name, info.annotation)
        for name, info in model.model_fields.items()
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel)
    ]
    return [
        _describe(group, attribute, info)
        for group, kind in groups
        for attribute, info in kind.model_fields.items()
    ]


def _describe(group: str, attribute: str, info: FieldInfo) -> Setting:
    extra: Any = info.json_schema_extra
    facts = extra["setting"]
    return Setting(
        group=group,
        attribute=attribute,
        names=facts["names"],
        about=info.description or "",
        example=facts["example"],
        default=info.default,
        in_production=facts["in_production"],
        parts=facts["parts"],
        is_secret=facts["secret"] or "SecretStr" in repr(info.annotation),
    )


def collect(
    settings: list[Setting], environ: Mapping[str, str], env_file: str | Path | None
) -> Found:
    """Read the environment and `env_file`; a missing file is an empty one, an empty value is none at all."""
    known = {name for each in settings for name in each.all_names}
    in_file, problems = _read(env_file)
    texts = {name: text.strip() for name, text in {**in_file, **environ}.items() if name in known}
    texts = {name: text for name, text in texts.items() if text}
    sources = {name: ENVIRONMENT if name in environ else str(env_file) for name in texts}

    values: dict[str, dict[str, Any]] = {each.group: {} for each in settings}
    given = {}
    for each in settings:
        problems += _disagreements(each, texts, sources)
        for name, text in _spellings(each, texts):
            values[each.group][each.attribute] = text
            given[each.group, each.attribute] = name
    return Found(values, given, tuple(problems), tuple(_unknown(in_file, known, env_file)))


def use_production_defaults(found: Found, settings: list[Setting]) -> None:
    for each in settings:
        if each.in_production is not UNSET:
            found.values[each.group].setdefault(each.attribute, each.in_production)


def _read(env_file: str | Path | None) -> tuple[dict[str, str], list[str]]:
    if env_file is None or not Path(env_file).is_file():
        return {}, []
    try:
        lines = dotenv_values(env_file, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return {}, [f"{env_file} cannot be read: {type(error).__name__}."]
    whole = {name: text for name, text in lines.items() if text is not None}
    return whole, [
        f"{env_file} has `{name}` without `=`: a line is NAME=value."
        for name in lines
        if name not in whole
    ]


def _spellings(each: Setting, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the one (name, text) that counts, or nothing."""
    for name in each.names:
        if name in texts:
            yield name, texts[name]
            return
    pieces = _pieces(each.parts, texts)
    if each.parts and pieces:
        yield ", ".join(pieces), each.parts.join(pieces)


def _pieces(parts: Parts | None, texts: Mapping[str, str]) -> dict[str, str]:
    return {name: texts[name] for name in parts.names if name in texts} if parts else {}


def _disagreements(
    each: Setting, texts: Mapping[str, str], sources: Mapping[str, str]
) -> list[str]:
    spelled = [name for name in each.names if name in texts]
    rivals = [name for name in spelled[1:] if texts[name] != texts[spelled[0]]]
    if spelled and each.parts:
        whole = each.parts.split(texts[spelled[0]])
        pieces = _pieces(each.parts, texts)
        rivals += [name for name, text in pieces.items() if not _same(name, text, whole.get(name))]
    return [
        f"{spelled[0]} (in {sources[spelled[0]]}) and {name} (in {sources[name]}) disagree, "
        "and they mean the same setting. Keep one of them."
        for name in rivals
    ]


def _same(name: str, text: str, other: str | None) -> bool:
    return text == other or (name.endswith("_HOST") and text.lower() == other)


def _unknown(
    in_file: Mapping[str, str], known: set[str], env_file: str | Path | None
) -> Iterator[str]:
    for name in in_file:
        if name not in known:
            near = difflib.get_close_matches(name.upper(), sorted(known), n=1, cutoff=0.75)
            hint = f"did you mean {near[0]}?" if near else "it is ignored."
            yield f"{name} in {env_file} is not a setting of Questlog; {hint}"


def mistakes(error: ValidationError, found: Found, settings: list[Setting]) -> list[str]:
    """Say each mistake in one line: the variable, what is wrong with it, and a value that would be right."""
    by_place = {(each.group, each.attribute): each for each in settings}
    lines = []
    for mistake in error.errors(include_url=False, include_context=False):
        place = (str(mistake["loc"][0]), str(mistake["loc"][1]))
        each = by_place[place]
        inner = "".join(f" at {step}:" for step in mistake["loc"][2:] if isinstance(step, str))
        reason = mistake["msg"].removeprefix("Value error, ").replace("Input should", "it should")
        shown = "" if each.is_secret or inner else f" (found {mistake['input']!r})"
        name = found.given.get(place, each.name)
        lines.append(f"{name}:{inner} {reason}{shown}. For example {each.name}={each.example}")
    return lines


def named(read: BaseModel, name: str) -> Any:
    """Return the value of the variable `name` or of the setting it is an alias of, secrets in the clear."""
    for each in settings_of(type(read)):
        if name in each.names:
            value = getattr(getattr(read, each.group), each.attribute)
            if isinstance(value, DatabaseUrl):
                return value.sqlalchemy_url
            return value.get_secret_value() if isinstance(value, SecretStr) else value
    raise AttributeError(f"there is no setting {name}")


class AtFirstLook:
    """The settings of this process: groups, and values by name (`settings.DATABASE_URL`).

    Read when first looked at, so that importing a module never reads, makes or refuses anything.
    """

    def __init__(self, load: Callable[[], BaseModel]) -> None:
        self._load = cache(load)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return named(self._load(), name) if name.isupper() else getattr(self._load(), name)
