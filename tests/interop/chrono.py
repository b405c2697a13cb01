"""chrono-node, and what it finds in sentences."""

from collections.abc import Mapping, Sequence

from tests.interop import node
from tests.interop.sentences import MOMENT, Answer


def version() -> str:
    return node.version("chrono-node")


def ask(sentences: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Answer]]:
    """Return what chrono-node finds first in each sentence, by language."""
    moment = [MOMENT.year, MOMENT.month - 1, MOMENT.day, MOMENT.hour, MOMENT.minute]
    answers = node.run("chrono.mjs", {"moment": moment, "sentences": sentences})
    return {
        language: {sentence: Answer.of(said) for sentence, said in found.items()}
        for language, found in answers.items()
    }
