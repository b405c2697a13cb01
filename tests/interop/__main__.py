"""Ask chrono-node, jose and standardwebhooks, keep their answers, and print what is understood and where readings differ."""

import json
import sys

from tests.interop import chrono, differences, jose, sentences, tables, webhooks


def main() -> int:
    asked = {language: sentences.texts(language) for language in sentences.LANGUAGES}
    keep(chrono.ask(asked))
    for name, share in tables.TABLES.items():
        print(f"{name:45}{share()}")
    differ = report()
    refused = jose.main() + webhooks.main()
    return 1 if refused else differ


def keep(answers: dict[str, dict[str, sentences.Answer]]) -> None:
    kept = {
        language: {
            sentence: None
            if said.day is None
            else {"words": said.words, "day": said.day, "time": said.time}
            for sentence, said in found.items()
        }
        for language, found in answers.items()
    }
    golden = {
        "chrono-node": chrono.version(),
        "moment": sentences.MOMENT.isoformat(),
        "answers": kept,
    }
    text = json.dumps(golden, ensure_ascii=False, indent=1) + "\n"
    sentences.GOLDEN.write_text(text, encoding="utf-8")
    sentences.golden.cache_clear()


def report() -> int:
    listed = differences.reasons()
    found = list(differences.found())
    asked = sum(len(answers) for answers in sentences.golden().values())
    print(
        f"\n{len(found)} of {asked} sentences read otherwise than by chrono-node {chrono.version()}:"
    )
    for difference in sorted(found, key=lambda each: listed.get(each.sentence, "")):
        print(f"  {difference}\n      {listed.get(difference.sentence, 'NOT LISTED')}")
    unlisted, outlived = differences.unlisted(), differences.outlived()
    for sentence in outlived:
        print(f"  {sentence!r} is listed, yet both sides agree or nobody asks it")
    print(f"{len(unlisted)} not listed, {len(outlived)} listed in vain")
    return 1 if unlisted or outlived else 0


if __name__ == "__main__":
    sys.exit(main())
