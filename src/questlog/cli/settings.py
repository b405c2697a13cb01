"""Settings, for commands that work without a server."""

from questlog.cli.exits import Exit, Failure
from questlog.core import private_files
from questlog.core.config import Settings, SettingsError, load_settings


def read_settings() -> Settings:
    """Read the settings, or end the command with one line for each mistake."""
    try:
        settings = load_settings()
        _read_script(settings)
    except SettingsError as error:
        lines = "\n".join(f"  {line}" for line in error.lines)
        raise Failure(f"these settings cannot be used:\n{lines}", Exit.USAGE) from error
    return settings


def _read_script(settings: Settings) -> None:
    """Read the script that is to play the model, if one is. Raises `SettingsError`."""
    provider, _, name = (settings.llm.chosen_model or "").partition("/")
    if provider != "script":
        return
    # Other commands need no YAML.
    from questlog.clients import scripted_model  # noqa: PLC0415

    try:
        scripted_model.read(scripted_model.file_of(name))
    except scripted_model.ScriptError as error:
        raise SettingsError([f"LLM_MODEL: {error}"]) from error


def make_private(settings: Settings) -> None:
    """Make the data directory and an embedded database that only their owner may read."""
    private_files.make_directory(settings.app.data_dir)
    if settings.database.url.path is not None:
        private_files.make_file(settings.database.url.path)


def unreachable(settings: Settings, error: Exception) -> Failure:
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    return Failure(
        f"the database {settings.database.url} does not answer: {reason}", Exit.UNREACHABLE
    )
