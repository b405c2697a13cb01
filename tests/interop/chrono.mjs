// Answers sentences the way chrono-node reads them. Standard input: {"moment": [year, month, ...], "sentences":
// {"en": [...], "ru": [...]}}; standard output: {"en": {sentence: answer}, ...}. Runs with TZ=UTC.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.argv[2] + "/");
const chrono = require("chrono-node");
const asked = JSON.parse(readFileSync(0, "utf8"));
const moment = new Date(...asked.moment);

function answer(language, sentence) {
  const [found] = chrono[language].casual.parse(sentence, moment, { forwardDate: true });
  if (!found) return null;
  const [day, time] = found.start.date().toISOString().split("T");
  // What is only implied ("tomorrow" at noon) nobody has said.
  return { words: found.text, day, time: found.start.isCertain("hour") ? time.slice(0, 5) : null };
}

const answers = {};
for (const [language, sentences] of Object.entries(asked.sentences)) {
  answers[language] = Object.fromEntries(sentences.map((sentence) => [sentence, answer(language, sentence)]));
}
process.stdout.write(JSON.stringify(answers));
