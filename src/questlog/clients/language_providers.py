"""Models of the providers people use, through pydantic-ai. Imported when the first model is asked: it takes a second.

Settings a model does not know are dropped by the library's profiles.
"""

import warnings
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import httpx2
from pydantic_ai import direct, exceptions, messages
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.ollama import OllamaProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from questlog.clients import language
from questlog.clients.language import (
    Answered,
    Asked,
    CallDelta,
    ModelError,
    ModelSaid,
    Piece,
    TextDelta,
    Tool,
    ToolAnswered,
    ToolCall,
    Trouble,
    Turn,
    UserSaid,
)
from questlog.clients.model_names import ModelName

LONGEST_SAID = 500
TEMPERATURE = 0.4
# Once and for the process: a filter per request would be everybody's, and requests overlap.
warnings.filterwarnings("ignore", ".*These settings will be ignored", UserWarning)
NO_KEY = "none"  # servers at home ask for none, the library for one

TROUBLES: tuple[tuple[type[Exception], Trouble], ...] = (
    (exceptions.ModelTimeoutError, "timeout"),
    (exceptions.ModelConnectionError, "unreachable"),
    (exceptions.ModelRateLimitError, "rate_limited"),
    (exceptions.ModelQuotaExceededError, "rate_limited"),
    (exceptions.ModelRequestRejectedError, "refused"),
    (exceptions.ModelUnavailableError, "unavailable"),
    (exceptions.ModelServerError, "unavailable"),
    (exceptions.UnexpectedModelBehavior, "nonsense"),
    (httpx2.TimeoutException, "timeout"),
    (httpx2.HTTPError, "unreachable"),
)


class ProvidedModel:
    """A model behind one provider's API, with connections of its own."""

    def __init__(self, named: ModelName, *, key: str | None, base: str | None) -> None:
        self.name = str(named)
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(language.WHOLE_ANSWER_S, connect=10),
            follow_redirects=False,
            trust_env=False,
        )
        self._model = _model(named, key or NO_KEY, base, self._client)
        self._key = key

    async def stream(self, asked: Asked) -> AsyncGenerator[Piece]:
        settings = ModelSettings(
            temperature=TEMPERATURE,
            max_tokens=asked.most_tokens,
            parallel_tool_calls=True,
            max_retries=0,  # who asks again is the person: a retry would make them wait without a word
        )
        offered = ModelRequestParameters(function_tools=[_definition(tool) for tool in asked.tools])
        try:
            async with direct.model_request_stream(
                self._model,
                _messages(asked),
                model_settings=settings,
                model_request_parameters=offered,
            ) as answer:
                async for event in answer:
                    if (piece := _piece(event)) is not None:
                        yield piece
                yield _answered(answer.get())
        except tuple(kind for kind, _ in TROUBLES) as error:
            raise ModelError(_trouble(error), self._said(error)) from error
        except exceptions.ModelAPIError as error:
            is_nonsense = isinstance(error.__cause__, ValueError)
            raise ModelError(
                "nonsense" if is_nonsense else "unavailable", self._said(error)
            ) from error
        except (ValueError, TypeError, KeyError) as error:  # an answer in no known shape
            raise ModelError("nonsense", repr(error)[:LONGEST_SAID]) from error

    def _said(self, error: Exception) -> str:
        """Return a provider's words for the log, without our key: some repeat what they refuse (S-128)."""
        said = str(error)
        return (said.replace(self._key, "(the key)") if self._key else said)[:LONGEST_SAID]

    async def close(self) -> None:
        await self._client.aclose()


def _trouble(error: Exception) -> Trouble:
    return next(trouble for kind, trouble in TROUBLES if isinstance(error, kind))


def _model(named: ModelName, key: str, base: str | None, client: httpx2.AsyncClient) -> Model[Any]:
    if named.provider == "anthropic":
        from questlog.clients import language_anthropic  # noqa: PLC0415 (an extra)

        return language_anthropic.model(named.name, key, base, client)
    if named.provider == "gemini":
        from questlog.clients import language_gemini  # noqa: PLC0415 (an extra)

        return language_gemini.model(named.name, key, base, client)
    if named.provider == "ollama":
        at = _with_v1(base or "http://localhost:11434")
        return OpenAIChatModel(named.name, provider=OllamaProvider(base_url=at, http_client=client))
    return OpenAIChatModel(
        named.name, provider=OpenAIProvider(base_url=base, api_key=key, http_client=client)
    )


def _with_v1(base: str) -> str:
    return base if base.rstrip("/").endswith("/v1") else f"{base.rstrip('/')}/v1"


def _definition(tool: Tool) -> ToolDefinition:
    return ToolDefinition(
        name=tool.name, description=tool.description, parameters_json_schema=tool.parameters
    )


def _messages(asked: Asked) -> list[messages.ModelMessage]:
    found: list[messages.ModelMessage] = []
    for turn in asked.thread:
        part = _part(turn)
        if isinstance(part, messages.ModelResponse):
            found.append(part)
        elif found and isinstance(last := found[-1], messages.ModelRequest):
            found[-1] = messages.ModelRequest([*last.parts, part], instructions=asked.system)
        else:
            found.append(messages.ModelRequest([part], instructions=asked.system))
    return found


def _part(turn: Turn) -> Any:
    match turn:
        case UserSaid(text):
            return messages.UserPromptPart(text)
        case ToolAnswered(call_id, name, content):
            return messages.ToolReturnPart(tool_name=name, content=content, tool_call_id=call_id)
        case ModelSaid(text, calls):
            said: list[Any] = [messages.TextPart(text)] if text else []
            return messages.ModelResponse([*said, *_called(calls)])


def _called(calls: Sequence[ToolCall]) -> list[messages.ToolCallPart]:
    return [
        messages.ToolCallPart(tool_name=call.name, args=call.arguments, tool_call_id=call.id)
        for call in calls
    ]


def _piece(event: Any) -> Piece | None:
    match event:
        case messages.PartStartEvent(part=messages.TextPart(content=text)) if text:
            return TextDelta(text)
        case messages.PartDeltaEvent(delta=messages.TextPartDelta(content_delta=text)) if text:
            return TextDelta(text)
        case messages.PartStartEvent(index=index, part=messages.ToolCallPart() as part):
            return CallDelta(index, part.tool_call_id, part.tool_name, _text(part.args))
        case messages.PartDeltaEvent(index=index, delta=messages.ToolCallPartDelta() as delta):
            more = _text(delta.args_delta)
            return CallDelta(index, delta.tool_call_id or "", delta.tool_name_delta or "", more)
    return None


def _text(arguments: Any) -> str:
    if arguments is None:
        return ""
    return arguments if isinstance(arguments, str) else language.as_json(arguments)


def _answered(response: messages.ModelResponse) -> Answered:
    if "finish_reason" not in (response.provider_details or {}):
        raise ModelError("unreachable", "the answer has no end")
    calls = tuple(
        ToolCall(part.tool_call_id, part.tool_name, _text(part.args))
        for part in response.parts
        if isinstance(part, messages.ToolCallPart)
    )
    said = "".join(part.content for part in response.parts if isinstance(part, messages.TextPart))
    usage = response.usage
    return Answered(ModelSaid(said, calls), usage.input_tokens, usage.output_tokens)
