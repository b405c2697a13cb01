"""Models of the providers people use, through pydantic-ai. Imported when the first model is asked: it takes a second.

Settings a model does not know are dropped by the library's profiles.
"""

import warnings
from collections.abc import AsyncGenerator, Iterator, Sequence
from functools import lru_cache
from typing import Any

import httpx2
from pydantic_ai import direct, exceptions, messages
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from questlog.clients import language, language_openai
from questlog.clients.bounded_transport import BoundedTransport
from questlog.clients.language import (
    Answered,
    Asked,
    CallDelta,
    ModelError,
    ModelSaid,
    Piece,
    Sign,
    TextDelta,
    Tool,
    ToolAnswered,
    ToolCall,
    Trouble,
    Turn,
    UserSaid,
)
from questlog.core.model_names import ModelName

LONGEST_SAID = 500
MOST_KNOWN_TOOLS = 256
TEMPERATURE = 0.4
ROOM_TO_THINK = (
    4_000  # tokens: a model that thinks aloud spends the same ones on it as on its answer
)
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
    (exceptions.ContentFilterError, "refused"),
    (exceptions.UnexpectedModelBehavior, "nonsense"),
    (httpx2.TimeoutException, "timeout"),
    (httpx2.HTTPError, "unreachable"),
)
KNOWN: tuple[type[Exception], ...] = (
    *(kind for kind, _ in TROUBLES),
    exceptions.ModelAPIError,
    *(ValueError, TypeError, LookupError, AttributeError),  # an answer in no known shape
)
OF_ANSWERS: frozenset[Trouble] = frozenset({"nonsense", "too_long"})


class ProvidedModel:
    """A model behind one provider's API, with connections of its own.

    It asks once: who asks again is the person, whom a retry would make wait without a word.
    """

    def __init__(self, named: ModelName, *, key: str | None, base: str | None) -> None:
        self.name = str(named)
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(language.WHOLE_ANSWER_S, connect=10),
            follow_redirects=False,
            trust_env=False,
            transport=BoundedTransport(),
        )
        self._model = _model(named, key or NO_KEY, base, self._client)
        self._room = ROOM_TO_THINK if _may_think(named, self._model) else 0
        self._key = key

    async def stream(self, asked: Asked) -> AsyncGenerator[Piece]:
        settings = ModelSettings(
            temperature=TEMPERATURE,
            max_tokens=asked.most_tokens + self._room,
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
        except KNOWN as error:
            trouble = _trouble(error)
            raise ModelError(trouble, self._said(error, trouble)) from error

    def _said(self, error: Exception, trouble: Trouble) -> str:
        """Return a provider's words for the log, without our key: some repeat what they refuse (S-128).

        What is wrong with an answer is told by its kind only, for the words would be the answer's.
        """
        if trouble in OF_ANSWERS:
            return " < ".join(type(one).__name__ for one in _causes(error))
        said = str(error)
        return (said.replace(self._key, "(the key)") if self._key else said)[:LONGEST_SAID]

    async def close(self) -> None:
        await self._client.aclose()


def _may_think(named: ModelName, model: Model[Any]) -> bool:
    """Whether a model thinks unless it is told not to. Of those at home nobody knows, and there tokens cost nothing."""
    profile = model.profile
    if named.provider == "gemini":
        return profile.get("supports_thinking", False)
    return named.provider == "ollama" or profile.get("thinking_enabled_by_default", False)


def _trouble(error: Exception) -> Trouble:
    """Tell one trouble from another; what stopped the reading of an answer lies beneath the library's own error."""
    for one in _causes(error):
        if isinstance(one, ModelError):
            return one.trouble
    for kind, trouble in TROUBLES:
        if isinstance(error, kind):
            return trouble
    is_nonsense = isinstance(error.__cause__, ValueError) or not isinstance(
        error, exceptions.ModelAPIError
    )
    return "nonsense" if is_nonsense else "unavailable"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it came from."""
    one: BaseException | None = error
    while one is not None:
        yield one
        one = one.__cause__


def _model(named: ModelName, key: str, base: str | None, client: httpx2.AsyncClient) -> Model[Any]:
    if named.provider == "anthropic":
        from questlog.clients import language_anthropic  # noqa: PLC0415 (an extra)

        return language_anthropic.model(named.name, key, base, client)
    if named.provider == "gemini":
        from questlog.clients import language_gemini  # noqa: PLC0415 (an extra)

        return language_gemini.model(named.name, key, base, client)
    return language_openai.model(named, key, base, client)


@lru_cache(MOST_KNOWN_TOOLS)
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
        case messages.PartStartEvent(part=messages.ThinkingPart(content=thought)):
            return Sign(len(thought))
        case messages.PartDeltaEvent(delta=messages.ThinkingPartDelta(content_delta=thought)):
            return Sign(len(thought or ""))
        case messages.PartStartEvent() | messages.PartDeltaEvent():
            return Sign()
    return None  # what the library adds by itself


def _text(arguments: Any) -> str:
    if arguments is None:
        return ""
    return arguments if isinstance(arguments, str) else language.as_json(arguments)


def _answered(response: messages.ModelResponse) -> Answered:
    if response.finish_reason == "content_filter":  # by the model itself, or by a filter behind it
        raise ModelError("refused", "it did not want to answer")
    if "finish_reason" not in (response.provider_details or {}):
        raise ModelError("unreachable", "the answer has no end")
    if response.finish_reason == "error":
        raise ModelError("nonsense", "it failed in the middle of its answer")
    calls = tuple(
        ToolCall(part.tool_call_id, part.tool_name, _text(part.args))
        for part in response.parts
        if isinstance(part, messages.ToolCallPart)
    )
    said = "".join(part.content for part in response.parts if isinstance(part, messages.TextPart))
    usage = response.usage
    is_cut = response.finish_reason == "length"
    return Answered(ModelSaid(said, calls), usage.input_tokens, usage.output_tokens, is_cut)
