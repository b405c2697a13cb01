"""The coach's model, as the settings name it."""

from __future__ import annotations

from questlog.clients import scripted_model
from questlog.clients.language import LanguageModel, Patient
from questlog.clients.scripted_model import ScriptedModel
from questlog.core import model_names
from questlog.core.outside_settings import LlmSettings


def connect(settings: LlmSettings) -> Patient | None:
    """Return the model of the settings, or None without one. Nothing is sent yet; who takes one closes it."""
    if not settings.enabled or settings.chosen_model is None:
        return None
    opened = _opened(settings, settings.chosen_model)
    return Patient(opened, first_piece_s=settings.first_byte_s)


def _opened(settings: LlmSettings, chosen: str) -> LanguageModel:
    named = model_names.read(chosen, has_base=settings.api_base is not None)
    if named.provider == "script":
        return ScriptedModel(scripted_model.file_of(named.name))
    # A second that only servers with a model spend, when it is first asked.
    from questlog.clients.language_providers import ProvidedModel  # noqa: PLC0415

    key = settings.key.get_secret_value() if settings.key else None
    return ProvidedModel(named, key=key, base=settings.api_base or named.base)
